"""The extent to look at: the map view, a drawn rectangle, the layer, or the selected features."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
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
from unirs_qgis.map.footprints import NEXT, FootprintBand, Footprints, place, rectangle
from unirs_qgis.map.rectangle_tool import RectangleDrawing

__all__ = ["ExtentChooser", "Footprints"]

VIEW, DRAWN, LAYER, SELECTION = "view", "drawn", "layer", "selection"


class ExtentChooser(QWidget):
    """One row: where to look, and a button to draw a rectangle. The choice is shown on the map."""

    changed = Signal()
    """The extent is another one."""

    def __init__(self, canvas: QgsMapCanvas, parent: QWidget | None = None) -> None:
        """Start with the map view.

        Args:
            canvas: The map to follow, to draw on, and to show the footprint on.
            parent: Parent widget.
        """
        super().__init__(parent)
        self.setObjectName("extentWidget")
        self._canvas = canvas
        self._layers: list[QgsRasterLayer] = []
        self._rectangle: QgsReferencedRectangle | None = None
        self._band = FootprintBand(canvas, NEXT)
        self._drawing = RectangleDrawing(canvas, self)
        self._choice = self._make_choice()
        self._draw_button = self._make_draw_button()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._choice, 1)
        row.addWidget(self._draw_button)
        self.setFocusProxy(self._choice)
        self._listen()

    def _make_choice(self) -> QComboBox:
        choice = QComboBox()
        choice.setObjectName("extentCombo")
        choice.addItem(self.tr("Map view"), VIEW)
        choice.addItem(self.tr("Drawn rectangle"), DRAWN)
        choice.addItem(self.tr("Whole layer"), LAYER)
        choice.addItem(self.tr("Selected features"), SELECTION)
        choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        choice.setMinimumContentsLength(8)  # a narrow dock stays narrow
        choice.setToolTip(self.tr("Which part of the layer the model looks at"))
        choice.setAccessibleName(self.tr("Extent"))
        return choice

    def _make_draw_button(self) -> QToolButton:
        button = QToolButton()
        button.setObjectName("drawExtentButton")
        button.setIcon(QgsApplication.getThemeIcon("/mActionSelectRectangle.svg"))
        button.setCheckable(True)
        button.setToolTip(self.tr("Draw a rectangle on the map (Esc gives up)"))
        button.setAccessibleName(self.tr("Draw a rectangle"))
        return button

    def _listen(self) -> None:
        self._choice.activated.connect(self._on_chosen)
        self._choice.currentIndexChanged.connect(self._update)
        self._draw_button.clicked.connect(self._on_draw_clicked)
        self._drawing.drawn.connect(self._on_drawn)
        self._drawing.ended.connect(self._on_drawing_ended)
        self._canvas.extentsChanged.connect(self._on_view)
        self._canvas.destinationCrsChanged.connect(self._on_view)
        self._canvas.selectionChanged.connect(self._on_selection)
        self._canvas.currentLayerChanged.connect(self._on_selection)

    def close_tools(self) -> None:
        """Let go of the canvas, which outlives the plugin: tool, footprint and signals."""
        self._drawing.remove()
        self._canvas.extentsChanged.disconnect(self._on_view)
        self._canvas.destinationCrsChanged.disconnect(self._on_view)
        self._canvas.selectionChanged.disconnect(self._on_selection)
        self._canvas.currentLayerChanged.disconnect(self._on_selection)
        self._band.remove()

    # -- what is chosen

    @property
    def source(self) -> str:
        """Where the extent comes from: `VIEW`, `DRAWN`, `LAYER` or `SELECTION`."""
        return self._choice.currentData()

    def extent(self) -> QgsReferencedRectangle | None:
        """The chosen extent in a CRS of its own choice; ``None`` where there is none.

        The view and what is drawn have the CRS of the map, a layer and its features their own:
        no pixel is moved without need. Several layers count with what they have in common.
        """
        if self.source == DRAWN:
            return self._rectangle
        if self.source == LAYER:
            return _common_extent(self._layers)
        if self.source == SELECTION:
            return self._selected_extent()
        return QgsReferencedRectangle(
            self._canvas.extent(), self._canvas.mapSettings().destinationCrs()
        )

    def set_layers(self, layers: Sequence[QgsRasterLayer]) -> None:
        """Take note of the layers that are looked at, the earliest first."""
        if list(layers) != self._layers:
            self._layers = list(layers)
            if self.source == LAYER:
                self._update()

    def set_extent(self, extent: QgsReferencedRectangle) -> None:
        """Look at a given extent, as if the user had drawn it."""
        self._rectangle = extent
        self._choose(DRAWN)
        self._update()

    def use_canvas(self) -> None:
        """Look at the map view."""
        self._drawing.stop()
        self._choose(VIEW)

    def use_footprint(self, wkt: str, crs: str) -> None:
        """Look at where an entry of the history was asked, as if the user had drawn it.

        Args:
            wkt: Polygon.
            crs: "EPSG:..." or WKT of its CRS; empty for coordinates without one.

        Raises:
            ValueError: That is no place; the message is one sentence.
        """
        geometry, reference = place(wkt, crs)
        self.set_extent(QgsReferencedRectangle(geometry.boundingBox(), reference))

    def start_drawing(self) -> None:
        """Let the user draw a rectangle on the map."""
        self._draw_button.setChecked(True)
        self._drawing.start()

    def note(self, size: int) -> CropNote:
        """What the extent means for the model.

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
            return self.tr("No feature with an area is selected; select one, or look elsewhere.")
        if len(self._layers) > 1:
            return self.tr("The layers have no ground in common; choose others.")
        return self.tr("No layer is chosen; choose one, or look at the map view.")

    def _selected_extent(self) -> QgsReferencedRectangle | None:
        """Around the selected features of the active layer, or of the topmost that has some."""
        for layer in (self._canvas.currentLayer(), *self._canvas.layers()):
            if isinstance(layer, QgsVectorLayer) and layer.selectedFeatureCount():
                box = layer.boundingBoxOfSelected()
                return None if box.isEmpty() else QgsReferencedRectangle(box, layer.crs())
        return None

    # -- what happens

    def _choose(self, source: str) -> None:
        self._choice.setCurrentIndex(self._choice.findData(source))

    def _on_chosen(self, _index: int) -> None:
        """The user's own choice: to choose the rectangle, even again, is to want to draw one."""
        if self.source == DRAWN:
            self.start_drawing()
        else:
            self._drawing.stop()

    def _on_draw_clicked(self, wanted: bool) -> None:
        if wanted:
            self.start_drawing()
        else:
            self._drawing.stop()

    def _on_drawn(self, extent: QgsRectangle) -> None:
        crs = self._canvas.mapSettings().destinationCrs()
        self.set_extent(QgsReferencedRectangle(extent, crs))

    def _on_drawing_ended(self) -> None:
        self._draw_button.setChecked(False)
        if self.source == DRAWN and self._rectangle is None:
            self._choose(VIEW)  # given up

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
        """The view needs none: it is all of the map."""
        extent = None if self.source == VIEW or not self.isVisible() else self.extent()
        if extent is None:
            self._band.clear()
        else:
            self._band.show(rectangle(extent), extent.crs())

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, Qt's name
        """With the dock, the footprint appears."""
        super().showEvent(event)
        self._show_footprint()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802, Qt's name
        """With the dock, the footprint goes."""
        super().hideEvent(event)
        self._drawing.stop()
        self._show_footprint()


def _common_extent(layers: Sequence[QgsRasterLayer]) -> QgsReferencedRectangle | None:
    """What layers have in common, in the CRS of the first; ``None`` where that is nothing."""
    if not layers:
        return None
    crs = layers[0].crs()
    common = layers[0].extent()
    for layer in layers[1:]:
        common = common.intersect(_extent_in(layer, crs))
    return None if common.isEmpty() else QgsReferencedRectangle(common, crs)


def _extent_in(layer: QgsRasterLayer, crs: QgsCoordinateReferenceSystem) -> QgsRectangle:
    if not (layer.crs().isValid() and crs.isValid()):
        return layer.extent()
    transform = QgsCoordinateTransform(layer.crs(), crs, QgsProject.instance())
    try:
        return transform.transformBoundingBox(layer.extent())
    except QgsCsException:  # such as the whole world in UTM: it does not limit the others
        return QgsRectangle(-1e9, -1e9, 1e9, 1e9)
