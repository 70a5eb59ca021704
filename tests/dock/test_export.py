"""Where to export the history: a proposed name, a suffix, and never over a file unasked."""

from __future__ import annotations

from pathlib import Path

import pytest
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import (
    QApplication,
    QDialogButtonBox,
    QFileDialog,
    QLineEdit,
    QMessageBox,
    QPushButton,
)

from unirs_qgis.dock.export_dialog import ExportDialog

FORMATS = {".gpkg": "GeoPackage", ".geojson": "GeoJSON", ".csv": "CSV"}


@pytest.fixture
def dialog(qtbot, tmp_path) -> ExportDialog:
    """The dialog of Qt itself: a test cannot use that of the system."""
    dialog = ExportDialog(tmp_path / "unirs-history.gpkg", FORMATS)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.open()
    qtbot.waitUntil(dialog.isVisible)
    dialog.written = []
    dialog.chosen.connect(dialog.written.append)
    return dialog


def save(dialog: ExportDialog) -> None:
    box = dialog.findChild(QDialogButtonBox)
    box.button(QDialogButtonBox.StandardButton.Save).click()


def answer(reply: str) -> list[str]:
    """Replies to the next message box; returns what it asked, once it has."""
    asked = []

    def click() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(20, click)
            return
        asked.append(box.text())
        next(x for x in box.findChildren(QPushButton) if reply in x.text()).click()

    QTimer.singleShot(20, click)
    return asked


def type_name(dialog: ExportDialog, name: str) -> None:
    dialog.findChild(QLineEdit, "fileNameEdit").setText(name)


def test_a_name_is_proposed_in_the_folder_that_is_given(dialog, tmp_path):
    assert dialog.findChild(QLineEdit, "fileNameEdit").text() == "unirs-history.gpkg"
    assert Path(dialog.directory().absolutePath()) == tmp_path

    save(dialog)

    assert dialog.written == [str(tmp_path / "unirs-history.gpkg")]


@pytest.mark.parametrize(
    ("kind", "name", "written"),
    [
        ("GeoPackage", "mine", "mine.gpkg"),
        ("CSV", "mine", "mine.csv"),
        ("CSV", "mine.geojson", "mine.geojson"),
        ("GeoPackage", "mine.v2", "mine.v2.gpkg"),
    ],
)
def test_a_name_without_a_suffix_gets_that_of_the_format(dialog, tmp_path, kind, name, written):
    chosen = next(one for one in dialog.nameFilters() if one.startswith(kind))
    dialog.selectNameFilter(chosen)
    dialog.filterSelected.emit(chosen)  # what a click on it does, too
    type_name(dialog, name)

    save(dialog)

    assert dialog.written == [str(tmp_path / written)]


@pytest.mark.parametrize("name", ["old.gpkg", "old", "old.v2"])
def test_nothing_is_overwritten_unasked(dialog, tmp_path, name):
    for old in ("old.gpkg", "old.v2.gpkg"):
        (tmp_path / old).write_text("precious")
    type_name(dialog, name)
    asked = answer("Cancel" if name == "old.v2" else "No")

    save(dialog)

    assert len(asked) == 1
    assert dialog.written == []


def test_a_confirmed_file_is_replaced(dialog, tmp_path):
    (tmp_path / "old.v2.gpkg").write_text("old")
    type_name(dialog, "old.v2")
    answer("Replace")

    save(dialog)

    assert dialog.written == [str(tmp_path / "old.v2.gpkg")]
