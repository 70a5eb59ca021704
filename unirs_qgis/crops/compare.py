"""What differs between two layers without being a change, before a model is asked about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unirs_qgis.background import BackgroundTask
from unirs_qgis.crops.draw import OVERSAMPLING, draw, samples_of
from unirs_qgis.crops.grid import CropGrid, layer_pixel_size
from unirs_qgis.crops.renderer import CropPlan, common_grid
from unirs_qgis.crops.snapshot import LayerSnapshot
from unirs_qgis.shared.dates import ImageDate, parse_date
from unirs_qgis.shared.guard import Difference, differences


@dataclass(frozen=True)
class DrawnDate:
    """A layer as the worker will read it.

    Attributes:
        pixels: ``[height, width, 3]`` uint8.
        valid: ``[height, width]``, where there are data.
        date: Of acquisition; ``None`` if it is not known.
        pixel_size: Metres on the ground; ``None`` without a CRS.
        source_pixel_size: Metres on the ground of a pixel of the layer; ``None`` if not known.
    """

    pixels: NDArray[np.uint8]
    valid: NDArray[np.bool_]
    date: ImageDate | None
    pixel_size: float | None
    source_pixel_size: float | None


def comparison(plan: CropPlan) -> Callable[[BackgroundTask], list[Difference]]:
    """What compares two layers as they are now, for a background task.

    Args:
        plan: Two layers with their dates, the earlier one first.

    Raises:
        CropError: The extent does not suit a layer; the task raises it where one cannot be drawn.
    """
    snapshots = [LayerSnapshot.of(layer) for layer in plan.layers]
    grid = common_grid(snapshots, plan)

    def compare(task: BackgroundTask) -> list[Difference]:
        dates = [
            _drawn(snapshot, grid, date, task.isCanceled)
            for snapshot, date in zip(snapshots, plan.dates)
        ]
        return list(differences(*dates))

    return compare


def _drawn(
    snapshot: LayerSnapshot, grid: CropGrid, date: str, cancelled: Callable[[], bool]
) -> DrawnDate:
    layer = snapshot.open(OVERSAMPLING * max(grid.width, grid.height))
    samples = samples_of(draw(layer, grid, cancelled))
    pixels, valid = _averaged(samples, (grid.height, grid.width))
    return DrawnDate(pixels, valid, parse_date(date), grid.pixel_size, layer_pixel_size(layer))


def _averaged(samples: bytes, shape: Sequence[int]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Drawn pixels averaged to those of the model, and where there are data."""
    height, width = shape
    squares = np.frombuffer(samples, np.uint8).reshape(height, OVERSAMPLING, width, OVERSAMPLING, 4)
    seen = squares[..., 3:] > 0
    count = seen.sum(axis=(1, 3))
    total = (squares[..., :3] * seen).sum(axis=(1, 3), dtype=np.uint32)
    return (total / np.maximum(count, 1)).astype(np.uint8), count[..., 0] > 0
