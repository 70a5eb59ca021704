"""What is asked about the dates of a series: what is there, or what has happened."""

from __future__ import annotations

import re
from typing import NamedTuple

from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs.where.question import yes_no_question

ANY_CHANGE = "Has anything changed?"
"""What is asked about neighbouring dates: whatever has become true, something has changed."""

_OF_CHANGE = re.compile(
    r"^(has|have|had|did)\b|^(was|were)\s+(?!there\b)|\b(new|newly|chang\w+|any\s?more|no longer)\b"
    r"|\bthan before\b",
    re.I,
)
_WHEN = re.compile(r"when\s+(?P<verb>was|were|is|are|did|has|have)\s+(?P<rest>.+)", re.I)
_PARTICIPLES = {
    "appear": "appeared", "disappear": "disappeared", "vanish": "vanished", "grow": "grown",
    "shrink": "shrunk", "change": "changed", "begin": "begun", "start": "started",
    "end": "ended", "dry": "dried", "burn": "burned", "expand": "expanded", "recede": "receded",
}  # fmt: skip


class Statement(NamedTuple):
    """A question with yes or no about a series.

    Attributes:
        text: What is asked about each date; of a change, about each date beside the first one.
        of_change: Whether it asks for what has happened, and not for what is there.
        by_template: Whether the text was made of one that was no question with yes or no.
    """

    text: str
    of_change: bool
    by_template: bool


def statement(text: str) -> Statement:
    """What is asked for a text of a user.

    ``"Is there a lake?"`` and ``"lake"`` are about what is there at a date; ``"Have houses been
    built?"``, ``"new houses"`` and ``"When were the houses built?"`` about what has happened.

    Raises:
        UniRSError: ``question_empty``, or ``question_open`` if no template fits.
    """
    words = " ".join(text.split())
    asked = _of_when(words)
    of_change = bool(_OF_CHANGE.search(asked))
    kind = InputKind.PAIR if of_change else InputKind.SINGLE
    try:
        question = yes_no_question(asked, kind)
    except UniRSError as error:
        if error.code != "question_open":
            raise
        raise UniRSError(
            "question_open",
            f"“{words:.200}” cannot be answered with yes or no at a date; ask such as “Is there a "
            "lake?” or “Have houses been built?”, or name the thing alone: “lake”.",
        ) from None
    return Statement(question.text, of_change, question.by_template or asked != words)


def _of_when(words: str) -> str:
    """``"When was the lake built?"`` as ``"Has the lake been built?"``; all else as it is."""
    match = _WHEN.fullmatch(words.rstrip("?. "))
    if not match:
        return words
    verb, rest = match.group("verb").lower(), match.group("rest")
    if rest.lower().startswith("there "):
        return f"{verb.capitalize()} {rest}?"
    if verb in {"has", "have"}:
        return f"{verb.capitalize()} {rest}?"
    *thing, last = rest.split()
    if not thing:
        return words
    if verb == "did":
        done = _PARTICIPLES.get(last.lower())
        auxiliary = "Have" if _is_many(thing) else "Has"
        return f"{auxiliary} {' '.join(thing)} {done}?" if done else words
    auxiliary = "Have" if verb in {"were", "are"} else "Has"
    return f"{auxiliary} {' '.join(thing)} been {last}?"


def _is_many(thing: list[str]) -> bool:
    return thing[-1].lower().endswith("s") and not thing[-1].lower().endswith("ss")
