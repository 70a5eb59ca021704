"""Draws the layers of a run, on the thread of the run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeedback,
    QgsProcessingException,
    QgsRasterLayer,
    QgsRectangle,
)

from unirs_qgis.crops.draw import OVERSAMPLING
from unirs_qgis.crops.grid import CropError
from unirs_qgis.crops.renderer import Crop, render_crop
from unirs_qgis.crops.snapshot import LayerSnapshot


class Painter:
    """Opens layers once, and makes crops of many extents.

    Args:
        snapshots: The layers, in order of time.
        crs: Of all extents.
        feedback: Ends the drawing when it is cancelled.
    """

    def __init__(
        self,
        snapshots: Sequence[LayerSnapshot],
        crs: QgsCoordinateReferenceSystem,
        feedback: QgsFeedback,
    ) -> None:
        self._snapshots = snapshots
        self._crs = crs
        self._feedback = feedback
        self._layers: list[QgsRasterLayer] = []

    def crops(self, extent: QgsRectangle, size: int, folder: Path) -> list[Crop]:
        """A crop of each layer, all on one grid.

        Args:
            extent: The ground to look at.
            size: Pixels on the longer side of the model's image.
            folder: Where their files go.

        Raises:
            CropError: There is no crop of this extent.
            CropCancelled: The feedback was cancelled.
            QgsProcessingException: A layer cannot be opened any more.
        """
        if not self._layers:
            self._open(OVERSAMPLING * size)
        return [
            render_crop(layer, extent, self._crs, size, folder, f"crop-{number}", self._feedback)
            for number, layer in enumerate(self._layers, start=1)
        ]

    def close(self) -> None:
        """Let go of the layers, on the thread that has opened them."""
        self._layers.clear()

    def _open(self, side: int) -> None:
        try:
            self._layers = [snapshot.open(side) for snapshot in self._snapshots]
        except CropError as error:
            raise QgsProcessingException(str(error)) from error
