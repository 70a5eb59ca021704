"""UniRS in QGIS's own menus: the layer tree, the toolbar, the Raster menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from qgis.core import QgsMapLayer, QgsRasterLayer, QgsVectorLayer, QgsWkbTypes
from qgis.gui import QgisInterface
from qtpy.QtCore import QObject, Signal
from qtpy.QtGui import QIcon
from qtpy.QtWidgets import QAction, QMenu

from unirs_qgis.composites import SHOWN, composites, polarisations, show_as
from unirs_qgis.inputs.layer_tree import can_be_asked_about
from unirs_qgis.inputs.layers import input_kind
from unirs_qgis.paths import resource

MENU = "UniRS"


def icon(name: str) -> QIcon:
    """An icon of the plugin."""
    return QIcon(str(resource("icons", f"{name}.svg")))


class LayerMenu(QObject):
    """The “UniRS” entries in the context menu of raster layers; their texts fit the selection.

    QGIS shows the menu for the current layer: the actions read the selection from the layer tree
    when they are triggered.
    """

    caption_requested = Signal(list)
    """Raster layers, one."""
    ask_requested = Signal(list)
    """Raster layers to ask about: one, two dates, or a series."""
    change_requested = Signal(list)
    """Two raster layers."""
    series_requested = Signal(list)
    """Raster layers to add to the series."""

    radar_requested = Signal(list)
    """Raster layers, one, whose backscatter is to become a picture."""

    def __init__(self, iface: QgisInterface, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tree = iface.layerTreeView()
        self._iface = iface
        self._caption = self._action("caption", self.caption_requested)
        self._ask = self._action("ask", self.ask_requested)
        self._change = self._action("change", self.change_requested)
        self._series = self._action("series", self.series_requested)
        self._show_as = QAction(self.tr("Show as"), self)
        self._composites = QMenu()
        self._composites.aboutToShow.connect(self._offer_composites)
        self._show_as.setMenu(self._composites)
        for action in self._actions:
            iface.addCustomActionForLayerType(action, MENU, QgsMapLayer.LayerType.RasterLayer, True)
        self._tree.selectionModel().selectionChanged.connect(self.update)
        self._tree.currentLayerChanged.connect(self.update)
        self.update()

    def remove(self) -> None:
        """Remove the actions."""
        self._tree.selectionModel().selectionChanged.disconnect(self.update)
        self._tree.currentLayerChanged.disconnect(self.update)
        for action in self._actions:
            self._iface.removeCustomActionForLayerType(action)
            action.deleteLater()

    def update(self, *_signal: object) -> None:
        """Update texts and states of the actions by the selection."""
        kind = input_kind(self.selected())
        self._caption.setText(self.tr("Caption visible extent"))
        self._caption.setEnabled(kind == "single")
        self._ask.setText(
            {
                "pair": self.tr("Ask about these two layers…"),
                "video": self.tr("Ask about these layers as a series…"),
            }.get(kind, self.tr("Ask about this layer…"))
        )
        self._ask.setEnabled(bool(kind))
        self._change.setText(
            self.tr("Describe change between layers")
            if kind == "pair"
            else self.tr("Describe change between layers (select two)")
        )
        self._change.setEnabled(kind == "pair")
        self._series.setText(
            self.tr("Add to series") if kind == "single" else self.tr("Add layers to series")
        )
        self._series.setEnabled(bool(kind))
        self._show_as.setEnabled(bool(kind))

    def selected(self) -> list[QgsRasterLayer]:
        """The raster layers that are selected in the layer tree and can be asked about."""
        return [layer for layer in self._tree.selectedLayers() if can_be_asked_about(layer)]

    def _offer_composites(self) -> None:
        """List what the selected layers can be shown as; the model reads what is shown."""
        titles = {
            "true-colour": self.tr("True colours"),
            "false-colour": self.tr("False colours (near infrared, red, green)"),
            "agriculture": self.tr("Agriculture (short-wave infrared, near infrared, blue)"),
            "swir": self.tr("Short-wave infrared, near infrared, red"),
            "urban": self.tr("Urban (short-wave infrared, red)"),
            "thermal": self.tr("Thermal"),
        }
        layers = self.selected()
        offered = composites(layers)
        self._composites.clear()
        for name in SHOWN:
            action = self._composites.addAction(titles[name])
            action.setEnabled(name in offered)
            action.triggered.connect(partial(_show_all, layers, name))
        if len(layers) == 1 and polarisations(layers[0]):
            radar = self._composites.addAction(self.tr("Radar picture…"))
            radar.triggered.connect(lambda *_checked: self.radar_requested.emit(layers))
        elif not offered:
            note = self._composites.addAction(self.tr("What the bands show is not known."))
            note.setEnabled(False)

    @property
    def _actions(self) -> Sequence[QAction]:
        return self._caption, self._ask, self._change, self._series, self._show_as

    def _action(self, name: str, signal: Signal) -> QAction:
        action = QAction(icon(name), "", self)
        action.setObjectName(f"unirs{name.capitalize()}Action")
        action.triggered.connect(lambda *_checked: signal.emit(self.selected()))
        return action


def has_polygons(layer: QgsMapLayer | None) -> bool:
    """Whether it is a layer of polygons."""
    polygons = QgsWkbTypes.GeometryType.PolygonGeometry
    return isinstance(layer, QgsVectorLayer) and layer.geometryType() == polygons


class TableMenu(QObject):
    """The “UniRS” entries in the context menu of vector layers."""

    ask_requested = Signal(object)
    """The polygon layer to ask about."""
    review_requested = Signal(object)
    """The layer whose answers are to be reviewed."""

    radar_requested = Signal(list)
    """Raster layers, one, whose backscatter is to become a picture."""

    def __init__(self, iface: QgisInterface, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tree = iface.layerTreeView()
        self._iface = iface
        self._ask = self._action("answerfeatures", self.ask_requested)
        self._ask.setText(self.tr("Ask about these polygons…"))
        self._review = self._action("review", self.review_requested)
        self._review.setText(self.tr("Review answers…"))
        self._tree.currentLayerChanged.connect(self.update)
        self.update()

    def remove(self) -> None:
        """Remove the actions."""
        self._tree.currentLayerChanged.disconnect(self.update)
        for action in (self._ask, self._review):
            self._iface.removeCustomActionForLayerType(action)
            action.deleteLater()

    def update(self, *_signal: object) -> None:
        """Only polygons can be asked about. Whether there are answers is looked at on a click."""
        self._ask.setEnabled(has_polygons(self._tree.currentLayer()))

    def _action(self, name: str, signal: Signal) -> QAction:
        action = QAction(icon(name), "", self)
        action.setObjectName(f"unirs{name.capitalize()}Action")
        action.triggered.connect(lambda *_checked: signal.emit(self._tree.currentLayer()))
        self._iface.addCustomActionForLayerType(
            action, MENU, QgsMapLayer.LayerType.VectorLayer, True
        )
        return action


def _show_all(layers: Sequence[QgsRasterLayer], composite: str, *_checked: bool) -> None:
    for layer in layers:
        show_as(layer, composite)


class DockAction:
    """The toolbar button and the entry in the Raster menu that show and hide the dock.

    Args:
        iface: QGIS's window.
        text: Text of the action.
        show: Called with whether to show the dock.
    """

    def __init__(self, iface: QgisInterface, text: str, show: Callable[[bool], None]) -> None:
        self._iface = iface
        self.action = QAction(icon("unirs"), text, iface.mainWindow())
        self.action.setObjectName("unirsDockAction")
        self.action.setCheckable(True)
        self.action.triggered.connect(show)
        iface.addToolBarIcon(self.action)
        # Not addPluginToRasterMenu: QGIS never deletes the submenu that it makes for it.
        iface.rasterMenu().addAction(self.action)

    def remove(self) -> None:
        """Remove the actions."""
        self._iface.removeToolBarIcon(self.action)
        self._iface.rasterMenu().removeAction(self.action)
        self.action.deleteLater()
