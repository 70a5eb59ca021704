"""Draws a layer over a grid, and writes the crop as GeoTIFF. For background threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from osgeo import gdal
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsGeometry,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsRasterLayer,
    QgsRectangle,
)
from qtpy.QtCore import QCoreApplication, QEventLoop, QSize, Qt, QThreadPool, QTimer
from qtpy.QtGui import QColor, QImage, QPainter

from unirs_qgis.background import Stopped
from unirs_qgis.composites import shown_by
from unirs_qgis.crops.grid import CropError, CropGrid, layer_pixel_size

OVERSAMPLING = 2
"""Pixels that are drawn for each pixel of the model, per side.

The worker averages them. Without, the nearest-neighbour sampling of QGIS's reprojection would show.
"""

_MOST_DRAWN = 4096
"""Pixels on a side of a picture in a geographic CRS near a pole, where degrees are no squares."""

_NEUTRAL = QColor(127, 127, 127)
"""What the worker fills pixels without data with."""

_CANCEL_INTERVAL = 50  # milliseconds

_LONGEST_REASON = 150
"""Characters of a library's error message; some are pages long."""


class CropCancelled(Stopped):
    """The crop was cancelled."""


@dataclass(frozen=True)
class Crop:
    """The image of one layer that the model reads.

    Attributes:
        path: GeoTIFF, red, green, blue and alpha; alpha 0 is nodata.
        layer_name: Name of the layer.
        extent: Exact extent of the pixels.
        crs: CRS of the extent; invalid for a layer without one.
        pixel_size: Metres on the ground of a pixel of the model; ``None`` without a CRS.
        nodata_share: Share of the pixels without data, 0 to 1.
        thumbnail: The image in the model's size.
    """

    path: Path
    layer_name: str
    extent: QgsRectangle
    crs: QgsCoordinateReferenceSystem
    pixel_size: float | None
    nodata_share: float
    thumbnail: QImage

    @property
    def footprint(self) -> str:
        """The extent as a WKT polygon, in the CRS of the crop."""
        return QgsGeometry.fromRect(self.extent).asWkt()


