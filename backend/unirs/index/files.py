"""The file of a search's result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unirs.imagery.polygons import write_polygons
from unirs.index.results import FoundTiles
from unirs.index.table import outline

LAYER = "found_tiles"
"""Name of the layer in a GeoPackage."""


def write_found(found: FoundTiles, path: Path) -> None:
    """The tiles as a GeoPackage: a polygon each, the best one first.

    Args:
        found: The tiles; without any the layer is empty.
        path: Where to; the file appears when it is whole.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    tiles = found.tiles
    columns: dict[str, NDArray[Any]] = {
        "rank": np.arange(1, len(tiles) + 1),
        "score": np.array([tile.score for tile in tiles], float),
        "caption": np.array([tile.caption for tile in tiles], object),
        "sought": np.array([found.sought] * len(tiles), object),
        "rasters": np.array([json.dumps(tile.paths) for tile in tiles], object),
        "dates": np.array([_dates(tile.dates) for tile in tiles], object),
        "tile": np.array([tile.tile for tile in tiles], int),
    }
    shapes = [outline(tile.extent, tile.crs) for tile in tiles]
    write_polygons(path, LAYER, shapes, columns, "EPSG:4326", "MultiPolygon")


def _dates(dates: tuple[str | None, ...]) -> str:
    return ", ".join(date or "unknown" for date in dates)
