"""How sure an answer is: one number for each kind of answer, and how far views agree about it.

The confidence of a choice is the probability of the option that was chosen, that of a change
caption the probability of its verdict, and that of other text the mean probability of its content
words. They are different things, so each kind has its own threshold, from a model's calibration.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean
from types import MappingProxyType
from typing import Literal, NamedTuple

from unirs.answers import UNSURE_BELOW, OptionScore

ConfidenceKind = Literal["options", "verdict", "text"]
"""What a confidence is the probability of."""

UNCALIBRATED: Mapping[ConfidenceKind, float] = MappingProxyType(
    {"options": UNSURE_BELOW, "verdict": UNSURE_BELOW}
)
"""Confidence below which an answer of a model without calibration is not sure. There is none for
text: how probable the words of a right answer are differs too much between models."""

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_FUNCTION_WORDS = """
a about above across after all also an and another any are around as at be beside between both by
can could each few for from had has have in into is it its many more most near next of on or other
over several so some such than that the their them there these they this those to under very was
were where which while who will with within
"""
_MEANINGLESS = frozenset(_FUNCTION_WORDS.split())


class Piece(NamedTuple):
    """The text that a token adds to an answer.

    Attributes:
        text: The text; empty where the token ends within a character.
        probability: Of the token among all tokens, 0 to 1.
    """

    text: str
    probability: float


class Sureness(NamedTuple):
    """Fields of an answer about how sure it is; see ``unirs.answers.Answer``."""

    confidence: float | None = None
    agreement: float | None = None
    unsure_below: float | None = None

    @classmethod
    def uncalibrated(
        cls, kind: ConfidenceKind, confidence: float | None, agreement: float | None
    ) -> Sureness:
        """That of a model without calibration; without a confidence there is no threshold."""
        below = None if confidence is None else UNCALIBRATED.get(kind)
        return cls(confidence, agreement, below)


def choose(
    options: Sequence[str], views: Sequence[Sequence[float]]
) -> tuple[tuple[OptionScore, ...], float | None]:
    """Options by their probabilities, averaged over views.

    Args:
        options: The closed set.
        views: For each view, the probability of each option.

    Returns:
        The options, best first, and the share of the views whose best option is the first one;
        ``None`` for a single view.
    """
    means = [fmean(each) for each in zip(*views, strict=True)]
    ranking = sorted(range(len(options)), key=lambda index: -means[index])
    scores = tuple(OptionScore(options[index], means[index]) for index in ranking)
    agreeing = fmean(max(view) == view[ranking[0]] for view in views)
    return scores, agreeing if len(views) > 1 else None


def text_confidence(pieces: Sequence[Piece]) -> float | None:
    """Mean probability of the content words of a text; a word's is the product of its tokens'.

    Words without a meaning of their own ("the", "are") are left out: they follow from the others
    and would make any sentence look sure. Where there are no others, they count.

    Args:
        pieces: The tokens of the text, in order.

    Returns:
        0 to 1; ``None`` for a text without words.
    """
    text = "".join(piece.text for piece in pieces)
    words = list(_WORD.finditer(text))
    content = [word for word in words if _is_content(word.group())] or words
    if not content:
        return None
    chances = [1.0] * len(content)
    begin = 0
    for piece in pieces:
        end = begin + len(piece.text)
        for index, word in enumerate(content):
            if begin < word.end() and end > word.start():
                chances[index] *= piece.probability
        begin = end
    return fmean(chances)


def behind_thoughts(pieces: Sequence[Piece], text: str) -> list[Piece]:
    """The tokens of a text, without those that a model wrote before it, for itself.

    Args:
        pieces: All that was generated.
        text: What of it is the answer, at its end.
    """
    left = len("".join(piece.text for piece in pieces).rstrip()) - len(text.strip())
    kept = list(pieces)
    while kept and left >= len(kept[0].text):
        left -= len(kept.pop(0).text)
    return kept


def text_agreement(first: str, others: Sequence[str]) -> float | None:
    """How many content words a text has in common with others: the mean F1, 0 to 1.

    Args:
        first: The text.
        others: What was written about other views of the images.

    Returns:
        ``None`` without others.
    """
    if not others:
        return None
    return fmean(_f1(_content_words(first), _content_words(other)) for other in others)


def verdict_confidence(unchanged: float) -> float:
    """Probability of the verdict, by that of no change."""
    return max(unchanged, 1.0 - unchanged)


def _content_words(text: str) -> Counter[str]:
    words = [word.lower() for word in _WORD.findall(text)]
    return Counter([word for word in words if _is_content(word)] or words)


def _is_content(word: str) -> bool:
    return word.lower() not in _MEANINGLESS


def _f1(ours: Counter[str], theirs: Counter[str]) -> float:
    total = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / total if total else 1.0
