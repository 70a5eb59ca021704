"""The verdict, whether anything has changed between two dates: the one place that decides it.

It is a matter of the model's own scores and not of the words of its caption: there are many ways to
write that nothing has changed, and most captions of a change hold a word like "no" as well. Of the
texts of other systems there are only the words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from unirs.inputs import NO_CHANGE, InputKind, Question, Task, VisualInput

if TYPE_CHECKING:
    from torch import Tensor

    from unirs.model import UniRSConfig

_CLAUSE = re.compile(r"[.,;:!?]|\b(?:but|while|whereas|although|however|except)\b")
_NEGATION = re.compile(
    r"\b(no|not|none|never|nothing|without|neither|unchanged|identical|(is|are|remains?) the same"
    r"|hardly any|barely|n't)\b|n't\b"
)
_WORD = re.compile(r"\w")

CHANGE_THRESHOLD = 0.5
"""Something has changed where the probability of no change is below this, 0 to 1."""

_ENDS = ("", ".", " .")
"""How captions end: those of LEVIR-CC with the last of these, unless they were cleaned before."""


@dataclass(frozen=True)
class ChangeTest:
    """The question whether anything has changed, as it is put to a model.

    Attributes:
        question: Its options are scored.
        no: The options that mean that nothing has changed.
        closed: Whether the options are all possible answers; else they are some of the captions
            that the model might generate.
    """

    question: Question
    no: tuple[str, ...]
    closed: bool

    def unchanged(self, scores: Tensor) -> float:
        """Probability that nothing has changed, by the options' log-probabilities ``[options]``."""
        chances = scores.softmax(dim=0) if self.closed else scores.exp()
        negative = [option in self.no for option in self.question.options]
        return float(chances[negative].sum())


def is_changed(unchanged: Sequence[float]) -> bool:
    """The verdict, by the probability of no change in each view: their mean is below a half."""
    return sum(unchanged) / len(unchanged) < CHANGE_THRESHOLD


def change_test(config: UniRSConfig) -> ChangeTest:
    """The test for a model.

    A UniRS model has learnt from LEVIR-CC to caption changes, with five captions for pairs without
    change; their probabilities together are its own share of "nothing has changed". A base has
    learnt no such captions, but to answer questions.

    Args:
        config: Of the model.
    """
    from unirs.engines.unirs.prompting import is_base

    if is_base(config):
        question = Question(Task.ASK, "Has anything changed?", options=("yes", "no"))
        return ChangeTest(question, ("no",), closed=True)
    captions = tuple(caption + end for caption in NO_CHANGE for end in _ENDS)
    return ChangeTest(Question(Task.CHANGE, options=captions), captions, closed=False)


def is_change_caption(visual: VisualInput, question: Question) -> bool:
    """Whether a question is for what has changed between two dates."""
    return question.task is Task.CHANGE and visual.kind is InputKind.PAIR


def has_changed(text: str, scored: bool | None = None) -> bool:
    """Whether anything has changed, by a change caption.

    Args:
        text: The caption. It is read where there is no score: nothing has changed if each of its
            clauses denies something ("There is no visible change", "No houses have been built").
        scored: ``Answer.changed`` of the model that wrote it.
    """
    if scored is not None:
        return scored
    clauses = [clause for clause in _CLAUSE.split(text.lower()) if _WORD.search(clause)]
    return not clauses or not all(map(_NEGATION.search, clauses))
