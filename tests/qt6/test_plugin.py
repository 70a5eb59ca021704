"""Every module is imported, every name exists, and the widgets work under PyQt6."""

from __future__ import annotations

import ast
import dataclasses
import importlib
from pathlib import Path

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLineEdit, QPlainTextEdit, QToolButton, QWidget

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


def test_a_review_takes_keys_and_buttons(plugin, qtbot):
    from unirs_qgis.review.forms import AnswerRow
    from unirs_qgis.review.panel import ReviewPanel

    panel = ReviewPanel()
    qtbot.addWidget(panel)
    panel.show()
    row = AnswerRow(
        id=1,
        question="Is there water?",
        text="yes",
        options_text='{"yes": 0.6, "no": 0.4}',
        confidence=0.6,
        warnings_text="",
        rasters=(),
        margin=0,
        footprint="",
        crs="",
        is_follow_up=False,
        decision="",
        correction="",
    )
    panel.show_row(row)
    body = panel.widget()
    with qtbot.waitSignal(panel.accepted):
        qtbot.keyClick(body, Qt.Key.Key_A)
    with qtbot.waitSignal(panel.corrected) as corrected:
        qtbot.keyClick(body, Qt.Key.Key_2)
    assert corrected.args == ["no"]
    with qtbot.waitSignal(panel.skipped):
        qtbot.mouseClick(panel.findChild(QWidget, "reviewSkip"), Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(panel.back):
        qtbot.keyClick(body, Qt.Key.Key_Backspace)
    panel.show_row(dataclasses.replace(row, options_text=""))
    with qtbot.waitSignal(panel.corrected) as corrected:
        qtbot.keyClick(body, Qt.Key.Key_C)
        line = panel.findChild(QLineEdit, "reviewText")
        qtbot.keyClicks(line, "a pond")
        qtbot.keyClick(line, Qt.Key.Key_Return)
    assert corrected.args == ["a pond"]
    assert not panel.grab().isNull()


def test_a_change_map_has_a_slider(plugin, qtbot):
    from qgis.core import QgsRasterLayer

    from unirs_qgis.map.threshold import ThresholdSliders

    class New(QgsRasterLayer):
        def customProperty(self, _name, default=None):  # noqa: N802, Qt's name
            return default

    slider = ThresholdSliders(print).createWidget(New(), 0)
    qtbot.addWidget(slider)
    slider.show()
    before = slider.percent
    qtbot.keyClick(slider.slider, Qt.Key.Key_Right)
    assert slider.percent == before + 5
    assert slider.label.text() == f"≥ {slider.percent} %"


def test_every_entry_of_the_dock_s_menu_can_be_chosen(plugin, monkeypatch):
    from qtpy.QtGui import QDesktopServices

    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: True)
    dock = plugin._window.dock
    menu = dock.findChild(QToolButton, "menuButton").menu()
    for action in menu.actions():
        action.trigger()


def test_every_algorithm_declares_its_parameters(plugin):
    from unirs_qgis.processing.provider import ALGORITHMS

    for algorithm in (kind() for kind in ALGORITHMS):
        algorithm.initAlgorithm({})
        assert algorithm.displayName()
        assert algorithm.shortHelpString()
        assert algorithm.createInstance().name() == algorithm.name()
