"""A regular grid of whole tiles over an extent. Pure arithmetic, in the units of the extent.

The QGIS plugin ships this file as well: it imports nothing but the standard library and runs on
Python 3.9.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import NamedTuple

MAX_TILES = 1_000_000
"""Maximum number of tiles of a grid by default; more are taken for a wrong tile size."""

_TOLERANCE = 1e-6
"""Share of a tile that an extent may exceed the grid, by rounding, without another tile."""


class TilingError(ValueError):
    """Invalid parameters of a grid.

    Attributes:
        code: ``"size"`` (not a positive number), ``"overlap"`` (negative, or not less than the
            tile), ``"extent"`` (no area) or ``"count"`` (more than allowed).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Box(NamedTuple):
    """A rectangle in map units."""

    x_min: float
    y_min: float
    x_max: float
    y_max: float


class Tile(NamedTuple):
    """One tile; row 0 is the northernmost, column 0 the westernmost."""

    row: int
    column: int
    box: Box


@dataclass(frozen=True)
class TileGrid:
    """Tiles of one size from the upper left corner of an extent, row by row.

    All tiles are whole: those of the last row and column may reach beyond the extent, so that a
    model always sees the same shape at the same scale.

    Attributes:
        x_min: West edge of column 0.
        y_max: North edge of row 0.
        width: Of a tile, in map units.
        height: Of a tile, in map units.
        step_x: From a column to the next, in map units.
        step_y: From a row to the next, in map units.
        rows: Number of rows.
        columns: Number of columns.
    """

    x_min: float
    y_max: float
    width: float
    height: float
    step_x: float
    step_y: float
    rows: int
    columns: int

    def __len__(self) -> int:
        return self.rows * self.columns

    def __iter__(self) -> Iterator[Tile]:
        for row in range(self.rows):
            for column in range(self.columns):
                yield self.tile(row, column)

    def ending_at(self, x_max: float) -> TileGrid:
        """The same tiles moved so that the east edge of the last column lies there."""
        return replace(self, x_min=x_max - (self.columns - 1) * self.step_x - self.width)

    def tile(self, row: int, column: int) -> Tile:
        """The tile of a row and a column."""
        left = self.x_min + column * self.step_x
        top = self.y_max - row * self.step_y
        return Tile(row, column, Box(left, top - self.height, left + self.width, top))


def lay_grid(
    extent: Box,
    width: float,
    height: float,
    overlap_x: float = 0,
    overlap_y: float = 0,
    *,
    max_tiles: int = MAX_TILES,
) -> TileGrid:
    """Cover an extent with tiles.

    Args:
        extent: Extent to cover.
        width: Of a tile, in map units.
        height: Of a tile, in map units.
        overlap_x: Overlap of neighbours in a row, in map units; less than ``width``.
        overlap_y: Overlap of neighbours in a column, in map units; less than ``height``.
        max_tiles: Maximum number of tiles.

    Raises:
        TilingError: See there.
    """
    if not all(math.isfinite(size) and size > 0 for size in (width, height)):
        raise TilingError("size")
    if not (0 <= overlap_x < width and 0 <= overlap_y < height):
        raise TilingError("overlap")
    length_x, length_y = extent.x_max - extent.x_min, extent.y_max - extent.y_min
    if not all(math.isfinite(length) and length > 0 for length in (length_x, length_y)):
        raise TilingError("extent")
    step_x, step_y = width - overlap_x, height - overlap_y
    columns = _count(length_x, width, step_x, max_tiles)
    rows = _count(length_y, height, step_y, max_tiles)
    if rows * columns > max_tiles:
        raise TilingError("count")
    return TileGrid(extent.x_min, extent.y_max, width, height, step_x, step_y, rows, columns)


def side_by_side(grids: Sequence[TileGrid]) -> Iterator[Tile]:
    """The tiles of several grids; the columns of each go on where those of the one before end.

    Raises:
        TilingError: ``"count"``: there are too many in all.
    """
    if sum(map(len, grids)) > MAX_TILES:
        raise TilingError("count")
    firsts = accumulate((grid.columns for grid in grids), initial=0)
    return (
        tile._replace(column=first + tile.column)
        for first, grid in zip(firsts, grids)
        for tile in grid
    )


def _count(length: float, size: float, step: float, maximum: int) -> int:
    """How many tiles cover a length: the first one ``size`` of it, each further one ``step``."""
    steps = (length - size) / step - _TOLERANCE
    if steps > maximum:  # it may even be infinite
        raise TilingError("count")
    return 1 + max(0, math.ceil(steps))
