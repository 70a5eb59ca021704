"""Tables of answers, as the algorithms write them, and what a person has decided about each row."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from qgis.core import (
    QgsFeature,
    QgsFeatureRequest,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsVectorLayer,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.columns import (
    ACCEPTED,
    ANSWERED,
    CORRECTED,
    CORRECTION,
    MARGIN,
    REVIEW,
    SKIPPED,
)
from unirs_qgis.errors import UserError
from unirs_qgis.fields import TEXT

translate = QCoreApplication.translate

_REQUIRED = ("text", "layers", "model", "status")
"""Columns by which a table of answers is known, after its prefix."""

_DONE = (ACCEPTED, CORRECTED)
_DECISIONS = (*_DONE, SKIPPED)


class ReviewError(UserError):
    """A decision cannot be kept."""

    def __init__(self, message: str) -> None:
        super().__init__("review", message)


@dataclass(frozen=True)
class AnswerRow:
    """One row with an answer.

    Attributes:
        id: Of its feature.
        question: Empty for a description or a classification.
        text: The answer.
        options_text: The closed set of answers as the table has it: JSON, or empty.
        confidence: From 0 to 1; ``None`` where it is not known.
        warnings_text: Sentences about the images as the table has them: JSON, or empty.
        layers: Names of the layers that were asked about, as the table has them.
        margin: Percent that were shown around a feature; 0 of a tile.
        decision: ``ACCEPTED``, ``CORRECTED`` or ``SKIPPED``; empty before the review.
        correction: What the answer should be, if it was corrected.
    """

    id: int
    question: str
    text: str
    options_text: str
    confidence: float | None
    warnings_text: str
    layers: str
    margin: int
    decision: str
    correction: str

    @property
    def options(self) -> Mapping[str, float]:
        """The closed set of answers with the probability of each; empty for free text."""
        found = _parsed(self.options_text, dict)
        return {key: each for key, each in found.items() if isinstance(each, (int, float))}

    @property
    def warnings(self) -> list[str]:
        """Sentences about the images that make the answer less reliable."""
        return [each for each in _parsed(self.warnings_text, list) if isinstance(each, str)]

    @property
    def is_done(self) -> bool:
        """Whether it was accepted or corrected."""
        return self.decision in _DONE

    @property
    def right_text(self) -> str:
        """The answer after the review."""
        return self.correction if self.decision == CORRECTED else self.text


@dataclass(frozen=True)
class Form:
    """Where a table has its answers.

    Attributes:
        prefix: Of the names of their columns.
        names: Names of all columns.
    """

    prefix: str
    names: frozenset[str]

    @classmethod
    def of(cls, fields: QgsFields) -> Form | None:
        """That of a table with some columns; ``None`` if it has no answers."""
        names = fields.names()
        for name in names:
            prefix = name[: -len("status")]
            if name.endswith("status") and all(prefix + each in names for each in _REQUIRED):
                return cls(prefix, frozenset(names))
        return None

    @property
    def columns(self) -> list[str]:
        """Names of the columns that ``read`` needs."""
        wanted = (
            *_REQUIRED,
            "question",
            "options",
            "confidence",
            "probability",
            "warnings",
            MARGIN,
        )
        named = [self.prefix + name for name in (*wanted, REVIEW, CORRECTION)]
        return [name for name in named if name in self.names]

    def read(self, feature: QgsFeature) -> AnswerRow | None:
        """A row; ``None`` if it has no answer."""

        def cell(name: str, kind: type, default: Any = None) -> Any:
            """A cell of a type; the default where it is empty or of another one."""
            name = self.prefix + name
            value = feature[name] if name in self.names else None
            return value if isinstance(value, kind) else default

        if cell("status", str) != ANSWERED:
            return None
        decision = cell(REVIEW, str, "")
        confidence = cell("confidence", float, cell("probability", float))
        return AnswerRow(
            id=feature.id(),
            question=cell("question", str, ""),
            text=cell("text", str, ""),
            options_text=cell("options", str, ""),
            confidence=confidence if confidence is None or math.isfinite(confidence) else None,
            warnings_text=cell("warnings", str, ""),
            layers=cell("layers", str, ""),
            margin=cell(MARGIN, int, 0),
            decision=decision if decision in _DECISIONS else "",
            correction=cell(CORRECTION, str, ""),
        )


class AnswerTable:
    """A layer with answers, and the decisions about them in two columns of its own.

    Decisions go into the file at once, or among the edits of a layer that is being edited.

    Args:
        layer: The layer.
        form: Where it has its answers.
    """

    def __init__(self, layer: QgsVectorLayer, form: Form) -> None:
        self.layer = layer
        self.form = form

    @classmethod
    def of(cls, layer: QgsVectorLayer) -> AnswerTable | None:
        """The table of a layer; ``None`` if it has no answers."""
        form = Form.of(layer.fields())
        return cls(layer, form) if form else None

    def rows(self, in_turn: bool = False) -> list[AnswerRow]:
        """All answers, in the order of a review; see ``in_order``."""
        request = QgsFeatureRequest()
        request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
        request.setSubsetOfAttributes(self.form.columns, self.layer.fields())
        return in_order(filter(None, map(self.form.read, self.layer.getFeatures(request))), in_turn)

    def geometry(self, row: AnswerRow) -> QgsGeometry:
        """The polygon of a row; a null geometry if it is gone."""
        return QgsGeometry(self.layer.getFeature(row.id).geometry())

    def decide(self, row: AnswerRow, decision: str, correction: str = "") -> None:
        """Keep a decision.

        Args:
            row: About this row.
            decision: ``ACCEPTED``, ``CORRECTED`` or ``SKIPPED``.
            correction: What the answer should be, if it is corrected.

        Raises:
            ReviewError: The layer cannot be edited.
        """
        self._add_columns()
        named = {REVIEW: decision, CORRECTION: correction or None}
        fields, prefix = self.layer.fields(), self.form.prefix
        values = {fields.lookupField(prefix + name): value for name, value in named.items()}
        if self.layer.isEditable():
            kept = self.layer.changeAttributeValues(row.id, values)
        else:
            kept = self.layer.dataProvider().changeAttributeValues({row.id: values})
            self.layer.dataChanged.emit()  # an open attribute table shows it
        if not kept:
            raise self._refused()

    def _add_columns(self) -> None:
        names = [self.form.prefix + name for name in (REVIEW, CORRECTION)]
        missing = [name for name in names if self.layer.fields().lookupField(name) < 0]
        if not missing:
            return
        fields = [QgsField(name, TEXT) for name in missing]
        if self.layer.isEditable():
            added = all(map(self.layer.addAttribute, fields))
        else:
            added = self.layer.dataProvider().addAttributes(fields)
            self.layer.updateFields()
        self.form = Form.of(self.layer.fields()) or self.form
        if not added:
            raise self._refused()

    def _refused(self) -> ReviewError:
        return ReviewError(
            translate(
                "Review",
                "The decision cannot be kept in the layer {layer}; save it as a GeoPackage that "
                "you can write to, and review that one.",
            ).format(layer=self.layer.name())
        )


def in_order(rows: Iterable[AnswerRow], in_turn: bool = False) -> list[AnswerRow]:
    """Rows in the order of a review: decided ones, then those to decide, then the skipped.

    Args:
        rows: All rows.
        in_turn: Whether doubtful and sure answers come in turn, instead of the doubtful first: what
            is corrected is then no one-sided sample to train with.
    """
    groups: dict[str, list[AnswerRow]] = {"done": [], "known": [], "unknown": [], SKIPPED: []}
    for row in rows:
        known = "unknown" if row.confidence is None else "known"
        groups["done" if row.is_done else row.decision or known].append(row)
    doubtful = sorted(groups["known"], key=lambda row: row.confidence or 0.0)
    if in_turn:
        pairs = zip(doubtful, reversed(doubtful))
        doubtful = [row for pair in pairs for row in pair][: len(doubtful)]
    return [*groups["done"], *doubtful, *groups["unknown"], *groups[SKIPPED]]


def _parsed(text: str, kind: type) -> Any:
    """A cell of JSON; an empty value of the kind if it holds something else."""
    with suppress(ValueError, RecursionError):
        found = json.loads(text)
        if isinstance(found, kind):
            return found
    return kind()
