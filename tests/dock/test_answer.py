"""An answer, from the first word to the buttons under it."""

from __future__ import annotations

import pytest
from qtpy.QtCore import Qt
from qtpy.QtGui import QImage
from qtpy.QtWidgets import QWidget

from unirs_qgis.dock.entries import LayerRecord

HTML = "<h1>not a heading</h1> <img src='file:///etc/passwd'> & <script>no</script>"


def click(qtbot, widget) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def picture() -> QImage:
    image = QImage(128, 64, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.darkGreen)
    return image


def test_an_answer_streams_in(dock, find):
    dock.begin_answer("Is there water?")
    assert find("answerTitle").toPlainText() == "Is there water?"
    dock.show_stage("vision")
    assert find("stageLabel").text() == "Encoding the images…"

    for piece in ("yes", ", there", " is a lake"):
        dock.add_text(piece)

    assert find("answerText").toPlainText() == "yes, there is a lake"


def test_a_new_answer_leaves_nothing_of_the_one_before(dock, find, make_entry):
    dock.begin_answer("first")
    dock.show_seen([picture()])
    dock.finish_answer(
        make_entry(options=(("yes", 0.9), ("no", 0.1)), stopped=True, demonstration=True),
        can_map=True,
    )

    dock.begin_answer("second")

    assert find("answerText").toPlainText() == ""
    for name in ("optionBars", "stoppedMark", "demonstrationMark", "clueFold", "seenFold",
                 "mapButton", "detailsLabel"):  # fmt: skip
        assert not find(name).isVisible(), name


def test_a_finished_answer_shows_seconds_model_and_device(dock, find, make_entry):
    dock.begin_answer("Is there water?")
    dock.finish_answer(make_entry(seconds=2.34, model="unirs-small", device="cpu"))

    assert find("detailsLabel").text() == "2.3 s, unirs-small on cpu"
    assert not find("stageLabel").isVisible()


def test_an_average_over_several_views_is_shown(dock, find, make_entry):
    dock.begin_answer("Description of change")
    dock.show_stage("view")
    assert find("stageLabel").text() == "Averaging over several views…"
    dock.finish_answer(make_entry(seconds=4.0, views=16))

    assert find("detailsLabel").text() == "average of 16 views, 4.0 s, unirs-small on cpu"


def test_the_confidence_of_a_text_and_the_agreement_of_views_are_shown(dock, find, make_entry):
    dock.begin_answer("Caption")
    dock.finish_answer(
        make_entry(seconds=4.0, views=4, confidence=0.41, agreement=0.75, unsure=True)
    )

    assert find("detailsLabel").text() == (
        "average of 4 views, views agree by 75\u2009%, confidence 41\u2009%, "
        "4.0 s, unirs-small on cpu"
    )
    assert find("unsureMark").text == (
        "Not sure: answers with a confidence of 41\u2009% are often wrong."
    )


def test_the_clue_is_folded_under_the_answer(qtbot, dock, find, make_entry):
    dock.begin_answer("Is there water?")
    dock.finish_answer(make_entry(clue="a small lake"))
    assert not find("clueText").isVisible()

    click(qtbot, find("clueFold"))

    assert find("clueText").isVisible()
    assert find("clueText").toPlainText() == "a small lake"


def test_an_answer_without_a_clue_has_no_clue_to_unfold(dock, find, make_entry):
    dock.begin_answer("Is there water?")
    dock.finish_answer(make_entry(clue=""))

    assert not find("clueFold").isVisible()


def test_scored_answers_have_bars_the_likeliest_first(dock, find, make_entry):
    dock.begin_answer("Is there water?")
    dock.finish_answer(make_entry(options=(("no", 0.066), ("yes", 0.934))))

    assert find("optionBars").options == [("yes", 0.934), ("no", 0.066)]
    assert "yes: 93" in find("optionBars").accessibleDescription()


def test_an_unsure_answer_is_marked_with_its_probability(dock, find, make_entry):
    dock.begin_answer("Is there water?")
    dock.finish_answer(
        make_entry(options=(("yes", 0.54), ("no", 0.46)), confidence=0.54, unsure=True)
    )

    mark = find("unsureMark")
    assert mark.isVisible()
    assert mark.text == "Not sure: the model gives this answer a probability of 54\u2009%."
    assert mark.accessibleName() == mark.text, "screen readers get the same sentence"

    dock.begin_answer("Is there a road?")
    assert not mark.isVisible()
    dock.finish_answer(make_entry(options=(("yes", 0.9), ("no", 0.1))))
    assert not mark.isVisible()


