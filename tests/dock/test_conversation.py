"""A conversation in the dock: its thread, its line above the question, its rows in the history."""

from __future__ import annotations

import pytest
from qtpy.QtCore import Qt

from unirs_qgis.dock.entries import thread_before
from unirs_qgis.dock.history_model import THREAD_ROLE

HTML = "<h1>not a heading</h1> <img src='file:///etc/passwd'>"


@pytest.fixture
def thread(make_entry):
    """Three questions, each a follow-up to the one before, and the answer to a fourth."""
    made = []
    for minutes, question, answer in (
        (9, "Is there water?", "Yes, a lake."),
        (8, "How large is it?", "About two hectares."),
        (7, "Is it natural?", "No, a quarry."),
        (6, "Since when?", "Since 1990."),
    ):
        made.append(
            make_entry(
                minutes,
                question=question,
                answer=answer,
                engine="transformers",
                follows=made[-1].id if made else "",
                conversation_turns=len(made),
            )
        )
    return made


def lines(find) -> list[str]:
    return [line for line in find("threadText").toPlainText().split("\n") if line]


def test_the_earlier_turns_stand_above_the_answer_while_it_comes_and_when_it_is_there(
    dock, find, thread
):
    dock.begin_answer("Since when?")
    assert not find("threadText").isVisible()
    dock.show_thread(thread[:3])
    dock.add_text("Since")
    assert lines(find)[:3] == ["Is there water?", "Yes, a lake.", "How large is it?"]

    dock.finish_answer(thread[3])
    assert len(lines(find)) == 6
    assert find("threadText").isVisible()

    dock.begin_answer("another")
    assert not find("threadText").isVisible(), "a new answer has no turns before it"


@pytest.mark.parametrize(("read", "place"), [(2, 2), (0, 6)])
def test_turns_that_the_model_did_not_read_are_named(dock, find, thread, make_entry, read, place):
    dock.begin_answer("Since when?")
    dock.show_thread(thread[:3])
    assert len(lines(find)) == 6, "nothing is known yet"
    dock.finish_answer(make_entry(conversation_turns=read, follows=thread[2].id))
    assert lines(find)[place].startswith("The model did not read what is above")
    assert len(lines(find)) == 7


def test_markup_and_a_very_long_answer_in_a_turn_stay_short_plain_text(dock, find, make_entry):
    dock.begin_answer("next")
    dock.show_thread([make_entry(question=HTML, answer=HTML + " word" * 5000)])
    assert lines(find)[0] == HTML
    assert lines(find)[1].startswith(HTML)
    assert lines(find)[1].endswith("…")
    assert len(lines(find)[1]) < 400


def test_of_a_hundred_turns_the_last_are_shown(dock, find, make_entry):
    entries = [make_entry(question=f"question {n}", conversation_turns=9) for n in range(100)]
    dock.begin_answer("next")
    dock.show_thread(entries)
    dock.finish_answer(make_entry(conversation_turns=9))
    assert lines(find)[0] == "Earlier ones, in the history: 68"
    assert lines(find)[1] == "question 68"
    assert sum(line.startswith("The model did not read") for line in lines(find)) == 1
    assert lines(find)[-2] == "question 99"


def test_the_answer_is_in_sight_below_a_thread_of_any_length(qtbot, dock, find, make_entry):
    dock.resize(300, 600)
    dock.begin_answer("next")
    dock.show_thread([make_entry(question=f"question {n}", answer="word " * 40) for n in range(20)])
    dock.finish_answer(make_entry(question="next", conversation_turns=20))
    column = find("dockScroll").viewport()

    def top() -> int:
        title = find("answerTitle")
        return title.mapTo(column, title.rect().topLeft()).y()

    qtbot.waitUntil(lambda: 0 <= top() < column.height() - 40)


def test_an_entry_of_the_history_is_shown_with_its_thread(qtbot, dock, find, thread):
    dock.show_history(thread)
    dock.show_entry(thread[2].id)
    assert lines(find) == ["Is there water?", "Yes, a lake.", "How large is it?",
                           "About two hectares."]  # fmt: skip

    dock.remove_entry(thread[1].id)
    assert lines(find) == ["Is there water?", "Yes, a lake."]
    dock.show_entry(thread[2].id)
    assert not find("threadText").isVisible(), "the thread begins after what was deleted"


def test_a_circle_of_links_ends(make_entry):
    one = make_entry(id="1" * 32, follows="2" * 32)
    two = make_entry(id="2" * 32, follows="1" * 32)
    self_following = make_entry(id="3" * 32, follows="3" * 32)
    find = {entry.id: entry for entry in (one, two, self_following)}.get
    assert thread_before(one, find) == [two]
    assert thread_before(self_following, find) == []


