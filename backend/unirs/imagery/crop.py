"""Rasters to crops: one image, a pair of dates, or a dated series, on one grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from unirs.dates import ImageDate, chronological
from unirs.errors import UniRSError
from unirs.guard.sensor import about_sensor
from unirs.imagery.correction import aligned, in_colours_of_the_first
from unirs.imagery.crs import crs_text
from unirs.imagery.georeference import Raster, describe
from unirs.imagery.grid import Grid, common_grid
from unirs.imagery.source import RasterPath
from unirs.imagery.stopping import Stop
from unirs.imagery.stretch import to_rgb
from unirs.imagery.warp import Samples, read_samples
from unirs.inputs import Crop, CropOptions

_DEFAULT = CropOptions()


class Dated(NamedTuple):
    """One date of a series.

    Attributes:
        source: Its file.
        date: When it was taken, if known.
        crop: ``None`` where the file has nothing to see in the extent.
        failure: Why its part of the file cannot be read; ``None`` if it can.
    """

    source: str
    date: ImageDate | None
    crop: Crop | None
    failure: UniRSError | None = None


def read_crop(
    path: RasterPath, size: int, options: CropOptions = _DEFAULT, stop: Stop | None = None
) -> Crop:
    """A raster, or an extent of it, as a north-up image with square pixels.

    The image covers exactly the extent. Parts of it that lie outside the raster are without data.

    Args:
        path: A raster that GDAL reads.
        size: Pixels of the longer side, at least 1.
        options: Extent, bands and stretch.
        stop: Called while pixels are read; if it returns true, reading ends with ``cancelled``.

    Returns:
        The crop, with its extent in the CRS of the raster.

    Raises:
        UniRSError: See :mod:`unirs.imagery`.
    """
    return _read([describe(path)], size, options, stop)[0]


def read_pair(
    path_a: RasterPath,
    path_b: RasterPath,
    size: int,
    options: CropOptions = _DEFAULT,
    stop: Stop | None = None,
) -> tuple[Crop, Crop]:
    """Two dates on one grid, the earlier one first.

    The given order is kept where a date is unknown, both are the same, or one is known too roughly
    (a year, and a day in it). The grid is in the CRS
    of the first in time and covers the extent asked for, or what the two have in common. Rasters
    without a CRS make a pair only if they have one size and place.

    Args:
        path_a: One raster.
        path_b: The other raster; its CRS, resolution and offset may differ.
        size: Pixels of the longer side, at least 1.
        options: Extent, bands and stretch, for both, and whether the later date is corrected.
        stop: As for :func:`read_crop`.

    Returns:
        Before and after.

    Raises:
        UniRSError: See :mod:`unirs.imagery`.
    """
    before, after = read_series([path_a, path_b], size, options, stop)
    return before, after


def read_series(
    paths: Sequence[RasterPath],
    size: int,
    options: CropOptions = _DEFAULT,
    stop: Stop | None = None,
) -> list[Crop]:
    """Two or more dates on one grid, in order of time, as the frames of a video.

    What holds for a pair (:func:`read_pair`) holds here.

    Raises:
        UniRSError: ``too_few_frames`` for less than two rasters; see also :mod:`unirs.imagery`.
    """
    if len(paths) < 2:
        raise UniRSError(
            "too_few_frames",
            f"A series needs at least two rasters, but {len(paths)} were given; add other dates.",
        )
    return _read(in_order_of_date([describe(path) for path in paths]), size, options, stop)


def in_order_of_date(rasters: list[Raster]) -> list[Raster]:
    """Rasters with the earliest first; as given where the order is not certain."""
    order = chronological([raster.date for raster in rasters])
    return [rasters[index] for index in order] if order is not None else rasters


def read_dates(
    paths: Sequence[RasterPath],
    size: int,
    options: CropOptions = _DEFAULT,
    stop: Stop | None = None,
) -> list[Dated]:
    """A series as :func:`read_series` reads it, of which some dates may have nothing to see.

    Dates without data in the extent, and those whose part of the file is corrupt, have no crop.

    Raises:
        UniRSError: See :mod:`unirs.imagery`.
    """
    rasters = in_order_of_date([describe(path) for path in paths])
    grid = common_grid(rasters, size, options)
    read = [_samples(raster, grid, options, stop) for raster in rasters]
    seen = [
        (raster, each)
        for raster, each in zip(rasters, read, strict=True)
        if isinstance(each, Samples) and each.valid.any()
    ]
    crops = {crop.source: crop for crop in _crops(seen, grid, options, stop)}
    return [
        Dated(
            raster.name,
            raster.date,
            crops.get(raster.name),
            each if isinstance(each, UniRSError) else None,
        )
        for raster, each in zip(rasters, read, strict=True)
    ]


def _samples(
    raster: Raster, grid: Grid, options: CropOptions, stop: Stop | None
) -> Samples | UniRSError:
    """The values of a date, or why its part of the file cannot be read."""
    try:
        return read_samples(raster, grid, options.bands, stop)
    except UniRSError as error:
        if error.code == "raster_unreadable":
            return error
        raise


def _read(
    rasters: Sequence[Raster], size: int, options: CropOptions, stop: Stop | None
) -> list[Crop]:
    grid = common_grid(rasters, size, options)
    dates = [read_samples(raster, grid, options.bands, stop) for raster in rasters]
    for raster, samples in zip(rasters, dates, strict=True):
        if not samples.valid.any():
            raise UniRSError(
                "all_nodata",
                f"{raster.name} has no data in the extent asked for; give another extent.",
            )
    return _crops(list(zip(rasters, dates, strict=True)), grid, options, stop)


def _crops(
    dates: Sequence[tuple[Raster, Samples]], grid: Grid, options: CropOptions, stop: Stop | None
) -> list[Crop]:
    """The images of dates with data, on one grid."""
    rasters, samples = [each[0] for each in dates], [each[1] for each in dates]
    notes: list[tuple[str, ...]] = [()] * len(dates)
    if options.align and len(dates) > 1:
        samples, notes = aligned(rasters, samples, grid, options, stop)
    images = to_rgb(samples, options.stretch)
    if options.match_colours and len(dates) > 1:
        images, notes = in_colours_of_the_first(images, [each.valid for each in samples], notes)
    return [
        _crop(raster, grid, each, image, warnings)
        for raster, each, image, warnings in zip(rasters, samples, images, notes, strict=True)
    ]


def _crop(
    raster: Raster,
    grid: Grid,
    samples: Samples,
    image: NDArray[np.uint8],
    warnings: tuple[str, ...],
) -> Crop:
    return Crop(
        pixels=image,
        extent=grid.extent,
        crs=crs_text(grid.crs),
        pixel_size=grid.pixel_size,
        valid=samples.valid,
        date=raster.date,
        source=raster.name,
        source_pixel_size=raster.pixel_size or samples.pixel_size,
        warnings=(*about_sensor(samples.shows), *warnings),
    )
