"""The dialog of a report: entries are chosen from all of the history, also by a search."""

from __future__ import annotations

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLineEdit, QListWidget, QPushButton, QWidget

from unirs_qgis.dock.entries import LayerRecord
from unirs_qgis.dock.report_dialog import ReportDialog


@pytest.fixture
def entries(make_entry):
    things = ("roads", "boats", "fields")
    return [make_entry(number, question=f"Any {thing}?") for number, thing in enumerate(things)]


@pytest.fixture
def owner(qtbot) -> QWidget:
    """What the dialog belongs to: it deletes itself, which a test's end does not expect."""
    owner = QWidget()
    qtbot.addWidget(owner)
    return owner


@pytest.fixture
def dialog(owner, entries) -> ReportDialog:
    dialog = ReportDialog(entries, [entries[1].id], owner)
    dialog.show()
    return dialog


def test_the_entry_that_it_was_opened_at_is_chosen(dialog, entries) -> None:
    assert dialog.chosen == [entries[1].id]
    view = dialog.findChild(QListWidget, "reportEntries")
    texts = [view.item(row).text() for row in range(view.count())]
    newest_first = sorted(entries, key=lambda entry: entry.time, reverse=True)
    assert [text.splitlines()[0] for text in texts] == [entry.title for entry in newest_first]


def test_all_that_a_search_finds_can_be_chosen(qtbot, dialog, entries) -> None:
    dialog.findChild(QLineEdit, "reportSearch").setText("any FIELDS")
    qtbot.mouseClick(dialog.findChild(QPushButton, "reportAll"), Qt.MouseButton.LeftButton)
    assert set(dialog.chosen) == {entries[1].id, entries[2].id}
    with qtbot.waitSignal(dialog.accepted_ids) as accepted:
        write = dialog.findChild(QPushButton, "reportWrite")
        qtbot.mouseClick(write, Qt.MouseButton.LeftButton)
    assert set(accepted.args[0]) == {entries[1].id, entries[2].id}


def test_a_series_takes_a_line_and_is_found_by_any_of_its_layers(owner, make_entry) -> None:
    layers = [LayerRecord(f"county_{year}", "", f"{year}-07-01") for year in range(2009, 2021)]
    dialog = ReportDialog([make_entry(layers=tuple(layers))], (), owner)
    item = dialog.findChild(QListWidget, "reportEntries").item(0)
    line = item.text().splitlines()[2]
    assert "2009-07-01" in line
    assert "2020-07-01" in line
    assert "2015" not in line
    dialog.findChild(QLineEdit, "reportSearch").setText("county_2015")
    assert not item.isHidden()
    dialog.findChild(QLineEdit, "reportSearch").setText("county_2031")
    assert item.isHidden()


def test_nothing_chosen_is_no_report(dialog) -> None:
    view = dialog.findChild(QListWidget, "reportEntries")
    for row in range(view.count()):
        view.item(row).setCheckState(Qt.CheckState.Unchecked)
    assert not dialog.findChild(QPushButton, "reportWrite").isEnabled()
