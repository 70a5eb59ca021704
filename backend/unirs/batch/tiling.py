"""From sources to parts: neighbouring tiles that one worker answers.

Nothing here holds a list of tiles: a part is a few grids with the rows and columns that belong to
it, and a million tiles cost no memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import isqrt

from unirs.batch.grids import grid_of
from unirs.batch.plan import Plan
from unirs.batch.sources import Failure, Source
from unirs.batch.vector import Clip
from unirs.errors import UniRSError
from unirs.inputs import Extent
from unirs.tiles import Box, TileGrid

PART_TILES = 256
"""Most tiles of a part."""

LEAST_TILES = 32
"""Sources and rests with fewer tiles share a part of so many."""

PARTS_OF_SOURCE = 32
"""A source is cut into so many parts, unless they would be too small or too large.

An output then grows as it is answered, and an end costs little.
"""


@dataclass(frozen=True)
class BatchTile:
    """One extent of one raster or pair.

    Attributes:
        id: Stable, different for every tile of a plan, and as a text in the order of the grid.
        paths: One raster, or two dates, the earlier first.
        dates: Acquisition date of each, ISO 8601 by its precision; ``None`` where unknown.
        extent: In ``crs``; ``None`` if the raster could not be opened.
        crs: ``EPSG:…`` or WKT; ``None`` where pixels are counted.
        failure: Why there is nothing to read. Such a tile stands for all of its raster.
    """

    id: str
    paths: tuple[str, ...]
    dates: tuple[str | None, ...]
    extent: Extent | None
    crs: str | None
    failure: Failure | None = None


@dataclass(frozen=True)
class Block:
    """Neighbouring tiles of one source.

    Attributes:
        source: What they are cut from.
        grid: All tiles of the source; ``None`` if it could not be opened.
        row: The first.
        column: The first.
        rows: How many.
        columns: How many.
        kept: Bit ``row * columns + column`` of those that are to be answered; ``None`` for all.
    """

    source: Source
    grid: TileGrid | None
    row: int = 0
    column: int = 0
    rows: int = 1
    columns: int = 1
    kept: int | None = None

    def __len__(self) -> int:
        return self.rows * self.columns if self.kept is None else self.kept.bit_count()

    def __iter__(self) -> Iterator[BatchTile]:
        for place in range(self.rows * self.columns):
            if self.kept is None or self.kept >> place & 1:
                down, right = divmod(place, self.columns)
                yield self._tile(self.row + down, self.column + right)

    def _tile(self, row: int, column: int) -> BatchTile:
        source, grid = self.source, self.grid
        place = f"-r{row:0{_digits(grid.rows)}}-c{column:0{_digits(grid.columns)}}" if grid else ""
        return BatchTile(
            id=source.id + place,
            paths=source.paths,
            dates=source.dates,
            extent=grid.tile(row, column).box if grid else None,
            crs=source.crs,
            failure=source.failure,
        )


@dataclass(frozen=True)
class Part:
    """Tiles that one worker answers, in one file. Small and picklable.

    Attributes:
        blocks: What they lie in; at least one.
    """

    blocks: tuple[Block, ...]

    @property
    def name(self) -> str:
        """Of its file, without the ending; follows from the tiles alone."""
        first = self.blocks[0]
        digest = hashlib.sha256(repr(self.blocks).encode()).hexdigest()
        return f"{first.source.id}-r{first.row}-c{first.column}-{digest[:12]}"

    def __len__(self) -> int:
        return sum(map(len, self.blocks))

    def tiles(self) -> Iterator[BatchTile]:
        """Its tiles, neighbours after each other."""
        for block in self.blocks:
            yield from block


def parts(plan: Plan, sources: Iterable[Source]) -> Iterator[Part]:
    """All tiles of a plan, in parts, one after the other.

    A source with many tiles is cut into compact parts of its own; sources with few share one.

    Args:
        plan: How tiles are laid and clipped.
        sources: Those of the plan; no raster is opened.

    Raises:
        UniRSError: What the clip polygon is refused for; ``no_tiles`` if it leaves none.
    """
    clip = Clip.read(plan.tiles.clip) if plan.tiles.clip else None
    waiting: list[Block] = []
    least = _part_tiles(0)
    for source in sources:
        for block in _blocks(source, plan, clip):
            if waiting and sum(map(len, waiting)) + len(block) > least:
                yield Part(tuple(waiting))
                waiting = []
            waiting.append(block)
    if not waiting:  # else the last part has at least one block
        raise UniRSError(
            "no_tiles",
            f"No tile of the rasters meets a polygon of {plan.tiles.clip}; check the polygons.",
        )
    yield Part(tuple(waiting))


def _blocks(source: Source, plan: Plan, clip: Clip | None) -> Iterator[Block]:
    """The tiles of a source, or one that stands for it and has the reason why it has none."""
    if source.failure:
        yield Block(source, None)
        return
    try:
        for block in _squares(source, grid_of(source, plan.tiles)):
            yield from [block] if clip is None else _clipped(block, clip)
    except UniRSError as error:
        yield Block(Source.failed(source.paths, source.dates, Failure.of(error)), None)


def _part_tiles(count: int) -> int:
    """Tiles of a part of a source with so many."""
    return min(PART_TILES, max(LEAST_TILES, count // PARTS_OF_SOURCE))


def _squares(source: Source, grid: TileGrid) -> Iterator[Block]:
    """Squares of tiles, or as many tiles where the grid is narrow."""
    tiles = _part_tiles(grid.rows * grid.columns)
    rows = min(grid.rows, max(isqrt(tiles), tiles // grid.columns))
    columns = min(grid.columns, tiles // rows)
    for row in range(0, grid.rows, rows):
        for column in range(0, grid.columns, columns):
            size = min(rows, grid.rows - row), min(columns, grid.columns - column)
            yield Block(source, grid, row, column, *size)


def _clipped(block: Block, clip: Clip) -> Iterator[Block]:
    """The block with the tiles that meet the polygons, if there are any.

    Raises:
        UniRSError: ``crs_missing``, or ``crs_invalid`` if nothing leads to that of the polygons.
    """
    source = block.source
    if source.crs is None:
        raise UniRSError(
            "crs_missing",
            f"{source.paths[0]:.200} has no CRS, so that the clip polygon has no place in it; "
            "georeference it, or leave it out.",
        )
    meets = clip.meets([Box(*tile.extent) for tile in block if tile.extent], source.crs)
    if meets.all():
        yield block
    elif meets.any():
        yield replace(block, kept=sum(1 << int(place) for place in meets.nonzero()[0]))


def _digits(count: int) -> int:
    """Digits of the last of so many, counted from 0."""
    return len(str(max(0, count - 1)))
