"""The dates that an answer is about, side by side, each on a small map."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCsException,
    QgsGeometry,
    QgsRasterLayer,
    QgsRectangle,
)
from qgis.gui import QgsMapCanvas, QgsMapToolPan
from qtpy.QtCore import QCoreApplication, Qt
from qtpy.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from unirs_qgis.dock.parts.text import WrapLabel
from unirs_qgis.inputs.layers import acquisition_date
from unirs_qgis.map.footprints import NEXT, PAST, FootprintBand, on_canvas

translate = QCoreApplication.translate

_AROUND = 1.3
"""Size of what is shown, as a multiple of what the model read."""


class DateViews(QWidget):
    """One map, or two that move together: the first and the last date."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._views = [_DateView(self), _DateView(self)]
        self._layers: Sequence[QgsRasterLayer] = ()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for view, other in zip(self._views, reversed(self._views)):
            layout.addWidget(view, 1)
            view.canvas.extentsChanged.connect(lambda view=view, other=other: _follow(view, other))
        self.clear()

    def show(  # type: ignore[override]
        self,
        layers: Sequence[QgsRasterLayer],
        seen: QgsRectangle,
        polygon: QgsGeometry,
        crs: QgsCoordinateReferenceSystem,
    ) -> None:
        """Show the ground of an answer.

        Args:
            layers: In order of time.
            seen: What the model read, in the CRS of the first layer.
            polygon: Of the row.
            crs: Of the polygon.
        """
        self._layers = layers  # those of files that are not in the project live as long as this
        shown = [layers[0], layers[-1]] if len(layers) > 1 else [layers[0]]
        for view, layer in zip(self._views, shown):
            view.show_layer(layer, layers[0].crs(), seen, polygon, crs)
        self._views[1].setVisible(len(shown) > 1)

    def clear(self) -> None:
        """Show nothing."""
        for view in self._views:
            view.clear()
        self._views[1].hide()
        self._layers = ()

    def remove(self) -> None:
        """End what the maps draw, before they are deleted."""
        for view in self._views:
            view.remove()


class _DateView(QWidget):
    """A map of one layer, with its name and date above it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = WrapLabel(secondary=True, parent=self)
        self.canvas = QgsMapCanvas(self)
        self.canvas.setCanvasColor(Qt.GlobalColor.white)
        self.canvas.setMinimumSize(120, 120)
        self.canvas.setMapTool(QgsMapToolPan(self.canvas))
        self._pan = self.canvas.mapTool()
        self._polygon = FootprintBand(self.canvas, PAST, 0)
        self._seen = FootprintBand(self.canvas, NEXT, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._title)
        layout.addWidget(self.canvas, 1)

    def show_layer(
        self,
        layer: QgsRasterLayer,
        map_crs: QgsCoordinateReferenceSystem,
        seen: QgsRectangle,
        polygon: QgsGeometry,
        crs: QgsCoordinateReferenceSystem,
    ) -> None:
        date = acquisition_date(layer)[0]
        self._title.setText(f"{layer.name()} · {date.isoformat()}" if date else layer.name())
        self.canvas.setDestinationCrs(map_crs)
        self.canvas.setLayers([layer])
        box = QgsRectangle(seen)
        box.scale(_AROUND)
        self.canvas.setExtent(box)
        self.canvas.refresh()
        self._polygon.show(polygon, crs)
        self._seen.clear()
        if not _is_same(polygon, crs, seen, self.canvas):
            self._seen.show(QgsGeometry.fromRect(seen), map_crs)

    def clear(self) -> None:
        self._title.setText("")
        self.canvas.setLayers([])
        self._polygon.clear()
        self._seen.clear()
        self.canvas.refresh()

    def remove(self) -> None:
        self.canvas.stopRendering()
        self._polygon.remove()
        self._seen.remove()


def _follow(view: _DateView, other: _DateView) -> None:
    """Show in one map what the user moves the other to."""
    extent = view.canvas.extent()
    if other.isVisible() and other.canvas.extent() != extent:
        other.canvas.blockSignals(True)
        other.canvas.setExtent(extent)
        other.canvas.blockSignals(False)
        other.canvas.refresh()


def _is_same(
    polygon: QgsGeometry,
    crs: QgsCoordinateReferenceSystem,
    seen: QgsRectangle,
    canvas: QgsMapCanvas,
) -> bool:
    """Whether a polygon is what the model read, as a tile is."""
    try:
        box = on_canvas(polygon, crs, canvas).boundingBox()
    except QgsCsException:
        return False
    slack = 1e-6 * max(seen.width(), seen.height())
    grown = box.buffered(slack)
    return grown.contains(seen) and seen.buffered(slack).contains(box)
