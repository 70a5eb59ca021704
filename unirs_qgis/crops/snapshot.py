"""Private copies of raster layers: drawn as the analyst sees them, while theirs stay untouched."""

from __future__ import annotations

from dataclasses import dataclass

from qgis.core import (
    Qgis,
    QgsBilinearRasterResampler,
    QgsBrightnessContrastFilter,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsHueSaturationFilter,
    QgsRasterDataProvider,
    QgsRasterLayer,
    QgsRasterMinMaxOrigin,
    QgsRasterRange,
    QgsRasterRenderer,
    QgsRectangle,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.crops.grid import CropError


@dataclass(frozen=True)
class LayerSnapshot:
    """What it takes to draw a layer as it is at one moment, without the layer.

    It is taken on the GUI thread, where the layer lives, in well under a millisecond. Opening the
    copy may compute statistics or ask a server; that is done where it disturbs nobody. What
    happens to the layer in between, its removal included, does not matter.

    Attributes:
        name: What the layer tree calls the layer.
        source: Data source, with what it takes to log in: never to be shown or stored.
        provider: Key of the data provider.
        crs: CRS of the layer, as the analyst set it.
        extent: Where the layer is, in its CRS.
        context: Transformations that the project prefers.
        renderer: The analyst's bands, stretch, colours and transparent values.
        brightness: The analyst's brightness, contrast and gamma.
        hue: The analyst's hue and saturation.
        nodata: For each band: whether the nodata value of the file counts, and the analyst's own.
    """

    name: str
    source: str
    provider: str
    crs: QgsCoordinateReferenceSystem
    extent: QgsRectangle
    context: QgsCoordinateTransformContext
    renderer: QgsRasterRenderer
    brightness: QgsBrightnessContrastFilter
    hue: QgsHueSaturationFilter
    nodata: tuple[tuple[bool, tuple[QgsRasterRange, ...]], ...]

    @classmethod
    def of(cls, layer: QgsRasterLayer) -> LayerSnapshot:
        """The layer as it is now. Call it on the layer's own thread.

        Raises:
            CropError: The layer is no longer there, or cannot be drawn.
        """
        try:
            return cls._of(layer)
        except RuntimeError:  # the C++ layer behind the Python object was deleted
            raise CropError(
                QCoreApplication.translate(
                    "Crops", "A layer was removed from the project; choose another one."
                )
            ) from None

    @classmethod
    def _of(cls, layer: QgsRasterLayer) -> LayerSnapshot:
        provider = layer.dataProvider()
        if not layer.isValid() or provider is None or layer.renderer() is None:
            raise _not_opened(layer.name())
        return cls(
            name=layer.name(),
            source=layer.source(),
            provider=layer.providerType(),
            crs=layer.crs(),
            extent=layer.extent(),
            context=layer.transformContext(),
            renderer=layer.renderer().clone(),
            brightness=layer.brightnessFilter().clone(),
            hue=layer.hueSaturationFilter().clone(),
            nodata=_nodata(provider),
        )

    def open(self, side: int) -> QgsRasterLayer:
        """A layer of its own, on the calling thread, that draws the raster itself.

        Bands, stretch and colours are the analyst's. Opacity, blending and visibility by scale,
        which speak of the map and not of the raster, are not taken over, and the stretch does not
        follow the extent. Pixels are averaged where the raster is finer than the picture and
        interpolated where it is coarser.

        Args:
            side: Pixels on the longer side of the picture that will be drawn.

        Raises:
            CropError: What the layer showed can no longer be opened.
        """
        options = QgsRasterLayer.LayerOptions(False, self.context)
        options.skipCrsValidation = True  # never ask the user for the CRS of a copy
        layer = QgsRasterLayer(self.source, self.name, self.provider, options)
        if not layer.isValid():
            raise _not_opened(self.name)
        layer.setCrs(self.crs)
        for band, (of_source, ranges) in enumerate(self.nodata, start=1):
            layer.dataProvider().setUseSourceNoDataValue(band, of_source)
            layer.dataProvider().setUserNoDataValue(band, list(ranges))
        renderer = self.renderer.clone()
        renderer.setOpacity(1.0)
        renderer.setMinMaxOrigin(QgsRasterMinMaxOrigin())
        layer.setRenderer(renderer)
        layer.pipe().set(self.brightness.clone())
        layer.pipe().set(self.hue.clone())
        _resample_smoothly(layer, side)
        return layer


_MOST_READ = 2048
"""Pixels on a side that are read at most, to be averaged to those of the picture."""


def _resample_smoothly(layer: QgsRasterLayer, side: int) -> None:
    if layer.width() == 0:  # a service draws what it is asked for: more pixels are more requests
        return
    layer.setResamplingStage(Qgis.RasterResamplingStage.ResampleFilter)
    resampling = layer.resampleFilter()
    resampling.setZoomedInResampler(QgsBilinearRasterResampler())
    resampling.setZoomedOutResampler(QgsBilinearRasterResampler())  # averages, in truth
    resampling.setMaxOversampling(max(2.0, _MOST_READ / side))


def _nodata(
    provider: QgsRasterDataProvider,
) -> tuple[tuple[bool, tuple[QgsRasterRange, ...]], ...]:
    return tuple(
        (provider.useSourceNoDataValue(band), tuple(provider.userNoDataValues(band)))
        for band in range(1, provider.bandCount() + 1)
    )


def _not_opened(name: str) -> CropError:
    return CropError(
        QCoreApplication.translate(
            "Crops",
            "The layer {layer} cannot be opened; check that its file or service is still there.",
        ).format(layer=name)
    )
