"""The guide, which *Help* in the panel's menu opens."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import QUrl
from qtpy.QtGui import QDesktopServices

from unirs_qgis.paths import resource


def guide() -> Path:
    """A page for a browser in the installed plugin; its source in the repository."""
    page = resource("guide", "qgis.html")
    return page if page.exists() else Path(__file__).parents[1] / "docs" / "qgis.md"


def open_guide() -> None:
    """Show the guide in the program that the system has for it."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(guide())))
