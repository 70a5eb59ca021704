"""The question box and its buttons, by keys and clicks."""

from __future__ import annotations

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QToolButton

from unirs_qgis.dock import DockState, SeriesItem
from unirs_qgis.dock.parts.buttons import PillButton

TASK_BUTTONS = ("captionButton", "changeButton", "classifyButton")


def click(qtbot, widget) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_enter_sends_the_question(qtbot, dock, find):
    qtbot.keyClicks(find("questionEdit"), "Is there water?")

    with qtbot.waitSignal(dock.submitted) as sent:
        qtbot.keyClick(find("questionEdit"), Qt.Key.Key_Return)

    assert sent.args == ["ask", "Is there water?", []]


def test_enter_of_the_number_block_sends_too(qtbot, dock, find):
    qtbot.keyClicks(find("questionEdit"), "Is there water?")

    with qtbot.waitSignal(dock.submitted):
        qtbot.keyClick(find("questionEdit"), Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)


def test_shift_enter_breaks_the_line(qtbot, dock, find):
    qtbot.keyClicks(find("questionEdit"), "one")
    with qtbot.assertNotEmitted(dock.submitted):
        qtbot.keyClick(find("questionEdit"), Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(find("questionEdit"), "two")

    assert dock.question.splitlines() == ["one", "two"]


def test_a_sent_question_stays_selected_so_that_the_next_one_replaces_it(qtbot, dock, find):
    qtbot.keyClicks(find("questionEdit"), "Is there water?")
    qtbot.keyClick(find("questionEdit"), Qt.Key.Key_Return)
    assert dock.question == "Is there water?"

    qtbot.keyClicks(find("questionEdit"), "Are there roads?")

    assert dock.question == "Are there roads?"


def test_where_sends_the_question_as_a_search(qtbot, dock, find):
    assert not find("whereButton").isEnabled()
    qtbot.keyClicks(find("questionEdit"), "boats")
    with qtbot.waitSignal(dock.submitted) as sent:
        click(qtbot, find("whereButton"))
    assert sent.args == ["where", "boats", []]


def test_a_series_is_not_searched(dock, find):
    dock.set_kind("video")
    assert find("whereButton").isHidden()


@pytest.mark.parametrize("text", ["", "   ", "\n\n"])
def test_nothing_is_sent_without_a_question(qtbot, dock, find, text):
    find("questionEdit").setPlainText(text)

    assert not find("askButton").isEnabled()
    with qtbot.assertNotEmitted(dock.submitted):
        qtbot.keyClick(find("questionEdit"), Qt.Key.Key_Return)


@pytest.mark.parametrize("state", [s for s in DockState if not s.can_ask])
def test_nothing_is_sent_in_a_state_that_cannot_answer(qtbot, dock, find, state):
    dock.set_question("Is there water?")
    dock.show_state(state)

    with qtbot.assertNotEmitted(dock.submitted):
        qtbot.keyClick(find("questionEdit"), Qt.Key.Key_Return)
        for name in ("askButton", *TASK_BUTTONS):
            click(qtbot, find(name))


def test_a_question_may_be_sent_after_the_worker_died(qtbot, dock, find):
    dock.set_question("Is there water?")
    dock.show_state(DockState.DIED, "The worker was killed.")

    with qtbot.waitSignal(dock.submitted):
        click(qtbot, find("askButton"))


@pytest.mark.parametrize("state", [DockState.BUSY, DockState.LOADING])
@pytest.mark.parametrize("name", ["questionEdit", "historyView", "beforeLayerCombo"])
def test_escape_stops_wherever_the_keyboard_is(qtbot, dock, find, state, name):
    dock.show_state(state)
    find(name).setFocus()

    with qtbot.waitSignal(dock.stopped):
        qtbot.keyClick(find(name), Qt.Key.Key_Escape)


def test_escape_stops_nothing_when_nothing_runs(qtbot, dock, find):
    with qtbot.assertNotEmitted(dock.stopped):
        qtbot.keyClick(find("questionEdit"), Qt.Key.Key_Escape)
    assert not find("stopButton").isVisible()


def test_stop_replaces_ask_while_an_answer_is_in_progress(dock, find):
    dock.show_state(DockState.BUSY)
    assert find("stopButton").isVisible()
    assert not find("askButton").isVisible()
    assert not find("captionButton").isVisible()

    dock.show_state(DockState.READY)
    assert find("askButton").isVisible()
    assert find("captionButton").isVisible()


@pytest.mark.parametrize("state", [DockState.BUSY, DockState.LOADING])
def test_a_worker_that_does_not_react_can_be_started_again(qtbot, dock, find, state):
    dock.show_state(state)
    assert not find("restartNowButton").isVisible()
    click(qtbot, find("stopButton"))
    with qtbot.waitSignal(dock.restart_requested):
        click(qtbot, find("restartNowButton"))

    dock.show_state(DockState.READY)
    dock.show_state(state)
    assert not find("restartNowButton").isVisible()


def test_the_stop_button_stops(qtbot, dock, find):
    dock.show_state(DockState.BUSY)

    with qtbot.waitSignal(dock.stopped):
        click(qtbot, find("stopButton"))


@pytest.mark.parametrize(
    ("kind", "button", "task"),
    [
        ("single", "captionButton", "caption"),
        ("pair", "changeButton", "change"),
        ("video", "classifyButton", "classify"),
    ],
)
def test_each_kind_of_input_has_its_task(qtbot, dock, find, kind, button, task):
    dock.set_kind(kind)
    dock.show_series([SeriesItem("a", "first"), SeriesItem("b", "second")])
    dock.set_question("a question that was left in the box")

    shown = {"changeButton", "classifyButton"} if kind == "video" else {button}
    assert {name for name in TASK_BUTTONS if find(name).isVisible()} == shown
    with qtbot.waitSignal(dock.submitted) as sent:
        click(qtbot, find(button))
    assert sent.args == [task, "", []]


def test_an_empty_series_cannot_be_asked_about(dock, find):
    dock.set_kind("video")
    dock.set_question("What happens?")
    assert not find("askButton").isEnabled()

    dock.set_video_path("/videos/flight.mp4")
    assert find("askButton").isEnabled()


def test_suggestions_fit_the_kind_and_fill_the_box(qtbot, dock, find):
    asked = set()
    for kind in ("single", "pair", "video"):
        dock.set_kind(kind)
        chips = [
            chip for chip in find("suggestionsBar").findChildren(QToolButton) if chip.isVisible()
        ]
        click(qtbot, chips[0])
        asked.add(dock.question)
        assert find("questionEdit").hasFocus()

    assert len(asked) == 3
    assert all(asked)


def test_a_suggestion_with_given_answers_sends_them(qtbot, dock, find):
    chip = next(
        chip
        for chip in find("suggestionsBar").findChildren(QToolButton)
        if chip.text() == "Rural or urban?"
    )
    click(qtbot, chip)

    with qtbot.waitSignal(dock.submitted) as sent:
        qtbot.keyClick(find("questionEdit"), Qt.Key.Key_Return)

    assert sent.args[2] == ["rural", "urban"]


def take(qtbot, find, label: str) -> None:
    """Clicks a suggestion, wherever it is."""
    chips = find("suggestionsBar").findChildren(QToolButton)
    next(chip for chip in chips if chip.text() == label).click()


@pytest.mark.parametrize("how", ["typed over", "edited", "emptied", "from outside"])
def test_the_answers_of_a_suggestion_go_when_its_question_is_edited_away(qtbot, dock, find, how):
    take(qtbot, find, "Water?")
    box = find("questionEdit")
    if how == "typed over":
        qtbot.keyClick(box, Qt.Key.Key_Return)  # sent, and selected
        qtbot.keyClicks(box, "What is in the image?")
    elif how == "edited":
        qtbot.keyClick(box, Qt.Key.Key_End)
        qtbot.keyClicks(box, " How large is it?")
    elif how == "emptied":
        box.clear()
        qtbot.keyClicks(box, "What is this?")
    else:
        dock.set_question("What is this?")

    with qtbot.waitSignal(dock.submitted) as sent:
        qtbot.keyClick(box, Qt.Key.Key_Return)

    assert sent.args[2] == []
    assert not find("optionsEdit").isVisible()


def test_the_answers_of_a_suggestion_stay_while_its_question_stays(qtbot, dock, find):
    take(qtbot, find, "Water?")
    for _ in range(2):  # asked, and asked again
        with qtbot.waitSignal(dock.submitted) as sent:
            qtbot.keyClick(find("questionEdit"), Qt.Key.Key_Return)
        assert sent.args[2] == ["yes", "no"]


def test_answers_that_the_user_has_worded_stay_with_another_question(qtbot, dock, find):
    take(qtbot, find, "Water?")
    find("optionsEdit").setFocus()
    qtbot.keyClick(find("optionsEdit"), Qt.Key.Key_End)
    qtbot.keyClicks(find("optionsEdit"), ", unsure")
    dock.set_question("Is there a lake?")

    with qtbot.waitSignal(dock.submitted) as sent:
        qtbot.keyClick(find("questionEdit"), Qt.Key.Key_Return)

    assert sent.args[2] == ["yes", "no", "unsure"]


def test_the_answers_of_a_suggestion_are_no_classes(qtbot, dock, find):
    dock.set_kind("video")
    dock.show_series([SeriesItem(name, name) for name in "abc"])
    take(qtbot, find, "Flood?")

    with qtbot.waitSignal(dock.submitted) as sent:
        click(qtbot, find("classifyButton"))

    assert sent.args == ["classify", "", []]


@pytest.mark.parametrize("width", [280, 420])
@pytest.mark.parametrize("kind", ["single", "pair", "video"])
def test_suggestions_take_one_row_and_the_others_are_in_a_menu(qtbot, dock, find, width, kind):
    dock.resize(width, 800)
    dock.set_kind(kind)
    qtbot.wait(20)
    bar = find("suggestionsBar")
    shown = [x for x in bar.findChildren(PillButton) if x.isVisible()]

    assert shown
    assert bar.height() == shown[0].height()
    for chip in shown:
        assert bar.rect().contains(chip.geometry())
    menu = bar.more.menu()
    assert len(shown) + len(menu.actions()) == 4
    assert bar.more.isVisible() == bool(menu.actions())
    if menu.actions():
        menu.actions()[-1].trigger()
        assert dock.question


@pytest.mark.parametrize(
    ("question", "hinted"),
    [("Gibt es eine Straße im Bild?", True), ("Is there a road in the image?", False)],
)
def test_a_question_in_another_language_gets_a_hint_and_can_be_sent(
    qtbot, dock, find, question, hinted
):
    dock.set_question(question)

    assert find("languageHint").isVisible() == hinted
    with qtbot.waitSignal(dock.submitted):
        qtbot.keyClick(find("questionEdit"), Qt.Key.Key_Return)


def test_given_answers_are_read_without_doubles_and_blanks(qtbot, dock, find):
    dock.set_question("Which one?")
    click(qtbot, find("optionsFold"))
    qtbot.keyClicks(find("optionsEdit"), " forest ,, meadow,forest , bare land,")

    with qtbot.waitSignal(dock.submitted) as sent:
        qtbot.keyClick(find("optionsEdit"), Qt.Key.Key_Return)

    assert sent.args == ["ask", "Which one?", ["forest", "meadow", "bare land"]]


def test_a_single_given_answer_is_no_choice(qtbot, dock, find):
    dock.set_question("Which one?")
    click(qtbot, find("optionsFold"))
    qtbot.keyClicks(find("optionsEdit"), "forest")

    assert not find("askButton").isEnabled()


def test_folded_answers_do_not_count(qtbot, dock, find):
    dock.set_question("Which one?")
    click(qtbot, find("optionsFold"))
    qtbot.keyClicks(find("optionsEdit"), "yes, no")
    click(qtbot, find("optionsFold"))

    with qtbot.waitSignal(dock.submitted) as sent:
        click(qtbot, find("askButton"))

    assert sent.args[2] == []


def test_the_box_grows_with_its_text_up_to_a_few_lines(qtbot, dock, find):
    box = find("questionEdit")
    empty = box.height()
    box.setPlainText("\n".join("abcd"))
    qtbot.wait(1)
    four = box.height()
    box.setPlainText("line\n" * 100)
    qtbot.wait(1)

    assert empty < four < box.height() < 5 * empty


def test_ten_thousand_characters_with_markup_are_sent_as_they_are(qtbot, dock, find):
    text = ("<b>bold</b> &amp; <image> </s> " * 400)[:10_000].strip()
    find("questionEdit").setPlainText(text)

    with qtbot.waitSignal(dock.submitted) as sent:
        qtbot.keyClick(find("questionEdit"), Qt.Key.Key_Return)

    assert sent.args[1] == text


def test_a_question_from_outside_takes_the_keyboard(qtbot, dock, find):
    find("historyView").setFocus()

    dock.set_question("Is there water?")

    assert dock.question == "Is there water?"
    assert find("questionEdit").hasFocus()
