"""Counts in words or digits: "about forty", "twenty-two cars", "12"."""

from __future__ import annotations

import re

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = (
    {word: value for value, word in enumerate(_ONES)}
    | {word: 10 * value for value, word in enumerate(_TENS, 2)}
    | {"no": 0, "none": 0}
)

SHARE = 0.2


def count_in(text: str) -> int | None:
    """The first number of an answer, up to 99 in words; ``None`` where it names none."""
    words = re.findall(r"\d+|[a-z]+", text.lower())
    for place, word in enumerate(words):
        if word.isdecimal():
            return int(word)
        if word in _TENS:
            behind = _VALUES.get(words[place + 1], 0) if place + 1 < len(words) else 0
            return _VALUES[word] + (behind if behind < 10 else 0)
        if word in _VALUES:
            return _VALUES[word]
    return None


def is_close(answer: str, expected: str) -> bool:
    """Whether a count differs by one, or by a fifth of the true one, at most."""
    said, true = count_in(answer), count_in(expected)
    return said is not None and true is not None and abs(said - true) <= max(1, SHARE * true)
