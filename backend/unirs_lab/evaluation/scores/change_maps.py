"""Scores of change maps against masks of what has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unirs.errors import UniRSError

KS = (1, 5, 10)
"""The survey's K (V-A, retrieval metrics)."""


@dataclass(frozen=True)
class AtK:
    """How well the K highest cells of a map find what has changed.

    Attributes:
        recall: Recall@K, 0 to 1.
        precision: Precision@K, 0 to 1.
    """

    recall: float
    precision: float


@dataclass(frozen=True)
class ChangeMapScores:
    """Scores over all pairs. Pixels are counted over all pairs together.

    Attributes:
        pairs: Number of maps.
        threshold: Least value of a changed pixel.
        confusion: ``[2, 2]``, pixels by truth (row) and map (column): 0 unchanged, 1 changed.
            Pixels where the map is NaN do not count.
        ranked_pairs: Number of pairs with a changed cell: the denominator of ``at``.
        at: Recall@K and Precision@K by K, means over the ranked pairs; ``None`` without any.
    """

    pairs: int
    threshold: float
    confusion: NDArray[np.int64]
    ranked_pairs: int
    at: Mapping[int, AtK | None]

    @property
    def precision(self) -> float | None:
        """Of the pixels that the maps call changed, the share that has: TP / (TP + FP)."""
        return _ratio(self._true_positive, self.confusion[:, 1].sum())

    @property
    def recall(self) -> float | None:
        """Of the pixels that have changed, the share that the maps find: TP / (TP + FN)."""
        return _ratio(self._true_positive, self.confusion[1].sum())

    @property
    def f1(self) -> float | None:
        """F1 of changed pixels: 2 TP / (2 TP + FP + FN)."""
        return _ratio(2 * self._true_positive, self.confusion[1].sum() + self.confusion[:, 1].sum())

    @property
    def c_iou(self) -> float | None:
        """Cumulative IoU of changed pixels: their intersection over all pairs by their union."""
        return self._iou(1)

    @property
    def m_iou(self) -> float | None:
        """Mean of the cumulative IoU of changed and that of unchanged pixels.

        A class that is neither in a mask nor in a map does not count; ``None`` without pixels.
        """
        known = [iou for place in (0, 1) if (iou := self._iou(place)) is not None]
        return sum(known) / len(known) if known else None

    def as_json(self) -> dict[str, Any]:
        """JSON values, with the definitions' parameters and denominators."""
        return {
            "protocol": (
                "pixels over all pairs; a pixel has the value of the map's cell it lies in; "
                "Recall@K and Precision@K of cells, a cell has changed where half its pixels have"
            ),
            "pairs": self.pairs,
            "threshold": self.threshold,
            "pixels": int(self.confusion.sum()),
            "pixels_changed": int(self.confusion[1].sum()),
            "confusion": self.confusion.tolist(),
            "f1": self.f1,
            "precision": self.precision,
            "recall": self.recall,
            "c_iou": self.c_iou,
            "m_iou": self.m_iou,
            "ranked_pairs": self.ranked_pairs,
            "recall_at": {str(k): score and score.recall for k, score in self.at.items()},
            "precision_at": {str(k): score and score.precision for k, score in self.at.items()},
        }

    @property
    def note(self) -> str:
        """Protocol and denominators, as a note below a table."""
        return (
            f"Change maps: changed from {self.threshold:g} on; {int(self.confusion.sum())} pixels "
            f"of {self.pairs} pairs, {int(self.confusion[1].sum())} of them changed; Recall@K and "
            f"Precision@K over the {self.ranked_pairs} pairs with a changed cell."
        )

    @property
    def _true_positive(self) -> int:
        return int(self.confusion[1, 1])

    def _iou(self, place: int) -> float | None:
        same = self.confusion[place, place]
        return _ratio(same, self.confusion[place].sum() + self.confusion[:, place].sum() - same)


