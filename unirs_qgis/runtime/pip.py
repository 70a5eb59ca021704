"""pip: its options, its progress, and its failures in plain words."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from qtpy.QtCore import QCoreApplication

from unirs_qgis.background import UserError

PIP_OPTIONS = (
    "--disable-pip-version-check",
    "--no-input",  # nobody is there to answer
    "--progress-bar=off",
    "--only-binary=:all:",  # no compiler is needed, and no foreign set-up code runs
)


_SIGNS = (
    # The first match anywhere in pip's output is the cause: the last error is often only a
    # consequence ("no matching distribution" without a network).
    (
        "disk_full",
        r"No space left on device|\[Errno 28\]|not enough space on the disk|WinError 112",
    ),
    ("long_path", r"Windows Long Path support"),
    (
        "proxy",
        r"ProxyError|Cannot connect to proxy|Tunnel connection failed|407 Proxy|SOCKS support",
    ),
    ("certificate", r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError|SSL module"),
    (
        "network",
        r"NewConnectionError|ConnectTimeoutError|ReadTimeoutError|Read timed out|"
        r"name resolution|Name or service not known|getaddrinfo failed|nodename nor servname|"
        r"Network is unreachable|Connection refused|Connection reset|ConnectionResetError|"
        r"RemoteDisconnected|IncompleteRead",
    ),
    ("login", r"401 Client Error|403 Client Error|401 Error|403 Error"),
    ("damaged", r"DO NOT MATCH THE HASHES|BadZipFile|is invalid\.$|Wheel .* is invalid"),
    ("permission", r"Permission denied|\[Errno 13\]|WinError 5\b|Access is denied|Read-only file"),
    ("no_build", r"No matching distribution found for (?P<package>\S+)"),
    # pip's message if a constraint names the version that cannot be found.
    ("no_build", r"The user requested \(constraint\) (?P<package>\S+)"),
)


@dataclass
class SetupReport:
    """Receives the progress of a set-up, on the thread of its steps.

    Attributes:
        stage: Called with the name of a stage that begins.
        line: Called with lines for the log, without logins.
        progress: Called with the progress of the whole, 0 to 100.
        stopped: Whether to stop.
    """

    stage: Callable[[str], None]
    line: Callable[[str], None]
    progress: Callable[[float], None]
    stopped: Callable[[], bool]


class PipProgress:
    """The progress of pip, from its output and the packages in the environment.

    Args:
        constraints: The file with the versions of all packages.
        environment: The environment that they are installed into.
        report: Receives the progress.
    """

    _START, _COLLECTED, _INSTALLED = 5.0, 60.0, 95.0
    _COUNT_SECONDS = 0.5

    def __init__(self, constraints: Path, environment: Path, report: SetupReport) -> None:
        self._expected = max(1, len(constrained_names(constraints)))
        self._environment = environment
        self._report = report
        self._collected = 0
        self._announced = 0
        self._counted = 0.0

    def read(self, line: str) -> None:
        """Read a line of pip's output."""
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

    def count_unpacked(self) -> None:
        """Count the unpacked packages, which pip does not report."""
        now = time.monotonic()
        if not self._announced or now - self._counted < self._COUNT_SECONDS:
            return
        self._counted = now
        pattern = (
            "Lib/site-packages/*.dist-info" if sys.platform == "win32" else "lib/*/*/*.dist-info"
        )
        unpacked = sum(1 for _ in self._environment.glob(pattern)) - 1  # pip itself
        share = min(max(unpacked, 0) / self._announced, 1.0)
        self._report.progress(self._COLLECTED + share * (self._INSTALLED - self._COLLECTED))


