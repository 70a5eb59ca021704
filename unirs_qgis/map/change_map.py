"""The change map of an answer in the project: a styled raster, and polygons of changed areas."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsLayerTreeGroup,
    QgsMapLayer,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qtpy.QtCore import QCoreApplication, QObject, Signal

from unirs_qgis.background import BackgroundTask
from unirs_qgis.map.change_polygons import (
    THRESHOLD,
    ChangeMapError,
    make_polygons,
    polygon_source,
)
from unirs_qgis.map.threshold import (
    OF_PLACES,
    POLYGONS,
    polygon_layer,
    polygon_layer_name,
    show_slider,
)
from unirs_qgis.paths import resource


class ChangeMap(QObject):
    """The change map of an answer in a project.

    A new group on top of the layer tree gets the raster at once, and later polygons around areas
    with a change of `THRESHOLD` percent or more, with their area and mean probability.

    Args:
        path: GeoTIFF of the worker, in a folder where it stays. The polygons become a GeoPackage of
            the same name beside it.
        title: Name of the group, such as the layers and their dates.
        project: The project, which owns this object.
        of_places: Whether it is a map of the places where an answer is yes, not one of change.

    Raises:
        ChangeMapError: The file is no change map.
    """

    finished = Signal()
    """The polygons are added; there is no layer of them where nothing changed enough."""
    empty = Signal(str)
    """One sentence: nothing changed enough, which the map alone does not show."""
    failed = Signal(str)
    """One sentence: why there are no polygons."""

    def __init__(
        self, path: Path, title: str, project: QgsProject, *, of_places: bool = False
    ) -> None:
        super().__init__(project)
        self._of_places = of_places
        raster = _raster(path, of_places)
        self._raster = raster.id()
        group = project.layerTreeRoot().insertGroup(0, title)
        self._project = project
        self._group: QgsLayerTreeGroup | None = group
        group.destroyed.connect(self._on_group_gone)
        raster.setCustomProperty(OF_PLACES, of_places)
        show_slider(raster)
        _add(project, group, raster)
        self._task: BackgroundTask | None = BackgroundTask(
            QCoreApplication.translate("ChangeMap", "UniRS: polygons of change"),
            partial(make_polygons, path, raster.crs(), THRESHOLD),
        )
        self._task.succeeded.connect(self._on_polygons)
        self._task.failed.connect(self._on_failed)
        self._task.cancelled.connect(self.deleteLater)
        QgsApplication.taskManager().addTask(self._task)

    def _on_group_gone(self) -> None:
        """The project was closed, or the user has removed the group."""
        self._group = None
        if self._task is not None:
            self._task.cancel()

    def _on_polygons(self, made: tuple[Path, int]) -> None:
        self._task = None
        if self._group is not None:
            file, count = made
            raster = self._project.mapLayer(self._raster)
            if count and raster is not None:
                layer = _polygon_layer(file, self._of_places)
                raster.setCustomProperty(POLYGONS, layer.id())
                _add(self._project, self._group, layer)
            elif not count:
                self.empty.emit(_nowhere())
            self.finished.emit()
        self.deleteLater()

    def _on_failed(self, _code: str, message: str) -> None:
        self._task = None
        self.failed.emit(message)
        self.deleteLater()


def _nowhere() -> str:
    return QCoreApplication.translate(
        "ChangeMap",
        "The map reaches {percent} % nowhere; move the slider below it in the Layers panel to "
        "show less probable places.",
    ).format(percent=THRESHOLD)


def _raster(path: Path, of_places: bool) -> QgsRasterLayer:
    options = QgsRasterLayer.LayerOptions(False)
    options.skipCrsValidation = True  # a map of layers without a CRS has none either
    name = QCoreApplication.translate("ChangeMap", "Change (percent)")
    if of_places:
        name = QCoreApplication.translate("ChangeMap", "Probability of yes (percent)")
    layer = QgsRasterLayer(str(path), name, "gdal", options)
    if not layer.isValid():
        raise ChangeMapError(
            QCoreApplication.translate(
                "ChangeMap", "The change map {file} cannot be opened; describe the change again."
            ).format(file=path)
        )
    _style(layer, "change-map.qml")
    return layer


def _polygon_layer(path: Path, of_places: bool) -> QgsVectorLayer:
    name = polygon_layer_name(THRESHOLD, of_places)
    return polygon_layer(polygon_source(path), name)


def _style(layer: QgsMapLayer, name: str) -> None:
    layer.loadNamedStyle(str(resource("styles", name)))


def _add(project: QgsProject, group: QgsLayerTreeGroup, layer: QgsMapLayer) -> None:
    project.addMapLayer(layer, False)
    group.insertLayer(0, layer)
