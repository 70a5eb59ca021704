"""Images as training sees them: cropped, turned, and in another light.

Images are ``[n, channels, side, side]`` float32, 0 to 1. A *view* of a square is an affine map,
``[1, 2, 3]``, so that several images of one place, and its mask, can be shown alike.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from unirs.inputs import Crop, VisualInput
from unirs_lab.data.samples import RowGroup

SIDE = 224
"""Pixels along the side of the images that are made here."""

LEAST_OWN, LEAST_CLASS = 0.9, 0.75
"""Share of the side that a crop of a user's image shows at least: of any, and of one that has
nothing but its class, which is turned and mirrored as well."""

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


def as_tensor(images: NDArray[np.uint8]) -> Tensor:
    """``[n, height, width, 3]`` uint8 to ``[n, 3, height, width]``, 0 to 1."""
    return torch.from_numpy(np.array(images)).permute(0, 3, 1, 2).float() / 255


def as_mask(mask: NDArray[np.bool_]) -> Tensor:
    """``[height, width]`` to ``[1, 1, SIDE, SIDE]``, 0 to 1."""
    return resized(torch.from_numpy(mask[None, None].astype(np.float32)))


def as_crops(images: Tensor) -> tuple[Crop, ...]:
    """``[n, 3, height, width]``, 0 to 1, to crops of 8 bits."""
    pixels = (images.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).numpy()
    return tuple(Crop(np.ascontiguousarray(one)) for one in pixels)


def resized(images: Tensor) -> Tensor:
    """Images or masks as squares of ``SIDE``: averaged where they get smaller."""
    smaller = min(images.shape[-2:]) > SIDE
    return F.interpolate(images, size=(SIDE, SIDE), mode="area" if smaller else "bilinear")


def random_view(rng: Generator, least: float = 1.0, turned: bool = True) -> Tensor:
    """A random view of a square.

    Args:
        rng: Random numbers.
        least: Share of the side that is shown at least, 0 to 1; up to the whole is.
        turned: Whether it may be turned and mirrored.
    """
    share = float(rng.uniform(least, 1.0)) if least < 1 else 1.0
    place = torch.from_numpy(rng.uniform(-1, 1, 2)).float() * (1 - share)
    turn = TURNS[int(rng.integers(8)) if turned else 0]
    return torch.cat([turn * share, place[:, None]], dim=1)[None]


def shifted(view: Tensor, rng: Generator, most: float) -> Tensor:
    """A view of the same ground that is off by up to a share ``most`` of the side."""
    other = view.clone()
    other[:, :, 2] += torch.from_numpy(rng.uniform(-most, most, (1, 2))).float()
    return other


def viewed(images: Tensor, view: Tensor) -> Tensor:
    """Images as a view shows them, at ``SIDE``."""
    shape = [images.shape[0], images.shape[1], SIDE, SIDE]
    grid = F.affine_grid(view.expand(shape[0], 2, 3), shape, align_corners=False)
    return F.grid_sample(images, grid, padding_mode="reflection", align_corners=False)


def relit(images: Tensor, rng: Generator, strength: float = 1.0) -> Tensor:
    """Each image in another light: gamma, saturation, tint, contrast, haze, coarser pixels, noise.

    Args:
        images: ``[n, 3, side, side]``, 0 to 1.
        rng: Random numbers.
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


def augmented(group: RowGroup, rng: Generator) -> RowGroup:
    """A user's images in another crop and light.

    Both dates of a pair, and all frames of a video, are cropped alike. They are turned and mirrored
    only where nothing but their class is asked for: answers may name places.
    """
    only_class = all(row.kind == "scene" for row in group.rows)
    view = random_view(rng, LEAST_CLASS if only_class else LEAST_OWN, turned=only_class)
    images = torch.cat([resized(as_tensor(crop.pixels[None])) for crop in group.visual.crops])
    shown = as_crops(relit(viewed(images, view), rng, 0.6))
    return replace(group, visual=VisualInput(group.visual.kind, shown))


def _coarser(image: Tensor, factor: float) -> Tensor:
    small = F.interpolate(image[None], scale_factor=factor, mode="area")
    return F.interpolate(small, size=image.shape[-2:], mode="bilinear", align_corners=False)[0]
