"""Polygons around the cells of a change map that changed enough."""

from __future__ import annotations

from pathlib import Path

from osgeo import gdal, ogr
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsDistanceArea,
    QgsFeature,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsMemoryProviderUtils,
    QgsRectangle,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.background import BackgroundTask
from unirs_qgis.errors import UserError
from unirs_qgis.fields import REAL, TEXT
from unirs_qgis.history.written_copy import CopyError, write_copy

THRESHOLD = 50
"""Percent of change from which on a patch belongs to a polygon."""

KINDS = ("from_kind", "to_kind")
"""Columns of the kind of ground at each date, where a search has asked about it."""

_LAYER = "changes"  # of the GeoPackage

_NODATA = 255  # of the worker's change maps, whose values are percent


class ChangeMapError(UserError):
    """A change map cannot be shown."""

    def __init__(self, message: str) -> None:
        super().__init__("change_map", message)


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
    features = _features(path, crs, THRESHOLD)
    if not features:
        return None
    _write_polygons(features, target, crs)
    return target


def places_of(path: Path) -> Path:
    """The places of a search that the worker writes beside its map."""
    return path.with_suffix(".places.gpkg")


def polygon_file(path: Path, percent: int) -> Path:
    """Where the polygons of a change map at a threshold are kept."""
    return path.with_suffix(".gpkg" if percent == THRESHOLD else f".{percent}.gpkg")


def make_polygons(
    path: Path, crs: QgsCoordinateReferenceSystem, percent: int, _task: BackgroundTask
) -> tuple[Path, int]:
    """The GeoPackage of a change map: that of an earlier time, or a new one.

    Args:
        path: The change map.
        crs: Of the map.
        percent: Percent of change from which on a cell belongs to a polygon.

    Returns:
        The file, and how many polygons there are.

    Raises:
        ChangeMapError: The map cannot be read, or the polygons cannot be written.
    """
    target = polygon_file(path, percent)
    if not target.exists():
        features = _features(path, crs, percent)
        if places_of(path).exists():
            _add_kinds(features, places_of(path))
        _write_polygons(features, target, crs)
    dataset = ogr.Open(str(target))  # a layer lives no longer than its dataset
    return target, dataset.GetLayerByName(_LAYER).GetFeatureCount()


def polygon_source(path: Path) -> str:
    """The source of a layer of polygons."""
    return f"{path}|layername={_LAYER}"


def _features(path: Path, crs: QgsCoordinateReferenceSystem, percent: int) -> list[QgsFeature]:
    """A feature for each patch of ground that changed enough, the largest first."""
    dataset = _open(path)
    width, height = dataset.RasterXSize, dataset.RasterYSize
    values = bytes(dataset.GetRasterBand(1).ReadRaster(0, 0, width, height))
    areas = _connected(values, width, percent)
    measure = QgsDistanceArea()
    measure.setSourceCrs(crs, QgsCoordinateTransformContext())
    measure.setEllipsoid(crs.ellipsoidAcronym() or "NONE")
    features = []
    for cells in areas:
        geometry = _outline(cells, dataset)
        mean = sum(values[cell] for cell in cells) / len(cells)
        feature = QgsFeature(_fields())
        feature.setGeometry(geometry)
        feature["area_m2"] = round(measure.measureArea(geometry), 2)
        feature["probability"] = round(mean / 100, 3)
        features.append(feature)
    return sorted(features, key=lambda feature: -feature["area_m2"])


def _add_kinds(features: list[QgsFeature], places: Path) -> None:
    """Give polygons the kinds of ground of the place that they have most in common with."""
    layer = QgsVectorLayer(f"{places}|layername=places", "", "ogr")
    if layer.fields().indexOf(KINDS[0]) < 0:  # no place has them
        return
    known = [(each.geometry(), [each[kind] for kind in KINDS]) for each in layer.getFeatures()]
    for feature in features:
        shared = [feature.geometry().intersection(place).area() for place, _ in known]
        if shared and max(shared) > 0:
            for kind, text in zip(KINDS, known[shared.index(max(shared))][1]):
                feature[kind] = text


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


def _connected(values: bytes, width: int, percent: int) -> list[list[int]]:
    """The cells of each area that changed enough; cells belong together that share an edge."""
    waiting = {cell for cell, value in enumerate(values) if percent <= value != _NODATA}
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
    fields.append(QgsField("probability", REAL))
    for kind in KINDS:
        fields.append(QgsField(kind, TEXT))
    return fields


def _write_polygons(
    features: list[QgsFeature], path: Path, crs: QgsCoordinateReferenceSystem
) -> None:
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
