"""Rows of a batch: one tile or feature with its answer, and the columns of the table."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from qgis.core import QgsField, QgsFields

from unirs_qgis.answer import ANSWER_COLUMNS, Answer, Column, Kind
from unirs_qgis.fields import FLAG, REAL, TEXT, WHOLE

ANSWERED, NODATA, FAILED = "answered", "nodata", "failed"
"""Values of the column ``status``."""

_TYPES = {Kind.REAL: REAL, Kind.INTEGER: WHOLE, Kind.FLAG: FLAG}
"""QGIS's type of a column; all others are text."""


@dataclass(frozen=True)
class Row:
    """One row of the table.

    Attributes:
        status: ``ANSWERED``, ``NODATA`` (there was nothing to ask about) or ``FAILED``.
        answer: The answer; ``None`` unless the status is ``ANSWERED``.
        nodata_share: Share of the crop without data, from 0 to 1; of a pair or series, the largest.
        error: One sentence that says why there is no answer.
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
        demonstration: Whether the model is for demonstration only.
    """

    question: str
    layers: str
    model: str
    demonstration: bool


_Value = Callable[[Row, RunFacts], Any]


@dataclass(frozen=True)
class Columns:
    """The columns of the answers.

    Attributes:
        asks: Whether there is a question to keep beside its answer.
        is_pair: Whether the answers are change captions, with ``changed`` yes or no.
        options: The closed set of answers; empty if they are free.
        prefix: Put before every name, so that columns of others are not touched.
    """

    asks: bool = False
    is_pair: bool = False
    options: tuple[str, ...] = ()
    prefix: str = ""

    def fields(self) -> QgsFields:
        """The columns as fields of a layer."""
        fields = QgsFields()
        for name, kind, _ in self._columns():
            fields.append(QgsField(self.prefix + name, _TYPES.get(kind, TEXT)))
        return fields

    def key(self) -> tuple[str, ...]:
        """Names of the columns that tell this run's rows from those of others in one table."""
        names = ("question", "layers", "model") if self.asks else ("layers", "model")
        return tuple(self.prefix + name for name in names)

    @property
    def status(self) -> str:
        """Name of the column ``status``."""
        return f"{self.prefix}status"

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
        yield "nodata_share", Kind.REAL, lambda row, _: row.nodata_share
        yield "layers", Kind.TEXT, lambda _, run: run.layers
        yield "model", Kind.TEXT, lambda _, run: run.model
        yield "demonstration", Kind.FLAG, lambda _, run: run.demonstration
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
    return json.dumps(dict(row.answer.options), ensure_ascii=False) if row.answer else None


def _answer_value(column: Column) -> _Value:
    def value(row: Row, _run: RunFacts) -> Any:
        return (column.cell(getattr(row.answer, column.key)) or None) if row.answer else None

    return value


def whole_number_fields(*names: str) -> QgsFields:
    """Fields of whole numbers, which tell one tile or feature from another."""
    fields = QgsFields()
    for name in names:
        fields.append(QgsField(name, WHOLE))
    return fields


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
