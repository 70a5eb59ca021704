"""Where the plugin finds what it ships, and where it keeps what is the user's."""

from __future__ import annotations

import tempfile
from pathlib import Path

from qgis.core import QgsApplication

_PACKAGE = Path(__file__).parent


def resource(*parts: str) -> Path:
    """A file or folder below ``resources/``.

    It lies inside the installed plugin, and beside ``unirs_qgis/`` in the repository.
    """
    inside = _PACKAGE / "resources"
    folder = inside if inside.is_dir() else _PACKAGE.parent / "resources"
    return folder.joinpath(*parts)


def profile_folder() -> Path:
    """The plugin's folder in the user's QGIS profile; it may not exist yet."""
    return Path(QgsApplication.qgisSettingsDirPath()) / "unirs"


def private_folder() -> Path:
    """A new temporary folder that nobody else can read; whoever asks for it removes it."""
    return Path(tempfile.mkdtemp(prefix="unirs-"))
