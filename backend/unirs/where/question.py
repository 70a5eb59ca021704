"""Questions with yes or no, also of what is no such question yet."""

from __future__ import annotations

import re
from typing import NamedTuple

from unirs.answers import Answer
from unirs.errors import UniRSError
from unirs.inputs import InputKind

YES, NO = "yes", "no"
"""The options that are scored."""

_MOST_WORDS = 8
"""Longest name of a thing, in words; what is longer is a sentence."""

_YES_NO = re.compile(
    r"(is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|any)\b", re.I
)
_CHOICE = re.compile(r"(is|are|was|were)\s+(it|this|that|the|these|those)\b.*\bor\b", re.I)
_STATEMENT = re.compile(r"there\s+(is|are|was|were)\s+(?P<rest>.+)", re.I)
_WISH = re.compile(
    r"(where\s+(is|are)|find|show(\s+me)?|locate|detect|mark|map|search(\s+for)?|look\s+for)\s+"
    r"(?P<rest>.+)",
    re.I,
)
_OPEN = re.compile(r"(what|where|which|who|whose|when|why|how|describe|count|name|tell)\b", re.I)
_ARTICLE = re.compile(r"(all|every|the|any|some)\s+(the\s+)?", re.I)
_ONE = re.compile(r"(an?|one)\s", re.I)
_PLURALS = {"people", "cattle", "sheep", "aircraft", "livestock", "men", "women", "children"}


class YesNoQuestion(NamedTuple):
    """What is asked about each window.

    Attributes:
        text: The question.
        by_template: Whether it was made of a text that was no question with yes or no.
    """

    text: str
    by_template: bool


def yes_no_question(text: str, kind: InputKind) -> YesNoQuestion:
    """The question with yes or no that a text asks or names.

    ``"Is there a road?"`` stays as it is; ``"boats"``, ``"find boats"`` and ``"Where are the
    boats?"`` become ``"Are there boats in the image?"``.

    Args:
        text: What the user entered.
        kind: What it is asked about; of a pair, a thing is looked for in the later image.

    Raises:
        UniRSError: ``question_empty``, or ``question_open`` if no template fits.
    """
    words = " ".join(text.split())
    if not words:
        raise UniRSError("question_empty", "The question is empty; enter a question.")
    if _CHOICE.match(words):
        raise _open(words)
    if _YES_NO.match(words):
        return YesNoQuestion(words, by_template=False)
    return YesNoQuestion(_from_template(words, kind), by_template=True)


def probability_of_yes(answer: Answer) -> float:
    """Of a question with yes or no: 1 or 0 where the engine chose without probabilities."""
    for option in answer.options:
        if option.text == YES and option.probability is not None:
            return option.probability
    return float(answer.text == YES)


def _from_template(words: str, kind: InputKind) -> str:
    bare = words.rstrip(".?! ")
    statement = _STATEMENT.fullmatch(bare)
    if statement:
        verb = statement.group(1).capitalize()
        return f"{verb} there {statement.group('rest')}?"
    wish = _WISH.fullmatch(bare)
    if not wish and (words.endswith("?") or _OPEN.match(words)):
        raise _open(words)
    thing = _ARTICLE.sub("", wish.group("rest") if wish else bare, count=1)
    if not re.search(r"\w", thing) or len(thing.split()) > _MOST_WORDS:
        raise _open(words)
    verb = "Are" if _is_plural(thing) else "Is"
    image = "later image" if kind is InputKind.PAIR else "image"
    return f"{verb} there {thing} in the {image}?"


def _is_plural(thing: str) -> bool:
    if _ONE.match(thing):
        return False
    head = re.split(r"\s(?:with|in|on|of|at|near|by|under|along|that|without)\s", thing)[0]
    last = head.split()[-1].lower()
    return last in _PLURALS or (last.endswith("s") and not last.endswith("ss"))


def _open(words: str) -> UniRSError:
    return UniRSError(
        "question_open",
        f"“{words:.200}” cannot be answered with yes or no, by which places are found; ask such as "
        "“Are there boats?”, or name the thing alone: “boats”.",
    )
