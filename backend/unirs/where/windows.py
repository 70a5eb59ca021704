"""Windows over an extent, coarse to fine."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from unirs.errors import UniRSError
from unirs.inputs import Extent
from unirs.tiles import Box, Tile, TileGrid, TilingError, lay_grid
from unirs.where.data import Data
from unirs.where.ground import Ground
from unirs.where.request import WindowRequest

MOST_WINDOWS = 50_000_000
"""Windows of a level that memory has room for; more are refused whatever the user agrees to."""

_TOLERANCE = 0.05
"""Share of a window that an extent may be longer than whole windows without another one."""


@dataclass(frozen=True)
class Level:
    """Windows of one size.

    Attributes:
        grid: The windows.
        between: Whether they lie halfway between those of the level before, of the same size; those
            in even rows and columns are windows of that level.
        leaves: Whether ground that is surely no here is left. Windows that are there for a budget
            are too coarse for that: they only set the order of the finer ones.
    """

    grid: TileGrid
    between: bool = False
    leaves: bool = True

    def tiles(self, data: Data) -> list[Tile]:
        """The windows that no level before has, and that may hold data."""
        return data.tiles(self.grid, self._is_new)

    def _is_new(self, tile: Tile) -> bool:
        return not (self.between and tile.row % 2 == 0 and tile.column % 2 == 0)


@dataclass(frozen=True)
class Windows:
    """All windows that a search may ask about.

    Attributes:
        levels: From the coarsest to the finest.
        size: Side of the finest windows, in metres, or in units of a raster without CRS.
        full: Windows that the whole extent takes at the finest size.
    """

    levels: tuple[Level, ...]
    size: float
    full: int

    @classmethod
    def over(cls, ground: Ground, request: WindowRequest, image_size: int) -> Windows:
        """The windows of a request.

        Args:
            ground: What is searched.
            request: Sizes and overlap.
            image_size: Pixels that the model reads along a side: finer windows than so many pixels
                of the raster hold nothing more to see.

        Raises:
            UniRSError: ``too_many_windows`` if memory has no room for them.
        """
        min_x, min_y, max_x, max_y = ground.extent
        longer = max((max_x - min_x) * ground.metres[0], (max_y - min_y) * ground.metres[1])
        size = _fitting(request.size or ground.pixel * image_size, longer)
        sides = [size * 2.0**step for step in range(request.doublings, -1, -1)]
        levels = [Level(_spread(ground, side)) for side in sides if side <= longer]
        if request.overlap and len(levels[-1].grid) > 1:
            levels.append(Level(_between(levels[-1].grid), between=True))
        return cls(tuple(levels), size, len(levels[-1].grid))

    def within(self, budget: int, ground: Ground, data: Data) -> Windows:
        """The same with coarser windows before them, so few that they take half of a budget."""
        levels, side = list(self.levels), ground.metres[0] * self.levels[0].grid.width
        while data.count(levels[0].grid) > max(1, budget // 2) and len(levels[0].grid) > 1:
            side *= 2
            levels.insert(0, Level(_spread(ground, side), leaves=False))
        return replace(self, levels=tuple(levels))

    def most(self, data: Data) -> int:
        """Windows that are asked about if none is left."""
        finest = data.count(self.levels[-1].grid)
        return finest + sum(data.count(each.grid) for each in self._coarse)

    @property
    def _coarse(self) -> tuple[Level, ...]:
        """The levels whose windows are none of the finest."""
        return self.levels[: -2 if self.levels[-1].between else -1]


def shape_of_votes(ground: Ground, size: float, squares_across: int) -> tuple[int, int]:
    """Rows and columns of a raster over an extent, with so many squares along a finest window."""
    min_x, min_y, max_x, max_y = ground.extent
    width, height = ground.size_of(size)
    return (
        max(1, round(squares_across * (max_y - min_y) / height)),
        max(1, round(squares_across * (max_x - min_x) / width)),
    )


def extent_of(box: Box) -> Extent:
    """A window's extent."""
    return box.x_min, box.y_min, box.x_max, box.y_max


def _fitting(size: float, length: float) -> float:
    """A size of windows that is slightly larger where one window less is then enough."""
    count = math.ceil(length / size - _TOLERANCE)
    return length if count <= 1 else max(size, length / count)


def _spread(ground: Ground, side: float) -> TileGrid:
    """Windows side by side that begin and end with the extent: neighbours may overlap a little.

    A window that is longer than a side of the extent reaches beyond it on both ends.
    """
    width, height = ground.size_of(side)
    min_x, min_y, max_x, max_y = ground.extent
    min_x, max_x, overlap_x = _along(min_x, max_x, width)
    min_y, max_y, overlap_y = _along(min_y, max_y, height)
    box = Box(min_x, min_y, max_x, max_y)
    try:
        return lay_grid(box, width, height, overlap_x, overlap_y, max_tiles=MOST_WINDOWS // 4)
    except TilingError:
        raise UniRSError(
            "too_many_windows",
            f"Windows of {side:g} m are too many for this extent; search a part of it, or take "
            "larger windows.",
        ) from None


def _along(low: float, high: float, size: float) -> tuple[float, float, float]:
    """Where windows begin and end along one side of an extent, and by how much they overlap."""
    length = high - low
    if length <= size:
        return (low + high - size) / 2, (low + high + size) / 2, 0.0
    count = math.ceil(length / size - 1e-6)
    return low, high, max(0.0, size - (length - size) / max(1, count - 1))


def _between(grid: TileGrid) -> TileGrid:
    """The same windows, and others halfway between them."""
    return replace(
        grid,
        step_x=grid.step_x / 2,
        step_y=grid.step_y / 2,
        rows=2 * grid.rows - 1,
        columns=2 * grid.columns - 1,
    )
