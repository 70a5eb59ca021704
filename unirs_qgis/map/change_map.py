"""The change map of an answer in the project: a styled raster, and polygons of changed areas."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsDistanceArea,
    QgsFeature,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsLayerTreeGroup,
    QgsMapLayer,
    QgsMemoryProviderUtils,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qtpy.QtCore import QCoreApplication, QObject, Signal

from unirs_qgis.background import BackgroundTask
from unirs_qgis.errors import UserError
from unirs_qgis.fields import REAL
from unirs_qgis.history.written_copy import CopyError, write_copy
from unirs_qgis.paths import resource

THRESHOLD = 50
"""Percent of change from which on a patch belongs to a polygon."""

_LAYER = "changes"  # of the GeoPackage

_NODATA = 255  # of the worker's change maps, whose values are percent


class ChangeMapError(UserError):
    """A change map cannot be shown."""

    def __init__(self, message: str) -> None:
        super().__init__("change_map", message)


class ChangeMap(QObject):
    """The change map of an answer in a project.

    A new group on top of the layer tree gets the raster at once, and later polygons around areas
    with a change of `THRESHOLD` percent or more, with their area and mean change.

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
    failed = Signal(str)
    """One sentence: why there are no polygons."""

    def __init__(
        self, path: Path, title: str, project: QgsProject, *, of_places: bool = False
    ) -> None:
        super().__init__(project)
        self._of_places = of_places
        raster = _raster(path, of_places)
        group = project.layerTreeRoot().insertGroup(0, title)
        self._project = project
        self._group: QgsLayerTreeGroup | None = group
        group.destroyed.connect(self._on_group_gone)
        _add(project, group, raster)
        self._task: BackgroundTask | None = BackgroundTask(
            QCoreApplication.translate("ChangeMap", "UniRS: polygons of change"),
            partial(_make_polygons, path, raster.crs()),
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

    def _on_polygons(self, polygons: Path | None) -> None:
        self._task = None
        if self._group is not None:
            if polygons is not None:
                _add(self._project, self._group, _polygon_layer(polygons, self._of_places))
            self.finished.emit()
        self.deleteLater()

    def _on_failed(self, _code: str, message: str) -> None:
        self._task = None
        self.failed.emit(message)
        self.deleteLater()


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
    name = QCoreApplication.translate("ChangeMap", "Changed by {percent} % or more")
    if of_places:
        name = QCoreApplication.translate("ChangeMap", "Yes with {percent} % or more")
    name = name.format(percent=THRESHOLD)
    layer = QgsVectorLayer(f"{path}|layername={_LAYER}", name, "ogr")
    _style(layer, "change-polygons.qml")
    return layer


def _style(layer: QgsMapLayer, name: str) -> None:
    layer.loadNamedStyle(str(resource("styles", name)))


def _add(project: QgsProject, group: QgsLayerTreeGroup, layer: QgsMapLayer) -> None:
    project.addMapLayer(layer, False)
    group.insertLayer(0, layer)


def polygons_of(path: Path, target: Path) -> Path | None:
    """The polygons of a change map in a GeoPackage; none if nothing changed enough.

    Args:
        path: GeoTIFF of the worker.
        target: The GeoPackage to write.

    Raises:
        ChangeMapError: The map cannot be read, or the polygons cannot be written.
    """
    crs = QgsCoordinateReferenceSystem()
    crs.createFromWkt(_open(path).GetProjection())
    features = _features(path, crs)
    return _write_polygons(features, target, crs) if features else None


def _make_polygons(
    path: Path, crs: QgsCoordinateReferenceSystem, _task: BackgroundTask
) -> Path | None:
    """The GeoPackage of a change map: that of an earlier time, or a new one; none if it is empty.

    Raises:
        ChangeMapError: The map cannot be read, or the polygons cannot be written.
    """
    target = path.with_suffix(".gpkg")
    if target.exists():
        return target
    features = _features(path, crs)
    return _write_polygons(features, target, crs) if features else None


def _features(path: Path, crs: QgsCoordinateReferenceSystem) -> list[QgsFeature]:
    """A feature for each patch of ground that changed enough, the largest first."""
    dataset = _open(path)
    width, height = dataset.RasterXSize, dataset.RasterYSize
    values = bytes(dataset.GetRasterBand(1).ReadRaster(0, 0, width, height))
    areas = _connected(values, width)
    measure = QgsDistanceArea()
    measure.setSourceCrs(crs, QgsCoordinateTransformContext())
    measure.setEllipsoid(crs.ellipsoidAcronym() or "NONE")
    features = []
    for cells in areas:
        geometry = _outline(cells, dataset)
        mean = sum(values[cell] for cell in cells) / len(cells)
        feature = QgsFeature(_fields())
        feature.setGeometry(geometry)
        feature.setAttributes([round(measure.measureArea(geometry), 2), round(mean, 1)])
        features.append(feature)
    return sorted(features, key=lambda feature: -feature["area_m2"])


def _open(path: Path) -> gdal.Dataset:
    """The change map.

    Raises:
        ChangeMapError: It cannot be read.
    """
    try:
        dataset = gdal.Open(str(path))
    except RuntimeError:  # where the host program has switched GDAL's exceptions on
        dataset = None
    if dataset is None:
        raise ChangeMapError(
            QCoreApplication.translate(
                "ChangeMap", "The change map {file} cannot be read; describe the change again."
            ).format(file=path)
        )
    return dataset


def _connected(values: bytes, width: int) -> list[list[int]]:
    """The cells of each area that changed enough; cells belong together that share an edge."""
    waiting = {cell for cell, value in enumerate(values) if THRESHOLD <= value != _NODATA}
    areas = []
    while waiting:
        area = [min(waiting)]
        waiting -= set(area)
        for cell in area:  # which grows meanwhile
            found = waiting.intersection(_neighbours(cell, width))
            waiting -= found
            area.extend(found)
        areas.append(area)
    return areas


def _neighbours(cell: int, width: int) -> list[int]:
    column = cell % width
    beside = [cell - 1] * (column > 0) + [cell + 1] * (column < width - 1)
    return [cell - width, cell + width, *beside]


def _outline(cells: list[int], dataset: gdal.Dataset) -> QgsGeometry:
    """The polygon around cells of a dataset, in its coordinates."""
    left, width, _, top, _, height = dataset.GetGeoTransform()  # north-up, as the worker writes it
    boxes = []
    for row, first, last in _runs(cells, dataset.RasterXSize):
        x, y = left + first * width, top + row * height
        east = left + (last + 1) * width
        boxes.append(QgsGeometry.fromRect(QgsRectangle(x, y + height, east, y)))
    return QgsGeometry.unaryUnion(boxes).simplify(1e-6 * width)  # drops corners on straight lines


def _runs(cells: list[int], width: int) -> list[tuple[int, int, int]]:
    """Row, first and last column of cells side by side; far fewer than cells of a fine map."""
    runs: list[tuple[int, int, int]] = []
    for cell in sorted(cells):
        row, column = divmod(cell, width)
        if runs and runs[-1][0] == row and runs[-1][2] == column - 1:
            runs[-1] = (row, runs[-1][1], column)
        else:
            runs.append((row, column, column))
    return runs


def _fields() -> QgsFields:
    fields = QgsFields()
    fields.append(QgsField("area_m2", REAL))
    fields.append(QgsField("mean_change", REAL))
    return fields


def _write_polygons(
    features: list[QgsFeature], path: Path, crs: QgsCoordinateReferenceSystem
) -> Path:
    """Write the features to a GeoPackage, which appears once it is complete.

    Raises:
        ChangeMapError: It cannot be written.
    """
    layer = QgsMemoryProviderUtils.createMemoryLayer(
        _LAYER, _fields(), QgsWkbTypes.Type.Polygon, crs
    )
    layer.dataProvider().addFeatures(features)
    try:
        write_copy(layer, path, "GPKG", _LAYER)
    except (CopyError, OSError) as error:
        raise ChangeMapError(
            QCoreApplication.translate(
                "ChangeMap",
                "The polygons of change cannot be written to {folder}; "
                "check that the disk has space left.",
            ).format(folder=path.parent)
        ) from error
    return path
