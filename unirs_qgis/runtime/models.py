"""Lists, downloads, converts and removes models by the runtime's commands.

These are ``unirs models``, ``download``, ``convert`` and ``remove``. The methods wait: call them in
the background.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from qtpy.QtCore import QCoreApplication

from unirs_qgis.errors import UserError
from unirs_qgis.runtime.environment import unirs_command
from unirs_qgis.runtime.model_list import (
    DownloadPlan,
    Event,
    ModelList,
    ModelQuery,
    read_facts,
    read_list,
    unreadable,
)
from unirs_qgis.runtime.model_names import KEY_VARIABLE
from unirs_qgis.runtime.programs import Redactor, clean_variables, run_program


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

    def list_models(self, query: ModelQuery | None = None) -> ModelList:
        """The models on this computer, and those of servers if the query names any.

        Raises:
            UserError: The runtime does not answer.
            Stopped: It was stopped.
        """
        query = query or ModelQuery()
        words = [word for name in dict.fromkeys(query.added) for word in ("--add", name)]
        words += ["--find-servers"] if query.find_servers else []
        words += ["--server", query.server] if query.server else []
        words += ["--allow-remote"] if query.server and query.allow_remote else []
        key = {KEY_VARIABLE: query.key} if query.key else {}
        return read_list(self._run_for_json("models", "--json", *words, **key))

    def plan_download(self, name: str) -> DownloadPlan:
        """The plan of a download; nothing is downloaded yet.

        Raises:
            UserError: There is no such model, or no way to it.
            Stopped: It was stopped.
        """
        plans: list[DownloadPlan] = []

        def take(event: Event) -> None:
            if event.get("event") == "plan":
                plans.append(read_facts(DownloadPlan, {**event, "name": name}))

        self._run_events(take, "download", name, "--dry-run", "--json-lines")
        if not plans:
            raise unreadable()
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
            raise unreadable()
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

    def _run_for_json(self, *words: str, **variables: str) -> Event:
        lines: list[str] = []
        self._run(lines, *words, **variables)
        try:
            return dict(json.loads("\n".join(lines)))
        except (ValueError, TypeError) as error:
            raise unreadable() from error

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
            messages = [line for line in log if line.strip()] or [unreadable().message]
            raise UserError("command_failed", self._redact(messages[-1].replace("unirs: ", "", 1)))


def _read_event(line: str) -> Event:
    """The event in a line; empty for any other line."""
    try:
        return dict(json.loads(line))
    except (ValueError, TypeError):
        return {}
