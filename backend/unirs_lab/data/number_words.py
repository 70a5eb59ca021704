"""Numbers in words or digits: "about forty", "twenty-two cars", "12"."""

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
_NUMBER = re.compile(
    r"\b(?:(\d{1,9})"
    rf"|({'|'.join(_TENS)})(?:[ -]({'|'.join(_ONES[1:10])}))?"
    rf"|({'|'.join(_VALUES)}))\b"
)


def count_in(text: str) -> int | None:
    """The number that an answer names, up to 99 in words; ``None`` for none, or for several."""
    found = _NUMBER.findall(text.lower())
    if len(found) != 1:
        return None
    digits, *words = found[0]
    return int(digits) if digits else sum(_VALUES[word] for word in words if word)


def number_word(number: int) -> str:
    """A number as ``count_in`` reads it: ``"twenty-one"``; digits from a hundred on."""
    if number >= 100:
        return str(number)
    if number < len(_ONES):
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens - 2] + (f"-{_ONES[ones]}" if ones else "")
