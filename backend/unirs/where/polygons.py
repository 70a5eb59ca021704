"""Places of the ground where the answer is yes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unirs.imagery.polygons import find_regions
from unirs.where.ground import Ground
from unirs.where.places import Place


def find_polygons(
    probabilities: NDArray[np.float32], ground: Ground, threshold: float
) -> tuple[Place, ...]:
    """Connected ground with a probability from the threshold on, the most probable first.

    Args:
        probabilities: ``[rows, columns]`` over the ground; NaN where nothing is known.
        ground: Where it lies.
        threshold: Above 0, to 1.
    """
    regions = find_regions(probabilities, ground.extent, ground.crs, threshold)
    regions.sort(key=lambda region: -region.mean)
    return tuple(Place(each.mean, each.highest, each.area, each.polygon) for each in regions)
