"""What is known of raster layers: when they were taken, their order, where they come from."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path, PurePath
from urllib.parse import unquote

from osgeo import gdal
from qgis.core import (
    Qgis,
    QgsDataSourceUri,
    QgsProject,
    QgsProviderRegistry,
    QgsRasterLayer,
)
from qtpy.QtCore import QCoreApplication, QDate, QDateTime, Qt, QTime

_METADATA_KEYS = (
    "acquisitiondatetime",
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
"""Keys in order of trust, without case and punctuation: those that the runtime reads, too."""

_METADATA_ITEM = re.compile(r"([A-Za-z_#.: ]{4,60}?)\s*=\s*([^<\n]{4,80})")
_MARKUP = re.compile(r"<[^>]*>")

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_FULL_DATE = re.compile(
    rf"(?<!\d){_YEAR}(?P<gap>[-_.:/]?)(?P<month>\d\d)(?P=gap)(?P<day>\d\d)"
    r"(?:[ T](?P<clock>\d\d:\d\d:\d\d)|T(?P<time>\d{6}))?"
    r"(?=(?:\d{4}|\d{6}|\d{9})?(?!\d))"  # a time may follow without a gap, to the millisecond
)
_DAY_FIRST = re.compile(rf"(?<!\d)(?P<day>\d\d?)\.(?P<month>\d\d?)\.{_YEAR}(?!\d)")
_DAY_OF_YEAR = re.compile(
    rf"(?:L[COTEM]\d{{7}}|\.A){_YEAR}(?P<day>\d{{3}})(?=[A-Z.])"
)  # Landsat scene ids before collections (LC80150332019185LGN00), MODIS (MOD09GA.A2019185.h10v05)
_YEAR_AT_END = re.compile(rf"(?<!\d){_YEAR}$")
_YEAR_ALONE = re.compile(rf"(?<![\w.]){_YEAR}(?![\w.])")

_SECRET_KEYS = re.compile(
    r"(?i)^(authcfg|auth\w*|user(name)?|pass(word|wd)?|pwd|referer|http-header.*|"
    r".*(token|secret|signature|credential|api[-_]?key|subscription[-_]?key).*|key|sig|se|sp|sv|sr|"
    r"x-amz-.*|awsaccesskeyid|expires)$"
)
_USER_INFO = re.compile(r"(?<=://)[^/@\s?&]*@")
_QUERY = re.compile(r"(?<=[?&])([^=&\s]+)=[^&\s|]*&?")


def raster_layers(project: QgsProject) -> list[QgsRasterLayer]:
    """Raster layers of a project that can be drawn, the topmost of the layer tree first."""
    layers = project.layerTreeRoot().layerOrder()
    return [layer for layer in layers if isinstance(layer, QgsRasterLayer) and layer.isValid()]


def input_kind(layers: Sequence[object]) -> str:
    """What layers make together: "single", "pair" or, from three on, "video"; "" for none."""
    return ("", "single", "pair", "video")[min(len(layers), 3)]


def acquisition_date(layer: QgsRasterLayer) -> tuple[QDateTime | None, str]:
    """When the image of a layer was taken, as far as that can be told at once.

    Asked in this order: the layer's temporal properties if they are switched on (the begin of a
    fixed range), its metadata (temporal extent, then acquisition keys of the common products in
    the file), its name, the name of its file, and the name of that file's folder. A year alone
    stands for its 1 January. Dates in the future and those that no calendar has are passed over.

    Returns:
        The time, and its origin ("temporal", "metadata" or "name"); ``(None, "")`` where nothing
        tells.
    """
    for origin, dates in (
        ("temporal", _dates_of_temporal_properties(layer)),
        ("metadata", _dates_of_metadata(layer)),
        ("name", _dates_of_names(layer)),
    ):
        date = next(dates, None)
        if date is not None:
            return date, origin
    return None, ""


def ordered(layers: Sequence[QgsRasterLayer]) -> list[QgsRasterLayer]:
    """The earliest first; as given where a date is unknown or two are the same."""
    dates = [acquisition_date(layer)[0] for layer in layers]
    if any(date is None for date in dates):
        return list(layers)
    order = sorted(range(len(layers)), key=lambda i: dates[i].toMSecsSinceEpoch())
    return [layers[i] for i in order]


def date_warning(dates: Sequence[QDateTime | None]) -> str:
    """One sentence if dates are missing, equal or not in order; empty if all is well.

    Args:
        dates: One per layer, in the order in which the model will see them.
    """
    if len(dates) < 2:
        return ""
    if any(date is None or not date.isValid() for date in dates):
        return QCoreApplication.translate(
            "Layers", "Not all dates are known; check that the earlier layer comes first."
        )
    times = [date.toMSecsSinceEpoch() for date in dates if date is not None]
    if times != sorted(times):
        return QCoreApplication.translate(
            "Layers", "The later date comes first; swap the layers or correct the dates."
        )
    if len(set(times)) < len(times):
        return QCoreApplication.translate(
            "Layers", "Some dates are the same; correct them, or choose layers of different dates."
        )
    return ""


def public_source(layer: QgsRasterLayer) -> str:
    """Where a layer comes from, without anything that would let a reader log in.

    User names, passwords, authentication configurations, HTTP headers, user information in
    addresses, and parameters that hold tokens, keys or signatures are left out.
    """
    source = layer.source()
    if layer.providerType() == "postgresraster":
        return _public_database(source)
    if layer.providerType() == "gdal":
        return _public_path(QgsDataSourceUri.removePassword(source))
    return _public_service(source)


def _dates_of_temporal_properties(layer: QgsRasterLayer) -> Iterator[QDateTime]:
    temporal = layer.temporalProperties()
    fixed = Qgis.RasterTemporalMode.FixedTemporalRange
    if temporal is not None and temporal.isActive() and temporal.mode() == fixed:
        begin = temporal.fixedTemporalRange().begin()
        if begin.isValid():
            yield begin


def _dates_of_metadata(layer: QgsRasterLayer) -> Iterator[QDateTime]:
    for span in layer.metadata().extent().temporalExtents():
        if span.begin().isValid():
            yield span.begin()
    if layer.providerType() == "gdal" and layer.dataProvider() is not None:
        tags = {**_tags_of_file(layer.source(), layer.id()), **_tags_of_provider(layer)}
        for key in _METADATA_KEYS:
            yield from _full_dates(tags.get(key, ""))


def _tags_of_provider(layer: QgsRasterLayer) -> dict[str, str]:
    """What the provider tells of its open file, in HTML; for archives and addresses, too."""
    lines = html.unescape(_MARKUP.sub("\n", layer.dataProvider().htmlMetadata()))
    return {_normal(key): value for key, value in _METADATA_ITEM.findall(lines)}


@lru_cache(maxsize=256)
def _tags_of_file(source: str, _layer_id: str) -> dict[str, str]:
    """What the provider does not tell: GDAL's metadata of satellite products, as IMAGERY.

    Only the header of a local file is read, once for each layer: a millisecond or two.
    """
    path = QgsProviderRegistry.instance().decodeUri("gdal", source).get("path", "")
    if not Path(path).is_file():
        return {}
    try:
        dataset = gdal.OpenEx(path, gdal.OF_RASTER)
    except RuntimeError:  # where the host program has switched GDAL's exceptions on
        return {}
    tags: dict[str, str] = {}
    if dataset is not None:
        for domain in ("IMD", "IMAGERY"):
            for key, value in (dataset.GetMetadata(domain) or {}).items():
                tags[_normal(key)] = value
    return tags


def _normal(key: str) -> str:
    """A key without case, punctuation and the group that it belongs to."""
    return re.sub(r"[^a-z]", "", key.rpartition("#")[2].lower())


def _dates_of_names(layer: QgsRasterLayer) -> Iterator[QDateTime]:
    yield from _dates_of_name(layer.name())
    if layer.providerType() == "gdal":
        path = PurePath(layer.source().split("|")[0].replace("\\", "/"))  # on any system
        yield from _dates_of_name(path.stem)
        yield from _dates_of_name(path.parent.name)


def _dates_of_name(name: str) -> Iterator[QDateTime]:
    yield from _days_of_year(name)
    yield from _full_dates(name)
    for match in _DAY_FIRST.finditer(name):
        yield from _past(int(match["year"]), int(match["month"]), int(match["day"]))
    for pattern in (_YEAR_AT_END, _YEAR_ALONE):
        for match in pattern.finditer(name):
            yield from _past(int(match["year"]), 1, 1)


def _full_dates(text: str) -> Iterator[QDateTime]:
    for match in _FULL_DATE.finditer(text):
        clock = (match["time"] or match["clock"] or "").replace(":", "")
        yield from _past(int(match["year"]), int(match["month"]), int(match["day"]), clock)


def _days_of_year(text: str) -> Iterator[QDateTime]:
    for match in _DAY_OF_YEAR.finditer(text):
        date = QDate(int(match["year"]), 1, 1).addDays(int(match["day"]) - 1)
        if date.year() == int(match["year"]):
            yield from _past(date.year(), date.month(), date.day())


def _past(year: int, month: int, day: int, clock: str = "") -> Iterator[QDateTime]:
    """The time, if there is such a day and an image can have been taken on it."""
    date = QDate(year, month, day)
    if not date.isValid() or date > QDate.currentDate():
        return
    time = QTime.fromString(clock, "HHmmss")
    yield QDateTime(date, time if time.isValid() else QTime(0, 0), Qt.TimeSpec.UTC)


def _public_database(source: str) -> str:
    uri = QgsDataSourceUri(source)
    uri.setUsername("")
    uri.setPassword("")
    uri.setAuthConfigId("")
    return uri.uri(False)


def _public_path(source: str) -> str:
    """A path or address without user information and without secret parameters."""
    source = re.sub(r"(?i)\s?authcfg='?\w*'?", "", _USER_INFO.sub("", source))
    source = _QUERY.sub(lambda match: "" if _SECRET_KEYS.match(match[1]) else match[0], source)
    return source.rstrip("?&")


def _public_service(source: str) -> str:
    """Parameters of a service (WMS, XYZ, WCS, ...), readable, without the secret ones."""
    parts = []
    for part in source.split("&"):
        key, equals, value = part.partition("=")
        if not (equals and _SECRET_KEYS.match(unquote(key))):
            parts.append(f"{key}{equals}{_public_path(unquote(value))}")
    return "&".join(parts)
