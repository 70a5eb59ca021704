"""Photographs that were taken with the camera turned."""

from __future__ import annotations

import warnings

from affine import Affine
from PIL import Image, UnidentifiedImageError
from rasterio.io import DatasetReader

_TAG = 0x0112


def orientation_of(dataset: DatasetReader) -> int:
    """EXIF's orientation of a raster, 1 to 8; 1 (upright) where it has none.

    GDAL gives the tag of JPEG alone; that of PNG, WebP and TIFF is read by Pillow.
    """
    number = str(dataset.tags().get("EXIF_Orientation") or _by_pillow(dataset))
    return int(number) if number in set("12345678") else 1


def upright(orientation: int, width: int, height: int) -> Affine:
    """From columns and rows as stored to the plane of the upright picture, y growing upwards.

    Args:
        orientation: 1 to 8.
        width: Columns, as stored.
        height: Rows, as stored.
    """
    stored = {
        1: Affine(1, 0, 0, 0, 1, 0),
        2: Affine(-1, 0, width, 0, 1, 0),
        3: Affine(-1, 0, width, 0, -1, height),
        4: Affine(1, 0, 0, 0, -1, height),
        5: Affine(0, 1, 0, 1, 0, 0),
        6: Affine(0, -1, height, 1, 0, 0),
        7: Affine(0, -1, height, -1, 0, width),
        8: Affine(0, 1, 0, -1, 0, width),
    }[orientation]
    return Affine.scale(1, -1) * stored


def _by_pillow(dataset: DatasetReader) -> int | None:
    if dataset.driver not in {"PNG", "WEBP", "GTiff"}:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of size: no pixel is read here
            with Image.open(dataset.name) as picture:
                # A PNG without the tag would be decoded in search of it.
                has_tag = "exif" in picture.info or dataset.driver == "GTiff"
                return picture.getexif().get(_TAG) if has_tag else None
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError):
        return None  # what Pillow cannot open is no photograph
