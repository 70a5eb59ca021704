"""How an entry is written as a feature, and read from one.

What analysts filter and sort by has a column of its own. What there may be several of (layers,
options) is JSON in a text column, so that every value comes back as it was.
"""

from __future__ import annotations

import json
import math
import re
from datetime import datetime, timedelta, timezone

from osgeo import ogr
from qtpy.QtCore import QCoreApplication

from unirs_qgis.dock.entries import KINDS, TASKS, Entry, LayerRecord
from unirs_qgis.history.antimeridian import on_globe

_BOOLEANS = ("demonstration", "stopped", "zero_shot")
_NUMBERS = ("views", "agreeing")
_TEXTS = ("id", "kind", "task", "question", "clue", "answer", "model", "model_digest", "device")
_PLACES = ("footprint", "crs")
_LISTS = ("options", "layers", "sources", "dates")

_ID = re.compile(r"[0-9a-f]{32}")

COLUMNS = {
    "id": ogr.OFTString,
    "created": ogr.OFTDateTime,
    "task": ogr.OFTString,
    "kind": ogr.OFTString,
    "question": ogr.OFTString,
    "answer": ogr.OFTString,
    "clue": ogr.OFTString,
    "options": ogr.OFTString,
    "layers": ogr.OFTString,
    "dates": ogr.OFTString,
    "sources": ogr.OFTString,
    "model": ogr.OFTString,
    "model_digest": ogr.OFTString,
    "demonstration": ogr.OFTInteger,
    "zero_shot": ogr.OFTInteger,
    "device": ogr.OFTString,
    "seconds": ogr.OFTReal,
    "stopped": ogr.OFTInteger,
    "views": ogr.OFTInteger,
    "agreeing": ogr.OFTInteger,
    "footprint": ogr.OFTString,
    "crs": ogr.OFTString,
}
"""Name and type of every column, in the order of the attribute table."""

LATER = _NUMBERS
"""Columns that a history of an earlier version may lack; without a value they are 1."""


def aliases() -> dict[str, str]:
    """What the columns are called in the user's language."""
    return {
        "id": QCoreApplication.translate("History", "Identifier"),
        "created": QCoreApplication.translate("History", "Asked at (UTC)"),
        "task": QCoreApplication.translate("History", "Task"),
        "kind": QCoreApplication.translate("History", "Kind of input"),
        "question": QCoreApplication.translate("History", "Question"),
        "answer": QCoreApplication.translate("History", "Answer"),
        "clue": QCoreApplication.translate("History", "Clue"),
        "options": QCoreApplication.translate("History", "Options"),
        "layers": QCoreApplication.translate("History", "Layers"),
        "dates": QCoreApplication.translate("History", "Dates"),
        "sources": QCoreApplication.translate("History", "Sources"),
        "model": QCoreApplication.translate("History", "Model"),
        "model_digest": QCoreApplication.translate("History", "Digest of the model"),
        "demonstration": QCoreApplication.translate("History", "Demonstration model"),
        "zero_shot": QCoreApplication.translate("History", "Answered by the base model"),
        "device": QCoreApplication.translate("History", "Device"),
        "seconds": QCoreApplication.translate("History", "Seconds"),
        "stopped": QCoreApplication.translate("History", "Stopped"),
        "views": QCoreApplication.translate("History", "Views"),
        "agreeing": QCoreApplication.translate("History", "Views that agree"),
        "footprint": QCoreApplication.translate("History", "Footprint as asked (WKT)"),
        "crs": QCoreApplication.translate("History", "CRS of the footprint"),
    }


def add_columns(layer: ogr.Layer) -> None:
    """Gives a layer the columns of the history that it lacks."""
    for name in missing_columns(layer):
        column = ogr.FieldDefn(name, COLUMNS[name])
        if name in _BOOLEANS:
            column.SetSubType(ogr.OFSTBoolean)
        layer.CreateField(column)


def missing_columns(layer: ogr.Layer) -> list[str]:
    """Columns of the history that a layer lacks."""
    definition = layer.GetLayerDefn()
    return [name for name in COLUMNS if definition.GetFieldIndex(name) < 0]


