"""Follow-up questions in the window: what goes along, what ends it, what the history keeps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsProject, QgsRectangle, QgsSettings
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QWidget

from unirs_qgis.conversation import MOST_TURNS, FollowUp, Place
from unirs_qgis.dock import DockState
from unirs_qgis.dock.entries import LayerRecord
from unirs_qgis.history.answer_file import AnswerFile
from unirs_qgis.inputs.selection import InputSelection
from unirs_qgis.plugin import Window

ROOT = Path(__file__).parents[2]
CHAT_WORKER = str(Path(__file__).with_name("chat_worker.py"))
SERVER = "server:http://127.0.0.1:1/v1#{}"
LONG = 180_000

pytestmark = pytest.mark.slow  # a worker starts


@pytest.fixture
def shown(window, dated_layers, qgis_canvas, worker_python):
    """The window with two dated layers, and a model that has conversations."""
    return talking(window, worker_python, qgis_canvas, dated_layers)


def talking(window, python, canvas, layers, *hosts):
    QgsSettings().setValue("unirs/model", SERVER.format("talker"))
    window._status.check_runtime()
    window.worker._command = lambda: [str(python), CHAT_WORKER, *hosts]
    canvas.setDestinationCrs(layers[0].crs())
    canvas.setExtent(layers[0].extent())
    window._chooser.use_canvas()
    window.inputs.choose([layers[0]])
    return window


def widget(window, name):
    return window.dock.findChild(QWidget, name)


@pytest.fixture
def shows(qtbot, window):
    """Waits until the line above the question is a sentence."""
    label = widget(window, "conversationLabel")
    return lambda sentence: qtbot.waitUntil(lambda: label.text() == sentence, timeout=LONG)


@pytest.fixture
def ask(qtbot, shown):
    """Asks a question, and gives its entry."""

    def ask(text, options=(), window=shown):
        with qtbot.waitSignal(window.questions.answered, timeout=LONG) as answered:
            window.dock.submitted.emit("ask", text, list(options))
        return answered.args[0]

    return ask


def zoom_in(canvas):
    canvas.setExtent(canvas.extent().buffered(-canvas.extent().height() / 3))


def test_a_follow_up_goes_with_the_questions_before_and_shows_which_the_model_read(
    shown, ask, qgis_canvas
):
    first = ask("Is there water?")
    assert (first.answer.text, first.follows) == ("I read Is there water? after []", "")
    assert not widget(shown, "threadText").isVisibleTo(shown.dock)
    assert "question before" in widget(shown, "conversationLabel").text()

    second, third, fourth = ask("How much?"), ask("Where?"), ask("Why?")

    assert second.answer.text == "I read How much? after ['Is there water?']"
    assert fourth.answer.text == "I read Why? after ['How much?', 'Where?']"
    assert fourth.answer.conversation_turns == 2
    assert [each.follows for each in (second, third, fourth)] == [first.id, second.id, third.id]
    thread = widget(shown, "threadText").toPlainText()
    lines = [line for line in thread.split("\n") if line]
    assert lines[0] == "Is there water?"
    assert lines[2].startswith("The model did not read what is above")
    assert lines[3] == "How much?"


def test_another_extent_begins_a_new_conversation_and_going_back_continues_the_old(
    shown, ask, shows, qgis_canvas
):
    ask("Is there water?")
    there = qgis_canvas.extent()
    zoom_in(qgis_canvas)
    shows("Another extent: a new conversation.")
    assert not widget(shown, "newConversationButton").isVisibleTo(shown.dock)

    qgis_canvas.setExtent(there)
    shows("Follow-up to the question before")

    zoom_in(qgis_canvas)
    elsewhere = ask("What is here?")
    assert elsewhere.answer.text == "I read What is here? after []"
    assert elsewhere.follows == ""
    assert widget(shown, "conversationNote").text() == "Another extent: a new conversation."
    assert ask("And now?").follows == elsewhere.id


def test_a_window_that_is_resized_does_not_end_the_conversation(shown, ask, qgis_canvas):
    first = ask("Is there water?")
    extent = qgis_canvas.extent()
    extent.setXMaximum(extent.xMaximum() + 0.004 * extent.width())
    qgis_canvas.setExtent(extent)
    assert ask("How much?").follows == first.id


def test_other_layers_dates_and_models_begin_a_new_conversation(shown, ask, shows, dated_layers):
    ask("Is there water?")

    shown.inputs.choose([dated_layers[1]])
    shows("Other layers: a new conversation.")
    shown.inputs.choose([dated_layers[0]])
    shown.dock.show_dates(("2001-01-01",))
    shown.dock.dates_edited.emit()
    shows("Other dates: a new conversation.")
    shown.dock.show_dates(("2019-06-15",))
    shown.dock.dates_edited.emit()

    QgsSettings().setValue("unirs/model", SERVER.format("another"))
    other = ask("How much?")
    assert (other.answer.model, other.follows) == ("another", "")
    assert other.answer.text == "I read How much? after []"
    assert widget(shown, "conversationNote").text() == "Another model: a new conversation."


def test_the_button_begins_a_new_conversation_also_while_an_answer_comes(qtbot, shown, ask):
    ask("Is there water?")
    qtbot.mouseClick(widget(shown, "newConversationButton"), Qt.MouseButton.LeftButton)
    assert widget(shown, "conversationLabel").text() == ""
    second = ask("How much?")
    assert second.follows == ""

    with qtbot.waitSignal(shown.questions.answered, timeout=LONG):
        shown.dock.submitted.emit("ask", "Where?", [])
        shown.dock.conversation_ended.emit()
    assert ask("Why?").answer.text == "I read Why? after []"


def test_a_stopped_answer_is_no_part_of_the_conversation(qtbot, shown, ask):
    first = ask("Is there water?")
    with qtbot.waitSignal(shown.questions.answered, timeout=LONG) as answered:
        shown.dock.submitted.emit("ask", "How much " * 60, [])
        text = widget(shown, "answerText")
        qtbot.waitUntil(lambda: "How much" in text.toPlainText(), timeout=LONG)
        assert "Is there water?" in widget(shown, "threadText").toPlainText()
        shown.questions.stop()
    stopped = answered.args[0]
    assert stopped.answer.stopped
    assert stopped.answer.text.startswith("I read How much")

    third = ask("Where?")
    assert third.follows == first.id
    assert third.answer.text == "I read Where? after ['Is there water?']"


def test_a_worker_that_dies_in_the_middle_of_an_answer_costs_that_answer_alone(qtbot, shown, ask):
    first = ask("Is there water?")
    shown.dock.submitted.emit("ask", "Will you die?", [])
    qtbot.waitUntil(lambda: not shown.questions.is_busy, timeout=LONG)
    assert shown.dock.state is DockState.DIED
    assert widget(shown, "answerText").toPlainText() == "the last "
    assert "Is there water?" in widget(shown, "threadText").toPlainText()

    again = ask("How much?")
    assert again.follows == first.id
    assert again.answer.text == "I read How much? after ['Is there water?']"


def test_ask_again_goes_with_the_same_questions_and_continue_adds_to_them(
    qtbot, shown, ask, qgis_canvas
):
    first, second, third = ask("Is there water?"), ask("How much?"), ask("Where?")
    zoom_in(qgis_canvas)

    with qtbot.waitSignal(shown.questions.answered, timeout=LONG) as answered:
        shown.dock.entry_action.emit(second.id, "ask_again")
    again = answered.args[0]
    assert (again.answer.text, again.follows) == (second.answer.text, first.id)

    zoom_in(qgis_canvas)
    shown.dock.entry_action.emit(third.id, "continue")
    assert "3 questions before" in widget(shown, "conversationLabel").text()
    assert widget(shown, "answerTitle").toPlainText() == "Where?"
    branch = ask("Why?")
    assert branch.follows == third.id
    assert branch.answer.text == "I read Why? after ['How much?', 'Where?']"


def test_a_conversation_is_continued_after_a_restart(
    qtbot, shown, ask, qgis_iface, qgis_canvas, worker_python, dated_layers, tmp_path
):
    first, second = ask("Is there water?"), ask("How much?")
    path = shown.history._history.path
    shown.history._history.close()
    assert [each.follows for each in AnswerFile(path).read().entries] == ["", first.id]

    again = Window(qgis_iface)
    try:
        talking(again, worker_python, qgis_canvas, dated_layers)
        qtbot.waitUntil(lambda: second.id in again.history._entries, timeout=LONG)
        assert widget(again, "conversationLabel").text() == ""
        again.dock.entry_action.emit(second.id, "continue")
        third = ask("Where?", window=again)
        assert third.follows == second.id
        assert third.answer.text == "I read Where? after ['Is there water?', 'How much?']"
    finally:
        again.close()


def test_a_deleted_entry_leaves_the_conversation(qtbot, shown, ask):
    first, second = ask("Is there water?"), ask("How much?")
    qtbot.waitUntil(lambda: second.id in shown.history._entries)
    with qtbot.waitSignal(shown.history.removed, timeout=LONG):
        shown.dock.entry_action.emit(first.id, "delete")
    assert widget(shown, "threadText").toPlainText() == ""

    third = ask("Where?")
    assert third.answer.text == "I read Where? after ['How much?']"
    assert third.follows == second.id


def test_the_host_of_the_images_is_shown_and_kept_and_options_lack_probabilities(
    qtbot, window, worker_python, qgis_canvas, dated_layers, ask
):
    talking(window, worker_python, qgis_canvas, dated_layers, "models.example.org")
    entry = ask("Is there water?", ("yes", "no"), window)

    assert widget(window, "hostMark").text == "Images were sent to models.example.org."
    assert (entry.answer.text, entry.answer.options) == ("no", (("no", None), ("yes", None)))
    assert "no probabilities" in widget(window, "noProbabilitiesLabel").text()
    assert not widget(window, "optionBars").isVisibleTo(window.dock)
    window.history._history.close()
    [kept] = AnswerFile(window.history._history.path).read().entries
    assert kept == entry
    assert (kept.answer.engine, kept.answer.host) == ("server", "models.example.org")


def test_a_video_is_a_place_without_an_extent():
    def place(path):
        nowhere = QgsRectangle(), QgsCoordinateReferenceSystem()
        record = LayerRecord("video", path)
        return Place.of(InputSelection("video", (), (), (record,), path, *nowhere))

    assert place("a.mp4").difference(place("a.mp4")) == ""
    assert place("a.mp4").difference(place("b.mp4")) == "Other layers"


def test_a_task_without_a_text_is_a_turn_with_an_instruction(shown, ask):
    caption = replace(ask("Is there water?"), task="caption", question="")
    turns = FollowUp((caption,) * (MOST_TURNS + 5)).turns()
    assert len(turns) == MOST_TURNS
    assert turns[0] == {"question": "Describe the image.", "answer": caption.answer.text}


def test_a_removed_layer_ends_in_no_follow_up(shown, ask, shows, dated_layers):
    ask("Is there water?")
    QgsProject.instance().removeMapLayers([layer.id() for layer in dated_layers])
    shows("")


def test_a_unirs_model_answers_each_question_on_its_own(
    qtbot, window, worker_python, qgis_canvas, dated_layers, ask
):
    talking(window, worker_python, qgis_canvas, dated_layers)
    QgsSettings().remove("unirs/model")
    window.worker._command = window._worker_command
    ask("Is there water?", (), window)
    second = ask("Is there a road?", (), window)
    assert (second.follows, second.answer.engine) == ("", "unirs")
    assert len(second.answer.model_digest) == 64
    label = widget(window, "conversationLabel").text()
    assert label == "unirs-small answers each question on its own."
    assert not widget(window, "newConversationButton").isVisibleTo(window.dock)
    window._apply_settings()
    assert widget(window, "conversationLabel").text() == "", "another model may be chosen"


def test_a_model_of_transformers_reads_the_turns_before(
    window, worker_python, qgis_canvas, dated_layers, ask, tiny_vlm
):
    talking(window, worker_python, qgis_canvas, dated_layers)
    window.worker._command = window._worker_command
    QgsSettings().setValue("unirs/model", str(tiny_vlm))
    QgsSettings().setValue("unirs/max_new_tokens", 4)
    QgsSettings().setValue("unirs/clue", False)

    questions = [("Is there water?", ()), ("How much?", ()), ("Is it a lake?", ("yes", "no"))]
    first, second, third = (ask(text, options, window) for text, options in questions)

    assert [each.answer.conversation_turns for each in (first, second, third)] == [0, 1, 2]
    assert [each.follows for each in (first, second, third)] == ["", first.id, second.id]
    assert {each.answer.engine for each in (first, second, third)} == {"transformers"}
    assert len(third.answer.model_digest) == 64
    assert sum(share for _, share in third.answer.options) == pytest.approx(1, abs=1e-3)
