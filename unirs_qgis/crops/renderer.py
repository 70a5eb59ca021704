"""Renders layers and an extent to crops: georeferenced images of what the analyst sees.

Layers are drawn from private copies instead of read: one way for files, WMS, XYZ, WCS and virtual
rasters, with the analyst's bands, stretch and colours. All of it runs in the background.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeedback,
    QgsMessageLog,
    QgsRasterLayer,
    QgsRectangle,
    QgsTask,
)
from qtpy.QtCore import QCoreApplication, QObject, QTimer, Signal

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
    """

    layers: tuple[QgsRasterLayer, ...]
    extent: QgsRectangle
    crs: QgsCoordinateReferenceSystem
    size: int


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
        self._task: _CropTask | None = None
        self._refusal = ""

    def start(self) -> None:
        """Render the layers as they are now."""
        try:
            snapshots = [LayerSnapshot.of(layer) for layer in self._plan.layers]
            grid = _common_grid(snapshots, self._plan)
        except CropError as error:
            self._refusal = str(error)
            QTimer.singleShot(0, self._refuse)  # not before `start` has returned
            return
        self._task = _CropTask(snapshots, grid, self._folder, self._deliver)
        QgsApplication.taskManager().addTask(self._task)

    def cancel(self) -> None:
        """Stop without a signal; returns at once."""
        self._refusal = ""
        task, self._task = self._task, None
        if task is not None:
            task.deliver = _ignore
            task.cancel()

    def _refuse(self) -> None:
        if self._refusal:
            self.failed.emit(self._refusal)

    def _deliver(self, crops: list[Crop], error: str) -> None:
        self._task = None
        if error:
            self.failed.emit(error)
        else:
            self.finished.emit(crops)


def render_crop(
    layer: QgsRasterLayer,
    extent: QgsRectangle,
    crs: QgsCoordinateReferenceSystem,
    size: int,
    folder: Path,
    name: str,
    feedback: QgsFeedback | None = None,
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

    Raises:
        CropError: In one sentence, why there is no crop. A crop without data is no error: its
            `nodata_share` is 1.
        CropCancelled: The feedback was cancelled.
    """
    check_extent(extent)
    check_layer(layer.name(), layer.extent(), layer.crs(), extent, crs, layer.transformContext())
    grid = CropGrid.covering(extent, crs if layer.crs().isValid() else layer.crs(), size)
    cancelled = feedback.isCanceled if feedback is not None else _never
    return make_crop(layer, grid, folder / f"{name}.tif", cancelled)


def _common_grid(layers: Sequence[LayerSnapshot], plan: CropPlan) -> CropGrid:
    """The one grid of all layers.

    Raises:
        CropError: The extent does not suit a layer, or some of the layers have no CRS.
    """
    check_extent(plan.extent)
    crs = crs_of_crops([(layer.name, layer.crs) for layer in layers], plan.crs)
    for layer in layers:
        check_layer(layer.name, layer.extent, layer.crs, plan.extent, plan.crs, layer.context)
    return CropGrid.covering(plan.extent, crs, plan.size)


class _CropTask(QgsTask):
    """The background part of `CropRenderer`: opens, draws and writes one layer after the other."""

    def __init__(
        self,
        snapshots: Sequence[LayerSnapshot],
        grid: CropGrid,
        folder: Path,
        deliver: Callable[[list[Crop], str], None],
    ) -> None:
        title = QCoreApplication.translate("Crops", "UniRS: picture of the layers")
        super().__init__(title, QgsTask.Flag.CanCancel)
        self.deliver = deliver
        self._snapshots = snapshots
        self._grid, self._folder = grid, folder
        self._crops: list[Crop] = []
        self._error = QCoreApplication.translate(
            "Crops", "The picture of the layers was cancelled; ask again."
        )

    def run(self) -> bool:
        """In the background, as QGIS calls it."""
        try:
            self._crops = [
                self._crop(snapshot, f"crop-{number}.tif")
                for number, snapshot in enumerate(self._snapshots, start=1)
            ]
        except CropCancelled:
            return False
        except CropError as error:
            self._error = str(error)
            return False
        except Exception as error:  # QGIS would ignore it, and the user would wait for ever
            self._error = _defect(error)
            return False
        self._error = ""
        return True

    def finished(self, _result: bool) -> None:
        """On the GUI thread, as QGIS calls it."""
        self.deliver(self._crops, self._error)

    def _crop(self, snapshot: LayerSnapshot, name: str) -> Crop:
        """The crop of one layer.

        Raises:
            CropError: The layer cannot be drawn, or has no data there.
            CropCancelled: The task was cancelled.
        """
        if self.isCanceled():
            raise CropCancelled
        layer = snapshot.open(OVERSAMPLING * max(self._grid.width, self._grid.height))
        crop = make_crop(layer, self._grid, self._folder / name, self.isCanceled)
        if crop.nodata_share == 1.0:
            raise CropError(
                QCoreApplication.translate(
                    "Crops", "The layer {layer} shows nothing in this extent; choose another one."
                ).format(layer=snapshot.name)
            )
        return crop


def _defect(error: Exception) -> str:
    QgsMessageLog.logMessage(traceback.format_exc(), "UniRS", Qgis.MessageLevel.Critical)
    return QCoreApplication.translate(
        "Crops",
        "The picture of the layers cannot be made, because of a defect in UniRS ({error}); "
        "see the log panel, and report it.",
    ).format(error=error)


def _ignore(_crops: list[Crop], _error: str) -> None:
    """A cancelled task delivers nothing."""


def _never() -> bool:
    return False
