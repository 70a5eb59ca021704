"""The grid of tiles over a source."""

from __future__ import annotations

from pyproj import CRS

from unirs.batch.lengths import Length
from unirs.batch.plan import Tiles
from unirs.batch.sources import Source
from unirs.errors import UniRSError
from unirs.imagery.crs import parse_crs
from unirs.imagery.grid import metres_per_unit
from unirs.tiles import Box, TileGrid, TilingError, lay_grid

MOST_TILES = 100_000_000
"""Of one source; more are taken for a wrong size."""

_DISTORTION = 0.01
"""Share by which a metre of the map may differ from one on the ground, and be taken for one."""


def grid_of(source: Source, tiles: Tiles) -> TileGrid:
    """Tiles over all of a source, in its own CRS.

    Args:
        source: One with an extent.
        tiles: Their size and overlap.

    Raises:
        UniRSError: ``crs_missing`` for metres where pixels are counted, ``tile_count``.
    """
    if source.extent is None:
        raise ValueError(f"{source.id} has no extent")
    extent = Box(*source.extent)
    if not isinstance(tiles.size, Length):
        width, height = extent.x_max - extent.x_min, extent.y_max - extent.y_min
        return lay_grid(extent, width, height)
    across, along = _unit(source, tiles.size)
    try:
        return lay_grid(
            extent,
            tiles.size.value * across,
            tiles.size.value * along,
            tiles.overlap.value * across,
            tiles.overlap.value * along,
            max_tiles=MOST_TILES,
        )
    except TilingError as error:
        raise UniRSError(
            "tile_count",
            f"Tiles of {tiles.size} are too small for {source.paths[0]:.200}, which would have "
            f"more than {MOST_TILES:,}; choose larger ones.",
        ) from error


def _unit(source: Source, size: Length) -> tuple[float, float]:
    """A pixel or a metre, in units of the source's CRS, across and along."""
    if size.unit == "px" and source.pixel:
        return source.pixel
    crs = parse_crs(source.crs, f"The CRS of {source.paths[0]}") if source.crs else None
    metres = metres_per_unit(crs, source.extent) if crs and source.extent else None
    if metres is None:
        raise UniRSError(
            "crs_missing",
            f"{source.paths[0]:.200} has no CRS on Earth, so that a tile of {size} has no size in "
            "it; georeference it, or give the size of tiles in pixels.",
        )
    return 1 / _even(metres[0], crs), 1 / _even(metres[1], crs)


def _even(metres: float, crs: CRS | None) -> float:
    """Metres that a unit spans; those of the map where it hardly distorts, for even coordinates."""
    on_map = crs.axis_info[0].unit_conversion_factor if crs and crs.is_projected else 0.0
    return on_map if abs(metres - on_map) < _DISTORTION * metres else metres
