"""Accuracy of short answers, by type of question, in GeoChat's protocol."""

from __future__ import annotations

import string
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

PROTOCOL = "exact match after lower-casing and without spaces around and punctuation (GeoChat)"
LEFT_OUT = ("count", "area")
"""Types that neither GeoChat nor the UniRS paper asks (paper, IV-B)."""

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise(text: str) -> str:
    """Lower case, no ASCII punctuation, single spaces: the form in which answers are compared."""
    return " ".join(text.lower().translate(_NO_PUNCTUATION).split())


def is_right(answer: str, expected: str) -> bool:
    """Exact match of the normalised texts."""
    return normalise(answer) == normalise(expected)


@dataclass(frozen=True)
class Accuracy:
    """A share with its denominator.

    Attributes:
        right: Right answers.
        asked: All answers.
    """

    right: int
    asked: int

    @classmethod
    def of(cls, verdicts: Sequence[bool]) -> Accuracy:
        """Counted from one verdict for each answer."""
        return cls(sum(verdicts), len(verdicts))

    @property
    def share(self) -> float | None:
        """From 0 to 1; ``None`` where nothing was asked."""
        return self.right / self.asked if self.asked else None

    @property
    def percent(self) -> float | None:
        """From 0 to 100; ``None`` where nothing was asked."""
        return 100 * self.right / self.asked if self.asked else None

    def as_json(self) -> dict[str, Any]:
        """Share, numerator and denominator."""
        return {"share": self.share, "right": self.right, "asked": self.asked}


@dataclass(frozen=True)
class Answered:
    """An answered question.

    Attributes:
        type: Type of the question, such as ``"presence"``; empty where there are none.
        answer: The answer.
        expected: The right answer.
    """

    type: str
    answer: str
    expected: str


@dataclass(frozen=True)
class VqaScores:
    """Accuracy of answers.

    Attributes:
        by_type: Accuracy of each type that was asked, also of those that were left out.
        average: Accuracy over all questions but those of the types left out (micro average).
        left_out: Types that do not count in the average.
    """

    by_type: Mapping[str, Accuracy]
    average: Accuracy
    left_out: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """JSON values, with the protocol and every denominator."""
        return {
            "protocol": PROTOCOL,
            "average": self.average.as_json(),
            "average_over": "questions",
            "left_out": list(self.left_out),
            "by_type": {type_: score.as_json() for type_, score in self.by_type.items()},
        }

    @property
    def figures(self) -> dict[str, float | None]:
        """The average and each type in percent, as in papers."""
        scores = {**self.by_type, "average": self.average}
        return {key: score.percent for key, score in scores.items()}

    @property
    def note(self) -> str:
        """Protocol and denominators, as a note below a table."""
        asked = [f"{type_ or 'all'} {score.asked}" for type_, score in self.by_type.items()]
        apart = [type_ for type_ in self.left_out if type_ in self.by_type]
        without = f" without {' and '.join(apart)}" if apart else ""
        return (
            f"Answers: {PROTOCOL}. Questions: {', '.join(asked)}; the average is over "
            f"{self.average.asked} questions{without}."
        )


def score_vqa(answers: Iterable[Answered], left_out: Collection[str] = LEFT_OUT) -> VqaScores:
    """Accuracy by type, and over all types that are not left out.

    Args:
        answers: Answered questions, in any order.
        left_out: Types that are scored apart and do not count in the average.
    """
    verdicts: dict[str, list[bool]] = {}
    for one in answers:
        verdicts.setdefault(one.type, []).append(is_right(one.answer, one.expected))
    counted = [rights for type_, rights in verdicts.items() if type_ not in left_out]
    return VqaScores(
        {type_: Accuracy.of(rights) for type_, rights in sorted(verdicts.items())},
        Accuracy.of(list(chain.from_iterable(counted))),
        tuple(left_out),
    )


def balanced_accuracy(truths: Sequence[str], rights: Sequence[bool]) -> float | None:
    """Balanced accuracy: the mean over the true answers of the share answered rightly, 0 to 1.

    A constant answer to yes/no questions gets one half, however often each answer is true.

    Args:
        truths: The true answers.
        rights: Whether each was given.

    Returns:
        ``None`` unless there are two different true answers at least.
    """
    names = sorted(set(truths))
    if len(names) < 2:
        return None
    of, given = np.array(truths), np.array(rights)
    return float(np.mean([given[of == name].mean() for name in names]))