def test_warnings_about_the_images_are_one_line_below_the_answer(dock, find, make_entry):
    dock.begin_answer("Has anything changed?")
    dock.finish_answer(make_entry(warnings=("12 m apart.", "Haze <b>.")))
    assert find("warningsMark").isVisible()
    assert find("warningsMark").text == "12 m apart. Haze <b>."

    dock.begin_answer("Is there a road?")
    assert not find("warningsMark").isVisible()
    dock.finish_answer(make_entry())
    assert not find("warningsMark").isVisible()


def test_of_many_scored_answers_the_less_likely_are_folded(qtbot, dock, find, make_entry):
    dock.begin_answer("Classification")
    dock.finish_answer(make_entry(options=tuple((f"class {n}", n / 300) for n in range(25))))
    assert len(find("optionBars").options) == 5
    assert find("optionBars").options[0][0] == "class 24"
    assert len(find("otherOptionBars").options) == 20
    assert not find("otherOptionBars").isVisible()


def test_a_stopped_answer_is_marked_and_kept(dock, find, make_entry):
    dock.begin_answer("Caption")
    dock.add_text("a town with")
    dock.finish_answer(make_entry(answer="a town with", stopped=True))

    assert find("answerText").toPlainText() == "a town with"
    assert find("stoppedMark").isVisible()


@pytest.mark.parametrize("demonstration", [True, False])
def test_a_demonstration_model_is_marked_wherever_it_answers(dock, find, make_entry, demonstration):
    dock.begin_answer("Is there water?")
    dock.finish_answer(make_entry(demonstration=demonstration))

    assert find("demonstrationMark").isVisible() == demonstration


def test_a_failure_keeps_the_text_so_far(dock, find):
    dock.begin_answer("Caption")
    dock.add_text("a town with")
    dock.fail_answer("The worker was killed by the system, probably for memory.")

    assert find("answerText").toPlainText() == "a town with"
    assert find("errorMark").isVisible()
    assert "killed" in find("errorMark").text
    assert not find("stageLabel").isVisible()


def test_the_images_of_an_answer_are_shown_again_with_its_entry(qtbot, dock, find, make_entry):
    first, second = make_entry(5), make_entry(1)
    dock.begin_answer("first")
    dock.show_seen([picture(), picture()])
    dock.finish_answer(first)
    dock.add_entry(first)
    dock.begin_answer("second")
    dock.finish_answer(second)
    dock.add_entry(second)
    assert not find("seenFold").isVisible()

    qtbot.keyClick(find("historyView"), Qt.Key.Key_Down)

    assert find("answerTitle").toPlainText() == first.title
    assert find("seenFold").isVisible()


def test_the_change_map_is_offered_where_there_is_one(qtbot, dock, find, make_entry):
    entry = make_entry(kind="pair", task="change")
    dock.begin_answer("Description of change")
    dock.finish_answer(entry, can_map=False)
    assert not find("mapButton").isVisible()

    dock.set_mappable(entry.id, True)
    with qtbot.waitSignal(dock.entry_action) as acted:
        click(qtbot, find("mapButton"))

    assert acted.args == [entry.id, "change_map"]


@pytest.mark.parametrize("action", ["zoom", "highlight", "ask_again", "copy"])
def test_an_answer_has_a_button_for_each_action(qtbot, dock, find, make_entry, action):
    entry = make_entry()
    dock.begin_answer("Is there water?")
    assert not find(f"{action}Tool").isVisible()
    dock.finish_answer(entry)

    with qtbot.waitSignal(dock.entry_action) as acted:
        click(qtbot, find(f"{action}Tool"))

    assert acted.args == [entry.id, action]


def test_the_history_does_not_take_a_streaming_answer_away(qtbot, dock, find, make_entry):
    old = make_entry(60, answer="an old answer")
    dock.show_history([old])
    dock.begin_answer("Is there water?")
    dock.add_text("yes")

    view = find("historyView")
    row = view.visualRect(view.model().index(1, 0)).center()
    with qtbot.waitSignal(dock.entry_selected):
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=row)
    dock.add_text(", there is")

    assert find("answerText").toPlainText() == "yes, there is"


def test_markup_in_an_answer_is_shown_as_text(dock, find, make_entry):
    dock.begin_answer(HTML)
    dock.add_text(HTML)
    assert find("answerText").toPlainText() == HTML
    assert find("answerTitle").toPlainText() == HTML

    dock.finish_answer(make_entry(question=HTML, answer=HTML, clue=HTML, options=((HTML, 1.0),)))

    assert find("answerText").toPlainText() == HTML
    assert find("clueText").toPlainText() == HTML


def test_a_selection_survives_the_next_words(qtbot, dock, find):
    dock.begin_answer("Caption")
    dock.add_text("a town with")
    text = find("answerText")
    text.setFocus()
    cursor = text.textCursor()
    cursor.setPosition(0)
    cursor.setPosition(6, cursor.MoveMode.KeepAnchor)
    text.setTextCursor(cursor)

    dock.add_text(" many houses")

    assert text.textCursor().selectedText() == "a town"


