"""Products of several files that are one image: those of Sentinel-2."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from rasterio.io import DatasetReader

from unirs.errors import UniRSError

_METADATA = re.compile(r"MTD_MSIL(1C|2A)\.xml|S2[A-D]_\w+_MTD_SAFL(1C|2A)\w*\.xml", re.IGNORECASE)
_ARCHIVE = re.compile(r"S2[A-D]_MSIL(1C|2A)_\w+(\.SAFE)?\.zip", re.IGNORECASE)
FOLDER = ".safe"
"""Ending of the folder of a product, in lower case."""

_FINEST = ":10m:"
"""In GDAL's name of the bands at 10 m, which comprise red, green, blue and near infrared."""


def is_product(folder: Path) -> bool:
    """Whether a folder is a product of Sentinel-2, which is read as one image."""
    return _metadata_in(folder) is not None


def image_of(name: str, open_file: Callable[[str], AbstractContextManager[DatasetReader]]) -> str:
    """The image that a name stands for: of a product, GDAL's name of its bands at 10 m.

    Args:
        name: A raster; or the folder of a product, its archive, or its file of metadata.
        open_file: Opens a file with GDAL.

    Raises:
        UniRSError: ``raster_unreadable`` if a product is incomplete, or has tiles in several zones.
    """
    described = _described_by(Path(name))
    if described is None:
        return name
    try:
        with open_file(str(described)) as product:
            images = [image for image in product.subdatasets if _FINEST in image]
    except UniRSError as error:
        raise _unreadable(
            name,
            "cannot be read; download it again, or give a file of it, such as that of TCI_10m",
        ) from error
    if len(images) != 1:
        why = "tiles in several zones" if images else "no bands at 10 m"
        raise _unreadable(name, f"has {why}; give one of GDAL's names for its images")
    return images[0]


def _described_by(path: Path) -> Path | None:
    """What GDAL opens of a product; ``None`` if it is none."""
    is_file = _METADATA.fullmatch(path.name) or _ARCHIVE.fullmatch(path.name)
    return path if is_file else _metadata_in(path)


def _metadata_in(folder: Path) -> Path | None:
    if folder.suffix.lower() != FOLDER or not folder.is_dir():
        return None
    return next((path for path in sorted(folder.iterdir()) if _METADATA.fullmatch(path.name)), None)


def _unreadable(name: str, why: str) -> UniRSError:
    return UniRSError("raster_unreadable", f"The Sentinel-2 product {name:.200} {why}.")
