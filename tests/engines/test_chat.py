import numpy as np

from unirs.dates import ImageDate
from unirs.engines.chat import Message, chat_messages, fitted
from unirs.inputs import Crop, Question, Task, Turn, VisualInput

TURNS = (Turn("Is there water?", "Yes."), Turn("Where?", "In the north."))


def crop(year: int | None = None, month: int | None = None) -> Crop:
    return Crop(np.zeros((8, 8, 3), np.uint8), date=ImageDate(year, month) if year else None)


def test_a_question_about_one_image_is_the_image_and_its_words():
    image = crop(2012)
    (message,) = chat_messages(VisualInput.single(image), Question(text=" What is it? "))
    assert message == Message("user", (image, "What is it?"))


def test_a_pair_is_two_images_named_with_their_dates():
    before, after = crop(2012, 5), crop(2020)
    (message,) = chat_messages(VisualInput.pair(before, after), Question(text="What is new?"))
    assert message.content == (
        *("First image (2012-05):", before, "Second image (2020):", after),
        "What is new?",
    )


def test_an_unknown_date_is_left_out():
    (message,) = chat_messages(VisualInput.pair(crop(), crop()), Question(text="New?"))
    assert message.content[0] == "First image:"


def test_frames_are_numbered_and_dated():
    frames = [crop(2000), crop(2001), crop(2002)]
    (message,) = chat_messages(VisualInput.video(frames), Question(text="What happens?"))
    assert message.content[::2] == (
        *("Frame 1 (2000):", "Frame 2 (2001):", "Frame 3 (2002):"),
        "What happens?",
    )


def test_options_are_listed_and_one_of_them_alone_is_asked_for():
    question = Question(text="Rural or urban?", options=("rural", "urban, dense"))
    (message,) = chat_messages(VisualInput.single(crop()), question)
    lines = message.content[-1].splitlines()
    assert lines[0] == "Rural or urban?"
    assert "exactly one" in lines[1]
    assert lines[2:] == ["rural", "urban, dense"]


def test_tasks_have_words_of_their_own():
    for task in (Task.CAPTION, Task.CHANGE, Task.CLASSIFY):
        options = ("a", "b") if task is Task.CLASSIFY else ()
        (message,) = chat_messages(
            VisualInput.pair(crop(), crop()), Question(task, options=options)
        )
        assert len(message.content[-1]) > 20


def test_a_clue_goes_below_the_question():
    (message,) = chat_messages(VisualInput.single(crop()), Question(text="Water?"), clue="A lake.")
    assert message.content[-1] == "Water?\nClue: A lake."


def test_earlier_turns_are_text_and_the_images_stay_in_front():
    image = crop()
    messages = chat_messages(VisualInput.single(image), Question(text="How big?"), turns=TURNS)
    assert messages == [
        Message("user", (image, "Is there water?")),
        Message("assistant", ("Yes.",)),
        Message("user", ("Where?",)),
        Message("assistant", ("In the north.",)),
        Message("user", ("How big?",)),
    ]


def test_the_oldest_turns_are_left_out_first():
    assert fitted(TURNS, lambda turns: len(turns) < 2) == TURNS[1:]
    assert fitted(TURNS, lambda _: True) == TURNS
    assert fitted(TURNS, lambda _: False) == ()
