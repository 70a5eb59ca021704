"""What holds in the square around each pixel; beyond the image, its edge goes on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def all_around(mask: Mask, side: int) -> Mask:
    """Where the whole square of so many pixels a side, an odd number, is in a mask."""
    return _reduced(mask, side, np.logical_and.reduce)


def any_around(mask: Mask, side: int) -> Mask:
    """Where some of it is."""
    return _reduced(mask, side, np.logical_or.reduce)


def mean_around(image: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """The means over the squares."""
    return _reduced(image, side, np.mean)


def _reduced(image: NDArray[Any], side: int, reduce: Any) -> Any:
    for axis in (0, 1):
        margins = [(side // 2,) * 2 if each == axis else (0, 0) for each in (0, 1)]
        wide = np.pad(image, margins, "edge")
        image = reduce(np.lib.stride_tricks.sliding_window_view(wide, side, axis), axis=-1)
    return image
