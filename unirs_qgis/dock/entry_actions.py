"""Actions on an entry of the history, for its menu and its buttons."""

from __future__ import annotations

from qtpy.QtCore import QCoreApplication
from qtpy.QtGui import QPalette
from qtpy.QtWidgets import QMenu

from unirs_qgis.dock.theme import icon

translate = QCoreApplication.translate

ICONS = {
    "zoom": "zoom",
    "highlight": "highlight",
    "ask_again": "again",
    "copy": "copy",
    "change_map": "map",
    "delete": "delete",
}
"""Icon of each action, in the order of the menu."""


def action_text(action: str) -> str:
    """An action in the user's language.

    Args:
        action: A key of `ICONS`.
    """
    return {
        "zoom": translate("EntryActions", "Zoom to the footprint"),
        "highlight": translate("EntryActions", "Highlight the footprint"),
        "ask_again": translate("EntryActions", "Ask again"),
        "copy": translate("EntryActions", "Copy question and answer"),
        "change_map": translate("EntryActions", "Show change map"),
        "delete": translate("EntryActions", "Delete…"),
    }[action]


def fill_menu(menu: QMenu, palette: QPalette, enabled: set[str]) -> None:
    """Adds every action to a menu; `QAction.data` holds its name.

    Args:
        menu: Filled.
        palette: Colours of the icons.
        enabled: Names of those that may be chosen.
    """
    for name, icon_name in ICONS.items():
        if name == "delete":
            menu.addSeparator()
        action = menu.addAction(icon(icon_name, palette), action_text(name))
        action.setData(name)
        action.setEnabled(name in enabled)
