"""Colours of one date against those of another: how much is but light, and matching them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]


def matched(pixels: Pixels, reference: Pixels, valid: Mask, reference_valid: Mask) -> Pixels:
    """An image with the colours of another one: histograms of each band are matched.

    Args:
        pixels: ``[height, width, 3]``.
        reference: Whose colours it takes, of the same shape.
        valid: ``[height, width]``, where the image has data; the rest stays as it is.
        reference_valid: Likewise for the reference.
    """
    both = valid & reference_valid
    if not both.any():
        return pixels
    bands = [
        _levels(pixels[..., band][both], reference[..., band][both])[pixels[..., band]]
        for band in range(pixels.shape[2])
    ]
    result = np.stack(bands, axis=-1)
    result[~valid] = pixels[~valid]
    return result


def difference(before: Pixels, after: Pixels, both: Mask) -> float:
    """Mean absolute difference of two images where both have data, in levels of 255."""
    return float(np.abs(before[both].astype(np.int16) - after[both]).mean())


def _levels(values: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What each of the 256 levels becomes, so that values are distributed as those wanted."""
    shares, wanted_shares = (_middles(each) for each in (values, wanted))
    levels = np.interp(shares, wanted_shares, np.arange(256))
    return np.rint(levels).astype(np.uint8)


def _middles(values: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The share of values below the middle of each level's own, which never falls."""
    counts = np.bincount(values, minlength=256)
    return (np.cumsum(counts) - counts / 2) / counts.sum()
