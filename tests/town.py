"""A drawn town, for tests that need edges in all directions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def town(side: int = 260, seed: int = 0) -> NDArray[np.uint8]:
    """Roofs and fields of many colours on meadows, ``[side, side, 3]``."""
    rng = np.random.default_rng(seed)
    image = np.full((side, side, 3), (80, 110, 60), np.uint8)
    for _ in range(side):
        top, left = rng.integers(0, side, 2)
        height, width = rng.integers(4, 24, 2)
        image[top : top + height, left : left + width] = rng.integers(20, 160, 3)
    return image
