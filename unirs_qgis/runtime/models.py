"""Lists, downloads, converts and removes models by the runtime's commands.

These are ``unirs models``, ``download``, ``convert`` and ``remove``. The methods wait: call them in
the background.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from qtpy.QtCore import QCoreApplication

from unirs_qgis.background import UserError
from unirs_qgis.runtime.environment import unirs_command
from unirs_qgis.runtime.programs import Redactor, clean_variables, run_program

MODELS_VARIABLE = "UNIRS_MODELS"

Event = Mapping[str, Any]
Kind = TypeVar("Kind", "Model", "ModelProblem", "Downloadable", "DownloadPlan")


@dataclass(frozen=True)
class Model:
    """A model that can answer.

    Attributes:
        name: Its name; its folder if the user added that.
        folder: The model folder.
        size_bytes: Size on disk.
        kind: ``"unirs"``, or ``"base"`` without UniRS weights.
        demonstration: Whether it is for demonstration only.
        summary: One sentence about it.
        removable: Whether ``remove_model`` may delete it.
        added: Whether the user added its folder.
    """

    name: str
    folder: Path
    size_bytes: int
    kind: str
    demonstration: bool
    summary: str
    removable: bool = False
    added: bool = False

    @property
    def title(self) -> str:
        """Name of its folder."""
        return self.folder.name


@dataclass(frozen=True)
class ModelProblem:
    """A model folder that cannot answer.

    Attributes:
        name: Name of the folder.
        folder: The model folder.
        code: ``"model_invalid"``, ``"model_unconverted"`` or ``"download_incomplete"``.
        message: One sentence why.
        size_bytes: Size on disk.
        removable: Whether ``remove_model`` may delete it.
        remedy: Arguments of ``unirs`` that repair it; empty if there are none.
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
    """The output of ``unirs models``.

    Attributes:
        models: Those that can answer.
        problems: Folders that cannot answer.
        downloadable: Those that have a short name.
        user_folder: Folder of downloads.
    """

    models: tuple[Model, ...] = ()
    problems: tuple[ModelProblem, ...] = ()
    downloadable: tuple[Downloadable, ...] = ()
    user_folder: Path = field(default_factory=Path)


