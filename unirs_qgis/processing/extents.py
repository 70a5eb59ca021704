"""Extents in the CRS of a layer, also where they lie across the 180th meridian.

On the map of a layer the ground on both sides of that meridian may lie at opposite ends. A bounding
box around both ends would go around the world: such an extent becomes two boxes.
"""

from __future__ import annotations

import math
import re

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsGeometry,
    QgsPointXY,
    QgsRectangle,
)

from unirs_qgis.shared.tiles import Box
from unirs_qgis.transforms import transform_between

_POINTS_PER_SIDE = 20
_SAME_MERIDIAN = 1e-6
"""Degrees, about a tenth of a metre."""

_NUMBER = r"\s*(-?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)\s*"
_EXTENT = re.compile(rf"{_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}(?P<crs>\[.+\])?\s*")


def across_180(text: str, crs: QgsCoordinateReferenceSystem) -> QgsRectangle | None:
    """An extent that is written with its west edge east of its east edge, as GeoJSON does.

    Args:
        text: As Processing writes an extent: ``xmin,xmax,ymin,ymax [CRS]``.
        crs: Of the extent.

    Returns:
        It with an east edge beyond 180 degrees; ``None`` if it is written in the usual way.
    """
    written = _EXTENT.fullmatch(text)
    if written is None or not crs.isGeographic():
        return None
    west, east, south, north = map(float, written.groups()[:4])
    return QgsRectangle(west, south, east + 360, north) if west > east else None


def names_its_crs(text: str) -> bool:
    """Whether an extent, as Processing writes it, has a CRS."""
    written = _EXTENT.fullmatch(text)
    return written is None or written["crs"] is not None


def boxes_within(
    limits: QgsRectangle,
    limits_crs: QgsCoordinateReferenceSystem,
    extent: QgsRectangle,
    crs: QgsCoordinateReferenceSystem,
    context: QgsCoordinateTransformContext,
) -> list[QgsRectangle]:
    """The part of an extent that lies within other limits, as boxes in the CRS of the limits.

    Args:
        limits: Such as the extent of a layer.
        limits_crs: Of the limits; without a CRS on either side coordinates are taken as they are.
        extent: The extent.
        crs: Of the extent.
        context: Of the project.

    Returns:
        Empty if they do not overlap; else one, or two from west to east where the map of
        ``limits_crs`` is cut within the extent.

    Raises:
        QgsCsException: The extent cannot be brought into ``limits_crs``.
    """
    boxes = shown_within(limits, limits_crs, extent, crs, context)
    return [box.intersect(limits) for box in boxes]


def shown_within(
    limits: QgsRectangle,
    limits_crs: QgsCoordinateReferenceSystem,
    extent: QgsRectangle,
    crs: QgsCoordinateReferenceSystem,
    context: QgsCoordinateTransformContext,
) -> list[QgsRectangle]:
    """As ``boxes_within``, but boxes may reach beyond the limits."""
    if not (crs.isValid() and limits_crs.isValid()):
        return [] if limits.intersect(extent).isEmpty() else [extent]
    width = _world_width(limits_crs, context)
    box = _box(extent, transform_between(crs, limits_crs, context), width)
    moved = [_moved(box, turn * width) for turn in range(-2, 3)] if width else [box]
    return [box for box in moved if not box.intersect(limits).isEmpty()]


