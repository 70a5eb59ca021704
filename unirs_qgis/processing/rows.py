"""Rows of a batch, the columns of their table, and its style in a project."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsField,
    QgsFields,
    QgsFillSymbol,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsRendererCategory,
    QgsVectorLayer,
)
from qtpy.QtCore import QCoreApplication, Qt
from qtpy.QtGui import QColor

from unirs_qgis.answer import ANSWER_COLUMNS, Answer, Column, Kind
from unirs_qgis.columns import ANSWERED, CORRECTION, FAILED, MARGIN, NODATA, REVIEW
from unirs_qgis.fields import FLAG, REAL, TEXT, WHOLE

translate = QCoreApplication.translate

_FORMER = {"agreement"}
"""Columns that earlier versions wrote."""

_LATER = {"model_digest"}
"""Columns that earlier versions wrote into the history alone."""

_TYPES = {Kind.REAL: REAL, Kind.INTEGER: WHOLE, Kind.FLAG: FLAG}
"""QGIS's type of a column; all others are text."""

_FILL_OPACITY = 70
"""Of 255: colours differ, and the imagery below stays visible."""

_GOLDEN_ANGLE = 137
"""Degrees of hue from one option to the next: neighbours always differ."""

_BLUE, _ORANGE, _GREY, _RED = "#1d8a99", "#f28c28", "#808080", "#c62828"


@dataclass(frozen=True)
class Row:
    """One row of the table.

    Attributes:
        status: ``ANSWERED``, ``NODATA`` (there was nothing to ask about) or ``FAILED``.
        answer: The answer; ``None`` unless the status is ``ANSWERED``.
        nodata_share: Share of the crop without data, from 0 to 1; of a pair or series, the largest.
        error: Why there is no answer, in one sentence.
    """

    status: str
    answer: Answer | None = None
    nodata_share: float = 0.0
    error: str = ""


@dataclass(frozen=True)
class RunFacts:
    """What all rows of a run have in common.

    Attributes:
        question: Text of the question; empty for captions.
        layers: Names of the layers.
        model: Name of the model.
    """

    question: str
    layers: str
    model: str


_Value = Callable[[Row, RunFacts], Any]


@dataclass(frozen=True)
class Columns:
    """The columns of the answers.

    Attributes:
        asks: Whether there is a question to keep beside its answer.
        is_pair: Whether the answers are change captions, with ``changed`` yes or no.
        options: The closed set of answers; empty if they are free.
        prefix: Prefix of every name, so that other columns are not replaced.
        margin: Percent of a polygon's box that are shown on each side of it; ``None`` where tiles
            are asked about.
    """

    asks: bool = False
    is_pair: bool = False
    options: tuple[str, ...] = ()
    prefix: str = ""
    margin: int | None = None

    def fields(self) -> QgsFields:
        """The columns as fields of a layer."""
        fields = QgsFields()
        for name, kind, _ in self._columns():
            fields.append(QgsField(self.prefix + name, _TYPES.get(kind, TEXT)))
        return fields

    def key(self) -> tuple[str, ...]:
        """Columns that distinguish this run's rows from those of other runs in one table."""
        names = ["question"] if self.asks else []
        names += ["layers", "model"] + ([] if self.margin is None else [MARGIN])
        return tuple(self.prefix + name for name in names)

    @property
    def status(self) -> str:
        """Name of the column ``status``."""
        return f"{self.prefix}status"

    @property
    def optional(self) -> set[str]:
        """Names of the columns that a table of another version may have, or lack."""
        new = {column.name for column in ANSWER_COLUMNS if column.in_batches and column.is_new}
        return {self.prefix + name for name in new | _FORMER | _LATER | {REVIEW, CORRECTION}}

    def values(self, row: Row, run: RunFacts) -> dict[str, Any]:
        """A row's value for each of ``fields``; ``None`` for an empty cell."""
        return {self.prefix + name: value(row, run) for name, _, value in self._columns()}

    def _columns(self) -> Iterator[tuple[str, Kind, _Value]]:
        """Name, type and value of every column, in the order of the table."""
        if self.asks:
            yield "question", Kind.TEXT, lambda _, run: run.question
        yield "text", Kind.TEXT, lambda row, _: row.answer.text if row.answer else None
        if self.is_pair:
            yield "changed", Kind.TEXT, _changed
        if self.options:
            yield "probability", Kind.REAL, _probability
            for option, name in option_columns(self.options).items():
                yield name, Kind.REAL, _probability_of(option)
            yield "options", Kind.TEXT, _all_probabilities
        for column in ANSWER_COLUMNS:
            if column.in_batches:
                yield column.name, column.kind, _answer_value(column)
        if self.margin is not None:
            yield MARGIN, Kind.INTEGER, lambda _row, _run: self.margin
        yield "nodata_share", Kind.REAL, lambda row, _: row.nodata_share
        yield "layers", Kind.TEXT, lambda _, run: run.layers
        yield "model", Kind.TEXT, lambda _, run: run.model
        yield "seconds", Kind.REAL, lambda row, _: round(row.answer.seconds, 3) if row.answer else 0
        yield "status", Kind.TEXT, lambda row, _: row.status
        yield "error", Kind.TEXT, lambda row, _: row.error or None


