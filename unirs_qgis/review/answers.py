"""Tables of answers, and what a person has decided about each row."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsField,
    QgsGeometry,
    QgsVectorLayer,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.columns import CORRECTION, REVIEW, SKIPPED
from unirs_qgis.errors import UserError
from unirs_qgis.fields import TEXT
from unirs_qgis.review.forms import AnswerRow, Form

translate = QCoreApplication.translate


class ReviewError(UserError):
    """A decision cannot be kept."""

    def __init__(self, message: str) -> None:
        super().__init__("review", message)


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

    def place(self, row: AnswerRow) -> tuple[QgsGeometry, QgsCoordinateReferenceSystem]:
        """The polygon of a row with its CRS; a null geometry if it is gone."""
        shape = QgsGeometry(self.layer.getFeature(row.id).geometry())
        return row.place(shape, self.layer.crs())

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
