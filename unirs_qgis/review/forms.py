"""Forms of tables with answers: of the algorithms, of ``unirs batch export``, of the history."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsFeature, QgsFields, QgsGeometry

from unirs_qgis.columns import (
    ACCEPTED,
    ANSWERED,
    CORRECTED,
    CORRECTION,
    MARGIN,
    REVIEW,
    SKIPPED,
)
from unirs_qgis.dock.entries import LayerRecord

DONE = (ACCEPTED, CORRECTED)
_DECISIONS = (*DONE, SKIPPED)


@dataclass(frozen=True)
class AnswerRow:
    """One row with an answer.

    Attributes:
        id: Of its feature.
        question: Empty for a description or a classification.
        text: The answer.
        options_text: The closed set of answers as the table has it: JSON, or empty.
        confidence: From 0 to 1; ``None`` where it is not known.
        warnings_text: Sentences about the images as the table has them: JSON, text, or empty.
        rasters: What was asked about, in order of time. The tables of the algorithms have one
            record without a source: the names of all layers.
        margin: Percent that were shown around a feature; 0 of a tile.
        footprint: WKT of what was asked about, if that is not the geometry of the feature.
        crs: Of the footprint.
        is_follow_up: Whether the model has read earlier questions before this one.
        decision: ``ACCEPTED``, ``CORRECTED`` or ``SKIPPED``; empty before the review.
        correction: What the answer should be, if it was corrected.
    """

    id: int
    question: str
    text: str
    options_text: str
    confidence: float | None
    warnings_text: str
    rasters: tuple[LayerRecord, ...]
    margin: int
    footprint: str
    crs: str
    is_follow_up: bool
    decision: str
    correction: str

    @property
    def options(self) -> Mapping[str, float]:
        """The closed set of answers with the probability of each; empty for free text.

        The probability is 0 where the table has none.
        """
        found = _parsed(self.options_text)
        if isinstance(found, list):
            found = {
                each["text"]: each.get("probability") or 0.0
                for each in found
                if isinstance(each, dict) and isinstance(each.get("text"), str)
            }
        pairs = found.items() if isinstance(found, dict) else ()
        return {key: each for key, each in pairs if isinstance(each, (int, float))}

    @property
    def warnings(self) -> list[str]:
        """Sentences about the images that make the answer less reliable."""
        found = _parsed(self.warnings_text)
        if isinstance(found, list):
            return [each for each in found if isinstance(each, str)]
        return [self.warnings_text] if self.warnings_text else []

    @property
    def is_done(self) -> bool:
        """Whether it was accepted or corrected."""
        return self.decision in DONE

    @property
    def right_text(self) -> str:
        """The answer after the review."""
        return self.correction if self.decision == CORRECTED else self.text

    def place(
        self, shape: QgsGeometry, crs: QgsCoordinateReferenceSystem
    ) -> tuple[QgsGeometry, QgsCoordinateReferenceSystem]:
        """The polygon that was asked about, with its CRS; null if the footprint is invalid.

        Args:
            shape: Geometry of its feature.
            crs: Of the geometry.
        """
        if not self.footprint:
            return shape, crs
        own = QgsCoordinateReferenceSystem()
        own.createFromUserInput(self.crs)
        return QgsGeometry.fromWkt(self.footprint), own


@dataclass(frozen=True)
class _Kind:
    """One kind of table.

    Attributes:
        required: Columns by which it is known, after a prefix.
        renamed: Names of the columns that are called otherwise than in the algorithms' tables.
        has_prefix: Whether its columns may have a prefix.
    """

    required: tuple[str, ...]
    renamed: Mapping[str, str]
    has_prefix: bool = False


_HISTORY = _Kind(
    ("id", "task", "answer", "layers", "sources", "footprint", "crs", "stopped"),
    {"text": "answer"},
)
_BATCH = _Kind(
    ("tile", "answer", "probabilities", "source", "model", "status"),
    {"text": "answer", "options": "probabilities"},
)
_ALGORITHM = _Kind(("text", "layers", "model", "status"), {}, has_prefix=True)

_READ = (
    *("question", "text", "options", "confidence", "probability", "warnings", MARGIN),
    *("status", "layers", "source", "sources", "dates", "footprint", "crs", "task", "stopped"),
    *("conversation_turns", REVIEW, CORRECTION),
)
"""Columns that ``Form.read`` looks for, as the algorithms name them."""

_BATCH_ANSWERED = "ok"
_SINGLE_ANSWERS = ("ask", "caption", "change", "classify")
"""Tasks with one answer of a model; places and timelines are put together from many."""


@dataclass(frozen=True)
class Form:
    """Where a table has its answers.

    Attributes:
        prefix: Of the names of their columns.
        names: Names of all columns.
        kind: Which kind of table it is.
    """

    prefix: str
    names: frozenset[str]
    kind: _Kind

    @classmethod
    def of(cls, fields: QgsFields) -> Form | None:
        """That of a table with some columns; ``None`` if it has no answers."""
        names = frozenset(fields.names())
        for kind in (_HISTORY, _BATCH, _ALGORITHM):
            last = kind.required[-1]
            ends = [name for name in fields.names() if name.endswith(last)]
            prefixes = [name[: -len(last)] for name in ends] if kind.has_prefix else [""]
            for prefix in prefixes:
                if all(prefix + each in names for each in kind.required):
                    return cls(prefix, names, kind)
        return None

    @property
    def columns(self) -> list[str]:
        """Names of the columns that ``read`` needs."""
        return [name for name in map(self._name, _READ) if name in self.names]

    def read(self, feature: QgsFeature) -> AnswerRow | None:
        """A row; ``None`` if it has no answer."""

        def cell(name: str, kind: type, default: Any = None) -> Any:
            """A cell of a type; the default where it is empty or of another one."""
            name = self._name(name)
            value = feature[name] if name in self.names else None
            if kind is not str and isinstance(value, str):  # of a CSV file
                value = _parsed(value)
            return value if isinstance(value, kind) else default

        if not self._is_answer(cell):
            return None
        is_entry = self.kind is _HISTORY
        decision = cell(REVIEW, str, "")
        confidence = cell("confidence", float, cell("probability", float))
        return AnswerRow(
            id=feature.id(),
            question=cell("question", str, ""),
            text=cell("text", str, ""),
            options_text=cell("options", str, ""),
            confidence=confidence if confidence is None or math.isfinite(confidence) else None,
            warnings_text=cell("warnings", str, ""),
            rasters=self._rasters(cell),
            margin=cell(MARGIN, int, 0),
            footprint=cell("footprint", str, "") if is_entry else "",
            crs=cell("crs", str, "") if is_entry else "",
            is_follow_up=cell("conversation_turns", int, 0) > 0,
            decision=decision if decision in _DECISIONS else "",
            correction=cell(CORRECTION, str, ""),
        )

    def _name(self, name: str) -> str:
        return self.prefix + self.kind.renamed.get(name, name)

    def _is_answer(self, cell: Any) -> bool:
        if self.kind is _HISTORY:
            is_one = cell("task", str) in _SINGLE_ANSWERS and cell("footprint", str)
            return bool(is_one) and not cell("stopped", (bool, int), False)
        return cell("status", str) == (_BATCH_ANSWERED if self.kind is _BATCH else ANSWERED)

    def _rasters(self, cell: Any) -> tuple[LayerRecord, ...]:
        if self.kind is _ALGORITHM:
            return (LayerRecord(cell("layers", str, ""), ""),)
        if self.kind is _BATCH:
            text = cell("source", str, "")
            paths = _texts(text) or [text]
            return tuple(
                LayerRecord(path.replace("\\", "/").split("/")[-1], path) for path in paths
            )
        lists = (_texts(cell(name, str, "")) for name in ("layers", "sources"))
        return tuple(LayerRecord(name, source) for name, source in zip(*lists))


def _texts(text: str) -> list[str]:
    """A cell that is a JSON list of texts; empty for any other."""
    found = _parsed(text)
    return [str(each) for each in found] if isinstance(found, list) else []


def _parsed(text: str) -> Any:
    """A cell of JSON; ``None`` if it is something else."""
    with suppress(ValueError, RecursionError):
        return json.loads(text)
    return None
