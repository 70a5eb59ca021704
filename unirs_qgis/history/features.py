"""Entries as features of a GeoPackage, and back.

Columns that are filtered and sorted by have plain types. Lists (layers, options) are
JSON in a text column, so that every value is read as it was written.
"""

from __future__ import annotations

import json
import math
import re
from datetime import datetime, timedelta, timezone
from typing import Any

from osgeo import ogr
from qtpy.QtCore import QCoreApplication

from unirs_qgis.answer import ANSWER_COLUMNS, Answer, Column, DatedScore, Kind
from unirs_qgis.columns import CORRECTION, REVIEW
from unirs_qgis.dock.entries import KINDS, TASKS, Entry, LayerRecord
from unirs_qgis.history.antimeridian import to_wgs84

translate = QCoreApplication.translate

_ID = re.compile(r"[0-9a-f]{32}")
_DAY = timedelta(days=1)
_UTC = 100
"""OGR's flag for a time in UTC."""

_ENTRY_COLUMNS = (
    Column("id", Kind.TEXT, lambda: translate("History", "Identifier")),
    Column("created", Kind.TIME, lambda: translate("History", "Asked at (UTC)")),
    Column("task", Kind.TEXT, lambda: translate("History", "Task")),
    Column("kind", Kind.TEXT, lambda: translate("History", "Kind of input")),
    Column("question", Kind.TEXT, lambda: translate("History", "Question")),
    Column("follows", Kind.TEXT, lambda: translate("History", "Follows the entry"), is_new=True),
    Column(REVIEW, Kind.TEXT, lambda: translate("History", "Review"), is_new=True),
    Column(CORRECTION, Kind.TEXT, lambda: translate("History", "Correction"), is_new=True),
)
_LAYER_COLUMNS = (
    Column("layers", Kind.LIST, lambda: translate("History", "Layers"), "name"),
    Column("dates", Kind.LIST, lambda: translate("History", "Dates"), "date"),
    Column("sources", Kind.LIST, lambda: translate("History", "Sources"), "source"),
)
_FOOTPRINT_COLUMNS = (
    Column("footprint", Kind.TEXT, lambda: translate("History", "Footprint (WKT)")),
    Column("crs", Kind.TEXT, lambda: translate("History", "CRS of the footprint")),
)
COLUMNS = (*_ENTRY_COLUMNS, *ANSWER_COLUMNS, *_LAYER_COLUMNS, *_FOOTPRINT_COLUMNS)
"""All columns, in the order of the attribute table."""

_TYPES = {
    Kind.REAL: ogr.OFTReal,
    Kind.INTEGER: ogr.OFTInteger,
    Kind.FLAG: ogr.OFTInteger,
    Kind.TIME: ogr.OFTDateTime,
}
"""OGR's type of a column; all others are text."""


def add_columns(layer: ogr.Layer) -> None:
    """Adds the columns of the history that a layer lacks."""
    for column in missing_columns(layer):
        definition = ogr.FieldDefn(column.name, _TYPES.get(column.kind, ogr.OFTString))
        if column.kind is Kind.FLAG:
            definition.SetSubType(ogr.OFSTBoolean)
        layer.CreateField(definition)


def missing_columns(layer: ogr.Layer) -> list[Column]:
    """Columns of the history that a layer lacks."""
    definition = layer.GetLayerDefn()
    return [column for column in COLUMNS if definition.GetFieldIndex(column.name) < 0]


def to_feature(entry: Entry, definition: ogr.FeatureDefn) -> ogr.Feature:
    """The entry as a feature that can be written."""
    feature = ogr.Feature(definition)
    for columns, holder in (
        (_ENTRY_COLUMNS, entry),
        (ANSWER_COLUMNS, entry.answer),
        (_FOOTPRINT_COLUMNS, entry),
    ):
        for column in columns:
            _write(feature, column, getattr(holder, column.key))
    for column in _LAYER_COLUMNS:
        _write(feature, column, [getattr(layer, column.key) for layer in entry.layers])
    shape = to_wgs84(entry.footprint, entry.crs)
    if not shape.isNull():
        feature.SetGeometryDirectly(ogr.CreateGeometryFromWkb(bytes(shape.asWkb())))
    return feature