def to_feature(entry: Entry, definition: ogr.FeatureDefn) -> ogr.Feature:
    """The entry as a feature that can be written."""
    feature = ogr.Feature(definition)
    column = definition.GetFieldIndex  # OGR's own search for a name is slow in Python
    for name in _TEXTS + _PLACES:
        feature.SetField(column(name), _storable(getattr(entry, name)))
    for name in _BOOLEANS + _NUMBERS:
        feature.SetField(column(name), int(getattr(entry, name)))
    feature.SetField(column("seconds"), entry.seconds)
    _set_time(feature, column("created"), entry.created)
    lists = {
        "options": [{"text": text, "probability": share} for text, share in entry.options],
        "layers": [layer.name for layer in entry.layers],
        "sources": [layer.source for layer in entry.layers],
        "dates": [layer.date for layer in entry.layers],
    }
    for name in _LISTS:
        feature.SetField(column(name), _storable(json.dumps(lists[name], ensure_ascii=False)))
    shape = on_globe(entry.footprint, entry.crs)
    if not shape.isNull():
        feature.SetGeometryDirectly(ogr.CreateGeometryFromWkb(bytes(shape.asWkb())))
    return feature


def to_entry(feature: ogr.Feature) -> Entry:
    """The entry that a feature holds.

    Raises:
        ValueError: Somebody wrote into the feature what no entry can be.
    """
    try:
        entry = _entry(feature)
        day = timedelta(days=1)  # which a time needs on both sides, for other time zones
        _ = entry.time - day, entry.time + day
    except (KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(str(error)) from error
    if entry.kind not in KINDS or entry.task not in TASKS:
        raise ValueError(f"{entry.kind} {entry.task}")
    if not _ID.fullmatch(entry.id):  # files are named by it: "../.." is none
        raise ValueError(entry.id)
    if not all(0 <= share <= 1 for _, share in entry.options) or not math.isfinite(entry.seconds):
        raise ValueError(f"{entry.options} {entry.seconds}")
    return entry


def _entry(feature: ogr.Feature) -> Entry:
    """The values of a feature as they are; many kinds of errors where they are of other kinds."""
    options = json.loads(feature.GetFieldAsString("options") or "[]")
    layers, sources, dates = (_strings(feature, name) for name in ("layers", "sources", "dates"))
    return Entry(
        **{name: _text(feature, name) for name in _TEXTS + _PLACES},
        **{name: feature.GetFieldAsInteger(name) != 0 for name in _BOOLEANS},
        **{name: _number(feature, name) for name in _NUMBERS},
        created=_time(feature),
        seconds=feature.GetFieldAsDouble("seconds"),
        options=tuple((str(each["text"]), float(each["probability"])) for each in options),
        layers=tuple(map(LayerRecord, layers, sources, dates)),
    )


def _text(feature: ogr.Feature, name: str) -> str:
    text = feature.GetFieldAsString(name)
    text.encode()  # what is no UTF-8 in the file is none here
    return text


def _strings(feature: ogr.Feature, name: str) -> list[str]:
    """The texts of a column that holds a list of them as JSON."""
    values = json.loads(_text(feature, name) or "[]")
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError(name)
    return values


def _number(feature: ogr.Feature, name: str) -> int:
    column = feature.GetFieldIndex(name)
    return (
        feature.GetFieldAsInteger(column)
        if column >= 0 and feature.IsFieldSetAndNotNull(column)
        else 1
    )


def _set_time(feature: ogr.Feature, column: int, created: str) -> None:
    time = datetime.fromisoformat(created).astimezone(timezone.utc)
    utc = 100  # OGR's flag for "in UTC"
    feature.SetField(
        column,
        time.year,
        time.month,
        time.day,
        time.hour,
        time.minute,
        time.second + time.microsecond / 1e6,
        utc,
    )


def _time(feature: ogr.Feature) -> str:
    index = feature.GetFieldIndex("created")
    year, month, day, hour, minute, seconds, _zone = feature.GetFieldAsDateTime(index)
    # OGR keeps seconds as a 32-bit float: what comes after milliseconds is noise.
    time = datetime(year, month, day, hour, minute, tzinfo=timezone.utc)
    time += timedelta(milliseconds=round(seconds * 1000))
    return time.isoformat(timespec="milliseconds")


def _storable(text: str) -> str:
    """The text as UTF-8 can hold it: a file name may have bytes that are no letters."""
    return text.replace("\0", "").encode("utf-8", "backslashreplace").decode("utf-8")
