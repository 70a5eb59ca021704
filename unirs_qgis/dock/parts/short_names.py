"""Names of layers in little room: they lose their middle, and keep their dates."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import Qt
from qtpy.QtGui import QFontMetrics

from unirs_qgis.dock.entries import LayerRecord, layer_label, place_label

_LEAST_NAME = 4  # letters; less says nothing


def short_place(layers: Sequence[LayerRecord], room: int, metrics: QFontMetrics) -> str:
    """At what a question is or was asked, in one line.

    Args:
        layers: The earliest first.
        room: Width of the line, in pixels.
        metrics: Of the font.
    """
    full = place_label(layers)
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
    around = f" ({date})" if date else ""
    left = room - metrics.horizontalAdvance(around)
    name = metrics.elidedText(layer.name, Qt.TextElideMode.ElideMiddle, left)
    if date and len(name) < _LEAST_NAME:
        return date
    return f"{name}{around}"
