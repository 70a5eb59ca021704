"""Scores of classes: overall accuracy, recall and precision of each class, confusion matrix."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unirs.errors import UniRSError
from unirs.files import whole_file
from unirs_lab.evaluation.scores.vqa import Accuracy, normalise

PROTOCOL = "exact match of class names after lower-casing and without punctuation"
NO_CLASS = "none of these"


@dataclass(frozen=True)
class ClassScores:
    """Confusion of classes, and the scores that follow from it.

    What the UniRS paper's Table VII calls the precision of a class is its recall: with ERA's
    supports its rows give its overall accuracies.

    Attributes:
        classes: Names, in the order of the rows and columns.
        confusion: ``[classes, classes + 1]``, how often a true class (row) was answered with a
            class (column); the last column counts answers that name none of the classes.
    """

    classes: tuple[str, ...]
    confusion: NDArray[np.int64]

    @property
    def overall(self) -> Accuracy:
        """Right answers among all: overall accuracy."""
        return Accuracy(int(np.trace(self.confusion)), int(self.confusion.sum()))

    @property
    def support(self) -> tuple[int, ...]:
        """Number of items of each true class: the denominators of recall."""
        return tuple(self.confusion.sum(axis=1).tolist())

    @property
    def answered(self) -> tuple[int, ...]:
        """Number of answers of each class: the denominators of precision."""
        return tuple(self.confusion.sum(axis=0)[:-1].tolist())

    @property
    def unnamed(self) -> int:
        """Number of answers that name none of the classes; they are wrong."""
        return int(self.confusion[:, -1].sum())

    @property
    def recall(self) -> tuple[float | None, ...]:
        """Share of each class that was answered rightly, 0 to 1; ``None`` without items."""
        return self._shares(self.support)

    @property
    def precision(self) -> tuple[float | None, ...]:
        """Share of the answers of a class that are right, 0 to 1; ``None`` without any."""
        return self._shares(self.answered)

    def as_json(self) -> dict[str, Any]:
        """JSON values, with the protocol and every denominator."""
        columns = zip(
            self.classes, self.recall, self.support, self.precision, self.answered, strict=True
        )
        return {
            "protocol": PROTOCOL,
            "overall_accuracy": self.overall.as_json(),
            "answers_without_a_class": self.unnamed,
            "by_class": {
                name: {
                    "recall": recall,
                    "support": support,
                    "precision": precision,
                    "answered": answered,
                }
                for name, recall, support, precision, answered in columns
            },
            "confusion": self.confusion.tolist(),
        }

    @property
    def figures(self) -> dict[str, float | None]:
        """Overall accuracy in percent, as in papers."""
        return {"overall": self.overall.percent}

    @property
    def note(self) -> str:
        """Protocol and denominators, as a note below a table."""
        return (
            f"Classes: {PROTOCOL}; {self.overall.asked} answers over {len(self.classes)} classes, "
            f"{self.unnamed} of them name no class and are wrong."
        )

    def _shares(self, of: Sequence[int]) -> tuple[float | None, ...]:
        right = np.diagonal(self.confusion).tolist()
        return tuple(Accuracy(*pair).share for pair in zip(right, of, strict=True))


def score_classes(
    answers: Sequence[str], truths: Sequence[str], classes: Sequence[str]
) -> ClassScores:
    """Compare class names that were answered with true ones.

    Args:
        answers: The answer for each item; anything that names no class is wrong.
        truths: The true class of each item.
        classes: All class names.

    Raises:
        UniRSError: ``class_unknown`` for a truth that is none of the classes, ``class_ambiguous``
            where two classes are equal without case and punctuation.
    """
    places = {normalise(name): place for place, name in enumerate(classes)}
    if len(places) < len(classes):
        raise UniRSError(
            "class_ambiguous",
            f"Some of the classes {', '.join(classes)} are equal without case and punctuation; "
            "rename them.",
        )
    confusion = np.zeros((len(classes), len(classes) + 1), dtype=np.int64)
    for answer, truth in zip(answers, truths, strict=True):
        row = places.get(normalise(truth))
        if row is None:
            raise UniRSError(
                "class_unknown",
                f"The true class '{truth}' is none of {', '.join(classes)}; check the data set.",
            )
        confusion[row, places.get(normalise(answer), len(classes))] += 1
    return ClassScores(tuple(classes), confusion)


def write_confusion_png(scores: ClassScores, path: str | os.PathLike[str]) -> None:
    """Draw the confusion matrix: counts, coloured by their share of the true class.

    Args:
        scores: The scores to draw.
        path: The file, such as ``confusion.png``; it appears when it is complete.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    from matplotlib.figure import Figure

    counts = scores.confusion
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = max(4.0, 0.36 * len(scores.classes))
    figure = Figure(figsize=(side + 2.5, side + 1.5), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    for (row, column), count in np.ndenumerate(counts):
        if count:
            colour = "white" if shares[row, column] > 0.5 else "black"
            axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=7)
    # A class may be called anything, and "$" would start a formula.
    names: dict[str, Any] = {"fontsize": 8, "parse_math": False}
    axes.set_xticks(range(counts.shape[1]), [*scores.classes, NO_CLASS], rotation=90, **names)
    axes.set_yticks(range(counts.shape[0]), scores.classes, **names)
    axes.set_xlabel("answered")
    axes.set_ylabel("true")
    overall = scores.overall
    axes.set_title(f"{overall.right} of {overall.asked} right", fontsize=10)
    figure.colorbar(image, label="share of the true class", shrink=0.6)
    with whole_file(path) as target:
        figure.savefig(target, dpi=120, format="png")
