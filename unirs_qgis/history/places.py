"""Where a history lies, and what belongs to it."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProject

from unirs_qgis.paths import profile_folder
from unirs_qgis.settings import Settings

HISTORY_FILE = "history.gpkg"


def history_path(settings: Settings, project: QgsProject) -> Path:
    """The history's file: beside a saved project if that is set, else in the profile."""
    saved = project.absoluteFilePath()
    if settings.history_place == "project" and saved:
        return Path(saved).with_name(f"{Path(saved).stem}-unirs.gpkg")
    return profile_folder() / HISTORY_FILE


def map_folder(history: Path) -> Path:
    """The folder with the maps of a history's entries, each named by its id."""
    return history.with_name("unirs-change-maps")
