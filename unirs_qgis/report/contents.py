"""The texts of a report about an entry of the history. They are data: no markup, no expression."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from qgis.core import QgsGeometry
from qtpy.QtCore import QCoreApplication, QDateTime, QLocale

from unirs_qgis.answer import ANSWER_COLUMNS, Answer, Column, Kind
from unirs_qgis.dock.entries import Entry, layer_label, task_label
from unirs_qgis.dock.parts.sentences import translated

translate = QCoreApplication.translate

MOST_MAPS = 4
"""Layers of a series that are shown: the first, the last, and some between."""

_USUAL = {each.name: each.default for each in fields(Answer)}

_PROMINENT = {"answer", "options", "confidence", "warnings"}
"""Columns that stand above, not in the list of facts."""


@dataclass(frozen=True)
class Contents:
    """What is written about an entry.

    Attributes:
        title: The question.
        about: Layers with their dates, and when it was asked.
        answer: The answer.
        options: Each option with its probability; empty for a free answer.
        confidence: How sure the answer is; empty where that is not known.
        caveats: What is to be kept in mind, such as warnings about the images; may be none.
        maps: Number and label of each layer that is shown, in order of time.
        facts: Names and values of all else that is known.
    """

    title: str
    about: str
    answer: str
    options: str
    confidence: str
    caveats: tuple[str, ...]
    maps: tuple[tuple[int, str], ...]
    facts: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, entry: Entry) -> Contents:
        """The texts about an entry, in the language of QGIS."""
        answer = entry.answer
        shown = _shown(len(entry.layers)) if entry.footprint else ()
        return cls(
            title=entry.title,
            about=f"{entry.layers_label} · {_time(entry)}",
            answer=answer.text,
            options=_options(answer.options),
            confidence=_confidence(answer.confidence),
            caveats=(*entry.marks, *map(translated, answer.warnings)),
            maps=tuple((number, layer_label(entry.layers[number])) for number in shown),
            facts=tuple(_facts(entry)),
        )


def _shown(count: int) -> tuple[int, ...]:
    """Numbers of the layers that are shown."""
    if count <= MOST_MAPS:
        return tuple(range(count))
    last = MOST_MAPS - 1
    return tuple(round(step * (count - 1) / last) for step in range(MOST_MAPS))


def _facts(entry: Entry) -> list[tuple[str, str]]:
    """Task, all columns of the answer that hold something, and what it is about."""
    columns = [column for column in ANSWER_COLUMNS if column.name not in _PROMINENT]
    facts = [
        (translate("History", "Task"), task_label(entry.task)),
        *[
            (column.alias(), _value(column, getattr(entry.answer, column.key)))
            for column in columns
        ],
        (translate("History", "Correction"), entry.correction),
        (translate("History", "Footprint (WKT)"), _rounded(entry.footprint)),
        (translate("History", "CRS of the footprint"), entry.crs),
        (translate("History", "Sources"), "\n".join(layer.source for layer in entry.layers)),
    ]
    if not entry.answer.host and entry.answer.engine:
        here = translate("Report", "nowhere; they stayed on this computer")
        facts.insert(-3, (translate("History", "Images were sent to"), here))
    return [(name, value) for name, value in facts if value]


def _rounded(wkt: str) -> str:
    """A footprint to the centimetre, or a tenth of that in degrees."""
    geometry = QgsGeometry.fromWkt(wkt)
    box = geometry.boundingBox()
    in_degrees = max(abs(box.xMaximum()), abs(box.yMaximum())) <= 360
    return geometry.asWkt(7 if in_degrees else 2) if wkt else ""


def _value(column: Column, value: Any) -> str:
    """A cell as people write it; empty where it holds no more than usual."""
    locale = QLocale()
    if value is None or value == _USUAL.get(column.key):
        return ""
    if column.kind is Kind.FLAG:
        return translate("Report", "yes")
    if column.kind is Kind.LIST:
        return ", ".join(value)
    if column.kind is Kind.REAL:
        return locale.toString(float(value), "f", 2)
    if column.kind is Kind.INTEGER:
        return locale.toString(int(value))
    return str(value)


def _options(options: tuple[tuple[str, float | None], ...]) -> str:
    percent = QLocale()
    return ", ".join(
        text if share is None else f"{text} {percent.toString(100 * share, 'f', 0)} %"
        for text, share in options
    )


def _confidence(share: float | None) -> str:
    if share is None:
        return ""
    percent = QLocale().toString(100 * share, "f", 0)
    return translate("Report", "Confidence: {percent} %").format(percent=percent)


def _time(entry: Entry) -> str:
    time = QDateTime.fromSecsSinceEpoch(int(entry.time.timestamp()))
    return QLocale().toString(time, QLocale.FormatType.ShortFormat)
