"""The note on an extent: its size on the ground, its scale for the model, its problems."""

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
    CropGrid,
    check_extent,
    check_layer,
    crs_of_crops,
    ground_size,
    layer_pixel_size,
)

translate = QCoreApplication.translate

_COARSE = 16
"""Pixels of the layer per side of a model pixel, above which details are lost."""
_HOUSE = 10.0
"""Size of a house in metres: smaller model pixels are never too large."""
_FINE = 1 / 8
"""Pixels of the layer per side of a model pixel, below which there is nothing to see."""

_COARSEST, _FINEST = 60.0, 0.02
"""Metres per model pixel outside of which there is a warning for services (no own pixels)."""


@dataclass(frozen=True)
class CropNote:
    """The note on an extent of layers.

    Attributes:
        summary: One line: size on the ground, and of a model pixel; empty if it is not known.
        refusal: One sentence why it cannot be asked about; empty if it can.
        warning: One sentence why answers will be poor; empty if there is none.
        too_large: Whether to ask tile by tile instead.
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
        layers: The selected layers.
        extent: Extent of the crops.
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
    pixel = CropGrid.covering(extent, crs, size).pixel_size
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
    """Whether details are lost because the model's pixels are too large.

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
