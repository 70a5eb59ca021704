"""Raster layers: acquisition dates, their order, and sources without credentials."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from osgeo import gdal
from qgis.core import (
    Qgis,
    QgsDataSourceUri,
    QgsProviderRegistry,
    QgsRasterLayer,
)
from qtpy.QtCore import QCoreApplication, QDateTime

from unirs_qgis.shared.dates import (
    ImageDate,
    chronological,
    date_of_metadata,
    date_of_name,
    date_of_path,
    date_of_writing,
    parse_date,
)

_METADATA_ITEM = re.compile(r"([A-Za-z\d_#.: ]{4,60}?)\s*=\s*([^<\n]{4,80})")
_MARKUP = re.compile(r"<[^>]*>")

_SECRET_KEYS = re.compile(
    r"(?i)^(authcfg|auth\w*|user(name)?|pass(word|wd)?|pwd|referer|http-header.*|"
    r".*(token|secret|signature|credential|api[-_]?key|subscription[-_]?key).*|key|sig|se|sp|sv|sr|"
    r"x-amz-.*|awsaccesskeyid|expires)$"
)
_USER_INFO = re.compile(r"(?<=://)[^/@\s?&]*@")
_QUERY = re.compile(r"(?<=[?&])([^=&\s]+)=[^&\s|]*&?")


def input_kind(layers: Sequence[object]) -> str:
    """The kind of input that layers form: "single", "pair", "video" (from three on) or ""."""
    return ("", "single", "pair", "video")[min(len(layers), 3)]


def acquisition_date(layer: QgsRasterLayer) -> tuple[ImageDate | None, str]:
    """The acquisition date of a layer, as exactly as it is known.

    Sources, in this order: the layer's temporal properties if they are switched on (the begin
    of a fixed range), its metadata (temporal extent, then acquisition tags of the file),
    its name, the name of its file and of the folder, and last the time at which a program wrote
    the file. See `unirs_qgis.shared.dates`.

    Returns:
        The date, and its origin ("temporal", "metadata", "name" or "written"); `(None, "")` if it
        is not known.
    """
    tags = _tags(layer)
    for origin, dates in (
        ("temporal", _dates_of_temporal_properties(layer)),
        ("metadata", _dates_of_layer_metadata(layer)),
        ("metadata", [date_of_metadata(tags)]),
        ("name", _dates_of_names(layer)),
        ("written", [date_of_writing(tags)]),
    ):
        date = next((date for date in dates if date is not None), None)
        if date is not None:
            return date, origin
    return None, ""


def ordered(layers: Sequence[QgsRasterLayer]) -> list[QgsRasterLayer]:
    """The earliest first; as given where the order is not certain."""
    order = chronological([acquisition_date(layer)[0] for layer in layers])
    return [layers[i] for i in order] if order is not None else list(layers)


def dates_for_model(dates: Sequence[str]) -> tuple[str, ...]:
    """The dates that crops carry: the worker puts dated images into the order of their dates.

    Args:
        dates: One per layer, ISO 8601, in the order in which the model is to read them; empty
            where one is not known.

    Returns:
        The same; all empty if the worker would change the order.
    """
    order = chronological([parse_date(date) for date in dates])
    if order is not None and order != list(range(len(dates))):
        return ("",) * len(dates)
    return tuple(dates)


def date_warning(dates: Sequence[ImageDate | None]) -> str:
    """One sentence if dates are missing, equal, too rough or not in order; empty if all is well.

    Args:
        dates: One per layer, in the order in which the model will see them.
    """
    if len(dates) < 2:
        return ""
    if any(date is None for date in dates):
        return QCoreApplication.translate(
            "Layers", "Not all dates are known; check that the earlier layer comes first."
        )
    order = chronological(dates)
    if order is None:
        return QCoreApplication.translate(
            "Layers",
            "Some dates are known too roughly to order them; check that the earlier layer comes "
            "first.",
        )
    if order != list(range(len(dates))):
        return QCoreApplication.translate(
            "Layers", "The later date comes first; swap the layers or correct the dates."
        )
    if len(set(dates)) < len(dates):
        return QCoreApplication.translate(
            "Layers", "Some dates are the same; correct them, or choose layers of different dates."
        )
    return ""


def public_source(layer: QgsRasterLayer) -> str:
    """The source of a layer, without anything that would let a reader log in.

    User names, passwords, authentication configurations, HTTP headers, user information in
    addresses, and parameters that hold tokens, keys or signatures are left out.
    """
    source = layer.source()
    if layer.providerType() == "postgresraster":
        return _public_database(source)
    if layer.providerType() == "gdal":
        return _public_path(QgsDataSourceUri.removePassword(source))
    return _public_service(source)


def layer_of_source(
    layers: Iterable[QgsRasterLayer], name: str, source: str
) -> QgsRasterLayer | None:
    """The layer of a source, preferably one of that name; ``None`` if there is none.

    Args:
        layers: To choose from.
        name: Of the layer.
        source: As ``public_source`` gives it.
    """
    fitting = [layer for layer in layers if public_source(layer) == source]
    named = (layer for layer in fitting if layer.name() == name)
    return next(named, fitting[0] if fitting else None)


def _dates_of_temporal_properties(layer: QgsRasterLayer) -> Iterator[ImageDate]:
    temporal = layer.temporalProperties()
    fixed = Qgis.RasterTemporalMode.FixedTemporalRange
    if temporal is not None and temporal.isActive() and temporal.mode() == fixed:
        yield from _moment(temporal.fixedTemporalRange().begin())


def _dates_of_layer_metadata(layer: QgsRasterLayer) -> Iterator[ImageDate]:
    for span in layer.metadata().extent().temporalExtents():
        yield from _moment(span.begin())


def _moment(time: QDateTime) -> Iterator[ImageDate]:
    if time.isValid():
        date = parse_date(time.toUTC().toString("yyyy-MM-ddTHH:mm:ss"))
        if date is not None:
            yield date


def _tags(layer: QgsRasterLayer) -> dict[str, str]:
    """Metadata of the file, by key."""
    if layer.providerType() != "gdal" or layer.dataProvider() is None:
        return {}
    return {**_tags_of_file(layer.source(), layer.id()), **_tags_of_provider(layer)}


def _tags_of_provider(layer: QgsRasterLayer) -> dict[str, str]:
    """Metadata that the provider shows of its open file, in HTML; also for archives and URLs."""
    lines = html.unescape(_MARKUP.sub("\n", layer.dataProvider().htmlMetadata()))
    return dict(_METADATA_ITEM.findall(lines))


@lru_cache(maxsize=256)
def _tags_of_file(source: str, _layer_id: str) -> dict[str, str]:
    """Metadata that the provider does not show: GDAL's domains for satellite products.

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
        for domain in ("ENVI", "EXIF", "IMD", "IMAGERY"):
            tags.update(dataset.GetMetadata(domain) or {})
    return tags


def _dates_of_names(layer: QgsRasterLayer) -> Iterator[ImageDate | None]:
    yield date_of_name(layer.name())
    if layer.providerType() == "gdal":
        uri = QgsProviderRegistry.instance().decodeUri("gdal", layer.source())
        yield date_of_path(uri.get("path", ""))


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
