"""Where the pixels of a crop lie: extents that make sense, on a grid square on the ground."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsDistanceArea,
    QgsPointXY,
    QgsRasterLayer,
    QgsRectangle,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.errors import UserError
from unirs_qgis.transforms import transform_between

_WGS84 = "EPSG:4326"
_ON_EARTH = 1e-9  # degrees: a world extent may miss 180 by rounding


class CropError(UserError):
    """A crop cannot be made."""

    def __init__(self, message: str) -> None:
        super().__init__("crop", message)


@dataclass(frozen=True)
class CropGrid:
    """North-up pixels over an extent, as many on each side as the ground's shape asks for.

    Attributes:
        extent: Exact extent of the pixels.
        crs: CRS of the extent; invalid for layers without one.
        width: Number of columns.
        height: Number of rows.
        pixel_size: Metres on the ground that a pixel spans in the middle; ``None`` without a CRS.
    """

    extent: QgsRectangle
    crs: QgsCoordinateReferenceSystem
    width: int
    height: int
    pixel_size: float | None

    @classmethod
    def covering(
        cls, extent: QgsRectangle, crs: QgsCoordinateReferenceSystem, size: int
    ) -> CropGrid:
        """The grid over an extent whose longer side has `size` pixels.

        Pixels are square: in units of a projected CRS, and on the ground in a geographic one,
        where a degree of longitude is shorter than one of latitude. So that whole pixels fit, the
        shorter side of the extent grows by less than one of them.
        """
        scale = metres_per_unit(crs, extent)
        x_metres, y_metres = (scale or (1.0, 1.0)) if crs.isGeographic() else (1.0, 1.0)
        across, along = extent.width() * x_metres, extent.height() * y_metres
        pixel = max(across, along) / size
        width = max(1, math.ceil(across / pixel - 1e-6))
        height = max(1, math.ceil(along / pixel - 1e-6))
        x, y = pixel / x_metres, pixel / y_metres
        centre, half_x, half_y = extent.center(), width * x / 2, height * y / 2
        whole = QgsRectangle(
            centre.x() - half_x, centre.y() - half_y, centre.x() + half_x, centre.y() + half_y
        )
        on_ground = math.sqrt(x * scale[0] * y * scale[1]) if scale else None
        return cls(whole, crs, width, height, on_ground)


def metres_per_unit(
    crs: QgsCoordinateReferenceSystem, extent: QgsRectangle
) -> tuple[float, float] | None:
    """Metres that one unit of x and one of y span on the ground, in the middle of an extent.

    Measured on the ellipsoid, so that the distortion of a projection (twofold at 60° north in Web
    Mercator) is not taken for ground. ``None`` without a CRS, or out of its reach.
    """
    if not crs.isValid():
        return None
    distance = QgsDistanceArea()
    distance.setSourceCrs(crs, QgsCoordinateTransformContext())
    distance.setEllipsoid(crs.ellipsoidAcronym() or "EPSG:7030")
    x, y = extent.center().x(), extent.center().y()
    half_x, half_y = extent.width() / 2000, extent.height() / 2000
    try:
        across = distance.measureLine(QgsPointXY(x - half_x, y), QgsPointXY(x + half_x, y))
        along = distance.measureLine(QgsPointXY(x, y - half_y), QgsPointXY(x, y + half_y))
    except QgsCsException:
        return None
    scale = across / (2 * half_x), along / (2 * half_y)
    return scale if all(math.isfinite(value) and value > 0 for value in scale) else None


def ground_size(
    extent: QgsRectangle, crs: QgsCoordinateReferenceSystem
) -> tuple[float, float] | None:
    """Width and height of an extent on the ground, in metres, by the scale in its middle."""
    scale = metres_per_unit(crs, extent)
    return (extent.width() * scale[0], extent.height() * scale[1]) if scale else None


def layer_pixel_size(layer: QgsRasterLayer) -> float | None:
    """Metres on the ground of a layer's own pixels; ``None`` for services and without a CRS."""
    if layer.width() == 0:  # WMS and XYZ have no pixels of their own
        return None
    scale = metres_per_unit(layer.crs(), layer.extent())
    if scale is None:
        return None
    x, y = layer.rasterUnitsPerPixelX(), layer.rasterUnitsPerPixelY()
    return math.sqrt(abs(x * scale[0] * y * scale[1]))


def check_extent(extent: QgsRectangle) -> None:
    """Refuse extents that enclose nothing.

    Raises:
        CropError: The extent is not finite, or has no area.
    """
    if extent.isEmpty() or not extent.isFinite():
        raise CropError(
            QCoreApplication.translate(
                "Crops", "The extent encloses no area; choose or draw another one."
            )
        )


