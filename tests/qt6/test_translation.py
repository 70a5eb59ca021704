"""No text of the plugin escapes the translator, in dock, menus, options and toolbox."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from qtpy.QtCore import QTranslator
from qtpy.QtGui import QAction
from qtpy.QtWidgets import QComboBox, QWidget

from unirs_qgis.dock import DockState
from unirs_qgis.dock.entries import KINDS
from unirs_qgis.dock.suggestions import suggestions

TEXTS = ("text", "toolTip", "title", "placeholderText", "accessibleName", "windowTitle", "suffix",
         "specialValueText", "statusTip")  # fmt: skip
OF_NO_LANGUAGE = re.compile(r"UniRS|unirs-\w+|\d+|[^\W\d_]{0,2}", re.IGNORECASE)
"""Names, numbers, and marks with no more than two letters in a row."""

ENGLISH = {one.question for kind in KINDS for one in suggestions(kind)}
"""Questions, which are in the language of the models."""


class Marking(QTranslator):
    """Marks every text that was translated."""

    def translate(self, _context, source, _disambiguation=None, _n=-1):
        return f"⟦{source}⟧"

    def isEmpty(self) -> bool:  # noqa: N802
        return False


@pytest.fixture
def marked(qapp):
    """Every text that is translated from now on is marked."""
    marking = Marking()
    qapp.installTranslator(marking)
    yield
    qapp.removeTranslator(marking)


def shown(widget: QWidget) -> Iterator[tuple[str, str]]:
    """Whose text, and the text, of a widget with all within it."""
    for each in [widget, *widget.findChildren(QWidget), *widget.findChildren(QAction)]:
        owner = f"{type(each).__name__} {each.objectName()}"
        if each.objectName().startswith("qt_"):
            continue
        for name in TEXTS:
            reader = getattr(each, name, None)
            if callable(reader) and isinstance(text := reader(), str):
                yield owner, text
        if isinstance(each, QComboBox):
            yield from ((owner, each.itemText(row)) for row in range(each.count()))


def escaped(texts: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    """The texts with words outside of the marks."""
    found = []
    for owner, text in texts:
        rest = re.sub(r"<[^>]*>", " ", text)
        while (less := re.sub(r"⟦[^⟦⟧]*(⟧|…$)", " ", rest)) != rest:
            rest = less
        is_example = rest.strip() in ENGLISH or rest.startswith("server:http")
        if not is_example and not all(map(OF_NO_LANGUAGE.fullmatch, re.findall(r"[\w-]+", rest))):
            found.append((owner, text))
    return found


@pytest.mark.usefixtures("marked")
def test_no_text_of_the_dock_escapes(plugin_of, iface):
    dock = plugin_of(iface)._window.dock
    for kind in ("single", "pair", "video"):
        dock.set_kind(kind)
        for state in DockState:
            dock.show_state(state)
            assert escaped(shown(dock)) == []


@pytest.mark.usefixtures("marked")
def test_no_text_of_the_options_escapes(plugin_of, iface, qtbot):
    page = plugin_of(iface)._window._options.createWidget()
    qtbot.addWidget(page)
    assert escaped(shown(page)) == []


@pytest.mark.usefixtures("marked")
def test_no_text_of_the_toolbox_escapes(plugin_of, iface):
    plugin_of(iface)
    from unirs_qgis.processing.provider import ALGORITHMS

    for algorithm in (kind() for kind in ALGORITHMS):
        texts = algorithm.texts()
        every = [texts.title, texts.summary, texts.tags, texts.output, *texts.help]
        assert escaped((algorithm.name(), text) for text in every) == []
