"""Renders layers and an extent to crops: georeferenced images of what the analyst sees.

Layers are drawn from private copies instead of read: one way for files, WMS, XYZ, WCS and virtual
rasters, with the analyst's bands, stretch and colours. All of it runs in the background.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeedback,
    QgsRasterLayer,
    QgsRectangle,
)
from qtpy.QtCore import QCoreApplication, QObject, QTimer, Signal

from unirs_qgis.background import BackgroundTask
from unirs_qgis.crops.draw import OVERSAMPLING, Crop, CropCancelled, make_crop
from unirs_qgis.crops.grid import CropError, CropGrid, check_extent, check_layer, crs_of_crops
from unirs_qgis.crops.snapshot import LayerSnapshot

__all__ = ["Crop", "CropCancelled", "CropError", "CropPlan", "CropRenderer", "render_crop"]


@dataclass(frozen=True)
class CropPlan:
    """Layers and their extent.

    Attributes:
        layers: One layer, or several dates, in the order in which the model reads them.
        extent: Extent of the crops.
        crs: CRS of the extent. A layer without a CRS takes coordinates as its own.
        size: Pixels on the longer side of the model's image.
        dates: Of the layers, for the model; see `dates_for_model`.
    """

    layers: tuple[QgsRasterLayer, ...]
    extent: QgsRectangle
    crs: QgsCoordinateReferenceSystem
    size: int
    dates: tuple[str, ...] = ()


class CropRenderer(QObject):
    """Makes the crops of a plan in the background.

    One of `finished` and `failed` is emitted, once, on the thread of this object, and neither after
    `cancel`.
    """

    finished = Signal(list)
    """The crops (`Crop`), in the order of the plan's layers, all on one grid."""
    failed = Signal(str)
    """One sentence: what is wrong, with which layer, and what to do."""

    def __init__(self, plan: CropPlan, folder: Path, parent: QObject | None = None) -> None:
        """Prepare; nothing runs before `start`.

        Args:
            plan: Layers and their extent.
            folder: A private folder that exists; the crops become its `crop-1.tif` and so on.
            parent: Owner in Qt's tree of objects.
        """
        super().__init__(parent)
        self._plan = plan
        self._folder = folder
        self._task: BackgroundTask | None = None

    def start(self) -> None:
        """Render the layers as they are now."""
        try:
            snapshots = [LayerSnapshot.of(layer) for layer in self._plan.layers]
            grid = common_grid(snapshots, self._plan)
        except CropError as error:
            # Not before `start` has returned.
            QTimer.singleShot(0, partial(self._on_failed, error.code, error.message))
            return
        title = QCoreApplication.translate("Crops", "UniRS: picture of the layers")
        self._task = BackgroundTask(
            title, partial(_render, snapshots, grid, self._folder, self._plan.dates)
        )
        self._task.succeeded.connect(self._on_succeeded)
        self._task.failed.connect(self._on_failed)
        self._task.cancelled.connect(self._on_cancelled)
        QgsApplication.taskManager().addTask(self._task)

    def cancel(self) -> None:
        """Stop without a signal; returns at once."""
        self.blockSignals(True)
        if self._task:
            self._task.drop()

    def _on_succeeded(self, crops: list[Crop]) -> None:
        self._task = None
        self.finished.emit(crops)

    def _on_failed(self, _code: str, message: str) -> None:
        self._task = None
        self.failed.emit(message)

    def _on_cancelled(self) -> None:
        text = QCoreApplication.translate(
            "Crops", "The picture of the layers was cancelled; ask again."
        )
        self._on_failed("cancelled", text)


def render_crop(
    layer: QgsRasterLayer,
    extent: QgsRectangle,
    crs: QgsCoordinateReferenceSystem,
    size: int,
    folder: Path,
    name: str,
    feedback: QgsFeedback | None = None,
    date: str = "",
) -> Crop:
    """Render one crop and wait for it: for background threads.

    Args:
        layer: A layer that lives on the calling thread, such as `LayerSnapshot.open` gives.
        extent: Extent of the crops.
        crs: CRS of the extent. A layer without a CRS takes coordinates as its own.
        size: Pixels on the longer side of the model's image.
        folder: A private folder that exists.
        name: Name of the file in it, without extension or date: the worker would sort by it.
        feedback: Cancels.
        date: Acquisition date for the model, ISO 8601; empty for none.

    Raises:
        CropError: In one sentence, why there is no crop. A crop without data is no error: its
            `nodata_share` is 1.
        CropCancelled: The feedback was cancelled.
    """
    check_extent(extent)
    check_layer(layer.name(), layer.extent(), layer.crs(), extent, crs, layer.transformContext())
    grid = CropGrid.covering(extent, crs if layer.crs().isValid() else layer.crs(), size)
    cancelled = feedback.isCanceled if feedback is not None else _never
    return make_crop(layer, grid, folder / f"{name}.tif", cancelled, date)


def common_grid(layers: Sequence[LayerSnapshot], plan: CropPlan) -> CropGrid:
    """The one grid of all layers.

    Raises:
        CropError: The extent does not suit a layer, or some of the layers have no CRS.
    """
    check_extent(plan.extent)
    crs = crs_of_crops([(layer.name, layer.crs) for layer in layers], plan.crs)
    for layer in layers:
        check_layer(layer.name, layer.extent, layer.crs, plan.extent, plan.crs, layer.context)
    return CropGrid.covering(plan.extent, crs, plan.size)


def _render(
    snapshots: Sequence[LayerSnapshot],
    grid: CropGrid,
    folder: Path,
    dates: Sequence[str],
    task: BackgroundTask,
) -> list[Crop]:
    """Open, draw and write one layer after the other; on a background thread.

    Raises:
        CropError: A layer cannot be drawn, or has no data there.
        CropCancelled: The task was cancelled.
    """
    crops = []
    dated = zip_longest(snapshots, dates, fillvalue="")
    for number, (snapshot, date) in enumerate(dated, start=1):
        if task.isCanceled():
            raise CropCancelled
        layer = snapshot.open(OVERSAMPLING * max(grid.width, grid.height))
        crop = make_crop(layer, grid, folder / f"crop-{number}.tif", task.isCanceled, date)
        if crop.nodata_share == 1.0:
            raise CropError(
                QCoreApplication.translate(
                    "Crops", "The layer {layer} shows nothing in this extent; choose another one."
                ).format(layer=snapshot.name)
            )
        crops.append(crop)
    return crops


def _never() -> bool:
    return False
