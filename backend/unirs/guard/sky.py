"""What the sky puts over one of two dates: clouds (or snow), and haze.

Both are found by comparison: white roofs and bright sand are white on both dates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .squares import Mask, all_around, any_around

Pixels = NDArray[np.uint8]

_WHITE = 170
"""Levels of 255 that the darkest band of a cloud has at least."""

_GREY = 35
"""Levels by which the bands of a cloud differ at most."""

_BRIGHTER = 40
"""Levels by which a cloud is brighter than the same ground on the other date."""

_PATCH = 1 / 28
"""Share of the shorter side below which something white is too narrow for a cloud."""

_DARKEST = 2.0
"""Percentile of the darkest band that haze lifts."""

_CALM = 4
"""Pixels of the squares whose means are compared: a softer lens lifts no shadow in them."""

_LIFTED, _FLATTENED = 22.0, 0.88
"""Levels by which haze lifts it at least, and what it leaves of the contrast at most."""


def white_share(image: Pixels, other: Pixels, both: Mask) -> float:
    """Share of the ground that is white on one date alone, in large patches: clouds or snow.

    Args:
        image: ``[height, width, 3]``, the date in question.
        other: The other date.
        both: ``[height, width]``, where both have data.

    Returns:
        0 to 1, of the ground where both have data.
    """
    darkest, brightest = image.min(axis=2), image.max(axis=2)
    rise = darkest.astype(np.int16) - other.min(axis=2)
    white = both & (darkest >= _WHITE) & (brightest - darkest <= _GREY) & (rise >= _BRIGHTER)
    side = max(3, int(min(white.shape) * _PATCH) | 1)
    patches = any_around(all_around(white, side), side)
    return float(patches.sum() / both.sum()) if both.any() else 0.0


def is_hazier(image: Pixels, other: Pixels, both: Mask) -> bool:
    """Whether a veil lies over one date and not over the other.

    Its shadows are then brighter and its contrasts weaker (the dark channel of He, Sun and Tang,
    CVPR 2009).

    Args:
        image: ``[height, width, 3]``, the date in question.
        other: The other date.
        both: ``[height, width]``, where both have data.
    """
    if not both.any():
        return False
    own, others = (_means(each, both) for each in (image, other))
    darkest, other_darkest = (np.percentile(each.min(axis=1), _DARKEST) for each in (own, others))
    contrast = own.std() / max(float(others.std()), 1.0)
    return bool(darkest - other_darkest >= _LIFTED and contrast <= _FLATTENED)


def _means(image: Pixels, both: Mask) -> NDArray[np.float64]:
    """``[n, 3]``: the means of squares of the image, weighted by where both have data."""
    counts = both[..., None].astype(np.float64)
    sums = image * counts
    for axis, length in enumerate(both.shape):
        starts = np.arange(0, length, _CALM)
        sums, counts = (np.add.reduceat(each, starts, axis=axis) for each in (sums, counts))
    covered = counts[..., 0] > 0
    return sums[covered] / counts[covered]
