"""Chooses the extent: the map view, a drawn rectangle, the layer, or the selected features."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCsException,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsReferencedRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas
from qtpy.QtCore import Signal
from qtpy.QtGui import QHideEvent, QShowEvent
from qtpy.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from unirs_qgis.map.crop_note import CropNote, crop_note
from unirs_qgis.map.footprints import NEXT, FootprintBand, Footprints, parse_footprint, rectangle
from unirs_qgis.map.rectangle_tool import RectangleDrawing
from unirs_qgis.transforms import transform_between

__all__ = ["ExtentChooser", "Footprints"]

VIEW, DRAWN, LAYER, SELECTION = "view", "drawn", "layer", "selection"


class ExtentChooser(QWidget):
    """One row: the extent, and a button to draw a rectangle. The extent is outlined on the map."""

    changed = Signal()
    """The extent has changed."""

    def __init__(self, canvas: QgsMapCanvas, parent: QWidget | None = None) -> None:
        """Start with the map view.

        Args:
            canvas: The map.
            parent: Parent widget.
        """
        super().__init__(parent)
        self.setObjectName("extentWidget")
        self._canvas = canvas
        self._layers: list[QgsRasterLayer] = []
        self._rectangle: QgsReferencedRectangle | None = None
        self._on_map = False
        self._band = FootprintBand(canvas, NEXT, opacity=0)  # imagery keeps its colours
        self._drawing = RectangleDrawing(canvas, self)
        self._choice = self._make_choice()
        self._draw_button = self._make_draw_button()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._choice, 1)
        row.addWidget(self._draw_button)
        self.setFocusProxy(self._choice)
        self._connect()

    def _make_choice(self) -> QComboBox:
        choice = QComboBox()
        choice.setObjectName("extentCombo")
        choice.addItem(self.tr("Map view"), VIEW)
        choice.addItem(self.tr("Drawn rectangle"), DRAWN)
        choice.addItem(self.tr("Whole layer"), LAYER)
        choice.addItem(self.tr("Selected features"), SELECTION)
        choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        choice.setMinimumContentsLength(8)  # a narrow dock stays narrow
        choice.setToolTip(self.tr("The part of the layer that the model reads"))
        choice.setAccessibleName(self.tr("Extent"))
        return choice

    def _make_draw_button(self) -> QToolButton:
        button = QToolButton()
        button.setObjectName("drawExtentButton")
        button.setIcon(QgsApplication.getThemeIcon("/mActionSelectRectangle.svg"))
        button.setCheckable(True)
        button.setToolTip(self.tr("Draw a rectangle on the map (Esc cancels)"))
        button.setAccessibleName(self.tr("Draw a rectangle"))
        return button

    def _connect(self) -> None:
        self._choice.activated.connect(self._on_chosen)
        self._choice.currentIndexChanged.connect(self._update)
        self._draw_button.clicked.connect(self._on_draw_clicked)
        self._drawing.drawn.connect(self._on_drawn)
        self._drawing.ended.connect(self._on_drawing_ended)
        self._canvas.extentsChanged.connect(self._on_view)
        self._canvas.destinationCrsChanged.connect(self._on_view)
        self._canvas.selectionChanged.connect(self._on_selection)
        self._canvas.currentLayerChanged.connect(self._on_selection)
        QgsProject.instance().layersWillBeRemoved.connect(self._forget)

    def close_tools(self) -> None:
        """Disconnect from canvas and project, which outlive the plugin, and from the tool."""
        self._drawing.remove()
        self._canvas.extentsChanged.disconnect(self._on_view)
        self._canvas.destinationCrsChanged.disconnect(self._on_view)
        self._canvas.selectionChanged.disconnect(self._on_selection)
        self._canvas.currentLayerChanged.disconnect(self._on_selection)
        QgsProject.instance().layersWillBeRemoved.disconnect(self._forget)
        self._band.remove()

    # -- the choice

    @property
    def source(self) -> str:
        """Source of the extent: `VIEW`, `DRAWN`, `LAYER` or `SELECTION`."""
        return self._choice.currentData()

    def extent(self) -> QgsReferencedRectangle | None:
        """The extent in its own CRS; ``None`` if there is none.

        Map view and drawn rectangle have the map's CRS, a layer and features their own, so that
        pixels are not resampled needlessly. Of several layers it is the intersection. Of the map
        view it is what the layers cover: empty ground beside them would make them smaller in the
        model's image.
        """
        if self.source == DRAWN:
            return self._rectangle
        if self.source == LAYER:
            return _common_extent(self._layers)
        if self.source == SELECTION:
            return self._selected_extent()
        return self._seen()

    def _seen(self) -> QgsReferencedRectangle:
        """What the map view shows of all layers; the whole view where it shows none of them."""
        view, crs = self._canvas.extent(), self._canvas.mapSettings().destinationCrs()
        seen = QgsRectangle(view)
        for layer in self._layers:
            seen = seen.intersect(_part_in(layer, view, crs))
        return QgsReferencedRectangle(view if seen.isEmpty() else seen, crs)

    def set_layers(self, layers: Sequence[QgsRasterLayer]) -> None:
        """Set the selected layers, the earliest first."""
        if list(layers) != self._layers:
            self._layers = list(layers)
            if self.source in (LAYER, VIEW):
                self._update()

    def set_extent(self, extent: QgsReferencedRectangle) -> None:
        """Use an extent as the drawn rectangle."""
        self._rectangle = extent
        self._choose(DRAWN)
        self._update()

    def use_canvas(self) -> None:
        """Use the map view."""
        self._drawing.stop()
        self._choose(VIEW)

    def use_footprint(self, wkt: str, crs: str) -> None:
        """Use the footprint of an entry of the history as the drawn rectangle.

        Args:
            wkt: Polygon.
            crs: "EPSG:..." or WKT of its CRS; empty for coordinates without one.

        Raises:
            ValueError: The footprint is invalid; the message is one sentence.
        """
        geometry, reference = parse_footprint(wkt, crs)
        self.set_extent(QgsReferencedRectangle(geometry.boundingBox(), reference))

    def start_drawing(self) -> None:
        """Start to draw a rectangle on the map."""
        self._draw_button.setChecked(True)
        self._drawing.start()

    def note(self, size: int) -> CropNote:
        """The note on the extent.

        Args:
            size: Pixels on the longer side of the model's image.
        """
        extent = self.extent()
        if extent is None:
            return CropNote(refusal=self._why_none())
        return crop_note(self._layers, extent, size)

    def _why_none(self) -> str:
        if self.source == DRAWN:
            return self.tr("No rectangle is drawn yet; draw one on the map.")
        if self.source == SELECTION:
            return self.tr(
                "No feature with an area is selected; select one, or choose another extent."
            )
        if len(self._layers) > 1:
            return self.tr("The layers do not overlap; choose others.")
        return self.tr("No layer is chosen; choose one, or the map view.")

    def _selected_extent(self) -> QgsReferencedRectangle | None:
        """Around the selected features of the active layer, or of the topmost that has some."""
        for layer in (self._canvas.currentLayer(), *self._canvas.layers()):
            if isinstance(layer, QgsVectorLayer) and layer.selectedFeatureCount():
                box = layer.boundingBoxOfSelected()
                return None if box.isEmpty() else QgsReferencedRectangle(box, layer.crs())
        return None

    # -- events

    def _choose(self, source: str) -> None:
        self._choice.setCurrentIndex(self._choice.findData(source))

    def _on_chosen(self, _index: int) -> None:
        """The user chose: the rectangle, even again, starts to draw one."""
        if self.source == DRAWN:
            self.start_drawing()
        else:
            self._drawing.stop()

    def _on_draw_clicked(self, checked: bool) -> None:
        if checked:
            self.start_drawing()
        else:
            self._drawing.stop()

    def _on_drawn(self, extent: QgsRectangle) -> None:
        crs = self._canvas.mapSettings().destinationCrs()
        self.set_extent(QgsReferencedRectangle(extent, crs))

    def _on_drawing_ended(self) -> None:
        self._draw_button.setChecked(False)
        if self.source == DRAWN and self._rectangle is None:
            self._choose(VIEW)  # cancelled

    def _forget(self, removed: Sequence[str]) -> None:
        """Layers of the project are about to be deleted, before others are selected."""
        self._layers = [layer for layer in self._layers if layer.id() not in removed]

    def _on_view(self) -> None:
        if self.source == VIEW:
            self._update()

    def _on_selection(self, _layer: object) -> None:
        if self.source == SELECTION:
            self._update()

    def _update(self, *_index: int) -> None:
        self._show_footprint()
        self.changed.emit()

    def _show_footprint(self) -> None:
        """The map view needs none: it is what the map shows."""
        shown = self._on_map and not self.isHidden() and self.source != VIEW
        extent = self.extent() if shown else None
        if extent is None:
            self._band.clear()
        else:
            self._band.show(rectangle(extent), extent.crs())

    def show_on_map(self, shown: bool) -> None:
        """Outline the extent on the map while the dock is shown, also while the input is folded."""
        self._on_map = shown
        self._show_footprint()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, Qt's name
        """Show the footprint again."""
        super().showEvent(event)
        self._show_footprint()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802, Qt's name
        """End to draw a rectangle; hide the footprint where the input has no extent."""
        super().hideEvent(event)
        self._drawing.stop()
        self._show_footprint()


def _common_extent(layers: Sequence[QgsRasterLayer]) -> QgsReferencedRectangle | None:
    """The intersection of layers in the CRS of the first; ``None`` if it is empty."""
    if not layers:
        return None
    crs = layers[0].crs()
    common = layers[0].extent()
    for layer in layers[1:]:
        common = common.intersect(_extent_in(layer, crs))
    return None if common.isEmpty() else QgsReferencedRectangle(common, crs)


def _part_in(
    layer: QgsRasterLayer, view: QgsRectangle, crs: QgsCoordinateReferenceSystem
) -> QgsRectangle:
    """The part of a view that a layer covers, in the view's CRS; empty if there is none.

    They are compared in the layer's CRS, where its extent is exact: that of a service can be the
    whole world, which most CRSs cannot hold.
    """
    if not (layer.crs().isValid() and crs.isValid()):
        return layer.extent().intersect(view)
    try:
        project = QgsProject.instance()
        there = transform_between(crs, layer.crs(), project).transformBoundingBox(view)
        if layer.extent().contains(there):
            return view
        common = layer.extent().intersect(there)
        return transform_between(layer.crs(), crs, project).transformBoundingBox(common)
    except QgsCsException:  # such as a view of the whole world and a layer in UTM
        return _extent_in(layer, crs).intersect(view)


def _extent_in(layer: QgsRasterLayer, crs: QgsCoordinateReferenceSystem) -> QgsRectangle:
    if not (layer.crs().isValid() and crs.isValid()):
        return layer.extent()
    try:
        transform = transform_between(layer.crs(), crs, QgsProject.instance())
        return transform.transformBoundingBox(layer.extent())
    except QgsCsException:  # such as the whole world in UTM: it does not limit the others
        return QgsRectangle(-1e9, -1e9, 1e9, 1e9)
