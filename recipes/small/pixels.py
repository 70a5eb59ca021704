"""Images of the collections, decoded once, and how training crops, turns and relights them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from unirs_lab.data.archives import at_hand
from unirs_lab.data.real import RealItem, Split, read_real

SIDE = 224
"""Pixels along the side of the square that the vision tower reads."""

SIDES = {
    "rsicd": 208,
    "ucmerced": 256,
    "eurosat": 64,
    "nwpu": 192,
    "aerial-cars": 416,
    "epfl-roads": 400,
    "levir-cd": 1024,
}
"""Pixels along the side of the images of a collection; a few are of another size."""


@dataclass(frozen=True)
class Collection:
    """A collection with its images in memory that the system can page out.

    Attributes:
        name: One of ``SIDES``.
        items: What is known of each image.
        images: ``[items, dates, side, side, 3]`` uint8.
        masks: ``[items, side, side]`` bool; empty where there are none.
    """

    name: str
    items: Sequence[RealItem]
    images: NDArray[np.uint8]
    masks: NDArray[np.bool_]

    @classmethod
    def load(cls, root: Path, name: str, cache: Path) -> Collection:
        """Decode a collection, or take what an earlier run decoded into ``cache``."""
        items, side = read_real(root, name), SIDES[name]
        dates = len(items[0].images)
        files = [path for item in items for path in item.images]
        images = _decoded(files, "RGB", side, cache / f"{name}.npy")
        masks: NDArray[np.bool_] = np.zeros((0, side, side), np.bool_)
        if found := [item.mask for item in items if item.mask]:
            masks = _decoded(found, "L", side, cache / f"{name}-masks.npy") > 0
        return cls(name, items, images.reshape(-1, dates, side, side, 3), masks)

    def of(self, split: Split) -> NDArray[np.int64]:
        """Indices of the items of a split."""
        return np.array([i for i, item in enumerate(self.items) if item.split == split])

    def window(self, index: int, left: int, top: int, side: int) -> Tensor:
        """A square of an item at every date, ``[dates, 3, SIDE, SIDE]``, 0 to 1."""
        cut = self.images[index, :, top : top + side, left : left + side]
        return resized(as_tensor(cut))

    def mask_window(self, index: int, left: int, top: int, side: int) -> Tensor:
        """The same square of its mask, ``[1, 1, SIDE, SIDE]``, 0 to 1."""
        cut = self.masks[index, top : top + side, left : left + side]
        return resized(torch.from_numpy(cut[None, None].astype(np.float32)))


def _decoded(files: Sequence[Path], mode: str, side: int, cache: Path) -> NDArray[np.uint8]:
    shape = (len(files), side, side, *((3,) if mode == "RGB" else ()))
    if cache.is_file():
        return np.load(cache, mmap_mode="r")
    cache.parent.mkdir(parents=True, exist_ok=True)
    part = cache.with_suffix(".part")
    array = np.lib.format.open_memmap(part, "w+", np.uint8, shape)
    for number, path in enumerate(files):
        with at_hand(path) as (here,), Image.open(here) as image:
            picture = image.convert(mode)
            if picture.size != (side, side):
                how = Image.Resampling.BICUBIC if mode == "RGB" else Image.Resampling.NEAREST
                picture = picture.resize((side, side), how)
            array[number] = np.asarray(picture)
    array.flush()
    part.rename(cache)
    return np.load(cache, mmap_mode="r")


def as_tensor(images: NDArray[np.uint8]) -> Tensor:
    """``[n, height, width, 3]`` uint8 to ``[n, 3, height, width]``, 0 to 1."""
    return torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float() / 255


def resized(images: Tensor) -> Tensor:
    """Square images or masks at ``SIDE``: averaged where they get smaller."""
    smaller = images.shape[-1] > SIDE
    return F.interpolate(images, size=(SIDE, SIDE), mode="area" if smaller else "bilinear")


TURNS = torch.tensor(
    [
        [[1, 0], [0, 1]],
        [[0, -1], [1, 0]],
        [[-1, 0], [0, -1]],
        [[0, 1], [-1, 0]],
        [[-1, 0], [0, 1]],
        [[0, 1], [1, 0]],
        [[1, 0], [0, -1]],
        [[0, -1], [-1, 0]],
    ]
).float()
"""The eight ways to lay a square onto itself."""


def look(rng: Generator, least: float = 1.0, turned: bool = True) -> Tensor:
    """A random look at a square, ``[1, 2, 3]`` for ``seen``.

    Args:
        rng: Of the draw.
        least: Share of the side that is seen at least, 0 to 1; up to the whole is.
        turned: Whether it may be turned and mirrored.
    """
    share = float(rng.uniform(least, 1.0)) if least < 1 else 1.0
    place = torch.from_numpy(rng.uniform(-1, 1, 2)).float() * (1 - share)
    turn = TURNS[int(rng.integers(8)) if turned else 0]
    return torch.cat([turn * share, place[:, None]], dim=1)[None]


def moved(one: Tensor, rng: Generator, most: float) -> Tensor:
    """A look of the same ground that lies up to a share ``most`` of the side off."""
    other = one.clone()
    other[:, :, 2] += torch.from_numpy(rng.uniform(-most, most, (1, 2))).float()
    return other


def seen(images: Tensor, how: Tensor) -> Tensor:
    """Images ``[n, channels, side, side]`` as a look shows them, at ``SIDE``."""
    shape = [images.shape[0], images.shape[1], SIDE, SIDE]
    grid = F.affine_grid(how.expand(shape[0], 2, 3), shape, align_corners=False)
    return F.grid_sample(images, grid, padding_mode="reflection", align_corners=False)


def relit(images: Tensor, rng: Generator, strength: float = 1.0) -> Tensor:
    """Each image in another light: gamma, saturation, tint, contrast, haze, coarser pixels, noise.

    Args:
        images: ``[n, 3, side, side]``, 0 to 1.
        rng: Of the draw.
        strength: 1 for the widest range.
    """
    count, k = images.shape[0], strength

    def draw(low: float, high: float, channels: int = 1) -> Tensor:
        return torch.from_numpy(rng.uniform(low, high, (count, channels, 1, 1))).float()

    lit = images.clamp(0, 1) ** torch.exp(draw(-0.3 * k, 0.3 * k))
    grey = lit.mean(1, keepdim=True)
    lit = grey + (lit - grey) * draw(1 - 0.4 * k, 1 + 0.4 * k)
    lit = lit * draw(1 - 0.25 * k, 1 + 0.25 * k) * draw(1 - 0.08 * k, 1 + 0.08 * k, 3)
    mean = lit.mean((1, 2, 3), keepdim=True)
    lit = mean + (lit - mean) * draw(1 - 0.3 * k, 1 + 0.3 * k)
    haze = draw(-0.4, 0.35 * k).clamp(min=0)  # half of the images have none
    lit = lit * (1 - haze) + haze * draw(0.6, 0.9)
    for number in range(count):
        chance = rng.random()
        if chance < 0.2 * k:
            lit[number] = _coarser(lit[number], rng.uniform(0.35, 0.9))
        elif chance < 0.3 * k:
            lit[number] += torch.from_numpy(rng.normal(0, 0.03, lit[number].shape)).float()
    return lit.clamp(0, 1)


def _coarser(image: Tensor, factor: float) -> Tensor:
    small = F.interpolate(image[None], scale_factor=factor, mode="area")
    return F.interpolate(small, size=image.shape[-2:], mode="bilinear", align_corners=False)[0]


def pixel_values(images: Tensor) -> Tensor:
    """As the vision tower reads them: -1 to 1."""
    return images * 2 - 1
