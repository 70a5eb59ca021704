"""The platform of this computer, as the lock names it."""

from __future__ import annotations

import ctypes
import platform
import sys

from qtpy.QtCore import QCoreApplication

from unirs_qgis.errors import UserError
from unirs_qgis.runtime.locks import PLATFORMS


def this_platform() -> str:
    """The platform of this computer, one of ``PLATFORMS``.

    Raises:
        UserError: ``platform`` if the runtime cannot be set up on it.
    """
    machine = platform.machine().lower()
    if sys.platform == "win32":
        # A QGIS for Intel runs on Windows for ARM as well, and so does the runtime for Intel.
        machine = {"amd64": "x86_64", "arm64": "x86_64"}.get(machine, machine)
        name = f"windows-{machine}"
    elif sys.platform == "darwin":
        # A QGIS for Intel runs on Apple silicon under Rosetta: the runtime need not.
        name = "macos-arm64" if machine == "arm64" or _is_translated() else "macos-x86_64"
    else:
        machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
        name = f"linux-{machine}"
    if name in PLATFORMS:
        return name
    raise UserError("platform", _no_platform(name))


def _is_translated() -> bool:
    """Whether macOS translates this process for another processor."""
    value, size = ctypes.c_int(0), ctypes.c_size_t(ctypes.sizeof(ctypes.c_int))
    try:
        call = ctypes.CDLL(None).sysctlbyname
        failed = call(b"sysctl.proc_translated", ctypes.byref(value), ctypes.byref(size), None, 0)
    except (AttributeError, OSError):
        return False
    return not failed and value.value == 1


def _no_platform(name: str) -> str:
    if name == "macos-x86_64":
        return QCoreApplication.translate(
            "Setup",
            "PyTorch is no longer made for Macs with an Intel processor, so the runtime cannot be "
            "set up here; choose a Python of your own with unirs, or ask a server on another "
            "computer.",
        )
    text = QCoreApplication.translate(
        "Setup",
        "The runtime cannot be set up on {platform}: PyTorch supports only 64-bit Windows, 64-bit "
        "Linux and Apple silicon.",
    )
    return text.format(platform=name)