class FeatureBoxes:
    """The ground around features that a model is shown, as boxes in the CRS of a raster.

    Args:
        raster: Extent of the raster.
        crs: Of the raster.
        features_crs: Of the features.
        context: Of the project.
    """

    def __init__(
        self,
        raster: QgsRectangle,
        crs: QgsCoordinateReferenceSystem,
        features_crs: QgsCoordinateReferenceSystem,
        context: QgsCoordinateTransformContext,
    ) -> None:
        self._raster, self._crs = raster, crs
        self._features_crs, self._context = features_crs, context

    def __call__(self, geometry: QgsGeometry, margin: int = 0) -> QgsRectangle | None:
        """The box around a feature; of one across 180 degrees, that around its larger part.

        Args:
            geometry: The feature's; it may be invalid or have several parts.
            margin: Width that is added on each side, in percent of the box's; less at the edge of
                the raster, beyond which there is nothing to see.

        Returns:
            The box, also where it lies outside of the raster; ``None`` if the geometry has no
            area, or does not reach the raster's CRS.
        """
        box = geometry.boundingBox()
        if box.isEmpty() or not box.isFinite():
            return None
        try:
            shown = self._shown(box)
        except QgsCsException:
            return None
        wider = QgsRectangle(shown)
        wider.scale(1 + 2 * margin / 100)
        return wider.intersect(self._raster) if self._raster.contains(shown) else wider

    def _shown(self, box: QgsRectangle) -> QgsRectangle:
        if self._crs == self._features_crs and self._raster.contains(box):
            return QgsRectangle(box)
        boxes = shown_within(self._raster, self._crs, box, self._features_crs, self._context)
        if not boxes:  # outside the raster, which becomes the error of its row
            transform = transform_between(self._features_crs, self._crs, self._context)
            return transform.transformBoundingBox(box)
        if len(boxes) == 1:
            return boxes[0]
        inside = (part.intersect(self._raster) for part in boxes)
        return max(inside, key=lambda part: part.area())


def ends_at_180(box: Box, crs: QgsCoordinateReferenceSystem) -> bool:
    """Whether the east edge of a box lies at 180 degrees, where most maps are cut."""
    if not crs.isValid():
        return False
    transform = transform_between(crs, _wgs84(), QgsCoordinateTransformContext())
    middle = QgsPointXY(box.x_max, (box.y_min + box.y_max) / 2)
    try:
        return abs(abs(transform.transform(middle).x()) - 180) < _SAME_MERIDIAN
    except QgsCsException:
        return False


def _wgs84() -> QgsCoordinateReferenceSystem:
    return QgsCoordinateReferenceSystem("EPSG:4326")


def _moved(box: QgsRectangle, west: float) -> QgsRectangle:
    return QgsRectangle(
        box.xMinimum() - west, box.yMinimum(), box.xMaximum() - west, box.yMaximum()
    )


def _box(
    extent: QgsRectangle, transform: QgsCoordinateTransform, width: float | None
) -> QgsRectangle:
    """The box around an extent, at most as wide as the world, and perhaps beyond its edge."""
    ring = QgsGeometry.fromRect(extent).densifyByCount(_POINTS_PER_SIDE).asPolygon()[0]
    points: list[QgsPointXY] = []
    for corner in ring:
        try:
            point = transform.transform(corner)
        except QgsCsException:  # a pole, in many projections
            continue
        if not (math.isfinite(point.x()) and math.isfinite(point.y())):
            continue
        if points and width:
            turns = round((points[-1].x() - point.x()) / width)
            point = QgsPointXY(point.x() + turns * width, point.y())
        points.append(point)
    if not points:
        raise QgsCsException("no point of the extent lies in that CRS")
    xs, ys = [point.x() for point in points], [point.y() for point in points]
    east = min(max(xs), min(xs) + width) if width else max(xs)
    return QgsRectangle(min(xs), min(ys), east, max(ys))


def _world_width(
    crs: QgsCoordinateReferenceSystem, context: QgsCoordinateTransformContext
) -> float | None:
    """Width of the world in a CRS, after which its map repeats; ``None`` if it does not.

    It does in degrees, and on cylindrical projections such as Mercator's, where all points of one
    latitude have the same y.
    """
    if crs.isGeographic():
        return 360.0
    transform = transform_between(_wgs84(), crs, context)
    try:
        one, other = (transform.transform(QgsPointXY(longitude, 45)) for longitude in (-20, 31))
        steps = [transform.transform(QgsPointXY(longitude, 0)).x() for longitude in range(4)]
    except QgsCsException:
        return None
    # The map may be cut between two of these, which makes one of the three steps a large one.
    degree = sorted(abs(b - a) for a, b in zip(steps, steps[1:]))[1]
    if not math.isfinite(degree) or degree == 0 or abs(one.y() - other.y()) > 1e-6 * degree:
        return None
    return 360 * degree