@dataclass(frozen=True)
class DownloadPlan:
    """The size and needs of a download.

    Attributes:
        name: The requested name.
        repository: Repository on the hub.
        licence: Its licence; empty if it names none.
        total_bytes: Size of all files, in bytes.
        present_bytes: Size of the files of an interrupted download, in bytes.
        free_bytes: Free space on the disk, in bytes.
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
        stopped: Whether to stop.
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
            UserError: The runtime does not answer.
            Stopped: It was stopped.
        """
        found = _read_list(self._run_for_json("models", "--json"))
        models, problems = list(found.models), list(found.problems)
        for folder in dict.fromkeys(map(Path, added)):
            item = self._inspect(folder)
            if isinstance(item, Model):
                models.append(item)
            else:
                problems.append(item)
        return ModelList(tuple(models), tuple(problems), found.downloadable, found.user_folder)

    def plan_download(self, name: str) -> DownloadPlan:
        """The plan of a download; nothing is downloaded yet.

        Raises:
            UserError: There is no such model, or no way to it.
            Stopped: It was stopped.
        """
        plans: list[DownloadPlan] = []

        def take(event: Event) -> None:
            if event.get("event") == "plan":
                plans.append(_read(DownloadPlan, {**event, "name": name}))

        self._run_events(take, "download", name, "--dry-run", "--json-lines")
        if not plans:
            raise _unreadable()
        return plans[0]

    def download(self, name: str, on_event: Callable[[Event], None]) -> tuple[str, ...]:
        """Download a model; an interrupted download is resumed.

        Args:
            name: A short name or ``owner/model``.
            on_event: Called with ``progress`` and ``retry`` events.

        Returns:
            Arguments of ``unirs`` that convert it; empty if it can answer as it is.

        Raises:
            UserError: It failed; partial files are kept.
            Stopped: It was stopped; partial files are kept.
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
        """Convert a VILA-1.5 or an authors' UniRS checkpoint to a model folder.

        Raises:
            UserError: It failed; there is no target then.
            Stopped: It was stopped; there is no target then.
        """
        self._run_events(on_event, "convert", source, target, "--json-lines")

    def remove_model(self, name: str) -> None:
        """Delete a model, a checkpoint or an unfinished download of the user's models folder.

        Raises:
            UserError: It is none of these, or cannot be deleted.
        """
        self._run([], "remove", name, "--yes")

    def _inspect(self, folder: Path) -> Model | ModelProblem:
        """A folder that the user added: the runtime lists its parent folder, and so the folder."""
        try:
            listed = _read_list(
                self._run_for_json("models", "--json", **{MODELS_VARIABLE: str(folder.parent)})
            )
        except UserError as error:
            return _added_problem(folder, error.message)
        for model in listed.models:
            if _same(model.folder, folder):
                return replace(model, name=str(folder), removable=False, added=True)
        for problem in listed.problems:
            if _same(problem.folder, folder):
                return replace(problem, removable=False, added=True)
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
        failures: list[UserError] = []

        def read(line: str) -> None:
            event = _read_event(line)
            if event.get("event") == "error":
                failures.append(UserError(str(event.get("code")), str(event.get("message"))))
            else:
                on_event(event)

        self._run_lines(read, failures, *words)

    def _run(self, lines: list[str], *words: str, **variables: str) -> None:
        self._run_lines(lines.append, [], *words, **variables)

    def _run_lines(
        self,
        on_line: Callable[[str], None],
        failures: list[UserError],
        *words: str,
        **variables: str,
    ) -> None:
        """Run a command; its failure is an event, or the last line of stderr."""
        log: list[str] = []
        environment = clean_variables({**self._variables, **variables})
        command = unirs_command(self._python, *words)
        try:
            status = run_program(command, self._stopped, on_line, log.append, environment)
        except OSError as error:
            text = QCoreApplication.translate(
                "Models", "The runtime cannot be started ({reason}); repair it."
            )
            raise UserError("runtime_broken", text.format(reason=error.strerror)) from error
        if failures:
            raise failures[0]
        if status != 0:
            messages = [line for line in log if line.strip()] or [_unreadable().message]
            raise UserError("command_failed", self._redact(messages[-1].replace("unirs: ", "", 1)))


def _read_list(facts: Event) -> ModelList:
    try:
        problems = [{**each, "remedy": each.get("next")} for each in facts.get("problems", ())]
        return ModelList(
            models=tuple(_read(Model, each) for each in facts["models"]),
            problems=tuple(_read(ModelProblem, each) for each in problems),
            downloadable=tuple(_read(Downloadable, x) for x in facts.get("downloadable", ())),
            user_folder=Path(facts["folders"][0]),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _unreadable() from error


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "str": lambda value: str(value or ""),
    "int": int,
    "bool": bool,
    "Path": Path,
    "tuple[str, ...]": lambda value: tuple(map(str, value or ())),
}
"""How a value of JSON is read, by the type of the attribute."""


def _read(kind: type[Kind], facts: Event) -> Kind:
    """Read the attributes of a dataclass from JSON.

    Raises:
        UserError: A value is missing, or has another form.
    """
    try:
        present = [each for each in fields(kind) if each.name in facts]
        return kind(**{each.name: _READERS[str(each.type)](facts[each.name]) for each in present})
    except (TypeError, ValueError) as error:
        raise _unreadable() from error


def _read_event(line: str) -> Event:
    """The event in a line; empty for any other line."""
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


def _unreadable() -> UserError:
    text = QCoreApplication.translate(
        "Models", "The runtime's answer cannot be understood; repair the runtime."
    )
    return UserError("answer_unreadable", text)