def constrained_names(constraints: Path) -> set[str]:
    """Names of the packages in a constraints file."""
    lines = constraints.read_text(encoding="utf-8").splitlines()
    names = (re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*(?=\s*[=<>!~;])", line) for line in lines)
    return {found.group().lower() for found in names if found}


def pinned_version(constraints: Path, package: str) -> str:
    """The version of a package in a constraints file; empty if it is not pinned."""
    text = constraints.read_text(encoding="utf-8")
    found = re.search(rf"^{re.escape(package)}==([0-9][\w.]*)\s*(;|$)", text, re.MULTILINE)
    return found.group(1) if found else ""


def check_index(address: str) -> None:
    """Refuse an index address that is no URL, or that contains a password.

    Raises:
        UserError: ``index_invalid``.
    """
    if not address:
        return
    if re.fullmatch(r"(https?|file)://[^\s@]+", address):
        return
    raise UserError(
        "index_invalid",
        QCoreApplication.translate(
            "Setup",
            "The extra index has to be an address such as https://…, without user and password "
            "(put these into pip's configuration).",
        ),
    )


def _size_in(line: str) -> str:
    found = re.search(r"\([\d.]+ [kMG]?B\)", line)
    return found.group() if found else ""


def explain_pip(lines: Sequence[str], status: int, *, offline: bool) -> UserError:
    """Why pip failed.

    Args:
        lines: Its output, or the end of it.
        status: Its exit status.
        offline: Whether it installed from a folder of wheels.
    """
    output = "\n".join(lines)
    for code, sign in _SIGNS:
        found = re.search(sign, output, re.MULTILINE)
        if not found:
            continue
        if code == "no_build":
            return _no_build(found["package"], offline=offline)
        return UserError(code, sentence(code))
    if status < 0:
        return UserError("killed", sentence("killed"))
    errors = [line for line in lines if line.startswith("ERROR:")] or [
        line for line in lines if line.strip()
    ]
    last = errors[-1].replace("ERROR:", "").strip() if errors else str(status)
    return UserError(
        "pip_failed",
        QCoreApplication.translate(
            "Setup",
            "Installing the runtime failed: {reason} The whole log is below; "
            "copy it when you report this.",
        ).format(reason=last if last.endswith(".") else f"{last}."),
    )


def explain_os_error(error: OSError) -> UserError:
    """Why a file or folder of the runtime could not be written or read."""
    code = {28: "disk_full", 112: "disk_full", 13: "permission", 30: "permission", 1: "permission"}
    known = code.get(error.errno or 0)
    if known:
        return UserError(known, sentence(known))
    return UserError(
        "files",
        QCoreApplication.translate(
            "Setup",
            "A file of the runtime could not be used ({reason}: {file}); close other QGIS windows "
            "and try again.",
        ).format(reason=error.strerror or type(error).__name__, file=error.filename or "?"),
    )


def _no_build(package: str, *, offline: bool) -> UserError:
    if offline:
        return UserError(
            "wheel_missing",
            QCoreApplication.translate(
                "Setup",
                "The folder of wheels holds no {package} that fits this computer and its Python; "
                "collect the wheels on a computer of the same kind with the same Python version.",
            ).format(package=package),
        )
    return UserError(
        "no_build",
        QCoreApplication.translate(
            "Setup",
            "The package index offers no {package} for this computer and its Python; choose "
            "another Python (3.12 or 3.11) to set up with, or name an extra index that has it.",
        ).format(package=package),
    )


def sentence(code: str) -> str:
    """The sentence of a failure without further facts."""
    return {
        "disk_full": QCoreApplication.translate(
            "Setup",
            "There is no space left on the disk of the QGIS profile or of temporary files; free "
            "about 3 GB (8 GB for a graphics card's build) and set up again.",
        ),
        "long_path": QCoreApplication.translate(
            "Setup",
            "A file name became longer than Windows allows; let an administrator switch on long "
            "paths, or use a QGIS profile in a shorter folder, and set up again.",
        ),
        "proxy": QCoreApplication.translate(
            "Setup",
            "The proxy has refused the connection; check it in Settings ▸ Options ▸ Network "
            "(address, port, user), or set up offline from a folder of wheels.",
        ),
        "certificate": QCoreApplication.translate(
            "Setup",
            "The certificate of the package index cannot be verified. Behind a company's "
            "gateway, name its certificate file as 'cert' in pip's configuration, or set up "
            "offline from a folder of wheels.",
        ),
        "network": QCoreApplication.translate(
            "Setup",
            "The package index cannot be reached; check the network and the proxy in Settings ▸ "
            "Options ▸ Network and set up again, or set up offline from a folder of wheels.",
        ),
        "login": QCoreApplication.translate(
            "Setup",
            "The package index requires a login, or refuses this computer; check pip's "
            "configuration, or set up offline from a folder of wheels.",
        ),
        "damaged": QCoreApplication.translate(
            "Setup",
            "A downloaded file is damaged; set up again.",
        ),
        "permission": QCoreApplication.translate(
            "Setup",
            "The QGIS profile cannot be written; check its permissions, or start QGIS with a "
            "profile of your own.",
        ),
        "killed": QCoreApplication.translate(
            "Setup",
            "The system ended the installation, probably because memory ran out; close other "
            "programs and set up again.",
        ),
    }[code]
