"""How an output looks when it comes into the project: the imagery below stays visible."""

from __future__ import annotations

from collections.abc import Mapping

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsFillSymbol,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsRendererCategory,
    QgsVectorLayer,
)
from qtpy.QtCore import QCoreApplication
from qtpy.QtGui import QColor

from unirs_qgis.processing.rows import ANSWERED, FAILED, NODATA, Columns

translate = QCoreApplication.translate

_FILL_OPACITY = 70
"""Of 255: enough to tell colours apart, not so much that the imagery is hidden."""

_GOLDEN_ANGLE = 137
"""Degrees of hue from one option to the next: never near one of the last few."""

_BLUE, _ORANGE, _GREY, _RED = "#1d8a99", "#f28c28", "#808080", "#c62828"


class Style(QgsProcessingLayerPostProcessorInterface):
    """Colours an output by one of its columns, and shows the answer as the feature's name.

    Args:
        columns: Those of the output.
    """

    def __init__(self, columns: Columns) -> None:
        super().__init__()
        self._column, self._colours = _coloured_by(columns)
        self._text = f"{columns.prefix}text"

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


_given_away: list[Style] = []
"""QGIS calls a style after the run without keeping it alive, and deletes it when it is done."""


def style_output(name: str, columns: Columns, context: QgsProcessingContext) -> None:
    """Let an output be styled if it is to become a layer of the project."""
    if name and context.willLoadLayerOnCompletion(name):
        _given_away.append(Style(columns))
        context.layerToLoadOnCompletionDetails(name).setPostProcessor(_given_away[-1])


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
