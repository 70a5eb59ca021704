"""Smooth random fields: the mottling, grain and relief that make a colour look like ground."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Field = NDArray[np.float32]


def smooth_noise(rng: np.random.Generator, shape: tuple[int, int], cell: float) -> Field:
    """Gaussian noise whose bumps are about ``cell`` pixels wide.

    Args:
        rng: Source of randomness.
        shape: Height and width in pixels.
        cell: Spacing of the random values in pixels; 1 or less gives white noise.

    Returns:
        ``[height, width]`` float32, zero mean, standard deviation of about 0.6 (1 if white).
    """
    height, width = shape
    if cell <= 1:
        return rng.standard_normal(shape, dtype=np.float32)
    rows, columns = math.ceil(height / cell) + 4, math.ceil(width / cell) + 4
    values = Image.fromarray(rng.standard_normal((rows, columns), dtype=np.float32))
    left, top = rng.uniform(1, 2, 2)
    box = (left, top, left + width / cell, top + height / cell)
    return np.asarray(values.resize((width, height), Image.Resampling.BICUBIC, box=box))


def fractal_noise(
    rng: np.random.Generator, shape: tuple[int, int], cell: float, octaves: int = 3
) -> Field:
    """Sum of smooth noises, each with half the cell and 0.6 of the strength of the one before."""
    total = smooth_noise(rng, shape, cell)
    for octave in range(1, octaves):
        total = total + 0.6**octave * smooth_noise(rng, shape, cell / 2**octave)
    return total


def emboss(field: Field, azimuth: float) -> Field:
    """Slope of a height field towards the light, ``[height, width]``.

    Args:
        field: Heights in arbitrary units.
        azimuth: Direction of the light in radians, counted from +x (right) towards +y (down).
    """
    down, right = np.roll(field, 1, 0) - field, np.roll(field, 1, 1) - field
    slope: Field = -(math.cos(azimuth) * right + math.sin(azimuth) * down)
    return slope.astype(np.float32, copy=False)
