"""Tiles that were found in indexes, for an agent.

An index is written by whoever made it: the rasters that it names may lie anywhere, and are given
only where they may be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from shapely import from_wkt
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from unirs.errors import UniRSError
from unirs.imagery.stopping import Stop, check_stop
from unirs.index.results import FoundTile, FoundTiles
from unirs.tool_server.roots import Roots, listable
from unirs.tool_server.schemas import Tile


@dataclass(frozen=True)
class ShownTile:
    """A tile with its outline in longitude and latitude, ``None`` without georeference."""

    tile: Tile
    outline: BaseGeometry | None


def shown_tiles(found: FoundTiles, roots: Roots, stop: Stop) -> list[ShownTile]:
    """The tiles of a search, the best one first.

    Args:
        found: What was found.
        roots: What may be read.
        stop: Ends the check of their rasters.

    Raises:
        UniRSError: ``cancelled``.
    """

    @cache
    def readable(name: str) -> str | None:
        check_stop(stop)
        try:
            file = roots.raster(name, stop)
        except UniRSError as error:
            if error.code == "cancelled":
                raise
            return None
        return str(file) if listable(file) else None

    return [_shown(tile, [readable(path) for path in tile.paths]) for tile in found.tiles]


def tiles_geojson(tiles: Sequence[ShownTile]) -> dict[str, Any]:
    """The tiles with an outline as a feature collection (RFC 7946)."""
    features = [
        {
            "type": "Feature",
            "geometry": mapping(each.outline),
            "properties": {
                "rank": rank,
                **each.tile.model_dump(exclude={"point", "extent_wgs84"}),
            },
        }
        for rank, each in enumerate(tiles, start=1)
        if each.outline is not None
    ]
    return {"type": "FeatureCollection", "features": features}


def _shown(tile: FoundTile, rasters: Sequence[str | None]) -> ShownTile:
    outline = None if tile.footprint is None else from_wkt(tile.footprint)
    known = [raster for raster in rasters if raster is not None]
    point = None if outline is None else outline.representative_point()
    shown = Tile(
        caption_of_model=tile.caption,
        index=str(tile.index),
        tile=tile.tile,
        rasters=known if len(known) == len(rasters) else [],
        dates=list(tile.dates),
        point=None if point is None else (point.x, point.y),
        extent_wgs84=None if outline is None else outline.bounds,
        changed=tile.changed,
        similarity=tile.similarity,
        score=tile.score,
    )
    return ShownTile(shown, outline)
