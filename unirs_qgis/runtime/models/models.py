"""The models on this computer: list, download, convert, remove.

All of it is done by the runtime's own commands (``unirs models``, ``download``, ``convert``,
``remove``), which this module calls and reads. The functions wait: call them in the background.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qtpy.QtCore import QCoreApplication

from unirs_qgis.runtime.models.network import Redactor
from unirs_qgis.runtime.processes import clean_variables, run_program
from unirs_qgis.runtime.setup.environment import unirs_command
from unirs_qgis.runtime.setup.errors import UserError

MODELS_VARIABLE = "UNIRS_MODELS"

Event = Mapping[str, Any]


class ModelError(UserError):
    """A model cannot be listed, downloaded, converted or removed."""


@dataclass(frozen=True)
class Model:
    """A model that can be asked.

    Attributes:
        name: What it is asked for by: its name, or its folder if that was added by the user.
        title: Name of its folder.
        folder: Where it is.
        size_bytes: Size on disk.
        kind: ``"unirs"``, or ``"base"`` without UniRS weights.
        demonstration: Whether it is only there to show how everything works.
        summary: One sentence about it.
        removable: Whether ``remove_model`` may delete it.
        added: Whether the user added its folder.
    """

    name: str
    title: str
    folder: Path
    size_bytes: int
    kind: str
    demonstration: bool
    summary: str
    removable: bool
    added: bool = False


@dataclass(frozen=True)
class ModelProblem:
    """A folder that cannot answer.

    Attributes:
        name: Name of the folder.
        folder: Where it is.
        code: ``"model_invalid"``, ``"model_unconverted"`` or ``"download_incomplete"``.
        message: One sentence: why.
        size_bytes: Size on disk.
        removable: Whether ``remove_model`` may delete it.
        remedy: Arguments of ``unirs`` that mend it; empty if nothing does.
        added: Whether the user added the folder.
    """

    name: str
    folder: Path
    code: str
    message: str
    size_bytes: int
    removable: bool
    remedy: tuple[str, ...] = ()
    added: bool = False


@dataclass(frozen=True)
class Downloadable:
    """A model that can be downloaded by a short name."""

    name: str
    repository: str
    summary: str
    licence: str


@dataclass(frozen=True)
class ModelList:
    """What ``unirs models`` says.

    Attributes:
        models: Those that can be asked.
        problems: Folders that cannot answer.
        downloadable: Those that have a short name.
        user_folder: Where downloads go.
    """

    models: tuple[Model, ...] = ()
    problems: tuple[ModelProblem, ...] = ()
    downloadable: tuple[Downloadable, ...] = ()
    user_folder: Path = field(default_factory=Path)


@dataclass(frozen=True)
class DownloadPlan:
    """What a download would bring.

    Attributes:
        name: What was asked for.
        repository: Where it comes from.
        licence: Its licence; empty if it names none.
        total_bytes: Size of all files.
        present_bytes: How much an interrupted download left here.
        free_bytes: Free space where it goes.
        needs_conversion: Whether it has to be converted before it can answer.
    """

    name: str
    repository: str
    licence: str
    total_bytes: int
    present_bytes: int
    free_bytes: int
    needs_conversion: bool


class ModelCommands:
    """The runtime's commands on models.

    Args:
        python: The runtime's interpreter.
        variables: Environment variables of the proxy.
        stopped: Asked whether to stop.
    """

    def __init__(
        self, python: Path, variables: Mapping[str, str], stopped: Callable[[], bool]
    ) -> None:
        self._python = python
        self._variables = variables
        self._stopped = stopped
        self._redact = Redactor(variables)

    def list_models(self, added: Sequence[str] = ()) -> ModelList:
        """The models on this computer.

        Args:
            added: Model folders that lie elsewhere.

        Raises:
            ModelError: The runtime does not answer.
            Stopped: It was stopped.
        """
        found = _read_list(self._run_for_json("models", "--json"))
        models, problems = list(found.models), list(found.problems)
        for folder in dict.fromkeys(map(Path, added)):
            item = self._look_at(folder)
            if isinstance(item, Model):
                models.append(item)
            else:
                problems.append(item)
        return ModelList(tuple(models), tuple(problems), found.downloadable, found.user_folder)

    def plan_download(self, name: str) -> DownloadPlan:
        """What a download would bring, before anything is fetched.

        Raises:
            ModelError: There is no such model, or no way to it.
            Stopped: It was stopped.
        """
        plans: list[DownloadPlan] = []

        def take(event: Event) -> None:
            if event.get("event") == "plan":
                plans.append(_read_plan(name, event))

        self._run_events(take, "download", name, "--dry-run", "--json-lines")
        if not plans:
            raise _unreadable()
        return plans[0]

    def download(self, name: str, on_event: Callable[[Event], None]) -> tuple[str, ...]:
        """Fetch a model; one that was interrupted goes on where it ended.

        Args:
            name: A short name or ``owner/model``.
            on_event: Told ``progress`` and ``retry`` events.

        Returns:
            Arguments of ``unirs`` that convert it; empty if it can answer as it is.

        Raises:
            ModelError: It failed; what was fetched stays.
            Stopped: It was stopped; what was fetched stays.
        """
        remedies: list[tuple[str, ...]] = []

        def take(event: Event) -> None:
            if event.get("event") == "done":
                remedies.append(tuple(event.get("next") or ()))
            on_event(event)

        self._run_events(take, "download", name, "--json-lines")
        if not remedies:
            raise _unreadable()
        return remedies[0]

    def convert(self, source: str, target: str, on_event: Callable[[Event], None]) -> None:
        """Make a model folder of a VILA-1.5 or an authors'-UniRS checkpoint.

        Raises:
            ModelError: It failed; there is no target then.
            Stopped: It was stopped; there is no target then.
        """
        self._run_events(on_event, "convert", source, target, "--json-lines")

    def remove_model(self, name: str) -> None:
        """Delete a model, a checkpoint or an unfinished download of the user's models folder.

        Raises:
            ModelError: It is none of these, or cannot be deleted.
        """
        self._run([], "remove", name, "--yes")

    def _look_at(self, folder: Path) -> Model | ModelProblem:
        """A folder that the user added: the runtime lists what lies beside it, and so it, too."""
        try:
            listed = _read_list(
                self._run_for_json("models", "--json", **{MODELS_VARIABLE: str(folder.parent)})
            )
        except ModelError as error:
            return _added_problem(folder, error.message)
        for model in listed.models:
            if _same(model.folder, folder):
                facts = {**vars(model), "name": str(folder), "removable": False, "added": True}
                return Model(**facts)
        for problem in listed.problems:
            if _same(problem.folder, folder):
                return ModelProblem(**{**vars(problem), "removable": False, "added": True})
        text = QCoreApplication.translate("Models", "There is no model folder {folder}.")
        return _added_problem(folder, text.format(folder=folder))

    def _run_for_json(self, *words: str, **variables: str) -> Event:
        lines: list[str] = []
        self._run(lines, *words, **variables)
        try:
            return dict(json.loads("\n".join(lines)))
        except (ValueError, TypeError) as error:
            raise _unreadable() from error

    def _run_events(self, on_event: Callable[[Event], None], *words: str) -> None:
        failures: list[ModelError] = []

        def read(line: str) -> None:
            event = _read_event(line)
            if event.get("event") == "error":
                failures.append(ModelError(str(event.get("code")), str(event.get("message"))))
            else:
                on_event(event)

        self._run_lines(read, failures, *words)

    def _run(self, lines: list[str], *words: str, **variables: str) -> None:
        self._run_lines(lines.append, [], *words, **variables)

    def _run_lines(
        self,
        on_line: Callable[[str], None],
        failures: list[ModelError],
        *words: str,
        **variables: str,
    ) -> None:
        """Run a command; its failure is what it told as an event, or the last line of stderr."""
        log: list[str] = []
        environment = clean_variables({**self._variables, **variables})
        command = unirs_command(self._python, *words)
        try:
            status = run_program(command, self._stopped, on_line, log.append, environment)
        except OSError as error:
            text = QCoreApplication.translate(
                "Models", "The runtime cannot be started ({reason}); repair it."
            )
            raise ModelError("runtime_broken", text.format(reason=error.strerror)) from error
        if failures:
            raise failures[0]
        if status != 0:
            said = [line for line in log if line.strip()] or [_unreadable().message]
            raise ModelError("command_failed", self._redact(said[-1].replace("unirs: ", "", 1)))


def _read_list(facts: Event) -> ModelList:
    try:
        return ModelList(
            models=tuple(map(_read_model, facts["models"])),
            problems=tuple(map(_read_problem, facts.get("problems", ()))),
            downloadable=tuple(map(_read_downloadable, facts.get("downloadable", ()))),
            user_folder=Path(facts["folders"][0]),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _unreadable() from error


def _read_model(facts: Event) -> Model:
    return Model(
        name=str(facts["name"]),
        title=str(facts["name"]),
        folder=Path(facts["folder"]),
        size_bytes=int(facts["size_bytes"]),
        kind=str(facts["kind"]),
        demonstration=bool(facts["demonstration"]),
        summary=str(facts["summary"]),
        removable=bool(facts.get("removable", False)),
    )


def _read_problem(facts: Event) -> ModelProblem:
    return ModelProblem(
        name=str(facts["name"]),
        folder=Path(facts["folder"]),
        code=str(facts["code"]),
        message=str(facts["message"]),
        size_bytes=int(facts["size_bytes"]),
        removable=bool(facts["removable"]),
        remedy=tuple(map(str, facts.get("next") or ())),
    )


def _read_downloadable(facts: Event) -> Downloadable:
    names = ("name", "repository", "summary", "licence")
    return Downloadable(*(str(facts.get(name) or "") for name in names))


def _read_plan(name: str, facts: Event) -> DownloadPlan:
    try:
        return DownloadPlan(
            name=name,
            repository=str(facts["repository"]),
            licence=str(facts.get("licence") or ""),
            total_bytes=int(facts["total_bytes"]),
            present_bytes=int(facts["present_bytes"]),
            free_bytes=int(facts["free_bytes"]),
            needs_conversion=bool(facts["needs_conversion"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable() from error


def _read_event(line: str) -> Event:
    """An event; a line that is none is passed over, as one of an unknown kind."""
    try:
        return dict(json.loads(line))
    except (ValueError, TypeError):
        return {}


def _added_problem(folder: Path, message: str) -> ModelProblem:
    return ModelProblem(folder.name, folder, "model_missing", message, 0, False, added=True)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _unreadable() -> ModelError:
    text = QCoreApplication.translate(
        "Models", "The runtime's answer cannot be understood; repair the runtime."
    )
    return ModelError("answer_unreadable", text)
