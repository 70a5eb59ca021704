"""When an image was taken, read from the metadata of its file and from names.

The runtime and the QGIS plugin share this file (``unirs_qgis/dates.py`` is a link to it), so it
imports nothing but the standard library and runs on Python 3.9. The naming rules of products are
in ``product_names``, beside it.

What counts, in this order:

1. metadata that say when the image was taken (:func:`date_of_metadata`);
2. the name of the file, then the names of its folders (:func:`date_of_path`);
3. metadata that say when a program wrote the file (:func:`date_of_writing`).

A date that is known to the year or the month stays that: nothing invents a day. Dates in the
future and those that no calendar has are passed over.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from .product_names import MONTHS, PRODUCTS, in_strptime_terms


@dataclass(frozen=True)
class ImageDate:
    """When an image was taken, as exactly as that is known.

    Attributes:
        year: Four digits.
        month: 1 to 12; ``None`` where only the year is known.
        day: 1 to 31; ``None`` where only the month is known.
        time: Time of the day in UTC, where that is known, too.

    Raises:
        ValueError: If the calendar has no such date, or if a part is missing before a finer one.
    """

    year: int
    month: int | None = None
    day: int | None = None
    time: dt.time | None = None

    def __post_init__(self) -> None:
        """Refuse what is no date."""
        without_month = self.month is None and self.day is not None
        without_day = self.day is None and self.time is not None
        if without_month or without_day:
            raise ValueError("a date without its month or day has nothing finer")
        dt.date(self.year, self.month or 1, self.day or 1)

    @property
    def first(self) -> dt.datetime:
        """The earliest moment at which the image can have been taken."""
        return dt.datetime.combine(
            dt.date(self.year, self.month or 1, self.day or 1), self.time or dt.time.min
        )

    @property
    def last(self) -> dt.datetime:
        """The latest moment at which the image can have been taken."""
        if self.day is not None:
            return dt.datetime.combine(self.first.date(), self.time or dt.time.max)
        next_month = (self.month or 12) + 1
        year, month = (self.year + 1, 1) if next_month > 12 else (self.year, next_month)
        return dt.datetime(year, month, 1) - dt.timedelta.resolution

    def isoformat(self) -> str:
        """ISO 8601 without a time: ``1985``, ``1985-07`` or ``1985-07-31``."""
        parts = [f"{self.year:04}"]
        parts += [f"{part:02}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    def __str__(self) -> str:
        """The same as :meth:`isoformat`."""
        return self.isoformat()


def chronological(dates: Sequence[ImageDate | None]) -> list[int] | None:
    """Indexes of dates, the earliest first; equal dates stay as given.

    Returns:
        ``None`` where a date is unknown, or two are known too roughly to order them: nobody knows
        whether "1985" is before "July 1985".
    """
    spans = [(date.first, date.last) for date in dates if date is not None]
    if len(spans) < len(dates):
        return None
    order = sorted(range(len(spans)), key=lambda index: spans[index])
    for place in range(1, len(order)):
        earlier, later = spans[order[place - 1]], spans[order[place]]
        if earlier[1] >= later[0] and earlier != later:
            return None
    return order


# ----------------------------------------------------------------------------------- metadata

_ACQUISITION_KEYS = (
    "acquisitiondatetime",  # GDAL's IMAGERY domain
    "acquisitiondate",  # what UniRS itself writes
    "acquisitiontime",  # ENVI
    "acquisitionstarttime",  # Sentinel-1, RADARSAT-2
    "dateacquired",  # Landsat MTL
    "acquired",  # Planet
    "sensingtime",
    "sensingstart",
    "sensingstarttime",
    "datatakesensingstart",  # Sentinel-2
    "mphsensingstart",  # ENVISAT
    "productstarttime",  # Sentinel
    "imagingdate",  # DIMAP: SPOT, Pléiades
    "firstlinetime",  # Maxar IMD
    "nitfidatim",  # NITF: image date and time
    "nitfstdidcacquisitiondate",
    "calendardate",  # ASTER
    "rangebeginningdate",  # MODIS
    "timecoveragestart",  # CF / ACDD: netCDF
    "imagedate",
    "capturedate",
    "flightdate",
    "datetime",  # STAC
    "exifdatetimeoriginal",  # photographs
    "exifdatetimedigitized",
)
"""Keys in order of trust, without case, punctuation and digits."""

_WRITING_KEYS = ("tifftagdatetime", "exifdatetime")


def date_of_metadata(tags: Mapping[str, str]) -> ImageDate | None:
    """When the image was taken, from the acquisition keys of the common products.

    Args:
        tags: Metadata by key, of any case, as GDAL has them (``NC_GLOBAL#time_coverage_start``).
    """
    return _first_of_keys(_ACQUISITION_KEYS, tags)


def date_of_writing(tags: Mapping[str, str]) -> ImageDate | None:
    """When a program wrote the file: a last resort, for many of them write the time of processing.

    Args:
        tags: As for :func:`date_of_metadata`.
    """
    return _first_of_keys(_WRITING_KEYS, tags)


def _first_of_keys(keys: Sequence[str], tags: Mapping[str, str]) -> ImageDate | None:
    values: dict[str, str] = {}
    for key, value in tags.items():
        plain = re.sub(r"[^a-z]", "", key.rpartition("#")[2].lower())
        values[plain.replace("datatakedatatake", "datatake")] = str(value)
    dates = (parse_date(values[key]) for key in keys if key in values)
    return next((date for date in dates if date is not None), None)


_NITF_21 = re.compile(r"(\d{4})(\d\d|--)(\d\d|--)(\d{6}|[-\d]{6})")
_NITF_20 = re.compile(in_strptime_terms("%d%TZ%b%y"), re.IGNORECASE)


_TYPED = re.compile(r"((?:19|20)\d\d)(?:[-/.](\d\d?)(?:[-/.](\d\d?))?)?")
"""A year, a month or a day, with one digit or two: "2019-6-5"."""


def parse_date(text: str) -> ImageDate | None:
    """A date as a person types it or as metadata hold it; ``None`` if the text is none.

    ``1985``, ``2019-08``, ``2019-8-15``, ``20190815``, ``2019-08-15T10:30:00Z``, ``15.08.2019``,
    ``15 Aug 2019``, ``August 2019``, and the forms of NITF.
    """
    text = text.strip()
    if nitf := _NITF_21.fullmatch(text):
        year, month, day = (part if part.isdigit() else None for part in nitf.groups()[:3])
        return _past(year, month, day, nitf[4])
    if nitf := _NITF_20.fullmatch(text):
        return _of_match(nitf)
    if typed := _TYPED.fullmatch(text):
        return _past(*typed.groups())
    return _full_date(text) or _single(_months(text))


# -------------------------------------------------------------------------------------- names

_YMD = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<gap>[-_.:/ ]?)(?P<month>\d\d)(?P=gap)(?P<day>\d\d)"
    r"(?:[ T_-]?(?P<clock>\d\d:?\d\d:?\d\d)(?=(?:\.\d+|\d|\d{3})?Z?(?!\d))|(?=\d{4}(?!\d))|(?!\d))",
    re.IGNORECASE,
)
_DMY = re.compile(
    r"(?<!\d)(?P<one>\d\d?)(?P<gap>[-_./ ])(?P<two>\d\d?)(?P=gap)(?P<year>(?:19|20)\d\d)(?!\d)"
    r"|(?<!\d)(?!19|20)(?P<one2>\d\d)(?P<two2>\d\d)(?P<year2>(?:19|20)\d\d)(?!\d)"
)
_NAME = rf"(?P<name>{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
_YEAR = r"(?P<year>(?:19|20)\d\d)(?!\d)"
_NAMED_DAYS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d)(?P<day>\d\d?)[. _-]*{_NAME}[. _-]*{_YEAR}(?: (?P<clock>\d\d:\d\d:\d\d))?",
        rf"(?<![^\W\d_]){_NAME}[. _-]*(?P<day>\d\d?)(?:st|nd|rd|th)?[, _-]+{_YEAR}",
        rf"(?<!\d)(?P<year>(?:19|20)\d\d)[. _-]*{_NAME}[. _-]*(?P<day>\d\d)(?!\d)",
    )
]
_NAMED_MONTHS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<![^\W\d_]){_NAME}[. _-]*{_YEAR}",
        rf"(?<!\d)(?P<year>(?:19|20)\d\d)[. _-]*{_NAME}(?![^\W_])",
    )
]
_YEAR_MONTH = re.compile(
    r"(?<!\d)(?<!\d[-_.])(?P<year>(?:19|20)\d\d)(?:(?P<gap>[-_.])|)(?P<month>\d\d)(?![-_.]?\d)"
)
_YEAR_ALONE = re.compile(
    rf"(?<!\d)(?<!\d[-_.]){_YEAR}(?=$|[\s,;()\[\]])(?!\s*(?:px|pixels?|k?m|ft|dpi|x)\b)"
)

_INDEXED = "block cell chip col column grid level patch quad row tile zoom"
_COUNTED = """
    dji dsc dscf dscn gopr gp img image photo pic pict picture pano shot snap vid
    band chunk crop cut example fid field frame height id idx index item line lvl mgrs nr no num
    number object orbit page parcel part path piece pixel pixels plot point px sample scene seg
    segment seq sheet size strip subset swath test track train val ver version width win window zone
    cgcs csrs ed epsg etrs gda gdm gsk itrf jgd kgd korea nad nzgd osgb psad pulkovo sirgas srid utm
    wgs
"""
_TILE_WORDS = frozenset(_INDEXED.split())
"""Words before numbers that count in two or three directions: ``tile_2000_10_12``."""

_NUMBER_WORDS = _TILE_WORDS | frozenset(_COUNTED.split())
"""Cameras, numbered things and geodetic datums before what may look like a year and is none."""


def date_of_name(name: str) -> ImageDate | None:
    """The date in the name of a file (without its ending), a folder or a layer.

    A name that follows the naming rule of a product has the date that the rule calls the
    acquisition, or none (``product_names.PRODUCTS``). In any other name the earliest of the dates
    counts, because processing and delivery come later; else a month; else a year at its end or
    between blanks, unless a word before it makes it a number of something else.
    """
    for product in PRODUCTS:
        if match := product.pattern.search(name):
            return _of_match(match)
    return _full_date(name) or _single(_months(name)) or _single(_years(name))


def date_of_path(path: str) -> ImageDate | None:
    """The date in the name of a file, else in the name of its folder or of the product's folder.

    The year that a folder belongs to counts only if it is the whole of its name.

    Args:
        path: Of a file, in the form of any operating system, or GDAL's name of a part of it, such
            as ``NETCDF:"/data/a_2019.nc":band``.
    """
    quoted = path.split('"')
    file = PurePath((quoted[1] if len(quoted) == 3 else path).replace("\\", "/"))
    if date := date_of_name(file.stem):
        return date
    folders = [folder.name for folder in file.parents]
    date = date_of_name(folders[0]) if folders else None
    if date and (date.month is not None or folders[0] == date.isoformat()):
        return date
    matches = (product.pattern.search(folder) for folder in folders[1:] for product in PRODUCTS)
    dates = (_of_match(match) for match in matches if match)
    return next((date for date in dates if date), None)


def _full_date(text: str) -> ImageDate | None:
    dates = [*_year_first(text), *_year_last(text), *_with_names(_NAMED_DAYS, text)]
    return min(dates, key=lambda date: date.first, default=None)


def _year_first(text: str) -> Iterator[ImageDate]:
    for match in _YMD.finditer(text):
        if match["gap"] == "_" and _word_before(text, match.start()) in _TILE_WORDS:
            continue  # tile_2000_10_12
        yield from _known(_past(match["year"], match["month"], match["day"], match["clock"]))


def _year_last(text: str) -> Iterator[ImageDate]:
    """Those of which one number can only be the day, or that have dots: then the day is first."""
    for one, gap, two, year in _numbers_of(text):
        if gap == "." or one > 12 or one == two:
            yield from _known(_past(year, two, one))
        elif two > 12:
            yield from _known(_past(year, one, two))


def _numbers_of(text: str) -> Iterator[tuple[int, str, int, str]]:
    """Day and month in either order, what separates them, and the year behind them."""
    for match in _DMY.finditer(text):
        one, two = match["one"] or match["one2"], match["two"] or match["two2"]
        yield int(one), match["gap"] or "", int(two), match["year"] or match["year2"]


def _months(text: str) -> Iterator[ImageDate]:
    yield from _with_names(_NAMED_MONTHS, text)
    for match in _YEAR_MONTH.finditer(text):
        if _word_before(text, match.start()) in _NUMBER_WORDS:
            continue
        short = match["gap"] is None and int(match["year"][2:]) <= 12  # 201210 may be 10 Dec 2020
        if not short or match["year"] < "2000":
            yield from _known(_past(match["year"], match["month"]))


def _years(text: str) -> Iterator[ImageDate]:
    for match in _YEAR_ALONE.finditer(text):
        word = _word_before(text, match.start())
        if len(word) != 1 and word not in _NUMBER_WORDS:
            yield from _known(_past(match["year"]))
    for one, gap, two, year in _numbers_of(text):  # 05-06-2019: May or June, but 2019
        if gap and 1 <= one <= 12 and 1 <= two <= 12:
            yield from _known(_past(year))


def _with_names(patterns: Sequence[re.Pattern[str]], text: str) -> Iterator[ImageDate]:
    for pattern in patterns:
        for match in pattern.finditer(text):
            found = match.groupdict()
            month = MONTHS[match["name"].lower()]
            date = _past(match["year"], month, found.get("day"), found.get("clock"))
            yield from _known(date)


def _word_before(text: str, position: int) -> str:
    found = re.search(r"([^\W\d_]*)[\W_]*$", text[:position])
    return found[1].lower() if found else ""


def _single(dates: Iterator[ImageDate]) -> ImageDate | None:
    """The date if it is the only one: two years are a span, and none of them is sure."""
    distinct = set(dates)
    return distinct.pop() if len(distinct) == 1 else None


def _known(date: ImageDate | None) -> Iterator[ImageDate]:
    if date is not None:
        yield date


def _of_match(match: re.Match[str]) -> ImageDate | None:
    """The date of a product's name: ``None`` where the rule has none."""
    part = match.groupdict().get
    year = part("year")
    if short := part("short_year"):
        this_year = dt.date.today().year
        year = f"20{short}" if int(f"20{short}") <= this_year else f"19{short}"
    if year is None:
        return None
    if number := part("day_of_year"):
        date = dt.date(int(year), 1, 1) + dt.timedelta(days=int(number) - 1)
        if date.year != int(year):
            return None
        return _past(year, date.month, date.day, part("time"))
    name = part("month_name")
    month = MONTHS[name.lower()] if name else part("month")
    return _past(year, month, part("day"), part("time"))


def _past(
    year: object, month: object = None, day: object = None, clock: str | None = None
) -> ImageDate | None:
    """The date, if there is such a day and an image can have been taken on it."""
    numbers = [int(str(part)) if part is not None else None for part in (year, month, day)]
    try:
        date = ImageDate(numbers[0] or 0, numbers[1], numbers[2], _time(clock) if day else None)
    except ValueError:
        return None
    return date if date.first.date() <= dt.date.today() else None


def _time(clock: str | None) -> dt.time | None:
    digits = (clock or "").replace(":", "")
    try:
        return dt.time(int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return None
