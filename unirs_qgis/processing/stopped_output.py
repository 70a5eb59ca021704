"""The layer of a cancelled run: Processing loads none, and a temporary one would be lost."""

from __future__ import annotations

from qgis.core import (
    QgsApplication,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProcessingUtils,
)
from qtpy.QtCore import QObject, QThread, Signal, Slot


class StoppedOutput(QObject):
    """Adds an output with the rows so far to the project. Made on the main thread."""

    _taken = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._layer: QgsMapLayer | None = None
        self._taken.connect(self._add)  # queued, as it comes from another thread

    def show(
        self,
        output: str,
        style: QgsProcessingLayerPostProcessorInterface,
        context: QgsProcessingContext,
    ) -> None:
        """Add it, if it would have become a layer of the project.

        Args:
            output: Name of the output in Processing.
            style: How it is shown.
            context: Of the run, in whose thread this is called.
        """
        main = QgsApplication.instance().thread()
        if QThread.currentThread() == main or not context.willLoadLayerOnCompletion(output):
            return  # whoever runs it on the main thread gets the output as its result
        details = context.layerToLoadOnCompletionDetails(output)
        layer = QgsProcessingUtils.mapLayerFromString(output, context)
        if layer is None:
            return
        self._layer = context.takeResultLayer(layer.id())
        self._layer.setName(details.name or self._layer.name())
        self._layer.moveToThread(main)
        self._style, self._project = style, details.project
        self._taken.emit()

    @Slot()
    def _add(self) -> None:
        layer, self._layer = self._layer, None
        if layer is not None:
            self._project.addMapLayer(layer)
            self._style.postProcessLayer(layer, QgsProcessingContext(), QgsProcessingFeedback())
