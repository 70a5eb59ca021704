"""Answers as new values of a layer's own features: one step that can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.core import (
    QgsFields,
    QgsGeometry,
    QgsProcessingException,
    QgsVectorLayer,
)
from qtpy.QtCore import QCoreApplication, QObject, Signal, Slot

translate = QCoreApplication.translate


class LayerTable(QObject):
    """Collects rows on any thread, and puts them into a layer on the layer's thread.

    Made on the layer's thread. The layer's edits are neither saved nor ended: that is the user's.

    Args:
        layer: To be changed; its editing is started if it is not.
        fields: The columns of the answers; those that it lacks are added to it.
        id_name: The value of a row that names its feature.
        title: Of the step, in the list of what can be undone.

    Raises:
        QgsProcessingException: It cannot be edited.
    """

    _complete = Signal()

    def __init__(self, layer: QgsVectorLayer, fields: QgsFields, id_name: str, title: str) -> None:
        super().__init__()
        if not layer.isEditable() and not layer.startEditing():
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "The layer {layer} cannot be edited; choose an output instead of the layer "
                    "itself.",
                ).format(layer=layer.name())
            )
        self._layer: QgsVectorLayer | None = layer
        self._fields = fields
        self._id_name = id_name
        self._title = title
        self._rows: dict[int, Mapping[str, Any]] = {}
        layer.willBeDeleted.connect(self._forget)
        self._complete.connect(self._apply)  # queued, if it comes from another thread

    def has(self, values: Mapping[str, Any], geometry: QgsGeometry) -> bool:  # noqa: ARG002
        """Whether the row is there already; every feature is asked about anew."""
        return False

    def write(self, values: Mapping[str, Any], geometry: QgsGeometry) -> None:  # noqa: ARG002
        """Keep a row until all are there."""
        self._rows[values[self._id_name]] = values

    def close(self) -> None:
        """Put the rows into the layer. From another thread this happens soon, not at once."""
        self._complete.emit()

    @Slot()
    def _forget(self) -> None:
        self._layer = None

    @Slot()
    def _apply(self) -> None:
        layer = self._layer
        if layer is None or not self._rows:
            return
        layer.startEditing()  # the user may have ended it meanwhile
        layer.beginEditCommand(self._title)
        for field in self._fields:
            if layer.fields().lookupField(field.name()) < 0:
                layer.addAttribute(field)
        columns = {name: layer.fields().lookupField(name) for name in self._fields.names()}
        for feature_id, values in self._rows.items():
            layer.changeAttributeValues(
                feature_id, {column: values[name] for name, column in columns.items()}
            )
        layer.endEditCommand()
        layer.triggerRepaint()
