"""A search for places, from the dock's or Processing's side: its picture, request and result."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsRasterLayer, QgsRectangle
from qtpy.QtCore import QCoreApplication

from unirs_qgis.crops.draw import OVERSAMPLING
from unirs_qgis.crops.grid import ground_size, layer_pixel_size

WHERE = "where"
"""The task, and the worker's method."""

MOST_PIXELS = 4096
"""Pixels along the longer side of the picture that is searched; a larger extent is coarser."""

_OF_SERVICES = 8
"""Pictures of the model's size along that side, for services, which have no pixels of their own."""


def picture_side(pixels: float, image_size: int) -> int:
    """The size, for the crops, of the picture that is searched.

    Args:
        pixels: Of the layers, see ``pixels_along``.
        image_size: Pixels of the model's image, the least.
    """
    side = math.ceil(min(pixels or _OF_SERVICES * image_size, MOST_PIXELS) / OVERSAMPLING)
    return max(image_size, side)


def pixels_along(
    layers: Sequence[QgsRasterLayer], extent: QgsRectangle, crs: QgsCoordinateReferenceSystem
) -> float:
    """Pixels of the finest of some layers along the longer side of an extent; 0 for services.

    Args:
        layers: What is drawn.
        extent: What is searched.
        crs: CRS of the extent.
    """
    return max(_pixels(layer, extent, crs) for layer in layers)


def _pixels(
    layer: QgsRasterLayer, extent: QgsRectangle, crs: QgsCoordinateReferenceSystem
) -> float:
    if layer.width() == 0:
        return 0.0
    pixel, size = layer_pixel_size(layer), ground_size(extent, crs)
    if pixel is None or size is None:
        size = extent.width(), extent.height()
        pixel = math.sqrt(layer.rasterUnitsPerPixelX() * layer.rasterUnitsPerPixelY())
    return max(size) / pixel


def progress_text(window: Mapping[str, Any]) -> str:
    """How far a search is, for the line below the question.

    Args:
        window: The worker's notification about a window.
    """
    return QCoreApplication.translate(
        "Where", "{done} of {total}, step {level} of {levels}"
    ).format(**window)
