"""The export of the history, from the panel's menu to the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.core import QgsSettings
from qtpy.QtWidgets import QComboBox, QPushButton, QWidget

from tests.plugin import history_window
from unirs_qgis.dock import HostWidgets, UniRSDock
from unirs_qgis.dock.export_dialog import ExportDialog
from unirs_qgis.dock.report_dialog import ReportDialog
from unirs_qgis.history_controller import EXPORT_FOLDER, HistoryController
from unirs_qgis.map.footprints import Footprints
from unirs_qgis.settings import read_settings


@pytest.fixture
def answers(qtbot, qgis_iface, qgis_canvas, qgis_new_project, monkeypatch, tmp_path):
    monkeypatch.setattr("unirs_qgis.history.places.profile_folder", lambda: tmp_path / "profile")
    dock = UniRSDock(HostWidgets(QComboBox(), QComboBox(), QWidget()))
    qtbot.addWidget(dock)
    answers = HistoryController(dock, Footprints(qgis_canvas), qgis_iface, read_settings)
    answers.dock = dock
    yield answers
    answers.close()
    QgsSettings().remove(EXPORT_FOLDER)


def proposal(dock: UniRSDock) -> ExportDialog:
    """The dialog that the menu opens."""
    dock.status.history_action.emit("export")
    return dock.findChildren(ExportDialog)[-1]


def test_a_name_is_proposed_and_the_folder_is_remembered(qtbot, answers, tmp_path):
    dialog = proposal(answers.dock)
    assert Path(dialog.directory().absolutePath()) == Path.home()
    assert Path(dialog.selectedFiles()[0]).name == "unirs-history.gpkg"

    with qtbot.waitSignal(answers._history.exported):
        dialog.chosen.emit(str(tmp_path / "mine.csv"))
    dialog.close()

    assert Path(proposal(answers.dock).directory().absolutePath()) == tmp_path


def test_the_history_itself_is_never_overwritten(qtbot, answers, monkeypatch):
    messages = []
    monkeypatch.setattr(answers, "_warn", messages.append)
    monkeypatch.setattr(answers._history, "export", lambda *_: pytest.fail("it was written over"))

    proposal(answers.dock).chosen.emit(str(answers._history.path))

    assert "is the history itself" in messages[0]


def test_the_menu_leads_to_a_report(qtbot, answers, monkeypatch, tmp_path):
    messages = []
    monkeypatch.setattr(answers, "_warn", messages.append)
    answers.dock.status.history_action.emit("report")
    assert "no answer to report" in messages[0]

    asked = history_window.entry()
    with qtbot.waitSignal(answers._history.added):
        answers.add(asked)
    answers.dock.entry_action.emit(asked.id, "report")
    dialog = answers.dock.findChild(ReportDialog)
    assert dialog.chosen == [asked.id]
    dialog.findChild(QPushButton, "reportWrite").click()
    answers.dock.findChildren(ExportDialog)[-1].chosen.emit(str(tmp_path / "report.html"))
    qtbot.waitUntil((tmp_path / "report.html").exists, timeout=60_000)
    assert "A town at a river." in (tmp_path / "report.html").read_text(encoding="utf-8")
