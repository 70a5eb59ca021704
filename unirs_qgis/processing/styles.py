"""Styles of outputs that become layers of the project."""

from __future__ import annotations

from qgis.core import (
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
)

from unirs_qgis.paths import resource

_kept: list[QgsProcessingLayerPostProcessorInterface] = []
"""QGIS calls a style after the run without keeping it alive, and deletes it afterwards."""


class StyleFile(QgsProcessingLayerPostProcessorInterface):
    """A style of ``resources/styles/``.

    Args:
        name: Name of the file.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def postProcessLayer(  # noqa: N802
        self,
        layer: QgsMapLayer,
        context: QgsProcessingContext,  # noqa: ARG002
        feedback: QgsProcessingFeedback,  # noqa: ARG002
    ) -> None:
        """Set the style; QGIS calls it on the main thread."""
        layer.loadNamedStyle(str(resource("styles", self._name)))


def style_output(
    output: str, style: QgsProcessingLayerPostProcessorInterface, context: QgsProcessingContext
) -> None:
    """Style an output, if it becomes a layer of the project."""
    if output and context.willLoadLayerOnCompletion(output):
        _kept.append(style)
        context.layerToLoadOnCompletionDetails(output).setPostProcessor(style)