def to_entry(feature: ogr.Feature) -> Entry:
    """The entry that a feature holds.

    Raises:
        ValueError: The feature was edited so that it holds no entry.
    """
    try:
        entry = _entry(feature)
        _ = entry.time - _DAY, entry.time + _DAY  # conversions to other time zones need both
    except (KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(str(error)) from error
    answer = entry.answer
    if entry.kind not in KINDS or entry.task not in TASKS:
        raise ValueError(f"{entry.kind} {entry.task}")
    if not _ID.fullmatch(entry.id):  # files are named by it: "../.." is none
        raise ValueError(entry.id)
    shares = [share for _, share in answer.options if share is not None]
    shares += [share for each in answer.timeline for share in each[1:] if share is not None]
    if not all(0 <= share <= 1 for share in shares) or not math.isfinite(answer.seconds):
        raise ValueError(f"{answer.options} {answer.seconds}")
    return entry


def review_of(feature: ogr.Feature) -> tuple[str, str]:
    """Decision and correction of the entry that a feature holds; empty texts before a review."""
    found = (feature.GetFieldIndex(name) for name in (REVIEW, CORRECTION))
    decision, correction = (feature.GetFieldAsString(at) if at >= 0 else "" for at in found)
    return decision, correction


def _entry(feature: ogr.Feature) -> Entry:
    """The entry without checks of its values; raises errors of many types."""
    names, dates, sources = (_read(feature, column) for column in _LAYER_COLUMNS)
    return Entry(
        **_values(feature, _ENTRY_COLUMNS),
        **_values(feature, _FOOTPRINT_COLUMNS),
        answer=Answer(**_values(feature, ANSWER_COLUMNS)),
        layers=tuple(map(LayerRecord, names, sources, dates)),
    )


def _values(feature: ogr.Feature, columns: tuple[Column, ...]) -> dict[str, Any]:
    """Values of columns by attribute; a new column without a value is left out."""
    return {
        column.key: _read(feature, column)
        for column in columns
        if not (column.is_new and _is_empty(feature, column))
    }


def _is_empty(feature: ogr.Feature, column: Column) -> bool:
    index = feature.GetFieldIndex(column.name)
    return index < 0 or not feature.IsFieldSetAndNotNull(index)


def _write(feature: ogr.Feature, column: Column, value: Any) -> None:
    index, cell = feature.GetFieldIndex(column.name), column.cell(value)
    if column.kind is Kind.TIME:
        _write_time(feature, index, cell)
    elif isinstance(cell, str):
        feature.SetField(index, _storable(cell))
    else:
        feature.SetField(index, int(cell) if column.kind is Kind.FLAG else cell)


def _read(feature: ogr.Feature, column: Column) -> Any:
    return _READERS[column.kind](feature, column.name)


def _read_text(feature: ogr.Feature, name: str) -> str:
    text = feature.GetFieldAsString(name)
    text.encode()  # raises for what is no UTF-8 in the file
    return text


def _read_list(feature: ogr.Feature, name: str) -> tuple[str, ...]:
    values = json.loads(_read_text(feature, name) or "[]")
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError(name)
    return tuple(values)


def _read_options(feature: ogr.Feature, name: str) -> tuple[tuple[str, float | None], ...]:
    options = json.loads(feature.GetFieldAsString(name) or "[]")
    pairs = ((str(each["text"]), each["probability"]) for each in options)
    return tuple((text, None if share is None else float(share)) for text, share in pairs)


def _read_timeline(feature: ogr.Feature, name: str) -> tuple[DatedScore, ...]:
    dates = json.loads(feature.GetFieldAsString(name) or "[]")
    scores = [DatedScore(str(each["name"]), each["probability"], each["asked"]) for each in dates]
    return tuple(
        DatedScore(name, *(None if share is None else float(share) for share in shares))
        for name, *shares in scores
    )


def _read_time(feature: ogr.Feature, name: str) -> str:
    index = feature.GetFieldIndex(name)
    year, month, day, hour, minute, seconds, _zone = feature.GetFieldAsDateTime(index)
    # OGR keeps seconds as a 32-bit float, exact to the millisecond.
    time = datetime(year, month, day, hour, minute, tzinfo=timezone.utc)
    time += timedelta(milliseconds=round(seconds * 1000))
    return time.isoformat(timespec="milliseconds")


_READERS = {
    Kind.TEXT: _read_text,
    Kind.REAL: ogr.Feature.GetFieldAsDouble,
    Kind.INTEGER: ogr.Feature.GetFieldAsInteger,
    Kind.FLAG: lambda feature, name: feature.GetFieldAsInteger(name) != 0,
    Kind.TIME: _read_time,
    Kind.LIST: _read_list,
    Kind.OPTIONS: _read_options,
    Kind.TIMELINE: _read_timeline,
}


def _write_time(feature: ogr.Feature, index: int, created: str) -> None:
    time = datetime.fromisoformat(created).astimezone(timezone.utc)
    seconds = time.second + time.microsecond / 1e6
    day = time.year, time.month, time.day
    feature.SetField(index, *day, time.hour, time.minute, seconds, _UTC)


def _storable(text: str) -> str:
    """The text as UTF-8 can hold it: a file name may have bytes that are no letters."""
    return text.replace("\0", "").encode("utf-8", "backslashreplace").decode("utf-8")
