"""What uv is run for: it installs packages, and its output goes to the log of the set-up."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unirs_qgis.errors import UserError
from unirs_qgis.runtime.environment import environment_python
from unirs_qgis.runtime.locks import LockedFile
from unirs_qgis.runtime.programs import Redactor, clean_variables, run_program
from unirs_qgis.runtime.setup_failures import NETWORK_CODES, explain_uv, failure_sentence
from unirs_qgis.runtime.sources import Sources
from unirs_qgis.runtime.uv import SetupReport, UvProgress

LOG_LINES = 400
"""Number of last lines of output in which the cause of a failure is searched."""

FULL_BYTES = 50 * 10**6
"""With less free space (bytes), a failure is attributed to the full disk."""

ELSEWHERE_CODES = NETWORK_CODES | {"no_build", "wheel_missing"}
"""Failures of one source of packages after which the next one is tried."""

Share = tuple[float, float]
"""A part of the whole: the progress at its begin and at its end, in percent."""


@dataclass
class SetupLog:
    """The log of a set-up, without logins, and its last lines.

    Attributes:
        report: Receives stages, lines and progress.
        redact: Removes logins.
        tail: The last lines of the running step.
    """

    report: SetupReport
    redact: Redactor
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=LOG_LINES))

    def __call__(self, line: str) -> None:
        """Add a line."""
        line = self.redact(line)
        self.tail.append(line)
        self.report.line(line)

    def begin(self, stage: str, percent: float) -> None:
        """Begin a stage."""
        self.report.stage(stage)
        self(stage)
        self.report.progress(percent)


@dataclass
class UvRuns:
    """Runs uv.

    Attributes:
        program: uv.
        folder: Its working folder: that of the environments.
        cache: Folder of its packages.
        sources: Where packages come from.
        variables: Environment variables in addition to those of this process.
        log: Receives its output.
    """

    program: Path
    folder: Path
    cache: Path
    sources: Sources
    variables: Mapping[str, str]
    log: SetupLog

    def run(self, words: Sequence[Any], progress: UvProgress | None = None) -> int:
        """Run it; its exit status."""

        def on_line(line: str) -> None:
            self.log(line)
            if progress:
                progress.read(line)

        def stopped() -> bool:
            if progress:
                progress.count()
            return self.log.report.stopped()

        self.log.tail.clear()
        variables = clean_variables({**self.variables, "UV_CACHE_DIR": str(self.cache)})
        command = [self.program, *words]
        return run_program(command, stopped, on_line, variables=variables, folder=self.folder)

    def install(
        self,
        environment: Path,
        words: Sequence[str],
        share: Share,
        files: Sequence[LockedFile] = (),
    ) -> None:
        """Install packages.

        Args:
            environment: The environment.
            words: Where from, and which.
            share: Its share of the whole.
            files: The files to download, for the progress.

        Raises:
            UserError: Why it failed.
            Stopped: It was stopped.
        """
        progress = UvProgress(files, self.cache, share, self.log.report)
        self._check(self.run([*install_words(environment), *words], progress))

    def look_up(self, environment: Path, words: Sequence[str]) -> None:
        """Find out whether packages are available, without downloading them.

        The arguments and errors are those of ``install``.
        """
        self._check(self.run([*install_words(environment), "--dry-run", *words]))

    def _check(self, status: int) -> None:
        if status != 0:
            cause = explain_uv(list(self.log.tail), status, offline=not self.sources.index)
            raise full_disk_or(cause, self.folder)

    def install_lock(
        self, environment: Path, lock: Path, share: Share, files: Sequence[LockedFile]
    ) -> None:
        """Install a lock from the index; what that lacks, from further indexes and folders.

        The arguments and errors are those of ``install``.
        """
        locked = locked_words(lock)
        try:
            self.install(environment, [*self.sources.words, *locked], share, files)
        except UserError as error:
            if error.code not in ELSEWHERE_CODES or not self.sources.has_more:
                raise
            self.log(error.message)
            self.install(environment, [*self.sources.all_words, *locked], share, files)


def install_words(environment: Path) -> list[str]:
    """The words that install into an environment, from wheels alone."""
    return ["pip", "install", "--python", str(environment_python(environment)), "--no-build"]


def locked_words(lock: Path) -> list[str]:
    """The words that name all that a lock has, and nothing else."""
    return ["--no-deps", "--require-hashes", "--requirements", str(lock)]


def full_disk_or(error: UserError, folder: Path) -> UserError:
    """The error, or the full disk as its cause, which a program need not report."""
    if shutil.disk_usage(folder).free < FULL_BYTES:
        return UserError("disk_full", failure_sentence("disk_full"))
    return error
