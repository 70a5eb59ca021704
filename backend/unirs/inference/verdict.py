"""Whether anything has changed between two dates: the one place that decides it.

Where a model is at hand it decides, by scores of its own and not by the words of its caption: it
may say the same in many ways, and most of what it says of a change also holds a word like "no".
The texts of other systems have nothing but their words.
"""

from __future__ import annotations

import re
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

_ENDS = ("", ".", " .")
"""How captions end: those of LEVIR-CC with the last of these, unless they were cleaned before."""


@dataclass(frozen=True)
class ChangeTest:
    """How a model is asked whether anything has changed.

    Attributes:
        question: Its options are scored.
        no: Those of them that say that nothing has changed.
        closed: Whether the options are all that the model has to choose from; else they are some
            of the things that it might say.
    """

    question: Question
    no: tuple[str, ...]
    closed: bool

    def changed(self, scores: Tensor) -> bool:
        """Whether anything has changed, by the log-probabilities ``[options]`` of the options."""
        chances = scores.softmax(dim=0) if self.closed else scores.exp()
        nothing = [option in self.no for option in self.question.options]
        return float(chances[nothing].sum()) < 0.5


def change_test(config: UniRSConfig, clue: bool = True) -> ChangeTest:
    """What suits a model.

    A UniRS model has learnt from LEVIR-CC to caption changes, with five captions for pairs without
    change; their probabilities together are its own share of "nothing has changed". A base has
    learnt no such captions, but to answer questions.

    Args:
        config: Of the model.
        clue: Whether the answer has a clue.
    """
    from unirs.inference.prompting import is_base

    if is_base(config):
        question = Question(Task.ASK, "Has anything changed?", options=("yes", "no"), clue=clue)
        return ChangeTest(question, ("no",), closed=True)
    captions = tuple(caption + end for caption in NO_CHANGE for end in _ENDS)
    return ChangeTest(Question(Task.CHANGE, options=captions, clue=clue), captions, closed=False)


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
