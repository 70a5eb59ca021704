"""Water and vegetation of dated rasters, by spectral indices.

Water is what is dark in the infrared and has a positive normalized difference water index;
vegetation has a high normalized difference vegetation index. Radiometry differs between dates, so
the dark limit is found for each date by itself. Pixels that could be either (shores, reeds, wet
soil, shadow) stay unclear.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from unirs.errors import UniRSError

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

Band = NDArray[np.uint8]
Mask = NDArray[np.bool_]

DATE = re.compile(r"(?:19|20)\d\d(?:\d{4})?$")
"""A year or a day, at the end of a file's stem."""


@dataclass(frozen=True)
class Bands:
    """Which bands (counted from 1) make the picture, and which show its land cover.

    Attributes:
        image: The three bands shown as red, green and blue.
        green: Green band.
        red: Red band.
        near_infrared: Near-infrared band.
        water_dark: The band in which water is darkest: near or, better, short-wave infrared.
    """

    image: tuple[int, int, int]
    green: int
    red: int
    near_infrared: int
    water_dark: int


NAIP = Bands(image=(1, 2, 3), red=1, green=2, near_infrared=4, water_dark=4)
LANDSAT_FALSE_COLOUR = Bands(image=(1, 2, 3), water_dark=1, near_infrared=2, red=3, green=4)


@dataclass(frozen=True)
class Cover:
    """Where a land cover surely is and where it may be; unclear pixels are in between.

    Attributes:
        sure: ``[height, width]``, true where the cover is beyond doubt.
        possible: ``[height, width]``, true where it cannot be ruled out; contains ``sure``.
    """

    sure: Mask
    possible: Mask

    @property
    def least(self) -> float:
        """Lower bound of the covered share, 0 to 1."""
        return float(self.sure.mean())

    @property
    def most(self) -> float:
        """Upper bound of the covered share, 0 to 1."""
        return float(self.possible.mean())

    def without(self, other: Cover) -> Cover:
        """Where this cover is and the other is not."""
        return Cover(self.sure & ~other.possible, self.possible & ~other.sure)

    def cut(self, window: tuple[slice, slice]) -> Cover:
        """The part inside a window of rows and columns."""
        return Cover(self.sure[window], self.possible[window])


@dataclass(frozen=True)
class DatedRaster:
    """One acquisition on the common grid, with what is known about it.

    Attributes:
        date: Digits of the date at the end of the file name, such as ``"20120731"``.
        image: ``[height, width, 3]`` uint8.
        valid: ``[height, width]``, false where the raster has no data.
        water: Open water.
        vegetation: Green vegetation.
    """

    date: str
    image: NDArray[np.uint8]
    valid: Mask
    water: Cover
    vegetation: Cover


def dated_files(folder: Path) -> list[Path]:
    """The GeoTIFFs of a folder whose names end in a date, in order of time."""
    dated = [path for path in Path(folder).glob("*.tif") if DATE.search(path.stem)]
    return sorted(dated, key=date_digits)


def date_digits(path: Path) -> str:
    """Digits of the date at the end of a file's stem: ``"2012"`` or ``"20120731"``."""
    match = DATE.search(path.stem)
    return match.group() if match else ""


def read_dated(reference: Path, paths: Sequence[Path], bands: Bands) -> tuple[DatedRaster, ...]:
    """Read rasters whole onto the grid of the reference (nearest pixel).

    Raises:
        UniRSError: ``rasters_bands`` if a raster lacks a band or is not 8-bit.
    """
    import rasterio

    with rasterio.open(reference) as source:
        grid = {
            "crs": source.crs,
            "transform": source.transform,
            "width": source.width,
            "height": source.height,
        }
    rasters = []
    for path in paths:
        with rasterio.open(path) as source:
            rasters.append(_read_one(source, path, grid, bands))
    return tuple(rasters)


def _read_one(
    source: DatasetReader, path: Path, grid: dict[str, object], bands: Bands
) -> DatedRaster:
    from rasterio.vrt import WarpedVRT

    needed = {*bands.image, bands.green, bands.red, bands.near_infrared, bands.water_dark}
    if source.count < max(needed) or set(source.dtypes) != {"uint8"}:
        raise UniRSError(
            "rasters_bands",
            f"{path} has {source.count} band(s) of type {source.dtypes[0]}, but {max(needed)} "
            "8-bit bands are needed; convert it or name other bands.",
        )
    with WarpedVRT(source, **grid) as warped:
        values: dict[int, Band] = {number: warped.read(number) for number in needed}
        valid: Mask = warped.dataset_mask() > 0
    return DatedRaster(
        date=date_digits(path),
        image=np.dstack([values[number] for number in bands.image]),
        valid=valid,
        water=find_water(values[bands.green], values[bands.water_dark], valid),
        vegetation=find_vegetation(values[bands.near_infrared], values[bands.red]),
    )


def find_water(green: Band, infrared: Band, valid: Mask) -> Cover:
    """Open water: dark in the infrared, and brighter in green than there (NDWI, McFeeters 1996)."""
    sure_limit, possible_limit = dark_limits(infrared[valid])
    wetness = normalized_difference(green, infrared)
    sure = opened((infrared <= sure_limit) & (wetness > 0))
    return Cover(sure, (infrared <= possible_limit) & (wetness > -0.1))


def find_vegetation(near_infrared: Band, red: Band) -> Cover:
    """Green vegetation: brighter in the near infrared than in red (NDVI, Rouse et al. 1974).

    The possible part is wide, because some acquisitions show even green grass at low values.
    """
    greenness = normalized_difference(near_infrared, red)
    return Cover(greenness > 0.25, greenness > -0.1)


def dark_limits(values: Band) -> tuple[int, int]:
    """Two limits of the dark part of grey values that have a dark and a bright population.

    Returns:
        The emptiest grey value between the dark population's peak and Otsu's threshold (up to it,
        pixels are surely dark), and Otsu's threshold itself (Otsu 1979; up to it, they may be).
    """
    share = np.bincount(values.ravel(), minlength=256) / max(values.size, 1)
    below, moment = share.cumsum(), (share * np.arange(256)).cumsum()
    between = (moment[-1] * below - moment) ** 2 / np.maximum(below * (1 - below), 1e-12)
    otsu = int(np.flatnonzero(between >= between.max() * (1 - 1e-9)).mean())  # may be a plateau
    smooth = np.convolve(np.pad(share, 7, mode="edge"), np.ones(15) / 15, mode="valid")
    peak = int(smooth[: otsu + 1].argmax())
    return peak + int(smooth[peak : otsu + 1].argmin()), otsu


def normalized_difference(first: Band, second: Band) -> NDArray[np.float32]:
    """``(first - second) / (first + second)``, -1 to 1; 0 where both are 0."""
    a, b = first.astype(np.float32), second.astype(np.float32)
    return (a - b) / np.maximum(a + b, np.float32(1))


def opened(mask: Mask) -> Mask:
    """The mask without specks and lines thinner than three pixels."""
    image = Image.fromarray(mask.astype(np.uint8) * 255)
    eroded = image.filter(ImageFilter.MinFilter(3))
    return np.asarray(eroded.filter(ImageFilter.MaxFilter(3))) > 0