def crs_of_crops(
    layers: Sequence[tuple[str, QgsCoordinateReferenceSystem]], crs: QgsCoordinateReferenceSystem
) -> QgsCoordinateReferenceSystem:
    """The one CRS of the crops of layers: the one asked for, or none if the layers have none.

    Args:
        layers: Name and CRS of each.
        crs: CRS of the extent asked for.

    Raises:
        CropError: Some layers have a CRS and others have none.
    """
    without = [name for name, own in layers if not own.isValid()]
    if not without:
        return crs
    if len(without) < len(layers):
        raise CropError(
            QCoreApplication.translate(
                "Crops",
                "The layer {layer} has no CRS, so it cannot be laid on the other dates; "
                "set its CRS in the layer properties.",
            ).format(layer=without[0])
        )
    return QgsCoordinateReferenceSystem()


def check_layer(
    name: str,
    layer_extent: QgsRectangle,
    layer_crs: QgsCoordinateReferenceSystem,
    extent: QgsRectangle,
    crs: QgsCoordinateReferenceSystem,
    context: QgsCoordinateTransformContext,
) -> None:
    """Refuse an extent in which a layer cannot be seen.

    Args:
        name: Name of the layer.
        layer_extent: Where the layer is, in `layer_crs`.
        layer_crs: CRS of the layer; if it is invalid, coordinates are compared as they are.
        extent: The extent asked for, in `crs`.
        crs: CRS of that extent.
        context: Transformations that the project prefers.

    Raises:
        CropError: The extent crosses the antimeridian, which the layer does not, or lies outside
            the layer, or its CRS and that of the layer are not related.
    """
    if layer_crs.isValid() and crs.isValid():
        _refuse_antimeridian(layer_extent, layer_crs, extent, crs, context)
    try:
        wanted = _transformed(extent, crs, layer_crs, context)
    except QgsCsException:
        raise CropError(
            QCoreApplication.translate(
                "Crops",
                "The extent is out of reach of the CRS of the layer {layer}; "
                "choose one that meets the layer.",
            ).format(layer=name)
        ) from None
    if not layer_extent.isEmpty() and not wanted.intersects(layer_extent):
        raise CropError(
            QCoreApplication.translate(
                "Crops", "The extent lies outside the layer {layer}; choose one that meets it."
            ).format(layer=name)
        )


def _refuse_antimeridian(
    layer_extent: QgsRectangle,
    layer_crs: QgsCoordinateReferenceSystem,
    extent: QgsRectangle,
    crs: QgsCoordinateReferenceSystem,
    context: QgsCoordinateTransformContext,
) -> None:
    """Refuse an extent on both sides of 180°, unless the layer itself goes on there.

    A layer that has the CRS of the extent goes on there if it does (longitudes from 0 to 360°, a
    national grid of Fiji); any other one would be drawn on one side alone, or around the world.
    """
    if not _crosses_antimeridian(extent, crs, context):
        return
    if layer_crs == crs and layer_extent.contains(extent):
        return
    raise CropError(
        QCoreApplication.translate(
            "Crops", "The extent crosses the 180° meridian; choose one on either side of it."
        )
    )


def _crosses_antimeridian(
    extent: QgsRectangle, crs: QgsCoordinateReferenceSystem, context: QgsCoordinateTransformContext
) -> bool:
    if crs.isGeographic():
        return extent.xMinimum() < -180 - _ON_EARTH or extent.xMaximum() > 180 + _ON_EARTH
    transform = transform_between(crs, QgsCoordinateReferenceSystem(_WGS84), context)
    y = extent.center().y()
    steps = [extent.xMinimum() + extent.width() * step / 8 for step in range(9)]
    try:
        longitudes = [transform.transform(QgsPointXY(x, y)).x() for x in steps]
    except QgsCsException:
        return False  # outside of its own CRS: reported elsewhere, more clearly
    return any(abs(longitudes[i + 1] - longitudes[i]) > 180 for i in range(8))


def _transformed(
    extent: QgsRectangle,
    source: QgsCoordinateReferenceSystem,
    target: QgsCoordinateReferenceSystem,
    context: QgsCoordinateTransformContext,
) -> QgsRectangle:
    """Bounds of an extent in another CRS.

    Raises:
        QgsCsException: The target does not reach there.
    """
    if not (source.isValid() and target.isValid()):
        return extent
    bounds = transform_between(source, target, context).transformBoundingBox(extent)
    if not bounds.isFinite():
        raise QgsCsException("not finite")
    return bounds
