"""Where there are data, as a small view of the whole extent shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unirs.errors import UniRSError
from unirs.guard.visuals import compared
from unirs.imagery.stopping import Stop
from unirs.inputs import Extent
from unirs.tasks import read_visual
from unirs.tiles import Tile, TileGrid
from unirs.where.request import WindowRequest

SIDE = 1024
"""Pixels of the longer side of that view. Data narrower than one of them may be missed."""

FEW = 256
"""Windows that are rather read than looked up."""


@dataclass(frozen=True)
class Data:
    """A coarse mask over an extent.

    Attributes:
        extent: Of the mask.
        valid: ``[rows, columns]``, true where all dates have data; ``None``: not known.
        warnings: Sentences about the images, if they were looked at as a whole.
    """

    extent: Extent
    valid: NDArray[np.bool_] | None
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, request: WindowRequest, extent: Extent, windows: int, stop: Stop | None) -> Data:
        """Read the view of a request; of one date only where that is faster than its windows.

        Raises:
            UniRSError: ``all_nodata``.
        """
        if windows <= FEW and len(request.paths) == 1:
            return cls(extent, None)
        try:
            visual = compared(read_visual(request.window(None), SIDE, len(request.paths), stop))
        except UniRSError as error:
            if error.code in {"raster_unreadable", "cancelled"}:
                return cls(extent, None)  # windows beside a corrupt block can be read
            raise
        masks = [crop.valid for crop in visual.crops if crop.valid is not None]
        known = np.logical_and.reduce(masks) if masks and windows > FEW else None
        return cls(visual.crops[0].extent or extent, known, visual.warnings)

    def tiles(self, grid: TileGrid, wanted: Callable[[Tile], bool]) -> list[Tile]:
        """The windows of a grid that may hold data, row by row."""
        if self.valid is None:
            return [tile for tile in grid if wanted(tile)]
        places = np.argwhere(self._meets(grid)).tolist()
        tiles = (grid.tile(row, column) for row, column in places)
        return [tile for tile in tiles if wanted(tile)]

    def count(self, grid: TileGrid) -> int:
        """How many windows of a grid may hold data."""
        return len(grid) if self.valid is None else int(self._meets(grid).sum())

    def _meets(self, grid: TileGrid) -> NDArray[np.bool_]:
        """``[rows, columns]`` of a grid: whether there are data within a pixel of the mask."""
        valid = self.valid
        assert valid is not None  # noqa: S101 - both callers have looked
        rows, columns = valid.shape
        min_x, min_y, max_x, max_y = self.extent
        height, width = (max_y - min_y) / rows, (max_x - min_x) / columns
        top = (max_y - grid.y_max + np.arange(grid.rows) * grid.step_y) / height
        left = (grid.x_min - min_x + np.arange(grid.columns) * grid.step_x) / width
        sums = np.zeros((rows + 1, columns + 1), np.int32)
        sums[1:, 1:] = valid.cumsum(0, dtype=np.int32).cumsum(1, dtype=np.int32)
        first_row, end_row = _between(top, grid.height / height, rows)
        first_column, end_column = _between(left, grid.width / width, columns)
        within = sums[np.ix_(end_row, end_column)] - sums[np.ix_(first_row, end_column)]
        within -= sums[np.ix_(end_row, first_column)] - sums[np.ix_(first_row, first_column)]
        return within > 0


def _between(
    begins: NDArray[np.float64], length: float, count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First pixel of each window, and the one after its last, with one more on both sides."""
    first = np.floor(begins).astype(np.int64) - 1
    end = np.ceil(begins + length).astype(np.int64) + 1
    return first.clip(0, count), end.clip(0, count)
