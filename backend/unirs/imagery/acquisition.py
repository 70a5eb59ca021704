"""When an image was taken, from the metadata and the name of its file."""

from __future__ import annotations

import os

from rasterio.io import DatasetReader

from unirs.dates import ImageDate, date_of_metadata, date_of_path, date_of_writing
from unirs.imagery.source import RasterPath, open_raster

_METADATA_DOMAINS = ("ENVI", "EXIF", "IMD", "IMAGERY", None)
"""The later ones are trusted more, where two have one key."""


def acquisition_date(source: RasterPath | DatasetReader) -> ImageDate | None:
    """When a raster was taken, or ``None`` where nothing is sure; see :mod:`unirs.dates`.

    Args:
        source: A path, or a dataset that is open.

    Raises:
        UniRSError: ``raster_missing`` or ``raster_unreadable``, if a path is given.
    """
    if isinstance(source, str | os.PathLike):
        with open_raster(source) as dataset:
            return acquisition_date(dataset)
    tags: dict[str, str] = {}
    for domain in _METADATA_DOMAINS:
        tags.update(source.tags(ns=domain))
    return date_of_metadata(tags) or date_of_path(source.name) or date_of_writing(tags)
