"""Opening rasters, with GDAL's errors turned into sentences."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rasterio
from rasterio._err import CPLE_BaseError  # GDAL's errors where rasterio does not translate them
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader

from unirs.errors import UniRSError
from unirs.imagery.network import network_source

RasterPath = str | os.PathLike[str]
"""A file, or one of GDAL's virtual paths such as ``/vsizip/scene.zip/scene.tif``."""

CACHE_MEGABYTES = 64
"""Upper bound of GDAL's block cache, whose default is a share of the machine's memory."""

_NETWORK_DRIVERS = frozenset(
    {"HTTP", "WMS", "WMTS", "WCS", "OGCAPI", "STACTA", "STACIT", "PLMOSAIC", "EEDAI", "DAAS"}
)
"""GDAL drivers whose local files stand for services."""

_LOCAL_ONLY = {
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",  # a local VRT may name sources on the network
    "GDAL_SKIP": " ".join(sorted(_NETWORK_DRIVERS)),  # heard if nothing in this process used GDAL
}


@contextmanager
def open_raster(path: RasterPath, **options: Any) -> Iterator[DatasetReader]:
    """A raster, opened for reading. GDAL's errors, also while it is read, become one sentence.

    Args:
        path: Which raster.
        options: GDAL's open options, such as ``overview_level``.

    Raises:
        UniRSError: ``raster_missing`` or ``raster_unreadable``.
    """
    name = os.fspath(path)
    if not is_utf8(name):
        raise UniRSError(
            "raster_unreadable",
            f"The name {name!r} is not in UTF-8, which GDAL insists on; rename the file.",
        )
    if source := network_source(name):
        raise _on_the_network(name, source)
    environment = rasterio.Env(GDAL_CACHEMAX=CACHE_MEGABYTES, **_LOCAL_ONLY)
    with warnings.catch_warnings(), environment:
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with _open(name, options) as dataset:
            try:
                yield dataset
            except (RasterioError, CPLE_BaseError) as error:
                raise UniRSError(
                    "raster_unreadable",
                    f"{name} cannot be read, because a part of it is corrupt; "
                    "get a new copy of the file.",
                    reason=str(error),
                ) from error


def is_utf8(name: str) -> bool:
    """Whether a file's name has nothing but characters, and no bytes that are none."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except OSError:  # a name that no file can have, such as one that is too long
        return False


def _open(name: str, options: dict[str, Any]) -> DatasetReader:
    try:
        dataset = rasterio.open(name, **options)
    except (RasterioError, CPLE_BaseError) as error:
        if name.startswith("/vsi") or _exists(name):
            raise UniRSError(
                "raster_unreadable",
                f"{name} cannot be opened as a raster: its format is unknown or its header is "
                "corrupt; check the file or get a new copy.",
                reason=str(error),
            ) from error
        raise UniRSError("raster_missing", f"There is no raster {name}; check the path.") from error
    if dataset.driver in _NETWORK_DRIVERS:
        dataset.close()
        raise _on_the_network(name, name)
    return dataset


def _on_the_network(name: str, source: str) -> UniRSError:
    what = "is" if source == name else f"is made of {source:.200}, which is"
    return UniRSError(
        "raster_unreadable",
        f"{name:.200} {what} on the network, and only local files are read; download it first.",
    )
