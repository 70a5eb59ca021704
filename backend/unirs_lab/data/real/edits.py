"""What is made of real images as they are read: tiles, and a second date on which nothing changed.

An edit is a value: equal edits give equal images, in every process and at every reading.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Window:
    """Cuts a square out of every image.

    Attributes:
        left: Its first column.
        top: Its first row.
        side: Its pixels a side.
    """

    left: int
    top: int
    side: int

    def __call__(self, images: list[NDArray[Any]]) -> list[NDArray[Any]]:
        """The squares, one of each image."""
        rows = slice(self.top, self.top + self.side)
        columns = slice(self.left, self.left + self.side)
        return [image[rows, columns] for image in images]


@dataclass(frozen=True)
class OtherDate:
    """Makes a pair of one image: the same ground on another day, or by another sensor.

    Attributes:
        look: What is different then, one of ``LOOKS``.
        seed: Equal seeds give equal images; the name of the image is a good one.
    """

    look: str
    seed: str

    def __call__(self, images: list[NDArray[Any]]) -> list[NDArray[Any]]:
        """The image as it was, and as the other date shows it; both ``[height, width, 3]``."""
        digest = hashlib.sha256(f"{self.look}/{self.seed}".encode()).digest()
        rng = np.random.default_rng(int.from_bytes(digest[:8], "big"))
        return list(LOOKS[self.look](images[0], rng))


def other_date(name: str) -> OtherDate:
    """The other date of an image: its name decides by chance what is different then."""
    place = int(hashlib.sha256(name.encode()).hexdigest(), 16) % len(LOOKS)
    return OtherDate(list(LOOKS)[place], name)


def _light(image: Pixels, rng: Generator) -> tuple[Pixels, Pixels]:
    """Another sun: brightness by up to a fifth, gamma by up to a quarter, a tint of 5 %."""
    shares = (image / 255) ** np.exp(rng.uniform(-0.22, 0.22))
    return image, _pixels(shares * rng.uniform(0.8, 1.2) * rng.uniform(0.95, 1.05, 3))


def _season(image: Pixels, rng: Generator) -> tuple[Pixels, Pixels]:
    """Another month: what is green turns towards straw, or greener, in proportion."""
    shares = image / 255
    red, green, blue = np.moveaxis(shares, -1, 0)
    excess = (2 * green - red - blue) / (red + green + blue + 0.01)
    greenness = np.clip(8 * (excess - 0.04), 0, 1)[..., None]
    straw, lush = np.array([1.6, 1.15, 0.9]), np.array([0.8, 1.1, 0.8])
    other = shares * (straw if rng.random() < 0.5 else lush)
    strength = rng.uniform(0.5, 1.0) * greenness
    return image, _pixels(shares + strength * (other - shares))


def _haze(image: Pixels, rng: Generator) -> tuple[Pixels, Pixels]:
    """Haze of 15 to 35 %: a bright, slightly blue veil over the whole."""
    share = rng.uniform(0.15, 0.35)
    veil = rng.uniform(0.65, 0.85) * np.array([0.97, 1.0, 1.03])
    return image, _pixels((1 - share) * image / 255 + share * veil)


def _blur(image: Pixels, rng: Generator) -> tuple[Pixels, Pixels]:
    """A softer lens: a Gaussian of 0.6 to 1.4 pixels."""
    soft = ImageFilter.GaussianBlur(rng.uniform(0.6, 1.4))
    return image, np.asarray(Image.fromarray(image).filter(soft))


def _shift(image: Pixels, rng: Generator) -> tuple[Pixels, Pixels]:
    """Dates that lie 1 to 4 pixels off in rows and in columns, both cut to what they share."""
    down, right = rng.integers(1, 5, 2)
    pair = image[:-down, :-right], image[down:, right:]
    return pair if rng.random() < 0.5 else pair[::-1]


LOOKS: Mapping[str, Callable[[Pixels, Generator], tuple[Pixels, Pixels]]] = {
    "light": _light,
    "season": _season,
    "haze": _haze,
    "blur": _blur,
    "shift": _shift,
}
"""What may be different between two dates on which nothing has changed."""


def _pixels(shares: NDArray[np.float64]) -> Pixels:
    return (np.clip(shares, 0, 1) * 255).round().astype(np.uint8)
