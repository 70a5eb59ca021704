"""The states of the dock, and the buttons that lead out of them."""

from __future__ import annotations

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QPushButton

from unirs_qgis.dock import DockState

BANNER_BUTTONS = ("setUpButton", "cancelSetUpButton", "restartButton", "optionsButton")


def click(qtbot, widget) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("state", list(DockState))
def test_every_state_has_a_sentence_of_its_own(dock, find, state):
    dock.show_state(state)

    assert dock.state is state
    assert find("statusLabel").text()
    others = {other.sentence for other in DockState if other is not state}
    assert find("statusLabel").text() not in others


def test_a_message_stands_instead_of_the_sentence(dock, find):
    dock.show_state(DockState.DIED, "The worker was killed by the system.")

    assert find("statusLabel").text() == "The worker was killed by the system."


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (DockState.NOT_SET_UP, {"setUpButton", "optionsButton"}),
        (DockState.SETTING_UP, {"cancelSetUpButton"}),
        (DockState.DIED, {"restartButton", "optionsButton"}),
        (DockState.OFFLINE, {"optionsButton", "setUpButton"}),
        (DockState.READY, set()),
        (DockState.BUSY, set()),
    ],
)
def test_each_state_shows_its_buttons(dock, find, state, shown):
    dock.show_state(state)

    assert {name for name in BANNER_BUTTONS if find(name).isVisible()} == shown


@pytest.mark.parametrize(
    ("state", "button", "signal"),
    [
        (DockState.NOT_SET_UP, "setUpButton", "set_up_requested"),
        (DockState.SETTING_UP, "cancelSetUpButton", "set_up_cancelled"),
        (DockState.DIED, "restartButton", "restart_requested"),
        (DockState.OFFLINE, "optionsButton", "options_requested"),
    ],
)
def test_the_buttons_emit_their_signals(qtbot, dock, find, state, button, signal):
    dock.show_state(state)

    with qtbot.waitSignal(getattr(dock.status, signal)):
        click(qtbot, find(button))


def test_progress_of_known_and_unknown_length(dock, find):
    bar = find("statusProgress")
    dock.show_state(DockState.SETTING_UP, "Installing torch…", 3, 11)
    assert (bar.isVisible(), bar.value(), bar.maximum()) == (True, 3, 11)

    dock.show_state(DockState.LOADING)
    assert (bar.isVisible(), bar.maximum()) == (True, 0)

    dock.show_state(DockState.READY)
    assert not bar.isVisible()


def test_the_log_of_the_set_up_is_there_to_read_after_it_failed(qtbot, dock, find):
    dock.show_state(DockState.SETTING_UP)
    dock.append_log("Downloading <b>torch</b>")
    click(qtbot, find("logFold"))
    assert find("setUpLog").toPlainText() == "Downloading <b>torch</b>"

    dock.show_state(DockState.NOT_SET_UP, "The download failed: choose a proxy in the options.")

    assert find("setUpLog").isVisible()


def test_another_set_up_begins_with_an_empty_log(dock, find):
    dock.show_state(DockState.SETTING_UP)
    dock.append_log("first")
    dock.show_state(DockState.SETTING_UP, "still the first", 1, 2)
    assert find("setUpLog").toPlainText() == "first"
    dock.show_state(DockState.NOT_SET_UP)

    dock.show_state(DockState.SETTING_UP)

    assert find("setUpLog").toPlainText() == ""


@pytest.mark.parametrize(
    ("action", "signal", "args"),
    [
        ("tilesAction", "tiles_requested", []),
        ("indexAction", "index_requested", []),
        ("reportAction", "history_action", ["report"]),
        ("exportAction", "history_action", ["export"]),
        ("asLayerAction", "history_action", ["as_layer"]),
        ("optionsAction", "options_requested", []),
    ],
)
def test_the_menu_emits_its_signals(qtbot, dock, find, action, signal, args):
    menu = find("menuButton").menu()
    entry = next(one for one in menu.actions() if one.objectName() == action)

    with qtbot.waitSignal(getattr(dock.status, signal)) as reported:
        entry.trigger()

    assert reported.args == args


def test_a_reason_with_a_path_as_long_as_the_screen_does_not_widen_the_dock(qtbot, dock, find):
    dock.resize(280, 900)
    dock.show_state(DockState.DIED, "No file " + "/very/long/folder" * 40 + "/model.safetensors")
    qtbot.wait(20)

    assert dock.width() == 280
    label = find("statusLabel")
    assert label.height() >= label.heightForWidth(label.width())
    assert find("restartButton").isVisible()
    assert isinstance(find("restartButton"), QPushButton)
