"""Radar backscatter to a picture: despeckled, in decibels.

The runtime and the QGIS plugin share this file, so it imports numpy and the standard library alone
and runs on Python 3.9.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MARGIN = 2
"""Pixels around a pixel that the filter looks at."""

_TINY = float(np.finfo(np.float64).tiny)

_EVEN = 25.0
"""The percentile of all windows whose variation is taken for speckle: ground without structure."""


@dataclass(frozen=True)
class Backscatter:
    """How one polarisation is stored, and how much its speckle varies.

    Attributes:
        form: ``power``, ``amplitude`` (whose square is power), or ``decibels``.
        speckle: Variance of power by its squared mean, over ground without structure.
    """

    form: str
    speckle: float

    @classmethod
    def of(cls, values: NDArray[np.floating], *, is_integer: bool) -> Backscatter:
        """What values are: integers are amplitudes, and decibels are mostly negative.

        Args:
            values: ``[rows, columns]``, NaN without data.
            is_integer: Whether they are stored as integers.
        """
        known = values[np.isfinite(values)]
        is_negative = bool(known.size and np.median(known) < 0)
        form = "decibels" if is_negative else "amplitude" if is_integer else "power"
        power = _power(values, form)
        mean, variance = _moments(power)
        relative = (variance / np.maximum(mean**2, _TINY))[np.isfinite(power)]
        return cls(form, float(np.percentile(relative, _EVEN)) if relative.size else 0.0)

    def in_decibels(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """Values without most of their speckle, by the filter of Lee (1980).

        Where a window varies as much as speckle does, a pixel becomes the window's mean; where it
        varies more, there is structure, and the pixel is kept.

        Args:
            values: ``[rows, columns]``, NaN without data.

        Returns:
            The same size; NaN without data and without backscatter.
        """
        power = _power(values, self.form)
        mean, variance = _moments(power)
        relative = variance / np.maximum(mean**2, _TINY)
        kept = np.clip(1.0 - self.speckle / np.maximum(relative, _TINY), 0.0, 1.0)
        filtered = mean + kept * (power - mean)
        return 10.0 * np.log10(np.where(filtered > 0, filtered, np.nan))


def picture_of(decibels: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """One polarisation as grey; two as red and green, with their ratio as blue.

    Args:
        decibels: One or two images ``[rows, columns]``.

    Returns:
        ``[1 or 3, rows, columns]`` in decibels.
    """
    if len(decibels) == 1:
        return np.stack(list(decibels))
    return np.stack([decibels[0], decibels[1], decibels[0] - decibels[1]])


def _power(values: NDArray[np.floating], form: str) -> NDArray[np.float64]:
    """Power; NaN where there is none."""
    values = values.astype(np.float64)
    if form == "decibels":
        return np.asarray(10.0 ** (values / 10.0))
    power = values**2 if form == "amplitude" else values
    return np.where(power > 0, power, np.nan)


def _moments(power: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and variance of the window around each pixel, of what there are data of."""
    known = np.isfinite(power)
    count = np.maximum(_sums(known.astype(np.float64)), 1.0)
    filled = np.where(known, power, 0.0)
    mean = _sums(filled) / count
    return mean, np.maximum(_sums(filled**2) / count - mean**2, 0.0)


def _sums(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums over the window around each pixel; nothing lies beyond the edge."""
    side = 2 * MARGIN + 1
    for _axis in range(2):
        totals = np.cumsum(np.pad(values, ((MARGIN + 1, MARGIN), (0, 0))), axis=0)
        values = (totals[side:] - totals[:-side]).T
    return values