def test_rows_of_a_conversation_are_joined_and_marked(dock, find, thread, make_entry):
    other = make_entry(1, question="elsewhere")
    dock.show_history([*thread, other])
    model = find("historyView").model()
    joined = {
        index.data(Qt.ItemDataRole.DisplayRole).split("\n")[0]: index.data(THREAD_ROLE)
        for index in (model.index(row, 0) for row in range(1, model.rowCount()))
    }
    assert joined == {
        "elsewhere": (False, False),
        "Since when?": (False, True),
        "Is it natural?": (True, True),
        "How large is it?": (True, True),
        "Is there water?": (True, False),
    }
    texts = [model.index(row, 0).data(Qt.ItemDataRole.DisplayRole) for row in range(1, 6)]
    assert ["follow-up" in text for text in texts] == [False, True, True, True, False]


def test_a_follow_up_of_this_window_joins_the_row_below(dock, find, thread):
    dock.show_history(thread[:3])
    dock.add_entry(thread[3])
    model = find("historyView").model()
    assert model.index(1, 0).data(THREAD_ROLE) == (False, True)
    assert model.index(2, 0).data(THREAD_ROLE) == (True, True)


def test_a_conversation_can_be_ended_where_there_is_one(qtbot, dock, find):
    button, label = find("newConversationButton"), find("conversationLabel")
    dock.show_conversation("Follow-up to the question before", can_end=True)
    assert label.isVisible()
    with qtbot.waitSignal(dock.conversation_ended):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    dock.show_conversation("unirs-small answers each question on its own.")
    assert label.isVisible()
    assert not button.isVisible()
    dock.show_conversation("")
    assert not label.isVisible()


@pytest.mark.parametrize("width", [10, 300, 420])
def test_the_line_of_the_conversation_fits_every_width(qtbot, dock, find, width):
    dock.show_conversation("Follow-up to the 12 questions before", can_end=True)
    dock.resize(width, 900)
    qtbot.wait(50)
    button, label = find("newConversationButton"), find("conversationLabel")
    assert button.width() >= button.sizeHint().width()
    assert label.width() >= 100
    assert label.height() >= label.heightForWidth(label.width())


def test_continue_is_offered_where_a_model_can(qtbot, dock, find, thread, make_entry):
    dock.begin_answer("q")
    dock.finish_answer(thread[3])
    with qtbot.waitSignal(dock.entry_action) as acted:
        qtbot.mouseClick(find("continueTool"), Qt.MouseButton.LeftButton)
    assert acted.args == [thread[3].id, "continue"]

    for entry in (
        make_entry(engine="unirs"),
        make_entry(),
        make_entry(engine="server", stopped=True),
    ):
        dock.begin_answer("q")
        dock.finish_answer(entry)
        assert not find("continueTool").isVisible(), entry.answer


def test_an_answer_without_probabilities_has_no_bars_and_says_why(dock, find, make_entry):
    dock.begin_answer("Is there water?")
    dock.finish_answer(make_entry(answer="yes", options=(("yes", None), ("no", None))))
    assert find("answerText").toPlainText() == "yes"
    sentence = "Chosen from 2 answers. The server gives no probabilities."
    assert find("noProbabilitiesLabel").text() == sentence
    for name in ("optionBars", "otherOptionBars", "unsureMark"):
        assert not find(name).isVisible(), name

    dock.begin_answer("Is there a road?")
    assert not find("noProbabilitiesLabel").isVisible()


def test_the_host_is_shown_at_every_answer_from_it(dock, find, make_entry):
    dock.begin_answer("Is there water?")
    dock.show_host(HTML)
    assert find("hostMark").isVisible(), "the images are on their way before there is an answer"
    assert find("hostMark").text == f"Images were sent to {HTML}."
    dock.fail_answer("It ended.")
    assert find("hostMark").isVisible()

    dock.begin_answer("Is there a road?")
    assert not find("hostMark").isVisible()
    elsewhere, here = make_entry(host="example.org"), make_entry(5)
    dock.show_history([elsewhere, here])
    dock.finish_answer(elsewhere)
    assert find("hostMark").text == "Images were sent to example.org."
    dock.show_entry(here.id)
    assert not find("hostMark").isVisible()


def test_engine_and_digest_are_named_with_the_model(dock, find, make_entry):
    dock.begin_answer("q")
    dock.finish_answer(make_entry(engine="transformers", model_digest="0f" * 32))
    assert "transformers" in find("detailsLabel").toolTip()
    assert "0f" * 32 in find("detailsLabel").toolTip()


def test_frames_that_were_left_out_are_named(dock, find, make_entry):
    dock.begin_answer("q")
    dock.finish_answer(make_entry(kind="video", frames_left_out=3))
    assert find("framesLeftOutLabel").text().endswith("did not read: 3")
    dock.begin_answer("q")
    assert not find("framesLeftOutLabel").isVisible()
