"""What the windows so far have found out about each spot of ground."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from unirs.inputs import Extent
from unirs.tiles import Box, Tile


class Votes:
    """Probabilities of yes on a raster: where windows of one size overlap, their mean.

    Finer windows replace coarser ones, which see small things badly.

    Args:
        extent: Of the raster.
        shape: Its rows and columns.
    """

    def __init__(self, extent: Extent, shape: tuple[int, int]) -> None:
        self._extent = extent
        self._coarser = np.full(shape, np.nan, np.float32)
        self._sums = np.zeros(shape, np.float32)
        self._counts = np.zeros(shape, np.uint16)

    def add(self, box: Box, probability: float) -> None:
        """The vote of a window of the present size."""
        cells = self._cells(box)
        self._sums[cells] += probability
        self._counts[cells] += 1

    def go_finer(self) -> None:
        """The windows that follow are smaller."""
        self._coarser = self.probabilities
        self._sums[:] = 0
        self._counts[:] = 0

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """``[rows, columns]``, 0 to 1; NaN where no window has voted."""
        voted = self._counts > 0
        return np.where(voted, self._sums / np.maximum(self._counts, 1), self._coarser)

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
        values = field[self._cells(box)]
        values = values[~np.isnan(values)]
        return float(values.mean()) if values.size else float("nan")

    def _cells(self, box: Box) -> tuple[slice, slice]:
        """Rows and columns whose middle lies in a window, and at least one of each."""
        min_x, min_y, max_x, max_y = self._extent
        rows, columns = self._counts.shape
        height, width = (max_y - min_y) / rows, (max_x - min_x) / columns
        return (
            _between((max_y - box.y_max) / height, (max_y - box.y_min) / height, rows),
            _between((box.x_min - min_x) / width, (box.x_max - min_x) / width, columns),
        )


def _between(low: float, high: float, count: int) -> slice:
    first = min(max(round(low), 0), count - 1)
    return slice(first, max(min(round(high), count), first + 1))
