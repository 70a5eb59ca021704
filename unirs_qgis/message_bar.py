"""Sentences in QGIS's message bar, which would interpret markup in them."""

from __future__ import annotations

import html

from qgis.gui import QgisInterface


def show_info(iface: QgisInterface, sentence: str) -> None:
    """Report a success."""
    iface.messageBar().pushInfo("UniRS", html.escape(sentence, quote=False))


def show_warning(iface: QgisInterface, sentence: str) -> None:
    """Report a failure that the user can act on."""
    iface.messageBar().pushWarning("UniRS", html.escape(sentence, quote=False))
