"""What can go wrong while the runtime is set up, in plain words and with the next step."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qtpy.QtCore import QCoreApplication


class UserError(Exception):
    """A failure that the user can act on.

    Attributes:
        code: Stable, lower-case identifier such as ``"network"``.
        message: One or two sentences: what is wrong, and what to do.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class SetupError(UserError):
    """A failure of the set-up."""


_SIGNS = (
    # The first that is found anywhere in pip's output tells the cause: what fails last is often
    # only a consequence ("no matching distribution", when there was no network to look for one).
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
    # What pip says instead where a constraint names the version that cannot be found.
    ("no_build", r"The user requested \(constraint\) (?P<package>\S+)"),
)


def explain_pip(lines: Sequence[str], status: int, *, offline: bool) -> SetupError:
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
        return SetupError(code, sentence(code))
    if status < 0:
        return SetupError("killed", sentence("killed"))
    errors = [line for line in lines if line.startswith("ERROR:")] or [
        line for line in lines if line.strip()
    ]
    last = errors[-1].replace("ERROR:", "").strip() if errors else str(status)
    return SetupError(
        "pip_failed",
        QCoreApplication.translate(
            "Setup",
            "Installing the runtime failed: {reason} The whole log is below; "
            "copy it when you report this.",
        ).format(reason=last if last.endswith(".") else f"{last}."),
    )


def explain_os_error(error: OSError) -> SetupError:
    """Why a file or folder of the runtime could not be written or read."""
    code = {28: "disk_full", 112: "disk_full", 13: "permission", 30: "permission", 1: "permission"}
    known = code.get(error.errno or 0)
    if known:
        return SetupError(known, sentence(known))
    return SetupError(
        "files",
        QCoreApplication.translate(
            "Setup",
            "A file of the runtime could not be used ({reason}: {file}); close other QGIS windows "
            "and try again.",
        ).format(reason=error.strerror or type(error).__name__, file=error.filename or "?"),
    )


def _no_build(package: str, *, offline: bool) -> SetupError:
    if offline:
        return SetupError(
            "wheel_missing",
            QCoreApplication.translate(
                "Setup",
                "The folder of wheels holds no {package} that fits this computer and its Python; "
                "collect the wheels on a computer of the same kind with the same Python version.",
            ).format(package=package),
        )
    return SetupError(
        "no_build",
        QCoreApplication.translate(
            "Setup",
            "The package index offers no {package} for this computer and its Python; choose "
            "another Python (3.12 or 3.11) to set up from, or name an extra index that has it.",
        ).format(package=package),
    )


def sentence(code: str) -> str:
    """The sentence of a failure that needs no further facts."""
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
            "The proxy did not let the set-up through; check it in Settings ▸ Options ▸ Network "
            "(address, port, user), or set up offline from a folder of wheels.",
        ),
        "certificate": QCoreApplication.translate(
            "Setup",
            "The package index could not prove who it is (certificate). Behind a company's "
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
            "The package index wants a login or refuses this computer; check pip's configuration, "
            "or set up offline from a folder of wheels.",
        ),
        "damaged": QCoreApplication.translate(
            "Setup",
            "A downloaded file was damaged on its way; set up again.",
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
