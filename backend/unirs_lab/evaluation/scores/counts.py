"""Counts beside the true ones."""

from __future__ import annotations

from unirs_lab.data.number_words import count_in

SHARE = 0.2


def is_close(answer: str, expected: str) -> bool:
    """Whether a count differs by one, or by a fifth of the true one, at most."""
    given, true = count_in(answer), count_in(expected)
    return given is not None and true is not None and abs(given - true) <= max(1, SHARE * true)