def _changed(row: Row, _run: RunFacts) -> str | None:
    changed = row.answer.changed if row.answer else None
    return {True: "yes", False: "no", None: None}[changed]


def _probability(row: Row, _run: RunFacts) -> float | None:
    return row.answer.probability if row.answer else None


def _probability_of(option: str) -> _Value:
    return lambda row, _run: dict(row.answer.options).get(option) if row.answer else None


def _all_probabilities(row: Row, _run: RunFacts) -> str | None:
    if row.answer is None or row.answer.lacks_probabilities:
        return None
    return json.dumps(dict(row.answer.options), ensure_ascii=False)


def _answer_value(column: Column) -> _Value:
    def value(row: Row, _run: RunFacts) -> Any:
        value = getattr(row.answer, column.key) if row.answer else ""
        return None if value in ("", ()) else column.cell(value)

    return value


def option_columns(options: tuple[str, ...]) -> dict[str, str]:
    """A column name of its own for each option: ``p_`` and its letters and digits."""
    names: dict[str, str] = {}
    for option in options:
        plain = "p_" + (re.sub(r"\W+", "_", option.lower()).strip("_") or "option")
        name, number = plain, 2
        while name in names.values():
            name, number = f"{plain}_{number}", number + 1
        names[option] = name
    return names


class Style(QgsProcessingLayerPostProcessorInterface):
    """Colours an output by one of its columns, and shows the answer as the feature's name.

    Its attribute table begins with the most doubtful answer.

    Args:
        columns: Columns of the output.
    """

    def __init__(self, columns: Columns) -> None:
        super().__init__()
        self._column, self._colours = _coloured_by(columns)
        self._text = f"{columns.prefix}text"
        self._confidence = f"{columns.prefix}confidence"

    def postProcessLayer(  # noqa: N802
        self,
        layer: QgsMapLayer,
        context: QgsProcessingContext,  # noqa: ARG002
        feedback: QgsProcessingFeedback,  # noqa: ARG002
    ) -> None:
        """Set the style; QGIS calls it on the main thread."""
        if not isinstance(layer, QgsVectorLayer):
            return
        categories = [
            QgsRendererCategory(value, _symbol(colour), label)
            for value, (label, colour) in self._colours.items()
        ]
        layer.setRenderer(QgsCategorizedSymbolRenderer(self._column, categories))
        layer.setDisplayExpression(f'"{self._text}"')
        table = layer.attributeTableConfig()
        table.setSortExpression(f'"{self._confidence}"')
        table.setSortOrder(Qt.SortOrder.AscendingOrder)
        layer.setAttributeTableConfig(table)


def _coloured_by(columns: Columns) -> tuple[str, Mapping[str, tuple[str, str]]]:
    """A column, and label and colour of each of its values."""
    if columns.is_pair:
        return f"{columns.prefix}changed", {
            "yes": (translate("Processing", "changed"), _ORANGE),
            "no": (translate("Processing", "unchanged"), _BLUE),
            "": (translate("Processing", "no answer"), _GREY),
        }
    if columns.options:
        hues = {
            option: (option, QColor.fromHsv(number * _GOLDEN_ANGLE % 360, 200, 220).name())
            for number, option in enumerate(columns.options)
        }
        return f"{columns.prefix}text", {
            **hues,
            "": (translate("Processing", "no answer"), _GREY),
        }
    return columns.status, {
        ANSWERED: (translate("Processing", "answered"), _BLUE),
        NODATA: (translate("Processing", "no data"), _GREY),
        FAILED: (translate("Processing", "failed"), _RED),
    }


def _symbol(colour: str) -> QgsFillSymbol:
    fill = QColor(colour)
    fill.setAlpha(_FILL_OPACITY)
    rgba = ",".join(str(part) for part in (fill.red(), fill.green(), fill.blue(), fill.alpha()))
    return QgsFillSymbol.createSimple(
        {"color": rgba, "outline_color": colour, "outline_width": "0.4"}
    )
