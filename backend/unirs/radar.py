"""Radar backscatter to a picture: despeckled, in decibels.

The runtime and the QGIS plugin share this file, so it imports numpy and the standard library alone
and runs on Python 3.9.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SIDE = 5
"""Pixels on a side of the window that the filter looks at."""

_EVEN = 25.0
"""The percentile of all windows whose variation is taken for speckle: ground without structure."""


def radar_picture(values: NDArray[np.floating], *, is_amplitude: bool) -> NDArray[np.floating]:
    """Backscatter of one or two polarisations as grey, or as red, green and blue.

    Two polarisations make the usual picture: the first one, the second one, and their ratio.

    Args:
        values: ``[1 or 2, rows, columns]``, NaN without data: power, or decibels where most are
            negative.
        is_amplitude: Whether they are amplitudes, whose squares are power.

    Returns:
        ``[1 or 3, rows, columns]`` in decibels; NaN without data and without backscatter.
    """
    decibels = np.stack([_decibels(despeckled(_power(band, is_amplitude))) for band in values])
    if len(decibels) == 1:
        return decibels
    return np.concatenate([decibels, decibels[:1] - decibels[1:]])


def despeckled(power: NDArray[np.floating]) -> NDArray[np.floating]:
    """Backscatter without most of its speckle, by the filter of Lee (1980).

    Where a window varies as much as speckle does, a pixel becomes the window's mean; where it
    varies more, there is structure, and the pixel is kept. How much speckle varies is taken from
    the image itself, since averaging to a coarser grid has made it less.

    Args:
        power: ``[rows, columns]``, NaN without data.
    """
    known = np.isfinite(power)
    if not known.any():
        return power
    count = np.maximum(_sums(known.astype(np.float64)), 1.0)
    filled = np.where(known, power, 0.0).astype(np.float64)
    mean = _sums(filled) / count
    variance = np.maximum(_sums(filled**2) / count - mean**2, 0.0)
    relative = variance / np.maximum(mean**2, np.finfo(np.float64).tiny)
    speckle = np.percentile(relative[known], _EVEN)
    kept = np.clip(1.0 - speckle / np.maximum(relative, np.finfo(np.float64).tiny), 0.0, 1.0)
    return np.where(known, mean + kept * (filled - mean), np.nan)


def _power(band: NDArray[np.floating], is_amplitude: bool) -> NDArray[np.floating]:
    if is_amplitude:
        return band.astype(np.float64) ** 2
    known = band[np.isfinite(band)]
    if known.size and np.median(known) < 0:
        return 10.0 ** (band.astype(np.float64) / 10.0)
    return band


def _decibels(power: NDArray[np.floating]) -> NDArray[np.floating]:
    return 10.0 * np.log10(np.where(power > 0, power, np.nan))


def _sums(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums over the window around each pixel; nothing lies beyond the edge."""
    margin = _SIDE // 2
    for _axis in range(2):
        totals = np.cumsum(np.pad(values, ((margin + 1, margin), (0, 0))), axis=0)
        values = (totals[_SIDE:] - totals[:-_SIDE]).T
    return values