def score_change_maps(
    maps: Iterable[NDArray[np.floating]],
    masks: Iterable[NDArray[Any]],
    threshold: float = 0.5,
    ks: Sequence[int] = KS,
) -> ChangeMapScores:
    """Compare change maps with masks.

    F1, precision, recall, cIoU and mIoU are of pixels: the pixels of a mask take the value of the
    map's cell they lie in. Recall@K and Precision@K are of cells: a pair's cells are ranked by the
    map; a cell is relevant where at least half of its pixels have changed. Recall@K is the share
    of the relevant cells that is among the K highest, Precision@K the share of the K highest that
    is relevant, both averaged over the pairs that have a relevant cell. Cells of equal value share
    the last places: each counts with the chance to be among the K if they were shuffled. A map of
    less than K cells is taken whole.

    Args:
        maps: ``[rows, columns]`` each, 0 (same) to 1, NaN where nothing is known.
        masks: ``[height, width]`` each, not zero where the pair has changed; at least a pixel a
            cell.
        threshold: Least value of a changed cell.
        ks: Numbers of the highest cells; each at least 1.

    Raises:
        UniRSError: ``change_map_shape`` for a mask smaller than its map, ``change_maps_missing``
            where there are none.
    """
    confusion = np.zeros((2, 2), dtype=np.int64)
    found: dict[int, list[AtK]] = {k: [] for k in ks}
    pairs = ranked = 0
    for change, values in zip(maps, masks, strict=True):
        pairs += 1
        mask = values != 0
        cells = _cells(mask.shape, change.shape)
        confusion += _pixels(change[cells], mask, threshold)
        ranking, relevant = _ranked(change, mask, cells)
        if relevant.any():
            ranked += 1
            for k, scores in found.items():
                scores.append(_at_k(ranking, relevant, k))
    if not pairs:
        raise UniRSError("change_maps_missing", "There are no change maps to score.")
    at = {k: _mean(scores) if scores else None for k, scores in found.items()}
    return ChangeMapScores(pairs, threshold, confusion, ranked, at)


def _cells(mask: tuple[int, ...], change: tuple[int, ...]) -> tuple[NDArray[np.intp], ...]:
    """Row and column of the cell that each pixel lies in, to index a map with."""
    fits = len(mask) == len(change) == 2 and all(
        1 <= cells <= pixels for cells, pixels in zip(change, mask, strict=True)
    )
    if not fits:
        raise UniRSError(
            "change_map_shape",
            f"A mask of {mask} pixels does not fit a change map of {change} cells; give masks of "
            "at least a pixel for each cell.",
        )
    rows, columns = (
        np.arange(pixels) * cells // pixels for pixels, cells in zip(mask, change, strict=True)
    )
    return np.ix_(rows, columns)


def _pixels(
    values: NDArray[np.floating], mask: NDArray[np.bool_], threshold: float
) -> NDArray[np.int64]:
    known = ~np.isnan(values)
    pairs = 2 * mask[known].astype(np.int64) + (values[known] >= threshold)
    return np.bincount(pairs, minlength=4).reshape(2, 2)


def _ranked(
    change: NDArray[np.floating], mask: NDArray[np.bool_], cells: tuple[NDArray[np.intp], ...]
) -> tuple[NDArray[np.floating], NDArray[np.bool_]]:
    """Values of the known cells, and which of them have changed by half."""
    changed, pixels = np.zeros(change.shape), np.zeros(change.shape)
    np.add.at(changed, cells, mask)
    np.add.at(pixels, cells, 1)
    known = ~np.isnan(change)
    return change[known], (2 * changed >= pixels)[known]


def _at_k(values: NDArray[np.floating], relevant: NDArray[np.bool_], k: int) -> AtK:
    k = min(k, len(values))
    last = np.sort(values)[-k]
    above, tied = values > last, values == last
    places = (k - above.sum()) / tied.sum()
    hits = relevant[above].sum() + places * relevant[tied].sum()
    return AtK(float(hits / relevant.sum()), float(hits / k))


def _mean(scores: Sequence[AtK]) -> AtK:
    return AtK(
        sum(score.recall for score in scores) / len(scores),
        sum(score.precision for score in scores) / len(scores),
    )


def _ratio(part: int | np.int64, whole: int | np.int64) -> float | None:
    return float(part / whole) if whole else None
