"""How pip is called, and what its output means."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qtpy.QtCore import QCoreApplication

from unirs_qgis.runtime.setup.errors import SetupError

PIP_OPTIONS = (
    "--disable-pip-version-check",
    "--no-input",  # nobody is there to answer
    "--progress-bar=off",
    "--only-binary=:all:",  # no compiler is needed, and no foreign set-up code runs
)


@dataclass
class Report:
    """Whom the steps tell what they do, on the thread that they run on.

    Attributes:
        stage: Told what begins, in a few words.
        line: Told lines for the log, without logins.
        progress: Told how much of the whole is done, 0 to 100.
        stopped: Asked whether to stop.
    """

    stage: Callable[[str], None]
    line: Callable[[str], None]
    progress: Callable[[float], None]
    stopped: Callable[[], bool]


class PipProgress:
    """How far pip is, from what it says and what lies in the environment.

    Args:
        constraints: The file that names all packages.
        environment: Where they go.
        report: Whom to tell.
    """

    _START, _COLLECTED, _INSTALLED = 5.0, 60.0, 95.0
    _LOOK_SECONDS = 0.5

    def __init__(self, constraints: Path, environment: Path, report: Report) -> None:
        self._expected = max(1, len(constrained_names(constraints)))
        self._environment = environment
        self._report = report
        self._collected = 0
        self._announced = 0
        self._looked = 0.0

    def read(self, line: str) -> None:
        """Take a line of pip's output."""
        if line.startswith("Collecting "):
            self._collected = min(self._collected + 1, self._expected)
            share = self._collected / self._expected
            self._report.progress(self._START + share * (self._COLLECTED - self._START))
        elif line.startswith(("  Downloading ", "Downloading ")):
            text = QCoreApplication.translate("Setup", "Downloading {package}…")
            name = line.split()[1].rpartition("/")[2].partition("-")[0]
            self._report.stage(text.format(package=f"{name} {_size_in(line)}".strip()))
        elif line.startswith("Installing collected packages:"):
            self._report.stage(
                QCoreApplication.translate("Setup", "Unpacking; this takes a few minutes…")
            )
            self._announced = max(1, line.count(",") + 1)
            self._report.progress(self._COLLECTED)

    def look(self) -> None:
        """See what has been unpacked so far; pip does not say."""
        now = time.monotonic()
        if not self._announced or now - self._looked < self._LOOK_SECONDS:
            return
        self._looked = now
        pattern = (
            "Lib/site-packages/*.dist-info" if sys.platform == "win32" else "lib/*/*/*.dist-info"
        )
        unpacked = sum(1 for _ in self._environment.glob(pattern)) - 1  # pip itself
        share = min(max(unpacked, 0) / self._announced, 1.0)
        self._report.progress(self._COLLECTED + share * (self._INSTALLED - self._COLLECTED))


def constrained_names(constraints: Path) -> set[str]:
    """The packages that a constraints file names."""
    lines = constraints.read_text(encoding="utf-8").splitlines()
    names = (re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*(?=\s*[=<>!~;])", line) for line in lines)
    return {found.group().lower() for found in names if found}


def pinned_version(constraints: Path, package: str) -> str:
    """The version that a constraints file pins a package to; empty if it does not."""
    text = constraints.read_text(encoding="utf-8")
    found = re.search(rf"^{re.escape(package)}==([0-9][\w.]*)\s*(;|$)", text, re.MULTILINE)
    return found.group(1) if found else ""


def check_index(address: str) -> None:
    """Refuse an index address that is none, or that has a password in it.

    Raises:
        SetupError: ``index_invalid``.
    """
    if not address:
        return
    if re.fullmatch(r"(https?|file)://[^\s@]+", address):
        return
    raise SetupError(
        "index_invalid",
        QCoreApplication.translate(
            "Setup",
            "The extra index has to be an address such as https://…, without user and password "
            "(these belong into pip's configuration).",
        ),
    )


def _size_in(line: str) -> str:
    found = re.search(r"\([\d.]+ [kMG]?B\)", line)
    return found.group() if found else ""
