"""The threshold of a change map: a slider below the layer, with a live preview and its polygons.

The slider is a widget of QGIS's layer tree. What it needs is in the layer's custom properties, so
that it works in a saved project as well.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from xml.etree import ElementTree

from qgis.core import (
    QgsApplication,
    QgsColorRampShader,
    QgsMapLayer,
    QgsPalLayerSettings,
    QgsProject,
    QgsRasterLayer,
    QgsSingleBandPseudoColorRenderer,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.gui import QgsGui, QgsLayerTreeEmbeddedWidgetProvider
from qtpy.QtCore import QCoreApplication, QObject, Qt, QTimer
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from unirs_qgis.background import BackgroundTask
from unirs_qgis.map.change_polygons import KINDS, THRESHOLD, make_polygons, polygon_source
from unirs_qgis.paths import resource

SLIDER = "unirs_threshold"
"""Id of the widget in QGIS."""

OF_PLACES, POLYGONS, PERCENT = "unirs/of_places", "unirs/polygons", "unirs/threshold"
"""Properties of the raster: whether it is a map of places, the id of its polygon layer, and the
threshold."""

_FROM_TO = (
    "if(coalesce({0}, {1}) is null, '', coalesce({0}, '?') || ' → ' || coalesce({1}, '?'))"
).format(*(f'"{kind}"' for kind in KINDS))
"""Label of a polygon: nothing where neither kind is known."""

_LEAST, _MOST, _STEP = 5, 95, 5
_PAUSE = 200
"""Milliseconds without a move before the polygons are made anew."""
_VISIBLE = 110
"""Least opacity of what reaches the threshold, 0 to 255."""


def show_slider(raster: QgsRasterLayer) -> None:
    """Have QGIS show the slider below a change map."""
    raster.setCustomProperty("embeddedWidgets/count", 1)
    raster.setCustomProperty("embeddedWidgets/0/id", SLIDER)


def _threshold_of(raster: QgsRasterLayer) -> int:
    """The threshold of a change map; the usual one if its project was edited by hand."""
    try:
        return int(raster.customProperty(PERCENT, THRESHOLD))
    except (TypeError, ValueError):
        return THRESHOLD


def polygon_layer_name(percent: int, of_places: bool) -> str:
    """Name of the layer of polygons."""
    name = QCoreApplication.translate("ChangeMap", "Changed: {percent} % or more")
    if of_places:
        name = QCoreApplication.translate("ChangeMap", "Yes: {percent} % or more")
    return name.format(percent=percent)


def polygon_layer(source: str, name: str) -> QgsVectorLayer:
    """A layer of polygons, outlined; a label has from what to what each has changed, if known."""
    layer = QgsVectorLayer(source, name, "ogr")
    layer.loadNamedStyle(str(resource("styles", "change-polygons.qml")))
    label = QgsPalLayerSettings()
    label.fieldName = _FROM_TO
    label.isExpression = True
    text = QgsTextFormat()
    halo = QgsTextBufferSettings()
    halo.setEnabled(True)
    text.setBuffer(halo)
    label.setFormat(text)
    layer.setLabeling(QgsVectorLayerSimpleLabeling(label))
    layer.setLabelsEnabled(True)
    return layer


def show_from(raster: QgsRasterLayer, percent: int) -> None:
    """Show what reaches a threshold of a change map, and nothing below it.

    The colours are changed in place: after a new style, QGIS would make the slider anew.
    """
    renderer = raster.renderer()
    has_ramp = isinstance(renderer, QgsSingleBandPseudoColorRenderer) and renderer.shader()
    function = renderer.shader().rasterShaderFunction() if has_ramp else None
    if isinstance(function, QgsColorRampShader):  # else the user has chosen another style
        function.setColorRampItemList(_from(percent, _own_colours()))
        raster.triggerRepaint()


@lru_cache(maxsize=1)
def _own_colours() -> list[QgsColorRampShader.ColorRampItem]:
    """The colours of a change map by percent."""
    document = ElementTree.parse(resource("styles", "change-map.qml"))  # noqa: S314 - our own file
    items = []
    for item in document.iter("item"):
        colour = QColor(item.get("color"))
        colour.setAlpha(int(item.get("alpha")))
        items.append(QgsColorRampShader.ColorRampItem(float(item.get("value")), colour))
    return items


def _from(
    percent: int, items: list[QgsColorRampShader.ColorRampItem]
) -> list[QgsColorRampShader.ColorRampItem]:
    """Colours by percent that are transparent below a threshold."""
    item = QgsColorRampShader.ColorRampItem
    first = _colour_at(percent, items)
    hidden = QColor(first.red(), first.green(), first.blue(), 0)
    above = [(each.value, each.color) for each in items if each.value > percent]
    shown = [item(value, _opaque(colour), f"{value:.0f}") for value, colour in above]
    return [
        item(0, hidden, "0"),
        item(percent - 0.01, hidden, ""),
        item(percent, _opaque(first), str(percent)),
        *shown,
    ]


def _opaque(colour: QColor) -> QColor:
    return QColor(colour.red(), colour.green(), colour.blue(), max(colour.alpha(), _VISIBLE))


def _colour_at(percent: int, items: list[QgsColorRampShader.ColorRampItem]) -> QColor:
    """The colour of a percentage, between those of the items around it."""
    pairs = zip(items, items[1:])
    low, high = next(pair for pair in pairs if pair[0].value <= percent <= pair[1].value)
    share = (percent - low.value) / (high.value - low.value)
    ends = zip(low.color.getRgb(), high.color.getRgb())
    return QColor(*(round(begin + share * (end - begin)) for begin, end in ends))


class ThresholdSlider(QWidget):
    """The slider; while it moves the map follows, and after a pause the polygons.

    Args:
        raster: The change map.
        warn: Called with a sentence if the polygons cannot be made.
    """

    def __init__(self, raster: QgsRasterLayer, warn: Callable[[str], None]) -> None:
        super().__init__()
        self._raster = raster
        self._polygons = _Polygons(raster, warn)
        percent = _threshold_of(raster)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setObjectName("thresholdSlider")
        self.slider.setRange(_LEAST // _STEP, _MOST // _STEP)
        self.slider.setValue(percent // _STEP)
        self.slider.setFixedWidth(120)
        self.slider.setPageStep(1)
        self.slider.setAccessibleName(self.tr("Threshold of the map"))
        self.slider.setToolTip(self.tr("Show and outline the ground that reaches this percentage"))
        self.label = QLabel(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.label)
        layout.addWidget(self.slider)
        layout.addStretch(1)  # a row is as wide as the longest layer name, the panel is not
        self._show_percent()
        self.slider.valueChanged.connect(self._on_moved)

    @property
    def percent(self) -> int:
        """The threshold."""
        return self.slider.value() * _STEP

    def _on_moved(self) -> None:
        self._show_percent()
        self._raster.setCustomProperty(PERCENT, self.percent)
        show_from(self._raster, self.percent)
        self._polygons.make_soon(self.percent)

    def _show_percent(self) -> None:
        self.label.setText(f"≥ {self.percent} %")


class _Polygons(QObject):
    """Makes the polygons of a change map, one threshold after the other; the latest one stays.

    Args:
        raster: The change map, which owns this.
        warn: Called with a sentence if they cannot be made.
    """

    def __init__(self, raster: QgsRasterLayer, warn: Callable[[str], None]) -> None:
        super().__init__(raster)
        self._raster, self._warn = raster, warn
        self._task: BackgroundTask | None = None
        self._wanted = self._making = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(self._on_pause)

    def make_soon(self, percent: int) -> None:
        """Make those of a threshold after a pause, on a background thread."""
        self._wanted = percent
        self._timer.start()

    def _on_pause(self) -> None:
        if self._task is None:
            self._begin()

    def _begin(self) -> None:
        self._making = self._wanted
        self._task = BackgroundTask(
            QCoreApplication.translate("ChangeMap", "UniRS: polygons of change"),
            partial(make_polygons, Path(self._raster.source()), self._raster.crs(), self._making),
        )
        # No lambda: what is connected to a method ends with the layer.
        self._task.succeeded.connect(self._on_made)
        self._task.failed.connect(self._on_failed)
        QgsApplication.taskManager().addTask(self._task)

    def _on_made(self, made: tuple[Path, int]) -> None:
        self._task = None
        file, percent = made[0], self._making
        if percent != self._wanted:
            self._begin()
            return
        of_places = self._raster.customProperty(OF_PLACES) in (True, "true")
        name = polygon_layer_name(percent, of_places)
        project = QgsProject.instance()
        layer = project.mapLayer(str(self._raster.customProperty(POLYGONS, "")))
        if layer is None:
            self._add(project, polygon_source(file), name)
        else:
            layer.setDataSource(polygon_source(file), name, "ogr")
            layer.setName(name)
            layer.triggerRepaint()

    def _add(self, project: QgsProject, source: str, name: str) -> None:
        """Add a layer of polygons above the map."""
        layer = polygon_layer(source, name)
        self._raster.setCustomProperty(POLYGONS, layer.id())
        project.addMapLayer(layer, False)
        node = project.layerTreeRoot().findLayer(self._raster.id())
        node.parent().insertLayer(node.parent().children().index(node), layer)

    def _on_failed(self, _code: str, message: str) -> None:
        self._task = None
        self._warn(message)


def register_sliders(warn: Callable[[str], None]) -> None:
    """Have QGIS make sliders, also below the maps of a project that is opened.

    Args:
        warn: Called with a sentence if polygons cannot be made.
    """
    QgsGui.layerTreeEmbeddedWidgetRegistry().addProvider(ThresholdSliders(warn))


def remove_sliders() -> None:
    """Have QGIS make no more sliders."""
    QgsGui.layerTreeEmbeddedWidgetRegistry().removeProvider(SLIDER)


class ThresholdSliders(QgsLayerTreeEmbeddedWidgetProvider):
    """Makes the slider below each change map; see ``show_slider``.

    Args:
        warn: Called with a sentence if polygons cannot be made.
    """

    def __init__(self, warn: Callable[[str], None]) -> None:
        super().__init__()
        self._warn = warn

    def id(self) -> str:
        """Name in a layer's properties."""
        return SLIDER

    def name(self) -> str:
        """Name in QGIS's dialogs."""
        return QCoreApplication.translate("ChangeMap", "Threshold of a UniRS map")

    def createWidget(self, layer: QgsMapLayer, _index: int) -> QWidget:  # noqa: N802
        """The slider of a layer."""
        return ThresholdSlider(layer, self._warn)

    def supportsLayer(self, layer: QgsMapLayer) -> bool:  # noqa: N802
        """Whether a layer is a change map."""
        return isinstance(layer, QgsRasterLayer) and layer.customProperty(OF_PLACES) is not None
