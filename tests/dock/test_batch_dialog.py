"""The dialog of a batch: what fits the layers and the task, and the command that comes out."""

from __future__ import annotations

from pathlib import Path

import pytest
from qtpy.QtCore import Qt
from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from unirs_qgis.dock.batch_dialog import BatchChoice, BatchDialog


@pytest.fixture
def make(qtbot, tmp_path):
    """Makes a dialog about some layers."""

    def made(*layers: str, **proposed: object) -> BatchDialog:
        dialog = BatchDialog(layers or ("naip_2012",), tmp_path / "plan.yaml", **proposed)
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitExposed(dialog)
        return dialog

    return made


def find(dialog: BatchDialog, name: str, kind: type = QWidget):
    return dialog.findChild(kind, f"batch{name}")


def choose(dialog: BatchDialog, name: str, text: str) -> None:
    combo = find(dialog, name, QComboBox)
    combo.setCurrentIndex(combo.findText(text))
    assert combo.currentText() == text


def click_write(qtbot, dialog: BatchDialog) -> BatchChoice:
    with qtbot.waitSignal(dialog.chosen) as signal:
        qtbot.mouseClick(find(dialog, "Write"), Qt.MouseButton.LeftButton)
    return signal.args[0]


def test_captions_of_one_layer_are_proposed(qtbot, make, tmp_path):
    assert click_write(qtbot, make()) == BatchChoice(
        "caption", False, "", (), 256, "px", tmp_path / "plan.yaml", "auto"
    )


def test_the_question_of_the_dock_is_taken_over(qtbot, make):
    choice = click_write(qtbot, make(question="Is there a road?", options=["yes", "no"]))
    assert (choice.task, choice.question, choice.options) == (
        "ask",
        "Is there a road?",
        ("yes", "no"),
    )


def test_changes_are_offered_for_two_layers_only(make):
    tasks = [find(dialog, "Task", QComboBox).count() for dialog in (make(), make("2012", "2020"))]
    assert tasks == [3, 5]


def test_what_does_not_fit_the_task_is_hidden_and_left_out(qtbot, make):
    dialog = make("2012", "2020", question="Is there a road?", options=["yes", "no"])
    choose(dialog, "Task", "Describe the change of each tile")
    assert not find(dialog, "Question").isVisible()
    assert not find(dialog, "Options").isVisible()
    choice = click_write(qtbot, dialog)
    assert (choice.task, choice.in_pairs, choice.question, choice.options) == (
        "change",
        True,
        "",
        (),
    )


@pytest.mark.parametrize(
    ("field", "text", "why"),
    [
        ("Question", " ", "Enter the question."),
        ("Options", "yes", "Give at least two answers to choose from, comma-separated."),
        ("PlanFile", "", "Choose the plan file."),
        ("PlanFile", "plan.yaml", "Choose the plan file."),
        ("Address", "", "Enter the address of the cluster."),
    ],
)
def test_what_is_missing_is_named_on_the_button(make, field, text, why):
    dialog = make(question="Is there a road?")
    find(dialog, field, QLineEdit).setText(text)
    assert not find(dialog, "Write").isEnabled()
    assert find(dialog, "Write").toolTip() == why


@pytest.mark.parametrize(
    ("place", "ray"),
    [("A Ray cluster", "head:6379"), ("All cores of one computer", "local"), ("One process", "")],
)
def test_it_runs_where_the_user_wants(qtbot, make, place, ray):
    dialog = make()
    find(dialog, "Address", QLineEdit).setText("head:6379")
    choose(dialog, "RunOn", place)
    assert find(dialog, "Address").isVisible() is (place == "A Ray cluster")
    assert click_write(qtbot, dialog).ray == ray


def test_the_command_can_be_copied_until_something_else_is_chosen(qtbot, make):
    dialog = make()
    dialog.show_written("unirs batch plan.yaml")
    assert find(dialog, "Command", QPlainTextEdit).toPlainText() == "unirs batch plan.yaml"
    qtbot.mouseClick(find(dialog, "Copy", QPushButton), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "unirs batch plan.yaml"
    choose(dialog, "Unit", "metres")
    assert not find(dialog, "Result").isVisible()


def test_a_failure_is_shown_in_place_of_the_command(make):
    dialog = make()
    dialog.show_written("unirs batch plan.yaml")
    dialog.show_problem("plan.yaml already exists; choose another file.")
    assert not find(dialog, "Result").isVisible()
    assert find(dialog, "Problem").isVisible()


def test_it_fits_on_a_small_screen_however_long_the_names(make):
    names = [
        f"Orthofoto der Landesvermessung Baden-Württemberg {year}" for year in range(2000, 2020)
    ]
    dialog = make(*names, question="Is there a road?")
    dialog.show_written("unirs batch " + "/a/very/long/path" * 12)
    dialog.resize(dialog.minimumSizeHint())
    assert dialog.minimumSizeHint().width() <= 480
    assert dialog.minimumSizeHint().height() <= 560
    assert "and 17 more" in find(dialog, "Layers", QLabel).text()


def test_every_field_has_a_name_for_screen_readers(make):
    dialog = make()
    for name in ("Task", "Question", "Options", "RunOn", "Address"):
        field = find(dialog, name)
        label = next(each for each in dialog.findChildren(QLabel) if each.buddy() is field)
        assert label.text()
    for name in ("TileSize", "Unit", "PlanFile", "Browse", "Command"):
        assert find(dialog, name).accessibleName()


def test_the_plan_file_is_a_path(qtbot, make):
    assert isinstance(click_write(qtbot, make()).path, Path)