def test_a_long_answer_can_be_scrolled_to_its_end(qtbot, dock, find, make_entry):
    dock.begin_answer("Caption")
    for number in range(300):
        dock.add_text(f"sentence {number}. ")
    dock.finish_answer(make_entry(answer=find("answerText").toPlainText()))
    qtbot.wait(50)

    answer, column = find("answerText"), find("dockScroll")
    assert answer.verticalScrollBar().maximum() == 0, "the answer scrolls within the dock"
    assert column.verticalScrollBar().maximum() > 0
    assert column.horizontalScrollBar().maximum() == 0
    assert answer.height() > column.height()


def sight(column, widget) -> tuple[int, int]:
    """Top and bottom of a widget, in pixels below the top of what is in sight."""
    top = widget.mapTo(column.viewport(), widget.rect().topLeft()).y()
    return top, top + widget.height()


def test_a_streaming_answer_is_followed_until_the_user_scrolls_away(qtbot, dock, find):
    column, answer = find("dockScroll"), find("answerText")
    dock.begin_answer("Caption")
    qtbot.wait(20)

    def stream() -> None:
        for number in range(60):
            dock.add_text(f"sentence {number} of many. ")
            qtbot.wait(1)
        qtbot.wait(30)

    stream()
    stream()
    assert sight(column, answer)[1] <= column.viewport().height() + 1

    column.verticalScrollBar().setValue(0)
    stream()
    assert column.verticalScrollBar().value() == 0


def test_the_images_are_scrolled_to_when_they_are_unfolded(qtbot, dock, find, make_entry):
    dock.resize(300, 560)
    dock.begin_answer("Caption")
    dock.show_seen([picture(), picture()])
    dock.finish_answer(make_entry(answer="word " * 120, options=(("yes", 0.9), ("no", 0.1))))
    qtbot.wait(30)
    column, header = find("dockScroll"), find("seenFold")
    assert sight(column, header)[1] > column.viewport().height()

    header.click()
    qtbot.wait(50)

    top, bottom = sight(column, header.parentWidget())
    assert bottom - top > header.height() + 50, "there are pictures"
    assert top >= 0
    assert bottom <= column.viewport().height() + 1


def test_the_notice_is_next_to_the_answer(qtbot, dock, find, make_entry):
    dock.begin_answer("Is there water?")
    dock.finish_answer(make_entry(demonstration=True), can_map=True)
    qtbot.wait(20)

    gap = (
        sight(find("dockScroll"), find("demonstrationMark"))[0]
        - sight(find("dockScroll"), find("answerText"))[1]
    )
    assert 0 <= gap < 12


@pytest.mark.parametrize("height", [520, 600, 640])
def test_a_finished_answer_is_shown_from_its_top(qtbot, dock, find, make_entry, height):
    """Its probabilities, caveat and buttons come at once, and must not push its beginning away."""
    dock.resize(300, height)
    find("seenFold").click()
    dock.begin_answer("Classification")
    dock.show_seen([picture()] * 8)
    qtbot.wait(20)
    dock.finish_answer(
        make_entry(options=tuple((f"class {n}", n / 10) for n in range(5)), demonstration=True)
    )

    qtbot.waitUntil(lambda: sight(find("dockScroll"), find("answerTitle"))[0] >= 0)


def test_the_layers_of_a_long_series_take_one_line(qtbot, dock, find, make_entry):
    layers = tuple(
        LayerRecord(f"Orthofoto der Landesvermessung {year}", "a.tif", str(year))
        for year in range(2010, 2018)
    )
    dock.begin_answer("What is happening?")
    dock.finish_answer(make_entry(kind="video", layers=layers))
    qtbot.wait(20)

    label = find("layersLabel")
    assert label.height() < 2 * label.fontMetrics().lineSpacing()
    assert "2010" in label.text()
    assert "2017" in label.text()
    assert "2013" in label.toolTip()


def test_a_question_of_ten_thousand_letters_does_not_fill_the_dock(dock, find, make_entry):
    dock.begin_answer("word " * 2000)

    assert len(find("answerTitle").toPlainText()) < 300
    assert find("answerTitle").toPlainText().endswith("…")


def test_deleting_the_shown_entry_clears_the_answer(dock, find, make_entry):
    entry = make_entry()
    dock.begin_answer("Is there water?")
    dock.finish_answer(entry)
    dock.add_entry(entry)

    dock.remove_entry(entry.id)

    assert not find("answerView").isVisible()
    assert isinstance(find("historyView"), QWidget)