def make_crop(
    layer: QgsRasterLayer,
    grid: CropGrid,
    path: Path,
    cancelled: Callable[[], bool],
    date: str = "",
) -> Crop:
    """Draw a layer and write the picture.

    Args:
        layer: A private layer of the calling thread.
        grid: The model's pixels, in the CRS of the layer if that has none.
        path: GeoTIFF to write.
        cancelled: Whether to stop; called every now and then.
        date: Acquisition date for the model, ISO 8601; empty for none.

    Raises:
        CropError: The layer cannot be drawn, or the file cannot be written.
        CropCancelled: It was cancelled.
    """
    image = draw(layer, grid, cancelled)
    samples = samples_of(image)
    _write(_geotiff(samples, grid, _facts(layer, date), shown_by(layer)), path)
    return Crop(
        path=path,
        layer_name=layer.name(),
        extent=grid.extent,
        crs=grid.crs,
        pixel_size=grid.pixel_size,
        nodata_share=samples[3::4].count(0) / (len(samples) // 4),
        thumbnail=_as_seen(image, grid),
    )


def draw(layer: QgsRasterLayer, grid: CropGrid, cancelled: Callable[[], bool]) -> QImage:
    """A layer over a grid, ``OVERSAMPLING`` times as fine, transparent where there are no data.

    Raises:
        CropError: The layer cannot be drawn.
        CropCancelled: It was cancelled.
    """
    width, height = OVERSAMPLING * grid.width, OVERSAMPLING * grid.height
    image = _drawn(layer, grid, width, height, cancelled)
    if (image.width(), image.height()) != (width, height):
        image = _scaled(image, width, height)
    return image.convertToFormat(QImage.Format.Format_RGBA8888)


def samples_of(image: QImage) -> bytes:
    """Red, green, blue and alpha of the pixels of a drawn layer, row by row."""
    return bytes(image.constBits().asstring(image.sizeInBytes()))


def _facts(layer: QgsRasterLayer, date: str) -> dict[str, str]:
    """What the worker reads beside the picture, by its names; what is not known is left out."""
    pixel_size = layer_pixel_size(layer)
    facts = {"ACQUISITION_DATE": date, "SOURCE_PIXEL_SIZE": f"{pixel_size or ''}"}
    return {name: value for name, value in facts.items() if value}


def _drawn(
    layer: QgsRasterLayer, grid: CropGrid, width: int, height: int, cancelled: Callable[[], bool]
) -> QImage:
    """The layer over the extent of a grid, transparent where there are no data.

    Raises:
        CropError: The layer cannot be drawn.
        CropCancelled: It was cancelled in the meantime.
    """
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(grid.crs)
    settings.setTransformContext(layer.transformContext())
    settings.setExtent(grid.extent)
    settings.setOutputSize(_square_pixels(grid.extent, width, height))
    settings.setBackgroundColor(QColor(0, 0, 0, 0))
    settings.setFlag(Qgis.MapSettingsFlag.DrawLabeling, False)
    job = QgsMapRendererParallelJob(settings)
    _wait_for(job, cancelled)
    if cancelled():
        raise CropCancelled
    errors = [" ".join(error.message.split())[:_LONGEST_REASON] for error in job.errors()]
    if errors:
        raise CropError(
            QCoreApplication.translate(
                "Crops",
                "The layer {layer} cannot be drawn ({reason}); check its file or service.",
            ).format(layer=layer.name(), reason=errors[0])
        )
    return job.renderedImage()


def _square_pixels(extent: QgsRectangle, width: int, height: int) -> QSize:
    """Size of the drawn image, at least `width` and `height`: map settings have square pixels.

    Of a grid in a geographic CRS one side comes out larger, and is scaled afterwards.
    """
    pixel = max(
        min(extent.width() / width, extent.height() / height),
        max(extent.width(), extent.height()) / _MOST_DRAWN,
    )
    return QSize(max(1, round(extent.width() / pixel)), max(1, round(extent.height() / pixel)))


def _wait_for(job: QgsMapRendererParallelJob, cancelled: Callable[[], bool]) -> None:
    """Run a job in an event loop of this thread's own, so that it can be cancelled from here."""

    def look() -> None:
        if cancelled():
            job.cancelWithoutBlocking()

    loop, timer, pool = QEventLoop(), QTimer(), QThreadPool.globalInstance()
    job.finished.connect(loop.quit)
    timer.timeout.connect(look)
    timer.start(_CANCEL_INTERVAL)
    job.start()
    pool.releaseThread()  # the job needs a thread of the pool that this thread may come from
    try:
        if job.isActive():
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    finally:
        pool.reserveThread()
        timer.stop()


def _write(content: bytes, path: Path) -> None:
    """Write a file whole, or leave none.

    Raises:
        CropError: The disk does not take it.
    """
    try:
        path.write_bytes(content)
        whole = path.stat().st_size == len(content)
    except OSError:
        whole = False
    if not whole:
        with suppress(OSError):
            path.unlink()
        raise CropError(
            QCoreApplication.translate(
                "Crops",
                "The picture of the layer cannot be written to {folder}; "
                "check that the disk has space left.",
            ).format(folder=path.parent)
        )


def _geotiff(
    samples: bytes, grid: CropGrid, facts: Mapping[str, str], shows: Sequence[str]
) -> bytes:
    """Red, green, blue and alpha, pixel by pixel, as the bytes of a GeoTIFF.

    What the bands show, if that is unusual, are their descriptions: the worker reads them.

    It is made in memory: on a full disk, GDAL writes for ever, or does not notice.

    Raises:
        CropError: The format cannot hold the CRS.
    """
    extent = grid.extent
    width, height = OVERSAMPLING * grid.width, OVERSAMPLING * grid.height
    x, y = extent.width() / width, extent.height() / height
    name = f"/vsimem/unirs-{uuid4().hex}.tif"
    gdal.ErrorReset()
    try:
        dataset = gdal.GetDriverByName("GTiff").Create(
            name, width, height, 4, gdal.GDT_Byte, ["PHOTOMETRIC=RGB", "ALPHA=YES"]
        )
        for fact, value in facts.items():
            dataset.SetMetadataItem(fact, value)
        for number, shown in enumerate(shows, start=1):
            dataset.GetRasterBand(number).SetDescription(shown)
        dataset.SetGeoTransform((extent.xMinimum(), x, 0.0, extent.yMaximum(), 0.0, -y))
        if grid.crs.isValid():
            wkt = QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED_GDAL
            dataset.SetProjection(grid.crs.toWkt(wkt))
        dataset.WriteRaster(0, 0, width, height, samples, buf_pixel_space=4, buf_band_space=1)
        dataset = None  # closes the file
        failed = gdal.GetLastErrorType() >= gdal.CE_Failure
        content = b"" if failed else _memory_file(name)
    except RuntimeError:  # where the host program has switched GDAL's exceptions on
        failed = True
    finally:
        gdal.Unlink(name)
    if failed:
        raise CropError(
            QCoreApplication.translate(
                "Crops",
                "The picture of the layer cannot be made ({reason}); choose another CRS.",
            ).format(reason=" ".join(gdal.GetLastErrorMsg().split())[:_LONGEST_REASON])
        )
    return content


def _memory_file(name: str) -> bytes:
    """The content of a file in GDAL's memory."""
    file = gdal.VSIFOpenL(name, "rb")
    try:
        return bytes(gdal.VSIFReadL(1, gdal.VSIStatL(name).size, file))
    finally:
        gdal.VSIFCloseL(file)


def _as_seen(image: QImage, grid: CropGrid) -> QImage:
    """A picture in the model's size, with the worker's neutral fill where there are no data."""
    seen = QImage(grid.width, grid.height, QImage.Format.Format_RGB32)
    seen.fill(_NEUTRAL)
    painter = QPainter(seen)
    painter.drawImage(0, 0, _scaled(image, grid.width, grid.height))
    painter.end()
    return seen


def _scaled(image: QImage, width: int, height: int) -> QImage:
    return image.scaled(
        width,
        height,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
