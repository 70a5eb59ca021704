"""Tree crowns: ragged, shaded stamps that are pasted into an image and its labels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from unirs_lab.world import light
from unirs_lab.world.light import Acquisition
from unirs_lab.world.plan import TREES, Plan
from unirs_lab.world.textures import fractal_noise


def plant(
    plan: Plan, date: Acquisition, margin: int, image: Image.Image, cover: Image.Image
) -> None:
    """Paste the crowns of the plan's trees into image and labels, back to front."""
    stamps: dict[tuple[float, int], tuple[Image.Image, Image.Image, Image.Image]] = {}
    high = plan.size + margin
    for index, tree in enumerate(plan.trees):
        reach = tree.radius
        if not (
            -margin - reach < tree.x < high + reach and -margin - reach < tree.y < high + reach
        ):
            continue
        radius = 1.25 ** round(math.log(max(tree.radius, 0.8), 1.25))
        key = (radius, (index * 7 + int(tree.tint * 3)) % 6)
        if key not in stamps:
            stamps[key] = _crown(radius, key[1], date)
        colour, alpha, mask = stamps[key]
        half = colour.width / 2
        place = (round(tree.x + margin - half), round(tree.y + margin - half))
        image.paste(colour, place, alpha)
        cover.paste(TREES, (*place, place[0] + mask.width, place[1] + mask.height), mask)


def _crown(
    radius: float, variant: int, date: Acquisition
) -> tuple[Image.Image, Image.Image, Image.Image]:
    """A shaded, ragged crown: colour, soft edge, and its label mask."""
    shape = _crown_shape(radius, variant)
    sunward = shape.xs * math.cos(date.sun_azimuth) + shape.ys * math.sin(date.sun_azimuth)
    tint = (variant * 0.37 + date.crops) % 1.0
    colour = np.array(light.canopy_colour(date.season, tint), np.float32) * (1 + 0.05 * variant)
    rgb = np.clip((shape.shade + 0.42 * sunward)[..., None] * colour, 0, 255).astype(np.uint8)
    return Image.fromarray(rgb), shape.alpha, shape.mask


@dataclass(frozen=True)
class _CrownShape:
    """What a crown has under every light: coordinates, shade without sun, edge, label mask."""

    xs: NDArray[np.float32]
    ys: NDArray[np.float32]
    shade: NDArray[np.float32]
    alpha: Image.Image
    mask: Image.Image


@lru_cache(maxsize=256)
def _crown_shape(radius: float, variant: int) -> _CrownShape:
    rng = np.random.default_rng((variant, int(radius * 100)))
    side = 2 * math.ceil(radius * 1.15) + 1
    ys, xs = (np.mgrid[:side, :side].astype(np.float32) - side // 2) / radius
    theta, distance = np.arctan2(ys, xs), np.hypot(xs, ys)
    order = np.array([2, 3, 5, 7])[:, None, None]
    strength, phase = 0.09 * rng.standard_normal((4, 1, 1)), rng.uniform(0, 6.3, (4, 1, 1))
    edge = 0.95 + (strength * np.cos(order * theta + phase)).sum(0)
    inside = np.clip((edge - distance) * radius + 0.5, 0, 1)
    height = np.sqrt(np.clip(1 - (distance / 1.1) ** 2, 0, 1))
    leaves = fractal_noise(rng, (side, side), max(1.0, radius / 3), 2)
    shade = (0.58 + 0.38 * height + 0.13 * leaves).astype(np.float32)
    alpha = Image.fromarray((inside * 255).astype(np.uint8))
    return _CrownShape(xs, ys, shade, alpha, alpha.point(lambda level: 255 * (level > 127)))
