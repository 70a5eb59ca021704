"""A dock with stand-ins for QGIS's choosers, and answers to show in it.

Runs under Qt 5 and Qt 6, whichever binding `QT_API` names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields as fields_of
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from uuid import uuid4

import pytest
from qtpy.QtCore import QLocale
from qtpy.QtWidgets import QApplication, QComboBox, QHBoxLayout, QLineEdit, QToolButton, QWidget

from unirs_qgis.answer import Answer
from unirs_qgis.dock import DockState, HostWidgets, UniRSDock
from unirs_qgis.dock.entries import Entry, LayerRecord

ANSWER_FIELDS = {field.name for field in fields_of(Answer)}
LAYERS = ("naip_20120731", "naip_20180812", "Orthofoto der Landesvermessung Baden-Württemberg 2021")


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    """Fusion looks the same on every platform, and English is what the tests read."""
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    return QApplication


@pytest.fixture
def host() -> HostWidgets:
    """Choosers of the shape of QGIS's own."""
    before, after, extent = QComboBox(), QComboBox(), QWidget()
    for combo in (before, after):
        combo.addItems(LAYERS)
    after.setCurrentIndex(1)
    layout = QHBoxLayout(extent)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(QLineEdit("455300.0000,459100.0000,3770200.0000,3773900.0000 [EPSG:26911]"))
    button = QToolButton()
    button.setText("Map canvas")
    layout.addWidget(button)
    return HostWidgets(before, after, extent)


@pytest.fixture
def dock(qtbot, host: HostWidgets) -> UniRSDock:
    """A dock that is ready, in its own window."""
    dock = UniRSDock(host)
    qtbot.addWidget(dock)
    dock.resize(420, 900)
    dock.show_state(DockState.READY)
    dock.show()
    qtbot.waitExposed(dock)
    dock.activateWindow()
    return dock


@pytest.fixture
def make_entry() -> Callable[..., Entry]:
    """Makes an entry, asked `minutes` ago; `answer` is the text, other fields are as given."""
    plain = Entry(
        id="",
        created="",
        kind="single",
        task="ask",
        question="Is there a water area in the image?",
        answer=Answer(
            text="yes",
            clue="an aerial image of a town with many houses, some roads and a small lake",
            model="unirs-small",
            device="cpu",
            seconds=2.34,
        ),
        footprint="POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))",
        crs="EPSG:26911",
        layers=(LayerRecord("naip_20180812", "naip.tif", "2018-08-12"),),
    )

    def make(minutes: float = 0, **fields: object) -> Entry:
        created = datetime.now(timezone.utc) - timedelta(minutes=minutes)
        fields = {"id": uuid4().hex, "created": created.isoformat(), **fields}
        of_answer = {name: fields.pop(name) for name in ANSWER_FIELDS & fields.keys()}
        if "answer" in fields:
            of_answer["text"] = fields.pop("answer")
        return replace(plain, answer=replace(plain.answer, **of_answer), **fields)

    return make


@pytest.fixture
def find(dock: UniRSDock) -> Callable[[str], QWidget]:
    """Finds a widget of the dock by its object name, as drivers do."""

    def by_name(name: str) -> QWidget:
        widget = dock.findChild(QWidget, name)
        assert widget is not None, name
        return widget

    return by_name
