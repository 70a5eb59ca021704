"""Other colours for the water and the land of real tiles.

A footprint has few dates, and on each of them water and land have one look. A model that has seen
these alone goes by the look of a date, not by where the water lies. So the mean and the spread of
each colour are moved to those of another place and date (Reinhard et al. 2001), for water and for
land apart. Both come from one place: what tells water from land there tells it here. Or water takes
any colour that water has: algae, depth, sky and silt make it green, black, blue and brown.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Share = NDArray[np.float32]

SPREAD_RATIO = (0.5, 2.0)
"""How much a spread may change: more would make steps of grey values, or nothing but noise."""

MEAN_JITTER, SPREAD_JITTER = 6.0, 0.2
"""Standard deviations of what is added to a mean, in grey values, and to a logarithm of a spread:
other dates have looks of their own."""

Range = tuple[float, float]


@dataclass(frozen=True)
class Tint:
    """A range of colours, in grey values of 0 to 255.

    Attributes:
        weight: How often it is drawn, beside other tints.
        red: Its red.
        green: Green above red.
        blue: Blue above red.
    """

    weight: float
    red: Range
    green: Range
    blue: Range

    def drawn(self, rng: Generator) -> NDArray[np.float64]:
        """A colour, ``[3]``."""
        red = rng.uniform(*self.red)
        return red + np.array([0, rng.uniform(*self.green), rng.uniform(*self.blue)])


WATER_TINTS = (
    Tint(0.55, red=(40, 115), green=(5, 38), blue=(-25, 12)),  # algae
    Tint(0.15, red=(15, 60), green=(-5, 12), blue=(-8, 15)),  # depth
    Tint(0.15, red=(40, 110), green=(0, 25), blue=(5, 40)),  # sky
    Tint(0.15, red=(70, 140), green=(-25, 0), blue=(-50, -15)),  # silt
)


@dataclass(frozen=True)
class Look:
    """The colours of a land cover.

    Attributes:
        mean: Of each colour, ``[3]``, 0 to 255.
        spread: Standard deviation of each, likewise.
    """

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]

    @classmethod
    def of(cls, image: Image, share: Share) -> Look:
        """The look of the pixels of ``image`` ``[rows, columns, 3]``, weighted by ``share``."""
        pixels, weights = image.reshape(-1, 3), share.ravel()
        mean = np.average(pixels, 0, weights)
        spread = np.sqrt(np.average((pixels - mean) ** 2, 0, weights))
        return cls(mean, spread)

    def varied(self, rng: Generator) -> Look:
        """A look beside this one."""
        mean = self.mean + rng.normal(0, MEAN_JITTER) + rng.normal(0, MEAN_JITTER / 2, 3)
        return Look(mean, self.spread * np.exp(rng.normal(0, SPREAD_JITTER)))

    def as_any_water(self, rng: Generator) -> Look:
        """The same texture in any colour that water has."""
        weights = [tint.weight for tint in WATER_TINTS]
        tint = WATER_TINTS[rng.choice(len(WATER_TINTS), p=weights)]
        return Look(tint.drawn(rng), self.spread).varied(rng)

    def moved(self, image: Image, other: Look) -> NDArray[np.float64]:
        """Pixels of this look in another one, not yet bounded to 0 to 255."""
        ratio = np.clip(other.spread / np.maximum(self.spread, 1), *SPREAD_RATIO)
        return (image - self.mean) * ratio + other.mean


def recoloured(image: Image, shares: tuple[Share, ...], looks: tuple[Look, ...]) -> Image:
    """The image with each land cover in another look.

    Args:
        image: ``[rows, columns, 3]``.
        shares: How much of each pixel a cover takes, ``[rows, columns]``, 0 to 1; in every pixel
            they add up to 1. A cover that takes nothing of the image is left out.
        looks: What each is to look like.
    """
    pixels = np.zeros(image.shape)
    for share, look in zip(shares, looks, strict=True):
        if share.any():
            pixels += share[..., None] * Look.of(image, share).moved(image, look)
    return np.clip(pixels.round(), 0, 255).astype(np.uint8)
