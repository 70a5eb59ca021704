"""Every module is imported, every name exists, and the widgets work under PyQt6."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QPlainTextEdit, QWidget

import unirs_qgis
from tests.qt6.stand_in import chains
from unirs_qgis.dock import DockState

PLUGIN = Path(unirs_qgis.__file__).parent
SOURCES = sorted(path for path in PLUGIN.rglob("*.py") if "_vendor" not in path.parts)
NAMES = [path.relative_to(PLUGIN).with_suffix("").as_posix() for path in SOURCES]
ONLY_BELOW_QT6 = {"QtCore.QVariant.Type"}
"""Reached in older versions alone, by a condition."""


@pytest.mark.parametrize("name", NAMES)
def test_every_module_is_imported(name):
    dotted = f"{PLUGIN.name}/{name}".replace("/", ".")
    importlib.import_module(dotted.removesuffix(".__init__"))


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
def test_every_name_of_qt_and_qgis_exists(path):
    for place, dotted in chains(ast.parse(path.read_text("utf-8"))):
        if dotted in ONLY_BELOW_QT6:
            continue
        found = importlib.import_module(place)
        for part in dotted.split("."):
            assert hasattr(found, part), f"{place}: {dotted}"
            found = getattr(found, part)


@pytest.fixture
def plugin(plugin_of, iface):
    """The plugin in a stand-in for QGIS's window."""
    return plugin_of(iface)


def test_the_dock_opens_and_takes_a_question(plugin, qtbot):
    dock = plugin._window.dock
    dock.show()
    for kind in ("single", "pair", "video"):
        dock.set_kind(kind)
    dock.findChild(QPlainTextEdit, "questionEdit").setPlainText("Is there a road?")
    dock.show_state(DockState.READY)
    qtbot.mouseClick(dock.findChild(QWidget, "askButton"), Qt.MouseButton.LeftButton)
    assert not dock.grab().isNull()


def test_the_options_page_shows_and_keeps_the_settings(plugin, qtbot):
    page = plugin._window._options.createWidget()
    qtbot.addWidget(page)
    page.show()
    page.runtime.python_edit.setFilePath("/usr/bin/python3")
    page.answers.views_spin.setValue(4)
    assert (page.settings.views, page.settings.python) == (4, "/usr/bin/python3")
    page.apply()
    assert not page.grab().isNull()


def test_every_algorithm_declares_its_parameters(plugin):
    from unirs_qgis.processing.provider import ALGORITHMS

    for algorithm in (kind() for kind in ALGORITHMS):
        algorithm.initAlgorithm({})
        assert algorithm.displayName()
        assert algorithm.shortHelpString()
        assert algorithm.createInstance().name() == algorithm.name()
