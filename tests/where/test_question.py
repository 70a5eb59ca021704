"""What is asked of a window: the user's question, or one made of the name of a thing."""

import pytest

from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs.where.question import yes_no_question


@pytest.mark.parametrize(
    "text",
    [
        "Is there a road?",
        "are there boats",
        "Has anything changed?",
        "Does the image show a river?",
        "Are there cars or lorries?",
        "Any boats?",
    ],
)
def test_a_yes_no_question_is_asked_as_it_stands(text):
    assert yes_no_question(text, InputKind.SINGLE) == (text, False)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("boats", "Are there boats in the image?"),
        ("a boat", "Is there a boat in the image?"),
        ("water", "Is there water in the image?"),
        ("grass", "Is there grass in the image?"),
        ("people", "Are there people in the image?"),
        ("houses with a red roof", "Are there houses with a red roof in the image?"),
        ("a house with red walls", "Is there a house with red walls in the image?"),
        ("Where are the boats?", "Are there boats in the image?"),
        ("find all the swimming pools", "Are there swimming pools in the image?"),
        ("Show me solar panels.", "Are there solar panels in the image?"),
        ("There are boats.", "Are there boats?"),
    ],
)
def test_a_thing_becomes_a_question(text, asked):
    assert yes_no_question(text, InputKind.SINGLE) == (asked, True)


def test_of_two_dates_a_thing_is_looked_for_in_the_later_one():
    assert yes_no_question("new houses", InputKind.PAIR).text == (
        "Are there new houses in the later image?"
    )


@pytest.mark.parametrize(
    "text",
    [
        "What is here?",
        "How many boats are there?",
        "Is this rural or urban?",
        "Describe the image",
        "Wo sind die Boote?",
        "?",
        "the quick brown fox jumps over a lazy dog today",
    ],
)
def test_what_has_no_yes_or_no_is_refused(text):
    with pytest.raises(UniRSError) as error:
        yes_no_question(text, InputKind.SINGLE)
    assert error.value.code == "question_open"


def test_an_empty_question_is_refused():
    with pytest.raises(UniRSError) as error:
        yes_no_question(" \n", InputKind.SINGLE)
    assert error.value.code == "question_empty"
