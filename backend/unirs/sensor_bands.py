"""What the bands of a sensor show, and which of them make a picture.

The runtime and the QGIS plugin share this file, so it imports nothing but the standard library and
runs on Python 3.9. A band is known by its wavelength, else by its name, else by its number in
products of a sensor that the file's name or metadata identify. Nothing is guessed: a band of which
neither is known stays unknown.

Another sensor is an entry of ``_SENSORS``, another composite one of ``COMPOSITES``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

COMPOSITES: Mapping[str, tuple[str, ...]] = {
    "true-colour": ("red", "green", "blue"),
    "false-colour": ("nir", "red", "green"),
    "agriculture": ("swir1", "nir", "blue"),
    "swir": ("swir2", "nir", "red"),
    "urban": ("swir2", "swir1", "red"),
    "radar": (),
    "thermal": ("thermal",),
}
"""What is shown as red, green and blue, or as grey; of radar, whatever polarisations there are."""

RADAR = ("vv", "hh", "vh", "hv")
"""Polarisations, those that most scenes are bright in first."""

_INFRARED = {"rededge", "nir", "swir1", "swir2"}

_WAVELENGTHS = {
    "coastal": (0.40, 0.44, 0.452),
    "blue": (0.452, 0.49, 0.52),
    "green": (0.52, 0.56, 0.60),
    "yellow": (0.60, 0.61, 0.62),
    "red": (0.62, 0.66, 0.69),
    "rededge": (0.69, 0.72, 0.76),
    "nir": (0.76, 0.84, 0.90),
    "swir1": (1.5, 1.61, 1.8),
    "swir2": (2.0, 2.2, 2.4),
    "thermal": (8.0, 10.9, 14.0),
}
"""Micrometres: the shortest and the typical central wavelength, and the one where it ends."""

_WORDS = (
    ("rededge", r"red[ _-]?edge|veg(etation)? red"),
    ("thermal", r"thermal|lwir\d*|tirs?\d*|brightness temperature"),
    ("swir1", r"swir[ _-]?1(6\d*)?|short[ -]?wave infrared \(?(swir )?1\)?"),
    ("swir2", r"swir[ _-]?2(2\d*)?|short[ -]?wave infrared \(?(swir )?2\)?"),
    ("nir", r"nir([ _-]?[18]|08)?|near[ _-]?infra[ -]?red|near[ _-]?ir"),
    ("coastal", r"coastal"),
    ("pan", r"pan|panchromatic"),
    ("yellow", r"yellow"),
    ("blue", r"blue"),
    ("green", r"green([ _-]?i{1,2})?"),
    ("red", r"red"),
)
"""What names of bands hold, the more special words first: “red edge” is no red."""


def _codes(table: str) -> dict[str, str]:
    """``"4 red, 8A nir"`` as ``{"4": "red", "8A": "nir"}``."""
    return dict(re.findall(r"(\w+) (\w+)", table))


_SENTINEL_2 = _codes(
    "1 coastal, 2 blue, 3 green, 4 red, 5 rededge, 6 rededge, 7 rededge, 8 nir, 8A nir, 9 vapour, "
    "10 cirrus, 11 swir1, 12 swir2"
)
_LANDSAT_8 = _codes(
    "1 coastal, 2 blue, 3 green, 4 red, 5 nir, 6 swir1, 7 swir2, 8 pan, 9 cirrus, 10 thermal, "
    "11 thermal"
)
_LANDSAT_4 = _codes("1 blue, 2 green, 3 red, 4 nir, 5 swir1, 6 thermal, 7 swir2, 8 pan")


@dataclass(frozen=True)
class _Sensor:
    """A family of products.

    Attributes:
        pattern: Finds it in names of files and in metadata.
        codes: What each band shows, by its number in the product.
        layouts: What the bands of a file show whose bands have no names, by how many there are.
    """

    pattern: str
    codes: Mapping[str, str] = field(default_factory=dict)
    layouts: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


_PLANET_4 = ("blue", "green", "red", "nir")
_PLANET_8 = ("coastal", "blue", "green", "green", "yellow", "red", "rededge", "nir")
_SENSORS = (
    _Sensor(r"S2[A-D]_(MSI|OPER|USER)|T\d\d[A-Z]{3}_\d{8}T\d{6}|HLS\.S30|SENTINEL-?2", _SENTINEL_2),
    _Sensor(r"L[COT]0?[89](_|\d)|HLS\.L30|LANDSAT[_ -]?[89]|OLI[_-]?TIRS", _LANDSAT_8),
    _Sensor(r"L[TE]0?[457](_|\d)|LANDSAT[_ -]?[457]", _LANDSAT_4),
    _Sensor(r"3B_ANALYTIC|ANALYTICMS|PSSCENE|PLANETSCOPE", {}, {4: _PLANET_4, 8: _PLANET_8}),
    _Sensor(r"M_\d{7}_[NS][EW]_\d\d_|NAIP", {}, {4: ("red", "green", "blue", "nir")}),
)

_SENSOR_KEYS = re.compile(r"(?i)spacecraft|satellite|platform|sensor(_id)?$|mission|instrument")
_CODE = re.compile(r"(?i)(?<![a-z0-9])(?:(?:sr|st|toa) ?)?b(?:and)?[ -]?0*(\d{1,2}a?)(?![a-z0-9])")
_POLARISATION = re.compile(r"(?i)(?<![a-z0-9])(vv|vh|hh|hv)(?![a-z0-9])")
_RADAR_FILES = re.compile(
    r"(?i)(?<![a-z])(s1[a-d]|sentinel-?1|sar|sigma0?|gamma0?|beta0?|grd|palsar|alos)"
)
_LENGTH = re.compile(
    r"(?i)(\d+(?:\.\d+)?)\s*(nm|nanometers?|nanometres?|um|µm|μm|micrometers?|micrometres?|microns?)\b"
)
_WAVELENGTH_KEYS = ("CENTRAL_WAVELENGTH_UM", "WAVELENGTH", "WAVELENGTHS", "CENTER_WAVELENGTH")
_UNIT_KEYS = ("WAVELENGTH_UNIT", "WAVELENGTH_UNITS")
_COLOURS = {"red": "red", "green": "green", "blue": "blue", "nir": "nir", "coastal": "coastal"}


@dataclass(frozen=True)
class Band:
    """What a file states about one of its bands.

    Attributes:
        name: Its description; may be empty.
        tags: Its metadata.
        colour: GDAL's colour interpretation, in lower case.
        file: Name of the file that holds nothing but this band; else empty.
    """

    name: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    colour: str = ""
    file: str = ""


def what_bands_show(
    bands: Sequence[Band], file: str = "", tags: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """What each band shows: ``red``, ``nir``, ``vv``, …; empty where that is not known.

    Args:
        bands: All bands of a file.
        file: Its path.
        tags: Its metadata.
    """
    sensor = _sensor(bands, file, tags or {})
    shown = [
        _of_wavelength(_wavelength(band)) or _of_name(band, sensor) or _of_file(band, sensor)
        for band in bands
    ]
    if not any(shown) and sensor is not None:
        shown = list(sensor.layouts.get(len(bands), shown))
    if not any(shown):
        shown = [_COLOURS.get(band.colour, "") for band in bands]
    return tuple(shown)


def composite_bands(
    composite: str, shown: Sequence[str], bands: Sequence[Band] = ()
) -> tuple[int, ...] | None:
    """Numbers, counted from 1, of the bands that make a composite.

    Of several bands that show the same, the one whose wavelength is the most typical is taken, or
    the first.

    Args:
        composite: A key of ``COMPOSITES``.
        shown: What each band shows.
        bands: The bands, for their wavelengths.

    Returns:
        Three or one; of radar two where there are two polarisations; ``None`` where one is missing.
    """
    wanted = COMPOSITES[composite]
    if composite == "radar":
        wanted = tuple(one for one in RADAR if one in shown)[:2]
    numbers = [_best(one, shown, bands) for one in wanted]
    found = tuple(number for number in numbers if number is not None)
    return found if found and len(found) == len(numbers) else None


def sensing(shown: Sequence[str]) -> str:
    """What kind of picture bands make.

    Args:
        shown: What is shown as red, green and blue, or as grey.

    Returns:
        ``radar``, ``thermal``, ``false colours`` (some infrared), or empty: natural colours, grey
        or unknown.
    """
    if any(one in RADAR for one in shown):
        return "radar"
    if "thermal" in shown:
        return "thermal"
    return "false colours" if _INFRARED.intersection(shown) else ""


def _sensor(bands: Sequence[Band], file: str, tags: Mapping[str, str]) -> _Sensor | None:
    path = PurePath(file)
    stated = [value for key, value in tags.items() if _SENSOR_KEYS.search(key)]
    names = [path.name, *(band.file for band in bands), *(band.name for band in bands)]
    for text in (*stated, *names, path.parent.name):
        for sensor in _SENSORS:
            if re.search(rf"(?<![a-z0-9])({sensor.pattern})", text, re.IGNORECASE):
                return sensor
    codes = {code for band in bands for code in [_code(band.name)] if code}
    return _SENSORS[0] if "8A" in codes else None


def _wavelength(band: Band) -> float | None:
    """Central wavelength in micrometres."""
    tags = {key.upper(): value for key, value in band.tags.items()}
    unit = next((tags[key] for key in _UNIT_KEYS if key in tags), "")
    stated = next((tags[key] for key in _WAVELENGTH_KEYS if key in tags), "")
    found = _LENGTH.search(f"{stated} {unit}") or _LENGTH.search(band.name)
    if found:
        return float(found[1]) / (1000 if found[2].lower().startswith("n") else 1)
    try:
        value = float(stated)
    except ValueError:
        return None
    return value / 1000 if value > 100 else value


def _of_wavelength(wavelength: float | None) -> str:
    if wavelength is None:
        return ""
    return next(
        (name for name, (low, _, high) in _WAVELENGTHS.items() if low <= wavelength < high), ""
    )


def _of_name(band: Band, sensor: _Sensor | None) -> str:
    name = band.tags.get("BANDNAME", "") or band.name
    polarisation = _POLARISATION.search(name.replace("_", " "))
    if polarisation:
        return polarisation[1].lower()
    code = _of_code(name, sensor)
    if code:
        return code
    words = name.replace("_", " ")
    return next(
        (shows for shows, words_of in _WORDS if re.search(rf"(?i)\b({words_of})\b", words)), ""
    )


def _of_file(band: Band, sensor: _Sensor | None) -> str:
    """By the name of its file; words of it do not count: thermal.tif may show a bath."""
    polarisation = _POLARISATION.search(band.file.replace("_", " "))
    if polarisation and _RADAR_FILES.search(band.file):
        return polarisation[1].lower()
    return _of_code(band.file, sensor)


def _of_code(name: str, sensor: _Sensor | None) -> str:
    return sensor.codes.get(_code(name), "") if sensor is not None else ""


def _code(name: str) -> str:
    found = _CODE.search(name.replace("_", " "))
    return found[1].upper() if found else ""


def _best(wanted: str, shown: Sequence[str], bands: Sequence[Band]) -> int | None:
    numbers = [number for number, one in enumerate(shown, start=1) if one == wanted]
    if len(numbers) > 1 and len(bands) == len(shown) and wanted in _WAVELENGTHS:
        typical = _WAVELENGTHS[wanted][1]
        lengths = {number: _wavelength(bands[number - 1]) for number in numbers}
        numbers.sort(key=lambda number: abs((lengths[number] or typical) - typical))
    return numbers[0] if numbers else None
