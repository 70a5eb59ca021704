"""Crops to files."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from PIL import Image
from rasterio._err import CPLE_BaseError
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetWriter, MemoryFile
from rasterio.transform import from_bounds

from unirs.errors import UniRSError
from unirs.files import whole_file
from unirs.inputs import Crop, Extent

GEOTIFF = (".tif", ".tiff")
"""Endings of the names of GeoTIFFs."""


class Footprint(Protocol):
    """What has a place on the ground: a crop, or what was found out about an extent."""

    @property
    def extent(self) -> Extent | None:
        """Minimum x, minimum y, maximum x, maximum y, in units of the CRS."""

    @property
    def crs(self) -> str | None:
        """``"EPSG:…"`` or WKT."""


def is_picture(path: str | os.PathLike[str]) -> bool:
    """Whether a name ends in a format that pictures can be written in."""
    return _picture_format(path) in Image.SAVE


def write_crop(crop: Crop, path: str | os.PathLike[str]) -> None:
    """What the model sees, as a file.

    Args:
        crop: What to write.
        path: ``.tif`` or ``.tiff`` for a GeoTIFF with CRS, transform and date, else a picture in
            the format of its ending, such as ``.png`` or ``.jpg``.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    if Path(path).suffix.lower() in GEOTIFF:
        with new_geotiff(path, crop, crop.pixels.shape[:2], count=3, photometric="RGB") as dataset:
            dataset.write(crop.pixels.transpose(2, 0, 1))
            if crop.date:
                dataset.update_tags(ACQUISITION_DATE=crop.date.isoformat())
    else:
        write_picture(Image.fromarray(crop.pixels), path)


def write_picture(image: Image.Image, path: str | os.PathLike[str]) -> None:
    """An image in the format of the path's ending.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    if not is_picture(path):
        raise UniRSError(
            "output_unwritable", f"{path} names no picture format; let it end in .png or .jpg."
        )
    with whole_file(path) as temporary:
        image.save(temporary)


@contextmanager
def new_geotiff(
    path: str | os.PathLike[str], footprint: Footprint, shape: tuple[int, int], **profile: Any
) -> Iterator[DatasetWriter]:
    """A compressed 8-bit GeoTIFF over an extent, open for writing.

    Args:
        path: Where it will be once it is whole.
        footprint: Gives extent and CRS; without them the raster has none either.
        shape: Rows and columns.
        profile: Further creation options of rasterio.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    rows, columns = shape
    if footprint.extent is not None:
        profile["transform"] = from_bounds(*footprint.extent, columns, rows)
    with (
        whole_file(path, RasterioError, CPLE_BaseError) as temporary,
        _without_georeference_allowed(),
        MemoryFile() as memory,  # GDAL reports no full disk when it closes a file
    ):
        with memory.open(
            driver="GTiff",
            height=rows,
            width=columns,
            dtype="uint8",
            crs=footprint.crs,
            compress="deflate",
            **profile,
        ) as dataset:
            yield dataset
        temporary.write_bytes(memory.read())


@contextmanager
def _without_georeference_allowed() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        yield


def _picture_format(path: str | os.PathLike[str]) -> str | None:
    return Image.registered_extensions().get(Path(path).suffix.lower())
