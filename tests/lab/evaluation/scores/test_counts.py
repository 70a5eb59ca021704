"""Numbers in words and digits, and how far off they may be."""

from __future__ import annotations

import pytest

from unirs_lab.data.number_words import count_in, number_word
from unirs_lab.evaluation.scores.counts import is_close


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("zero", 0),
        ("about forty", 40),
        ("Twenty-two", 22),
        ("twenty two cars", 22),
        ("there are seventeen.", 17),
        ("about 28", 28),
        ("ninety buildings", 90),
        ("No cars", 0),
        ("between 11 and 100", None),
        ("ten or twenty", None),
        ("someone", None),
        ("several", None),
        ("", None),
    ],
)
def test_a_single_number_counts(text: str, number: int | None) -> None:
    assert count_in(text) == number


def test_one_or_a_fifth_may_be_missing() -> None:
    assert is_close("three", "four")
    assert not is_close("two", "four")
    assert is_close("32", "about forty")
    assert not is_close("31", "forty")
    assert not is_close("many", "forty")


def test_a_number_word_is_read_as_its_number():
    assert [count_in(number_word(number)) for number in range(120)] == [*range(120)]
    assert number_word(21) == "twenty-one"
