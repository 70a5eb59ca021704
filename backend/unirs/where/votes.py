"""What the windows so far have found out about each spot of ground."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from unirs.inputs import Extent
from unirs.tiles import Box, Tile

Patches = NDArray[np.float32]
"""``[rows, columns]`` over a window, 0 to 1: by how much its vote counts in each part of it."""


class Votes:
    """Probabilities of yes on a raster: where windows of one size overlap, their weighted mean.

    Finer windows replace coarser ones, which show small things badly.

    Args:
        extent: Of the raster.
        shape: Its rows and columns.
    """

    def __init__(self, extent: Extent, shape: tuple[int, int]) -> None:
        self._extent = extent
        self._coarser = np.full(shape, np.nan, np.float32)
        self._sums = np.zeros(shape, np.float32)
        self._weights = np.zeros(shape, np.float32)

    def add(
        self, box: Box, probability: float, patches: Patches | None = None, weight: float = 1.0
    ) -> None:
        """The vote of a window of the present size; evenly in all of it without patches."""
        rows, columns = self._rows(box), self._columns(box)
        votes: float | Patches = probability
        if patches is not None:
            votes = (
                probability
                * patches[
                    _patch_of(rows, patches.shape[0])[:, None], _patch_of(columns, patches.shape[1])
                ]
            )
        cells = rows.within, columns.within
        self._sums[cells] += weight * votes
        self._weights[cells] += weight

    def go_finer(self) -> None:
        """The windows that follow are smaller."""
        self._coarser = self.probabilities
        self._sums[:] = 0
        self._weights[:] = 0

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """``[rows, columns]``, 0 to 1; NaN where no window has voted."""
        voted = self._weights > 0
        return np.divide(self._sums, self._weights, out=self._coarser.copy(), where=voted)

    def promising(self, windows: Iterable[Tile], at_least: float) -> list[Tile]:
        """The windows over ground that is not surely no, the most probable ones first.

        Args:
            windows: Any windows.
            at_least: Mean probability of the ground under a window, 0 to 1.
        """
        field = self.probabilities
        means = ((self._mean(field, window.box), window) for window in windows)
        kept = [(mean, window) for mean, window in means if mean >= at_least]
        return [window for _, window in sorted(kept, key=lambda each: -each[0])]

    def _mean(self, field: NDArray[np.float32], box: Box) -> float:
        """The mean over a window; NaN, which is less promising than anything, without votes."""
        values = field[self._rows(box).within, self._columns(box).within]
        values = values[~np.isnan(values)]
        return float(values.mean()) if values.size else float("nan")

    def _rows(self, box: Box) -> _Span:
        _, min_y, _, max_y = self._extent
        count = self._weights.shape[0]
        height = (max_y - min_y) / count
        return _Span((max_y - box.y_max) / height, (max_y - box.y_min) / height, count)

    def _columns(self, box: Box) -> _Span:
        min_x, _, max_x, _ = self._extent
        count = self._weights.shape[1]
        width = (max_x - min_x) / count
        return _Span((box.x_min - min_x) / width, (box.x_max - min_x) / width, count)


class _Span:
    """Rows or columns of the raster under a window.

    Attributes:
        low: Where the window begins, in cells.
        high: Where it ends.
        within: The cells whose middle lies in it, and at least one.
    """

    def __init__(self, low: float, high: float, count: int) -> None:
        self.low, self.high = low, high
        first = min(max(round(low), 0), count - 1)
        self.within = slice(first, max(min(round(high), count), first + 1))


def _patch_of(span: _Span, patches: int) -> NDArray[np.intp]:
    """The patch, of those along a window, that the middle of each cell lies in."""
    middles = np.arange(span.within.start, span.within.stop) + 0.5
    shares = (middles - span.low) / (span.high - span.low)
    return np.clip(shares * patches, 0, patches - 1).astype(np.intp)
