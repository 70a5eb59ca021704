"""Opening rasters, with GDAL's errors turned into sentences."""

from __future__ import annotations

import os
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import rasterio
from rasterio._err import CPLE_BaseError  # GDAL's errors where rasterio does not translate them
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader

from unirs.errors import UniRSError
from unirs.imagery.local import ALLOWED_DRIVERS, SERVICE_DRIVERS, check_local
from unirs.imagery.products import image_of
from unirs.imagery.storage import ENVIRONMENT, STORED_DRIVERS, may_be_read

RasterPath = str | os.PathLike[str]
"""A file, the folder of a Sentinel-2 product, or one of GDAL's virtual paths such as
``/vsizip/scene.zip/scene.tif``."""

CACHE_MEGABYTES = 64
"""Upper bound of GDAL's block cache, whose default is a share of the machine's memory."""

_LOCAL_ONLY = {
    # What check_local has not seen, such as an address in a file beside a raster, ends here.
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",
    "GDAL_HTTP_PROXY": "http://127.0.0.1:9",  # the port at which nobody answers
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_DISABLE_READDIR_ON_OPEN": "TRUE",  # files beside a raster are looked for by name
    "GDAL_SKIP": SERVICE_DRIVERS,  # heard if nothing in this process used GDAL
}

_NO_RASTER = "its format is unknown or that of a service, or its header is corrupt"
_NOT_STORED = "storage has no such file or refuses it, or it is no GeoTIFF, JPEG 2000, PNG or JPEG"


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
    stored = may_be_read(name)
    environment = rasterio.Env(GDAL_CACHEMAX=CACHE_MEGABYTES, **_settings(name, stored))
    with warnings.catch_warnings(), environment:
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        check_local(name)
        name = name if stored else image_of(name, partial(_open, stored=False, options={}))
        with _open(name, stored, options) as dataset:
            try:
                yield dataset
            except Exception as error:
                if not is_of_library(error, "rasterio"):
                    raise
                raise _unreadable(name, "a part of it is corrupt", error) from error


def is_utf8(name: str) -> bool:
    """Whether a file's name has nothing but characters, and no bytes that are none."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _settings(name: str, stored: bool) -> dict[str, Any]:
    """GDAL's configuration: no network at all, or the one file in storage."""
    if not stored:
        return _LOCAL_ONLY
    local = {key: value for key, value in _LOCAL_ONLY.items() if key != "GDAL_HTTP_PROXY"}
    return {**local, **ENVIRONMENT, "CPL_VSIL_CURL_ALLOWED_FILENAME": name}


def _open(name: str, stored: bool, options: dict[str, Any]) -> DatasetReader:
    drivers = STORED_DRIVERS if stored else ALLOWED_DRIVERS
    try:
        return DatasetReader(name, driver=drivers, sharing=False, **options)
    except Exception as error:
        if not is_of_library(error, "rasterio"):
            raise
        if Path(name).is_dir():
            raise UniRSError(
                "raster_unreadable",
                f"{name:.200} is a folder and no raster; give a file of it, or have all of them "
                "read by unirs batch.",
            ) from error
        raise _unreadable(name, _NOT_STORED if stored else _NO_RASTER, error) from error


def is_of_library(error: Exception, library: str) -> bool:
    """Whether a file caused an error: it comes from within the library that reads the file.

    Corrupt files make rasterio and PyAV raise UnicodeDecodeError, ValueError, KeyError and more.
    """
    if isinstance(error, (RasterioError, CPLE_BaseError)):
        return True
    if isinstance(error, (UniRSError, MemoryError)):
        return False
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and library in frames[-1].filename.replace("\\", "/").split("/")


def _unreadable(name: str, why: str, error: Exception) -> UniRSError:
    return UniRSError(
        "raster_unreadable",
        f"{name:.200} cannot be read as a raster, because {why}; check the file or get a new copy.",
        reason=str(error),
    )
