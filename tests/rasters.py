"""A small dated GeoTIFF, for tests of several front ends."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import from_origin


def write_raster(path: Path, date: dt.date | None = None, seed: int = 0, **tags: str) -> Path:
    """A 60 × 60 m GeoTIFF with 1 m pixels in UTM zone 14 N."""
    pixels = np.random.default_rng(seed).integers(1, 255, (3, 60, 60), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=60,
        height=60,
        count=3,
        dtype="uint8",
        crs="EPSG:26914",
        transform=from_origin(500_000, 5_000_060, 1, 1),
    ) as dataset:
        dataset.write(pixels)
        dataset.update_tags(**tags)
        if date:
            dataset.update_tags(ACQUISITION_DATE=date.isoformat())
    return path
