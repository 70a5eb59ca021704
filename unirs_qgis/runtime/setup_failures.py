"""Why a set-up has failed, as a sentence for the user."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qtpy.QtCore import QCoreApplication

from unirs_qgis.errors import UserError
from unirs_qgis.runtime.download import sentence

NETWORK_CODES = frozenset({"network", "proxy", "certificate", "login"})
"""Failures of the network, of which another source may be free."""

_SIGNS = (
    # The first match anywhere in the output is the cause.
    ("disk_full", r"No space left on device|os error 28\b|not enough space|os error 112\b"),
    ("long_path", r"os error 206\b|path too long|filename or extension is too long"),
    ("certificate", r"invalid peer certificate|UnknownIssuer|certificate verify failed"),
    ("proxy", r"tunnel error|407 Proxy|socks proxy|SOCKS error|proxy authentication"),
    ("login", r"401 Unauthorized|403 Forbidden|returned a 403"),
    (
        "network",
        r"error sending request|Failed to fetch|Request failed after|dns error|timed out|"
        r"connection closed|Connection reset|HTTP status server error",
    ),
    ("damaged", r"Hash mismatch|Failed to extract archive|invalid zip|Invalid checksum"),
    ("permission", r"Permission denied|Access is denied|os error 5\b|os error 13\b|Read-only"),
    ("locked", r"os error 32\b|being used by another process"),
    (
        "no_build",
        r"(?:Because (?:there (?:is|are) no versions? of )?|your requirement )"
        r"(?P<package>[A-Za-z][\w.-]*(?:==[\w.+]+)?)",
    ),
)


def explain_uv(lines: Sequence[str], status: int, *, offline: bool) -> UserError:
    """Why uv failed.

    Args:
        lines: Its output, or the end of it.
        status: Its exit status.
        offline: Whether it installed from a folder.
    """
    output = "\n".join(lines)
    for code, sign in _SIGNS:
        found = re.search(sign, output)
        if not found:
            continue
        if code == "no_build":
            return _no_build(found["package"], offline=offline)
        return UserError(code, failure_sentence(code))
    if status < 0:
        return UserError("killed", failure_sentence("killed"))
    errors = [line for line in lines if line.startswith("error:")] or list(lines)
    last = errors[-1].replace("error:", "").strip() if errors else str(status)
    text = QCoreApplication.translate(
        "Setup",
        "Installing the runtime failed: {reason} The whole log is below; "
        "copy it when you report this.",
    )
    return UserError("uv_failed", text.format(reason=last if last.endswith(".") else f"{last}."))


def explain_os_error(error: OSError) -> UserError:
    """Why a file or folder of the runtime could not be written or read."""
    windows = {5: "permission", 32: "locked", 112: "disk_full", 206: "long_path"}
    code = {28: "disk_full", 13: "permission", 30: "permission", 1: "permission"}
    known = windows.get(getattr(error, "winerror", None) or 0) or code.get(error.errno or 0)
    if known:
        return UserError(known, failure_sentence(known))
    text = QCoreApplication.translate(
        "Setup",
        "A file of the runtime could not be used ({reason}: {file}); close other QGIS windows "
        "and try again.",
    )
    facts = {"reason": error.strerror or type(error).__name__, "file": error.filename or "?"}
    return UserError("files", text.format(**facts))


def _no_build(package: str, *, offline: bool) -> UserError:
    if offline:
        text = QCoreApplication.translate(
            "Setup",
            "The folder holds no {package} that fits this computer and its Python; save it anew "
            "on another computer, for a platform like this one.",
        )
        return UserError("wheel_missing", text.format(package=package))
    text = QCoreApplication.translate(
        "Setup",
        "The package index offers no {package} for this computer and its Python; choose another "
        "build of PyTorch in the set-up options, or name an extra index that has it.",
    )
    return UserError("no_build", text.format(package=package))


def failure_sentence(code: str) -> str:
    """The sentence of a failure without further facts."""
    if code in NETWORK_CODES or code == "damaged":
        return sentence(code)
    return {
        "disk_full": QCoreApplication.translate(
            "Setup",
            "There is no space left on the disk of the QGIS profile; free some and set up again.",
        ),
        "long_path": QCoreApplication.translate(
            "Setup",
            "A file name became longer than Windows allows; let an administrator switch on long "
            "paths, or use a QGIS profile in a shorter folder, and set up again.",
        ),
        "permission": QCoreApplication.translate(
            "Setup",
            "A folder of the set-up cannot be written: check the permissions of the QGIS profile, "
            "or let your antivirus program except it, and set up again.",
        ),
        "locked": QCoreApplication.translate(
            "Setup",
            "Another program has a file of the runtime open; close other QGIS windows and set up "
            "again.",
        ),
        "killed": QCoreApplication.translate(
            "Setup",
            "The system ended the installation, probably because memory ran out; close other "
            "programs and set up again.",
        ),
    }[code]


def explain_check(lines: Sequence[str], status: int) -> UserError:
    """Why the installed runtime does not work."""
    output = "\n".join(lines)
    if "WinError 1114" in output or "c10.dll" in output or "vcruntime" in output.lower():
        return UserError(
            "check_failed",
            QCoreApplication.translate(
                "Setup",
                "PyTorch could not be loaded, since Microsoft's Visual C++ runtime is missing or "
                "old: install vc_redist.x64.exe from https://aka.ms/vs/17/release/vc_redist.x64."
                "exe and set up again.",
            ),
        )
    if "WinError 5]" in output:
        return UserError("permission", failure_sentence("permission"))
    reason = lines[-1].replace("unirs: ", "", 1) if lines else f"exit code {status}."
    text = QCoreApplication.translate(
        "Setup",
        "The runtime was installed, but does not work: {reason} Set up again, or choose "
        "another build of PyTorch in the options.",
    )
    return UserError("check_failed", text.format(reason=reason))
