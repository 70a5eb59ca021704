"""When an image was taken, from the metadata and the name of its file."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from pathlib import PurePath

from rasterio.io import DatasetReader

from unirs.imagery.source import RasterPath, open_raster

_METADATA_DOMAINS = (None, "IMAGERY", "IMD")
_METADATA_KEYS = (
    "acquisitiondatetime",  # GDAL's IMAGERY domain
    "acquisitiondate",
    "dateacquired",  # Landsat MTL
    "acquired",  # Planet
    "sensingtime",
    "sensingstart",
    "datatakesensingstart",
    "productstarttime",  # Sentinel
    "firstlinetime",  # Maxar IMD
    "rangebeginningdate",  # MODIS
    "timecoveragestart",  # CF / ACDD
    "imagedate",
    "datetime",  # STAC
    "exifdatetimeoriginal",
    "tifftagdatetime",  # last, because some programs write the time of processing here
)
"""Keys in order of trust, without case and punctuation."""

_FULL_DATE = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<gap>[-_.:/]?)(?P<month>\d\d)(?P=gap)(?P<day>\d\d)"
    r"(?=(?:\d{4}|\d{6}|\d{9})?(?!\d))"  # a time may follow without a gap, to the millisecond
)
_DAY_OF_YEAR = re.compile(
    r"(?:L[COTEM]\d{7}|\.A)(?P<year>(?:19|20)\d\d)(?P<day>\d{3})(?=[A-Z.])"
)  # Landsat scene ids before collections (LC80150332019185LGN00), MODIS (MOD09GA.A2019185.h10v05)
_YEAR_AT_END = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)$")


def acquisition_date(source: RasterPath | DatasetReader) -> dt.date | None:
    """When a raster was taken, or ``None`` where nothing tells.

    Looked at in this order: metadata (acquisition keys of the common products, then
    ``TIFFTAG_DATETIME``), the file's name, the name of its folder. In a name, the first date
    counts: ``20120731``, ``2012-07-31``, ``2012_07_31``, with a time behind it or without, Landsat
    scene ids of both generations. A year alone at the end of a name (``1985.tif``,
    ``city_1985.tif``) stands for 1 January of that year. Dates that no calendar has, and those in
    the future, are passed over.

    Args:
        source: A path, or a dataset that is open.

    Raises:
        UniRSError: ``raster_missing`` or ``raster_unreadable``, if a path is given.
    """
    if isinstance(source, str | os.PathLike):
        with open_raster(source) as dataset:
            return acquisition_date(dataset)
    return _date_of_metadata(source) or _date_of_path(PurePath(source.name))


def _date_of_metadata(dataset: DatasetReader) -> dt.date | None:
    tags = {
        re.sub(r"[^a-z]", "", key.lower()): str(value)
        for domain in reversed(_METADATA_DOMAINS)
        for key, value in dataset.tags(ns=domain).items()
    }
    dates = (next(_full_dates(tags.get(key, "")), None) for key in _METADATA_KEYS)
    return next(filter(None, dates), None)


def _date_of_path(path: PurePath) -> dt.date | None:
    return date_of_name(path.stem) or date_of_name(path.parent.name)


def date_of_name(name: str) -> dt.date | None:
    """The date in the name of a file (without its ending) or folder, or ``None``."""
    candidates = (*_days_of_year(name), *_full_dates(name), *_years_at_end(name))
    return next(iter(candidates), None)


def _full_dates(text: str) -> Iterator[dt.date]:
    for match in _FULL_DATE.finditer(text):
        yield from _past_date(int(match["year"]), int(match["month"]), int(match["day"]))


def _days_of_year(text: str) -> Iterator[dt.date]:
    for match in _DAY_OF_YEAR.finditer(text):
        year, day = int(match["year"]), int(match["day"])
        date = dt.date(year, 1, 1) + dt.timedelta(days=day - 1)
        if date.year == year:
            yield from _past_date(date.year, date.month, date.day)


def _years_at_end(text: str) -> Iterator[dt.date]:
    for match in _YEAR_AT_END.finditer(text):
        yield from _past_date(int(match["year"]), 1, 1)


def _past_date(year: int, month: int, day: int) -> Iterator[dt.date]:
    """The date, if there is such a day and an image can have been taken on it."""
    try:
        date = dt.date(year, month, day)
    except ValueError:
        return
    if date <= dt.date.today():
        yield date
