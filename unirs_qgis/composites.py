"""What the bands of layers show, and layers shown as a composite: the model reads what is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path, PurePath

from osgeo import gdal
from qgis.core import (
    Qgis,
    QgsContrastEnhancement,
    QgsMultiBandColorRenderer,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsRasterMinMaxOrigin,
    QgsRasterRenderer,
    QgsSingleBandGrayRenderer,
    QgsSingleBandPseudoColorRenderer,
)

from unirs_qgis.shared.sensor_bands import (
    COMPOSITES,
    Band,
    composite_bands,
    sensing,
    what_bands_show,
)

SHOWN = tuple(name for name in COMPOSITES if name != "radar")
"""Composites that a renderer can show; radar has to be computed."""

_NO_BANDS = {".xml", ".ovr", ".msk", ".aux"}
"""Extensions of files beside a raster that hold no band of it."""


_IMAGE_OF_PRODUCT = re.compile(r"SENTINEL2_L\w+:(?P<file>.+\.xml):\w+:\w+")
"""GDAL's name for the bands of one resolution of a Sentinel-2 product, with its metadata."""


def composites(layers: Sequence[QgsRasterLayer]) -> tuple[str, ...]:
    """The composites that all of the layers can be shown as."""
    return tuple(
        name for name in SHOWN if layers and all(_numbers(layer, name) for layer in layers)
    )


def show_as(layer: QgsRasterLayer, composite: str) -> None:
    """Show a layer as a composite, stretched as by default: not for bytes, else 2 to 98 percent.

    Args:
        layer: A layer.
        composite: One of ``composites([layer])``.
    """
    numbers = _numbers(layer, composite)
    provider = layer.dataProvider()
    if len(numbers) == 3:
        layer.setRenderer(QgsMultiBandColorRenderer(provider, *numbers))
    else:
        layer.setRenderer(QgsSingleBandGrayRenderer(provider, *numbers))
    is_bytes = all(provider.dataType(number) == Qgis.DataType.Byte for number in numbers)
    stretch = (
        QgsContrastEnhancement.ContrastEnhancementAlgorithm.NoEnhancement
        if is_bytes
        else QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum
    )
    layer.setContrastEnhancement(stretch, QgsRasterMinMaxOrigin.Limits.CumulativeCut)
    layer.triggerRepaint()


def shown_by(layer: QgsRasterLayer) -> tuple[str, ...]:
    """What a layer's red, green and blue show, all the same for grey, if that is unusual.

    Returns:
        Three names such as ``nir`` or ``vv``; none for natural colours, and where it is not known.
    """
    numbers = _numbers_of_renderer(layer.renderer())
    shown = what_layer_shows(layer)
    if not all(1 <= number <= len(shown) for number in numbers):
        return ()
    names = tuple(shown[number - 1] for number in numbers)
    return (names * 3)[:3] if sensing(names) else ()


def polarisations(layer: QgsRasterLayer) -> dict[str, int]:
    """Band numbers of one or two polarisations of radar, by their names; none if not known."""
    _, shown = _facts(layer)
    numbers = composite_bands("radar", shown) or ()
    return {shown[number - 1]: number for number in numbers}


def what_layer_shows(layer: QgsRasterLayer) -> tuple[str, ...]:
    """What each band of a layer shows; empty where that is not known, none of a service."""
    return _facts(layer)[1]


def _numbers(layer: QgsRasterLayer, composite: str) -> tuple[int, ...]:
    bands, shown = _facts(layer)
    return composite_bands(composite, shown, bands) or ()


def _numbers_of_renderer(renderer: QgsRasterRenderer | None) -> tuple[int, ...]:
    if isinstance(renderer, QgsMultiBandColorRenderer):
        return renderer.redBand(), renderer.greenBand(), renderer.blueBand()
    if isinstance(renderer, (QgsSingleBandGrayRenderer, QgsSingleBandPseudoColorRenderer)):
        return tuple(renderer.usesBands()[:1])
    return ()


def path_of(layer: QgsRasterLayer) -> str:
    """The local file of a layer; empty for a service, and for what is inside of an archive."""
    if layer.providerType() != "gdal":
        return ""
    path = QgsProviderRegistry.instance().decodeUri("gdal", layer.source()).get("path", "")
    return path if Path(path).is_file() else ""


def _facts(layer: QgsRasterLayer) -> tuple[tuple[Band, ...], tuple[str, ...]]:
    image = _IMAGE_OF_PRODUCT.fullmatch(layer.source())
    file = image["file"] if image else path_of(layer)
    if not file or not Path(file).is_file():
        return (), ()
    return _facts_of_file(image[0] if image else file, Path(file).stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _facts_of_file(path: str, _written: int) -> tuple[tuple[Band, ...], tuple[str, ...]]:
    """Bands of a local file, or of GDAL's name for a part of one, and what they show.

    Only the header is read.
    """
    try:
        dataset = gdal.OpenEx(path, gdal.OF_RASTER)
    except RuntimeError:  # where the host program has switched GDAL's exceptions on
        dataset = None
    if dataset is None:
        return (), ()
    numbers = range(1, dataset.RasterCount + 1)
    files = _files_of_bands(dataset, path)
    bands = tuple(_band(dataset.GetRasterBand(number), files[number - 1]) for number in numbers)
    return bands, what_bands_show(bands, path, dataset.GetMetadata() or {})


def _band(band: gdal.Band, file: str) -> Band:
    return Band(
        name=band.GetDescription(),
        tags={**(band.GetMetadata() or {}), **(band.GetMetadata("IMAGERY") or {})},
        colour=gdal.GetColorInterpretationName(band.GetColorInterpretation()).lower(),
        file=PurePath(file).name,
    )


def _files_of_bands(dataset: gdal.Dataset, path: str) -> list[str]:
    """The files that each hold one band, as a virtual raster stacks them; else empty names."""
    files = (dataset.GetFileList() or [])[1:]
    parts = [name for name in files if PurePath(name).suffix.lower() not in _NO_BANDS]
    count = dataset.RasterCount
    if dataset.GetDriver().ShortName == "VRT" and len(parts) == count:
        return parts
    return [path] if count == 1 else [""] * count
