"""``unirs:radarpicture``: radar backscatter as a picture, despeckled and in decibels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from osgeo import gdal
from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsRasterLayer,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.composites import path_of, polarisations
from unirs_qgis.processing.algorithm import Texts, UniRSAlgorithm
from unirs_qgis.shared.radar import MARGIN, Backscatter, picture_of

translate = QCoreApplication.translate

_BLOCK = 1024
"""Pixels on a side that are computed at once."""

_SAMPLE, _SAMPLES = 256, 5
"""Side of a square whose speckle is measured, and how many of them lie along a side."""


class RadarPicture(UniRSAlgorithm):
    """One or two polarisations of a raster as grey, or as red, green and blue."""

    NAME = "radarpicture"

    def texts(self) -> Texts:
        """What the toolbox shows."""
        return Texts(
            title=translate("Processing", "Radar to a picture"),
            summary=translate(
                "Processing",
                "Radar backscatter as a picture that can be asked about: without speckle, in "
                "decibels.",
            ),
            tags=translate("Processing", "radar,SAR,Sentinel-1,speckle,Lee,decibel,backscatter"),
            help=(
                translate(
                    "Processing",
                    "Two polarisations (VV and VH, or HH and HV) become red and green, with their "
                    "ratio as blue; one becomes grey. They are found by the names of the bands or "
                    "of the file, and may be stored as power, amplitude (integers) or decibels.",
                ),
                translate(
                    "Processing",
                    "Models are seldom trained on radar: answers about the picture carry a "
                    "warning. Speckle is reduced by the filter of Lee in windows of 5 pixels.",
                ),
            ),
            output=translate("Processing", "Radar picture"),
        )

    def canExecute(self) -> tuple[bool, str]:  # noqa: N802
        """Always: no model is asked."""
        return True, ""

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: N802, ARG002
        """Declare the parameters."""
        label = translate("Processing", "Radar raster")
        self.addParameter(QgsProcessingParameterRasterLayer("INPUT", label))
        self.addParameter(QgsProcessingParameterRasterDestination("OUTPUT", self.texts().output))

    def prepareAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,  # noqa: ARG002
    ) -> bool:
        """Find the bands, while the layer may be touched.

        Raises:
            QgsProcessingException: The layer has no backscatter that is known.
        """
        layer = self.parameterAsRasterLayer(parameters, "INPUT", context)
        self._bands = polarisations(layer) if isinstance(layer, QgsRasterLayer) else {}
        if not self._bands:
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "The raster has no band that is known to be radar backscatter; name a band VV, "
                    "VH, HH or HV.",
                )
            )
        self._path = path_of(layer)
        return True

    def processAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Write the picture, block by block.

        Raises:
            QgsProcessingException: The raster cannot be read, or the picture cannot be written.
        """
        output = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        try:
            self._write(_there(gdal.OpenEx(self._path, gdal.OF_RASTER)), output, feedback)
        except RuntimeError as error:
            raise QgsProcessingException(
                translate("Processing", "The picture cannot be made: {reason}").format(
                    reason=" ".join(str(error).split())[:200]
                )
            ) from None
        return {} if feedback.isCanceled() else {"OUTPUT": output}

    def _write(self, source: gdal.Dataset, output: str, feedback: QgsProcessingFeedback) -> None:
        bands = [source.GetRasterBand(number) for number in self._bands.values()]
        names = [f"{name.upper()} (dB)" for name in self._bands]
        if len(names) == 2:
            names.append(f"{names[0]} - {names[1]}")
        scatter = [_measured(band) for band in bands]
        picture = _created(source, output, names)
        blocks = list(_blocks(source.RasterXSize, source.RasterYSize, _BLOCK))
        for done, block in enumerate(blocks):
            if feedback.isCanceled():
                return
            decibels = [_filtered(band, one, block) for band, one in zip(bands, scatter)]
            if picture.WriteArray(picture_of(decibels).astype(np.float32), *block[:2]):
                raise RuntimeError(gdal.GetLastErrorMsg())
            feedback.setProgress(100 * (done + 1) / len(blocks))
        gdal.ErrorReset()
        picture.FlushCache()
        if gdal.GetLastErrorType() >= gdal.CE_Failure:
            raise RuntimeError(gdal.GetLastErrorMsg())


def _created(source: gdal.Dataset, output: str, names: list[str]) -> gdal.Dataset:
    options = ["TILED=YES", "COMPRESS=DEFLATE", "PREDICTOR=3", "BIGTIFF=IF_SAFER"]
    size = source.RasterXSize, source.RasterYSize
    driver = gdal.GetDriverByName("GTiff")
    picture = _there(driver.Create(output, *size, len(names), gdal.GDT_Float32, options))
    if source.GetGCPCount():
        picture.SetGCPs(source.GetGCPs(), source.GetGCPProjection())
    else:
        picture.SetGeoTransform(source.GetGeoTransform())
        picture.SetProjection(source.GetProjection())
    picture.SetMetadata(source.GetMetadata())
    for number, name in enumerate(names, start=1):
        picture.GetRasterBand(number).SetDescription(name)
        picture.GetRasterBand(number).SetNoDataValue(float("nan"))
    return picture


Block = tuple[int, int, int, int]
"""First column and row, number of columns and rows."""


def _blocks(width: int, height: int, side: int) -> Iterator[Block]:
    for row in range(0, height, side):
        for column in range(0, width, side):
            yield column, row, min(side, width - column), min(side, height - row)


def _filtered(band: gdal.Band, scatter: Backscatter, block: Block) -> np.ndarray:
    """Decibels of a block, filtered with the pixels around it."""
    column, row, columns, rows = block
    left, top = min(MARGIN, column), min(MARGIN, row)
    right = min(MARGIN, band.XSize - column - columns)
    bottom = min(MARGIN, band.YSize - row - rows)
    values = _values(band, (column - left, row - top, columns + left + right, rows + top + bottom))
    return scatter.in_decibels(values)[top : top + rows, left : left + columns]


def _measured(band: gdal.Band) -> Backscatter:
    """How a band is stored and how much it speckles, by squares all over it."""
    squares = []
    side = min(_SAMPLE, band.XSize, band.YSize)
    for row in np.linspace(0, band.YSize - side, _SAMPLES, dtype=int):
        for column in np.linspace(0, band.XSize - side, _SAMPLES, dtype=int):
            squares.append(_values(band, (int(column), int(row), side, side)))
    is_integer = gdal.GetDataTypeName(band.DataType) not in {"Float32", "Float64"}
    return Backscatter.of(np.concatenate(squares), is_integer=is_integer)


def _values(band: gdal.Band, block: Block) -> np.ndarray:
    """Values, NaN without data."""
    values = _there(band.ReadAsArray(*block)).astype(np.float64)
    values[_there(band.GetMaskBand().ReadAsArray(*block)) == 0] = np.nan
    return values


def _there(result: Any) -> Any:
    """What GDAL gives, which is nothing where it fails and its exceptions are off.

    Raises:
        RuntimeError: As with exceptions.
    """
    if result is None:
        raise RuntimeError(gdal.GetLastErrorMsg())
    return result
