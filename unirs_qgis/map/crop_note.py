"""What an extent means for the model: its size on the ground, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qgis.core import (
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsReferencedRectangle,
)
from qtpy.QtCore import QCoreApplication, QLocale

from unirs_qgis.crops.grid import (
    CropError,
    Grid,
    check_extent,
    check_layer,
    crs_of_crops,
    ground_size,
    layer_pixel_size,
)

translate = QCoreApplication.translate

_COARSE = 16
"""Pixels of the layer on a side that one of the model may cover before details are lost."""
_HOUSE = 10.0
"""Metres: while a pixel of the model is smaller than a house, the extent is not too large."""
_FINE = 1 / 8
"""Pixels of the layer on a side that one of the model must cover to show anything."""

_COARSEST, _FINEST = 60.0, 0.02
"""Metres of a pixel of the model beyond which a service, which has no pixels, is warned about."""


@dataclass(frozen=True)
class CropNote:
    """What an extent means for the model.

    Attributes:
        summary: One line: size on the ground, and of a pixel; empty where that is not known.
        refusal: One sentence why it cannot be asked about; empty if it can.
        warning: One sentence why answers will be poor; empty if there is no reason.
        too_large: Whether it would help to ask tile by tile.
    """

    summary: str = ""
    refusal: str = ""
    warning: str = ""
    too_large: bool = False


def crop_note(
    layers: Sequence[QgsRasterLayer], extent: QgsReferencedRectangle, size: int
) -> CropNote:
    """What an extent of layers means for the model.

    Args:
        layers: What is looked at.
        extent: Which part of it.
        size: Pixels on the longer side of the model's image.
    """
    try:
        check_extent(extent)
        crs = crs_of_crops([(layer.name(), layer.crs()) for layer in layers], extent.crs())
        for layer in layers:
            check_layer(
                layer.name(),
                layer.extent(),
                layer.crs(),
                extent,
                crs,
                QgsProject.instance().transformContext(),
            )
    except CropError as error:
        return CropNote(refusal=str(error))
    pixel = Grid.covering(extent, crs, size).pixel_size
    measures = ground_size(extent, crs)
    if pixel is None or measures is None:
        return CropNote(summary=_in_units(extent, size))
    summary = translate("ExtentChooser", "{width} × {height}, {pixel} per pixel").format(
        width=_length(measures[0]), height=_length(measures[1]), pixel=_length(pixel)
    )
    own = [own_size for own_size in map(layer_pixel_size, layers) if own_size]
    if _is_too_large(pixel, own):
        return CropNote(summary, warning=_too_large(pixel, own), too_large=True)
    return CropNote(summary, warning=_too_small(pixel, own, max(measures)))


def _is_too_large(pixel: float, own: Sequence[float]) -> bool:
    """Whether things that are asked about are lost, because a pixel of the model is too large.

    Args:
        pixel: Of the model, in metres.
        own: Pixels of the layers, in metres; none for services.
    """
    if not own:
        return pixel > _COARSEST
    return pixel > max(_HOUSE, _COARSE * min(own))


def _too_large(pixel: float, own: Sequence[float]) -> str:
    if not own:
        return translate(
            "ExtentChooser",
            "This is very large: a pixel of the model covers {length}, and smaller things are "
            "lost. Zoom in, or ask tile by tile.",
        ).format(length=_length(pixel))
    return translate(
        "ExtentChooser",
        "This is very large: a pixel of the model covers {count} × {count} pixels of the layer, "
        "and things smaller than {length} are lost. Zoom in, or ask tile by tile.",
    ).format(count=_number(round(pixel / min(own))), length=_length(pixel))


def _too_small(pixel: float, own: Sequence[float], side: float) -> str:
    """One sentence if a pixel of the model (metres) is far finer than what the layers show."""
    if not own and pixel < _FINEST:
        return translate(
            "ExtentChooser", "This is very small: a pixel of the model covers {length}; zoom out."
        ).format(length=_length(pixel))
    if own and pixel < _FINE * max(own):
        return translate(
            "ExtentChooser",
            "This is very small: the layer has only {count} pixels on the longer side; "
            "zoom out or draw a larger rectangle.",
        ).format(count=_number(max(1, round(side / max(own)))))
    return ""


def _in_units(extent: QgsRectangle, size: int) -> str:
    width, height = extent.width(), extent.height()
    return translate("ExtentChooser", "{width} × {height} units, {pixel} units per pixel").format(
        width=_number(width), height=_number(height), pixel=_number(max(width, height) / size)
    )


def _length(metres: float) -> str:
    """A length with three significant digits, in the unit that suits."""
    for unit, factor in (("km", 1000.0), ("m", 1.0), ("cm", 0.01)):
        if metres >= factor or unit == "cm":
            return f"{_number(metres / factor)} {unit}"
    return ""


def _number(value: float) -> str:
    """Three significant digits, but whole numbers from 100 on, in the user's notation."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    text = QLocale().toString(float(value), "f", digits)
    point = QLocale().decimalPoint()
    return text.rstrip("0").rstrip(str(point)) if str(point) in text else text
