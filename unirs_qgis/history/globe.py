"""Where on the globe an answer lies.

The answers of a history were asked in many CRSs, but the features of a layer share one. So every
footprint is kept twice: as it was (WKT and CRS, in attributes, nothing lost) and as a shape in
longitude and latitude by which it is found on a map. The shape is an approximation: sides are
densified before they are transformed, because what is straight in one CRS is bent in another.
"""

from __future__ import annotations

import math

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsGeometry,
    QgsPointXY,
    QgsRectangle,
    QgsWkbTypes,
)

WGS84 = "EPSG:4326"

_POINTS_PER_SIDE = 20
_POLYGONS = (
    QgsWkbTypes.Type.Polygon,
    QgsWkbTypes.Type.PolygonZ,
    QgsWkbTypes.Type.MultiPolygon,
    QgsWkbTypes.Type.MultiPolygonZ,
)


def on_globe(footprint: str, crs: str) -> QgsGeometry:
    """Shape of a footprint in longitude and latitude.

    Args:
        footprint: WKT of a polygon.
        crs: CRS of the polygon as "EPSG:32611" or WKT; empty if it has none.

    Returns:
        A multipolygon in EPSG:4326, longitude (-180 to 180 degrees) first, in two parts if it lies
        across the antimeridian. Null for a polygon that has no place on the globe: without CRS, or
        outside of what its CRS can express.
    """
    geometry = QgsGeometry.fromWkt(footprint)
    system = QgsCoordinateReferenceSystem(crs)
    if geometry.isEmpty() or geometry.wkbType() not in _POLYGONS or not system.isValid():
        return QgsGeometry()  # QGIS crashes over an empty polygon further down
    transform = QgsCoordinateTransform(
        system, QgsCoordinateReferenceSystem(WGS84), QgsCoordinateTransformContext()
    )
    geometry = geometry.densifyByCount(_POINTS_PER_SIDE)
    try:
        geometry.transform(transform)
    except QgsCsException:
        return QgsGeometry()
    geometry.convertToSingleType()
    ring = geometry.asPolygon()[0]
    if not all(math.isfinite(point.x()) and math.isfinite(point.y()) for point in ring):
        return QgsGeometry()
    return _within_the_world(_unwrapped(ring))


def _unwrapped(ring: list[QgsPointXY]) -> list[QgsPointXY]:
    """The ring with longitudes that never jump: 179, 181 in place of 179, -179."""
    points = ring[:1]
    for point in ring[1:]:
        turns = round((points[-1].x() - point.x()) / 360)
        points.append(QgsPointXY(point.x() + 360 * turns, point.y()))
    return points


def _within_the_world(ring: list[QgsPointXY]) -> QgsGeometry:
    """The polygon of an unwrapped ring, with what lies beyond 180 degrees brought back."""
    shape = QgsGeometry.fromPolygonXY([ring])
    box = shape.boundingBox()
    if abs(ring[-1].x() - ring[0].x()) > 180:  # once around the globe: a pole is inside
        north = 90.0 if box.center().y() > 0 else box.yMaximum()
        south = -90.0 if box.center().y() <= 0 else box.yMinimum()
        shape = QgsGeometry.fromRect(QgsRectangle(-180, south, 180, north))
    elif box.width() >= 360:
        shape = QgsGeometry.fromRect(QgsRectangle(-180, box.yMinimum(), 180, box.yMaximum()))
    if box.xMinimum() < -180 or box.xMaximum() > 180:
        shape = _brought_back(shape)
    shape.convertToMultiType()
    return shape


def _brought_back(shape: QgsGeometry) -> QgsGeometry:
    """The shape cut at the antimeridian, every part moved to between -180 and 180 degrees."""
    parts = []
    for turn in range(-2, 3):
        world = QgsRectangle(-180 + 360 * turn, -90, 180 + 360 * turn, 90)
        part = shape.intersection(QgsGeometry.fromRect(world))
        if part.area() > 0:
            part.translate(-360 * turn, 0)
            parts.append(part)
    return QgsGeometry.unaryUnion(parts)
