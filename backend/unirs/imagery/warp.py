"""Pixels of one raster, warped on to a grid.

A raster is read in parts, so that reading it can be ended between two of them and costs little
memory. The values of each part are prepared (without data, scale, palette) before they are
averaged or interpolated by GDAL's warper: a pixel without data never spoils its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil, floor, sqrt

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.io import DatasetReader
from rasterio.warp import reproject

from unirs.imagery.bands import Reader
from unirs.imagery.composites import chosen_bands
from unirs.imagery.crs import rasterio_crs, world_width
from unirs.imagery.georeference import Raster
from unirs.imagery.grid import Grid
from unirs.imagery.placement import Placement
from unirs.imagery.source import open_raster
from unirs.imagery.stopping import Stop, check_stop
from unirs.inputs import Composite
from unirs.radar import Backscatter, picture_of

_PART = 2**22
"""Values that are read at once."""


@dataclass(frozen=True)
class Samples:
    """Values of a raster on a grid.

    Attributes:
        values: ``[bands, height, width]`` with one band (grey) or three (red, green, blue), in the
            units of the raster's scale and offset, if it has them, else as they are stored;
            meaningless where not valid.
        valid: ``[height, width]``, where there are data: neither nodata, masked, transparent, NaN
            or infinite in any band, nor outside the raster.
        dtype: Data type of the raster; uint8 for the colours of a palette.
        scales: ``[bands, 2]``: scale and offset of each band; ``None`` where it has none.
        pixel_size: Ground size of a pixel of the raster in metres, ``None`` if unknown.
        shows: What each band shows, see :mod:`unirs.sensor_bands`.
    """

    values: NDArray[np.floating]
    valid: NDArray[np.bool_]
    dtype: np.dtype[np.generic]
    scales: NDArray[np.float64] | None = None
    pixel_size: float | None = None
    shows: tuple[str, ...] = ()


def read_samples(
    raster: Raster,
    grid: Grid,
    bands: tuple[int, ...] | Composite | None,
    stop: Stop | None = None,
) -> Samples:
    """One or three bands of a raster on a grid; radar as one or three in decibels.

    The coarsest overview that is still finer than the grid in every direction is averaged on to it;
    only the part under the grid is read. A raster coarser than the grid is interpolated (bilinear;
    a palette: nearest).

    Args:
        raster: What to read.
        grid: Where.
        bands: Band numbers from 1, or a composite; chosen where ``None``.
        stop: Called between two parts; reading ends if it returns true.

    Raises:
        UniRSError: ``raster_unreadable``, ``bands_unsupported``, ``cancelled``.
    """
    with open_raster(raster.name) as dataset:
        chosen = chosen_bands(dataset, bands)
        reader = Reader.of(dataset, chosen.numbers)
        fewest, most = Placement.of(dataset, raster).density(grid)
        level = _overview_level(dataset.overviews(reader.bands[0]), fewest)
    with open_raster(raster.name, **level) as dataset:
        placement = Placement.of(dataset, raster)
        values = _warp(dataset, reader, placement, grid, stop)
    on_ground = grid.pixel_size
    pixel_size = on_ground / sqrt(fewest * most) if on_ground and fewest * most > 0 else None
    samples = Samples(values, _valid(values), reader.dtype, reader.scales, pixel_size, chosen.shows)
    return _as_picture(samples) if bands == "radar" else samples


def _valid(values: NDArray[np.floating]) -> NDArray[np.bool_]:
    valid: NDArray[np.bool_] = np.logical_and.reduce(np.isfinite(values), axis=0)
    return valid


def _as_picture(samples: Samples) -> Samples:
    """Backscatter that was averaged as it is stored, in decibels and without speckle."""
    stored = np.where(samples.valid, samples.values, np.nan)
    is_integer = samples.dtype.kind in "iu"
    values = picture_of(
        [Backscatter.of(band, is_integer=is_integer).in_decibels(band) for band in stored]
    )
    return replace(samples, values=values, valid=_valid(values), dtype=values.dtype, scales=None)


def _overview_level(factors: list[int], density: float) -> dict[str, int]:
    """GDAL's open option for the coarsest overview that is not coarser than needed."""
    usable = [level for level, factor in enumerate(factors) if factor <= density]
    return {"overview_level": max(usable, key=factors.__getitem__)} if usable else {}


def _warp(
    dataset: DatasetReader, reader: Reader, placement: Placement, grid: Grid, stop: Stop | None
) -> NDArray[np.floating]:
    """``[bands, height, width]``, NaN where there are no data."""
    fewest, most = placement.density(grid)
    resampling = Resampling.average if fewest > 1 else reader.interpolation
    factor = placement.reduction(fewest)
    values = np.full((reader.count, grid.height, grid.width), np.nan, reader.computed)
    for rows, columns in _parts(grid, fewest * most * reader.count):
        check_stop(stop)
        part = grid.part(rows, columns)
        target = values[:, rows, columns]
        points = placement.under(part)
        for shift in _shifts(placement, points):
            window = placement.window(points, shift, factor)
            if window is None:
                continue
            read = _reduced(reader.read(dataset, window), factor)
            moved = np.full(target.shape, np.nan, values.dtype)
            reproject(
                destination=moved,
                src_nodata=np.nan,
                dst_crs=rasterio_crs(grid.crs),
                dst_transform=placement.off_origin * part.transform,
                dst_nodata=np.nan,
                resampling=resampling,
                INSERT_CENTER_LONG="FALSE",  # the way around the world is ours
                **placement.source(read, window, shift, factor),
            )
            np.copyto(target, moved, where=np.isnan(target))
    return values


def _reduced(values: NDArray[np.floating], factor: int) -> NDArray[np.floating]:
    """Means of squares of values, without those that are NaN; squares at the edge may be cut."""
    if factor == 1:
        return values
    means = _sums(values, factor) / _sums(np.ones_like(values[:1]), factor)
    if np.isnan(means).any():
        known = ~np.isnan(values)
        count = _sums(known.astype(values.dtype), factor)
        total = _sums(np.where(known, values, 0), factor)
        means = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return means.astype(values.dtype)


def _sums(values: NDArray[np.floating], factor: int) -> NDArray[np.floating]:
    for axis in (1, 2):
        starts = np.arange(0, values.shape[axis], factor)
        values = np.add.reduceat(values, starts, axis=axis)
    return values


def _parts(grid: Grid, values_per_pixel: float) -> Iterator[tuple[slice, slice]]:
    """Rows and columns of a grid, from top left to bottom right, that are read at once.

    Parts are as wide as the grid where that is possible: some formats are read from the top only.
    """
    pixels = max(1, int(_PART / max(values_per_pixel, 1e-6)))
    columns = min(grid.width, pixels)
    rows = max(1, min(grid.height, pixels // columns))
    for top in range(0, grid.height, rows):
        for left in range(0, grid.width, columns):
            yield (
                slice(top, min(top + rows, grid.height)),
                slice(left, min(left + columns, grid.width)),
            )


def _shifts(placement: Placement, points: tuple[NDArray[np.float64], ...]) -> list[float]:
    """How far a raster has to be moved around the world to reach points; 0 if at all, first."""
    width = world_width(placement.crs)
    xs = points[0]
    if width is None or not len(xs):
        return [0.0]
    min_x, max_x = placement.reach
    first = ceil((xs.min() - max_x) / width)
    last = floor((xs.max() - min_x) / width)
    return sorted((turn * width for turn in range(first, last + 1)), key=abs)
