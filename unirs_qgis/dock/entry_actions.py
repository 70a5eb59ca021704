"""Actions on an entry of the history, for its menu and its buttons."""

from __future__ import annotations

from qtpy.QtCore import QCoreApplication

translate = QCoreApplication.translate

ICONS = {
    "zoom": "zoom",
    "highlight": "highlight",
    "ask_again": "again",
    "continue": "continue",
    "copy": "copy",
    "change_map": "map",
    "report": "report",
    "delete": "delete",
}
"""Icon of each action, in the order of the menu."""


def action_text(action: str, task: str = "") -> str:
    """An action in the user's language.

    Args:
        action: A key of `ICONS`.
        task: That of the entry: the map of a search is one of places.
    """
    if (action, task) == ("change_map", "where"):
        return translate("EntryActions", "Show map of places")
    return {
        "zoom": translate("EntryActions", "Zoom to the footprint"),
        "highlight": translate("EntryActions", "Highlight the footprint"),
        "ask_again": translate("EntryActions", "Ask again"),
        "continue": translate("EntryActions", "Continue the conversation"),
        "copy": translate("EntryActions", "Copy question and answer"),
        "change_map": translate("EntryActions", "Show change map"),
        "report": translate("EntryActions", "Report…"),
        "delete": translate("EntryActions", "Delete…"),
    }[action]
