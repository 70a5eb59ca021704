"""Files that the plugin ships, and folders for the user's files."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from functools import lru_cache
from pathlib import Path

from qgis.core import QgsApplication

_PACKAGE = Path(__file__).parent

_PREFIX = "unirs-"
_GRACE = 60
"""Seconds for which the folder of a process that has ended is left: its worker may still read."""
_OLD = 30 * 24 * 3600
"""Seconds after which any private folder is left over."""


def resource(*parts: str) -> Path:
    """A file or folder below ``resources/``.

    The folder is inside the installed plugin, and beside ``unirs_qgis/`` in the repository.
    """
    inside = _PACKAGE / "resources"
    folder = inside if inside.is_dir() else _PACKAGE.parent / "resources"
    return folder.joinpath(*parts)


def guide_page() -> Path:
    """The guide: a page for a browser in the installed plugin, its source in the repository."""
    page = resource("guide", "qgis.html")
    return page if page.exists() else _PACKAGE.parent / "docs" / "qgis.md"


def profile_folder() -> Path:
    """The plugin's folder in the user's QGIS profile; it may not exist yet."""
    return Path(QgsApplication.qgisSettingsDirPath()) / "unirs"


def private_folder() -> Path:
    """A new temporary folder that nobody else can read; the caller removes it."""
    sweep_private_folders()
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))


@lru_cache(maxsize=1)
def sweep_private_folders() -> None:
    """Remove the folders that crashed windows have left, once: see `_is_left_behind`."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if _is_left_behind(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_left_behind(folder: Path) -> bool:
    """Whether a folder is ours, and of a process that has ended or of one long ago.

    The standard library has no harmless check for a process on Windows, and other computers may
    share the folder: there, and for names of earlier versions, age decides.
    """
    try:
        about = folder.lstat()
    except OSError:
        return False
    if not stat.S_ISDIR(about.st_mode) or (hasattr(os, "getuid") and about.st_uid != os.getuid()):
        return False
    number = folder.name[len(_PREFIX) :].partition("-")[0]
    if os.name == "posix" and number.isdigit() and not _is_running(int(number)):
        return time.time() - about.st_mtime > _GRACE
    return time.time() - about.st_mtime > _OLD


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
