"""Footprints in longitude and latitude, also across the antimeridian.

The footprints of a history have many CRSs, but the features of a layer share one. So every
footprint is stored twice: unchanged (WKT and CRS, in attributes) and as a geometry in longitude and
latitude. The geometry is an approximation: sides are densified before they are transformed, because
a straight line in one CRS is bent in another.

OSR transforms and not `QgsCoordinateTransform`: QGIS 3.22 shares its transforms between threads.
Used in the thread of the history, which ends, it rarely left behind a broken one for all of QGIS.
"""

from __future__ import annotations

import math
import re

from osgeo import gdal, osr
from qgis.core import QgsGeometry, QgsPointXY, QgsRectangle, QgsWkbTypes

_POINTS_PER_SIDE = 20
_POLYGONS = (
    QgsWkbTypes.Type.Polygon,
    QgsWkbTypes.Type.PolygonZ,
    QgsWkbTypes.Type.MultiPolygon,
    QgsWkbTypes.Type.MultiPolygonZ,
)
_AUTHORITY = re.compile(r"\w+:\w+")


def to_wgs84(footprint: str, crs: str) -> QgsGeometry:
    """Geometry of a footprint in longitude and latitude.

    Args:
        footprint: WKT of a polygon.
        crs: CRS of the polygon as "EPSG:32611" or WKT; empty if it has none.

    Returns:
        A multipolygon in EPSG:4326, longitude (-180 to 180 degrees) first, in two parts if it lies
        across the antimeridian. Null for a polygon without CRS or outside the domain of its CRS.
    """
    geometry = QgsGeometry.fromWkt(footprint)
    if geometry.isEmpty() or geometry.wkbType() not in _POLYGONS:
        return QgsGeometry()
    geometry.convertToSingleType()
    [outer, *_holes] = geometry.densifyByCount(_POINTS_PER_SIDE).asPolygon()
    ring = _in_degrees(outer, crs)
    if not ring or not all(math.isfinite(point.x()) and math.isfinite(point.y()) for point in ring):
        return QgsGeometry()
    return _wrapped(_unwrapped(ring))


def wgs84() -> osr.SpatialReference:
    """Longitude and latitude in degrees, in this order."""
    system = osr.SpatialReference()
    system.ImportFromEPSG(4326)
    system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return system


def _in_degrees(ring: list[QgsPointXY], crs: str) -> list[QgsPointXY]:
    """The points in longitude and latitude; empty if they cannot be transformed."""
    system = osr.SpatialReference()
    read = system.SetFromUserInput if _AUTHORITY.fullmatch(crs) else system.ImportFromWkt
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        if read(crs) != 0:
            return []
        system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        transform = osr.CoordinateTransformation(system, wgs84())
        points = transform.TransformPoints([(point.x(), point.y()) for point in ring])
    except RuntimeError:  # GDAL raises where another plugin has switched that on
        return []
    finally:
        gdal.ErrorReset()
        gdal.PopErrorHandler()
    return [QgsPointXY(x, y) for x, y, _height in points]


def _unwrapped(ring: list[QgsPointXY]) -> list[QgsPointXY]:
    """The ring with continuous longitudes: 179, 181 instead of 179, -179."""
    points = ring[:1]
    for point in ring[1:]:
        turns = round((points[-1].x() - point.x()) / 360)
        points.append(QgsPointXY(point.x() + 360 * turns, point.y()))
    return points


def _wrapped(ring: list[QgsPointXY]) -> QgsGeometry:
    """The polygon of an unwrapped ring, wrapped to -180 to 180 degrees."""
    shape = QgsGeometry.fromPolygonXY([ring])
    box = shape.boundingBox()
    if abs(ring[-1].x() - ring[0].x()) > 180:  # around the globe: it contains a pole
        north = 90.0 if box.center().y() > 0 else box.yMaximum()
        south = -90.0 if box.center().y() <= 0 else box.yMinimum()
        shape = QgsGeometry.fromRect(QgsRectangle(-180, south, 180, north))
    elif box.width() >= 360:
        shape = QgsGeometry.fromRect(QgsRectangle(-180, box.yMinimum(), 180, box.yMaximum()))
    elif box.xMinimum() < -180 or box.xMaximum() > 180:
        shape = _cut_at_antimeridian(shape)
    shape.convertToMultiType()
    return shape


def _cut_at_antimeridian(shape: QgsGeometry) -> QgsGeometry:
    """The geometry cut at the antimeridian, its parts moved to -180 to 180 degrees."""
    parts = []
    for turn in range(-2, 3):
        world = QgsRectangle(-180 + 360 * turn, -90, 180 + 360 * turn, 90)
        part = shape.intersection(QgsGeometry.fromRect(world))
        if part.area() > 0:
            part.translate(-360 * turn, 0)
            parts.append(part)
    return QgsGeometry.unaryUnion(parts)
