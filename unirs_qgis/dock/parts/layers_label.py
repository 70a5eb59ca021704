"""A line of layer names, elided in the middle, with their dates."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QFontMetrics, QResizeEvent
from qtpy.QtWidgets import QWidget

from unirs_qgis.dock.entries import LayerRecord, layer_label, layers_label
from unirs_qgis.dock.parts.text import WrapLabel
from unirs_qgis.dock.theme import line_height, plain_tooltip

_LEAST_NAME = 4  # letters; fewer identify nothing


class LayersLabel(WrapLabel):
    """Layers in one line; its tooltip names them in full."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(secondary=True, parent=parent)
        self._layers: Sequence[LayerRecord] = ()

    def show_layers(self, layers: Sequence[LayerRecord]) -> None:
        """Shows layers, the earliest first; none hide the label."""
        self._layers = layers
        self.setToolTip(plain_tooltip(layers_label(layers)))
        self.setVisible(bool(layers))
        self._shorten()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Another width has room for more or less of the names."""
        super().resizeEvent(event)
        self._shorten()

    def heightForWidth(self, width: int) -> int:  # noqa: N802, ARG002
        """One line, whatever the width."""
        return line_height(self)

    def sizeHint(self) -> QSize:  # noqa: N802
        """One line."""
        return QSize(200, line_height(self))

    def _shorten(self) -> None:
        self.setText(short_label(self._layers, self.width() - 2, self.fontMetrics()))


def short_label(layers: Sequence[LayerRecord], room: int, metrics: QFontMetrics) -> str:
    """Layers with their dates, shortened to one line.

    Args:
        layers: The earliest first.
        room: Width of the line, in pixels.
        metrics: Of the font.
    """
    full = layers_label(layers)
    if metrics.horizontalAdvance(full) <= room:
        return full
    ends, joint = (layers, " → ") if len(layers) <= 2 else ((layers[0], layers[-1]), " … ")
    each = (room - metrics.horizontalAdvance(joint) * (len(ends) - 1)) // len(ends)
    return joint.join(_short_label(layer, each, metrics) for layer in ends)


def _short_label(layer: LayerRecord, room: int, metrics: QFontMetrics) -> str:
    full = layer_label(layer)
    if metrics.horizontalAdvance(full) <= room:
        return full
    date = layer.date[:10]
    cut = metrics.elidedText(layer.name, Qt.TextElideMode.ElideMiddle, room)
    if date in cut:
        return cut
    around = f" ({date})" if date else ""
    left = room - metrics.horizontalAdvance(around)
    name = metrics.elidedText(layer.name, Qt.TextElideMode.ElideMiddle, left)
    if date and len(name) < _LEAST_NAME:
        return date
    return f"{name}{around}"
