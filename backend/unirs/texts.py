"""Texts that come from files, models and people, without what is no text.

They are data: never parsed as markup, and shown without the characters that could move a terminal's
cursor, turn the writing direction, or hide words.
"""

from __future__ import annotations

import unicodedata

INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode categories that control a terminal or the writing direction, or are no character."""

JOINERS = {"\u200c", "\u200d"}
"""Format characters that scripts and emoji need."""


def clean(text: str, *, one_line: bool = False) -> str:
    """Text that is safe on a terminal: line feeds are kept, other control characters removed.

    Args:
        text: Anything.
        one_line: Whether line feeds become spaces, too.
    """
    if one_line:
        text = " ".join(text.split())
    return "".join(
        mark for mark in text.replace("\t", " ") if mark in JOINERS or not is_invisible(mark)
    )


def is_invisible(mark: str) -> bool:
    """Whether a character is in ``INVISIBLE``; a line feed is not."""
    return mark != "\n" and unicodedata.category(mark) in INVISIBLE
