"""How far two images of one place lie apart, by phase correlation.

What is correlated are the directions of edges and not brightness (orientation correlation: Fitch,
Kadyrov, Christmas and Kittler, BMVC 2002): another light or season leaves most edges in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray

from .squares import all_around, mean_around

_FURTHEST = 1 / 6
"""Share of the shorter side that is searched in each direction."""

_WEAK = 6.0
"""Grey levels a pixel: weaker edges count less; otherwise noise would weigh as much as streets."""

_LEAST_PEAK = 7.0
"""Standard deviations by which a peak stands out that is no chance: that of unrelated images
is at most 4.4."""

_LEAST_SIDE = 32
"""Pixels of the shorter side below which nothing is measured."""


@dataclass(frozen=True)
class Offset:
    """Where the later image shows what the earlier one shows, in pixels.

    Attributes:
        right: How far to the right, in columns; negative to the left.
        down: How far down, in rows.
        peak: Height of the peak of the correlation, in standard deviations.
    """

    right: float
    down: float
    peak: float

    @property
    def pixels(self) -> float:
        """The distance."""
        return hypot(self.right, self.down)


def offset_between(
    before: NDArray[np.uint8],
    after: NDArray[np.uint8],
    valid: NDArray[np.bool_] | None = None,
) -> Offset | None:
    """How far the later of two images lies off, to a fraction of a pixel.

    Args:
        before: ``[height, width, 3]``.
        after: The same shape.
        valid: ``[height, width]``, where both have data; ``None``: everywhere.

    Returns:
        ``None`` where the images have too little in common, or are too small, to measure it.
    """
    height, width = before.shape[:2]
    if min(height, width) < _LEAST_SIDE:
        return None
    first, second = (_edges(image, valid) for image in (before, after))
    energy = np.linalg.norm(first) * np.linalg.norm(second)
    if energy == 0:
        return None
    spectrum = np.conj(np.fft.fft2(first)) * np.fft.fft2(second)
    surface = np.fft.ifft2(spectrum).real / energy
    reach = int(min(height, width) * _FURTHEST)
    near = np.roll(surface, (reach, reach), (0, 1))[: 2 * reach + 1, : 2 * reach + 1]
    row, column = np.unravel_index(np.argmax(near), near.shape)
    peak = float((near[row, column] - surface.mean()) / surface.std())
    if peak < _LEAST_PEAK or not (0 < row < 2 * reach and 0 < column < 2 * reach):
        return None
    return Offset(
        right=column - reach + _summit(near[row, column - 1 : column + 2]),
        down=row - reach + _summit(near[row - 1 : row + 2, column]),
        peak=peak,
    )


def _edges(image: NDArray[np.uint8], valid: NDArray[np.bool_] | None) -> NDArray[np.complex64]:
    """Direction of the edge at each pixel as a complex number, 0 to 1 by its strength."""
    grey = mean_around(image.mean(axis=2, dtype=np.float32), 3)
    edges = np.zeros(grey.shape, np.complex64)
    edges[1:-1, 1:-1] = (grey[1:-1, 2:] - grey[1:-1, :-2]) + 1j * (grey[2:, 1:-1] - grey[:-2, 1:-1])
    edges /= np.abs(edges) + 2 * _WEAK
    if valid is not None:
        edges[~all_around(valid, 5)] = 0
    return edges


def _summit(three: NDArray[np.floating]) -> float:
    """Where the parabola through three values is highest, -0.5 to 0.5 around the middle one."""
    left, middle, right = map(float, three)
    bend = left - 2 * middle + right
    return 0.5 * (left - right) / bend if bend < 0 else 0.0
