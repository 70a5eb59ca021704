"""How things look at a date: season, sun, haze, sensor, colours, textures and tree crowns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from unirs_lab.world.plan import (
    BARE,
    BUILDING,
    FARMLAND,
    GRASS,
    PARKING,
    ROAD,
    TREES,
    WATER,
    Plan,
    Surface,
)

Colour = tuple[float, float, float]

SEASONS = ("spring", "summer", "autumn", "dry")


@dataclass(frozen=True)
class Acquisition:
    """The conditions under which one image was taken.

    Attributes:
        season: One of ``SEASONS``.
        sun_azimuth: Where the light comes from, radians from +x towards +y.
        sun_elevation: Height of the sun in radians.
        shadow: Darkness of shadows, 0 to 1.
        haze: Share of airlight, 0 to about 0.25.
        gain: Colour balance, a factor for each band.
        gamma: Tone curve.
        blur: Point spread in pixels (standard deviation).
        noise: Sensor noise in grey levels (standard deviation).
        crops: Phase of the crop rotation, 0 to 1: fields change their colour with it.
        seed: Seed of sensor noise and of what differs by chance.
    """

    season: str
    sun_azimuth: float
    sun_elevation: float
    shadow: float
    haze: float
    gain: Colour
    gamma: float
    blur: float
    noise: float
    crops: float
    seed: int

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Acquisition:
        """Random conditions."""
        red, green, blue = (1 + rng.normal(0, 0.03, 3)) * rng.uniform(0.86, 1.18)
        return cls(
            season=SEASONS[rng.choice(4, p=[0.2, 0.4, 0.2, 0.2])],
            sun_azimuth=rng.uniform(0, 2 * math.pi),
            sun_elevation=math.radians(rng.uniform(32, 65)),
            shadow=rng.uniform(0.42, 0.68),
            haze=rng.uniform(0, 0.18) * (rng.random() < 0.6),
            gain=(float(red), float(green), float(blue)),
            gamma=rng.uniform(0.85, 1.2),
            blur=rng.uniform(0.3, 0.75),
            noise=rng.uniform(0.8, 4.0),
            crops=rng.random(),
            seed=int(rng.integers(2**62)),
        )


@dataclass(frozen=True)
class Material:
    """What a surface looks like at one date.

    Attributes:
        cover: Land-cover class.
        colour: Red, green, blue, 0 to 255.
        mottle: Strength of broad patches in grey levels.
        grain: Strength of fine texture in grey levels.
        canopy: Strength of crown-sized light and shade in grey levels.
        rows: Strength of rows and furrows in grey levels.
        spacing: Distance of rows in metres.
        angle: Direction of rows in radians.
    """

    cover: int
    colour: Colour
    mottle: float
    grain: float
    canopy: float = 0.0
    rows: float = 0.0
    spacing: float = 4.0
    angle: float = 0.0


_GRASS: dict[str, tuple[Colour, ...]] = {
    "spring": ((98, 122, 74), (118, 132, 84), (84, 110, 70)),
    "summer": ((92, 114, 72), (108, 122, 78), (80, 104, 68)),
    "autumn": ((120, 122, 82), (110, 116, 78), (128, 126, 84)),
    "dry": ((146, 142, 96), (132, 132, 90), (154, 148, 100)),
}
_CANOPY: dict[str, tuple[Colour, ...]] = {
    "spring": ((70, 92, 54), (58, 80, 48), (84, 102, 60)),
    "summer": ((52, 74, 44), (44, 64, 42), (62, 84, 50)),
    "autumn": ((96, 82, 50), (72, 74, 46), (112, 84, 52)),
    "dry": ((74, 80, 56), (64, 72, 52), (84, 84, 62)),
}
_CROPS: tuple[Colour, ...] = (
    (72, 108, 60),
    (98, 130, 70),
    (126, 146, 84),
    (190, 168, 112),
    (176, 160, 126),
    (118, 94, 74),
    (92, 76, 64),
    (146, 116, 90),
    (60, 98, 66),
    (112, 136, 96),
)
_BARE: tuple[Colour, ...] = (
    (196, 176, 146),
    (182, 140, 108),
    (206, 196, 176),
    (176, 162, 146),
    (186, 154, 118),
)
_WATER: tuple[Colour, ...] = (
    (32, 44, 54),
    (44, 62, 68),
    (58, 84, 98),
    (66, 88, 70),
    (50, 70, 58),
    (98, 100, 84),
)
_SHORE: tuple[Colour, ...] = ((86, 98, 66), (108, 104, 76), (196, 186, 160), (74, 84, 58))
_ASPHALT: tuple[Colour, ...] = ((104, 103, 104), (132, 130, 128), (152, 149, 145), (88, 88, 92))
_GRAVEL: tuple[Colour, ...] = ((190, 178, 156), (172, 156, 132), (200, 190, 172))
_ROOFS: tuple[Colour, ...] = (
    (84, 84, 90),
    (112, 98, 88),
    (152, 92, 72),
    (168, 108, 84),
    (140, 138, 136),
    (184, 180, 174),
    (222, 220, 214),
    (96, 112, 136),
    (126, 112, 96),
    (196, 186, 166),
)
_PAINT: tuple[Colour, ...] = (
    (235, 235, 235),
    (226, 228, 230),
    (190, 192, 196),
    (166, 168, 170),
    (40, 42, 46),
    (58, 60, 64),
    (110, 112, 116),
    (134, 44, 40),
    (54, 74, 114),
)


def pick(colours: tuple[Colour, ...], tone: float) -> Colour:
    """The colour at ``tone`` (0 to 1), with a little of its neighbour mixed in."""
    place = (tone % 1.0) * len(colours)
    first = int(place)
    share = 0.35 * (place - first)
    here, there = colours[first], colours[(first + 1) % len(colours)]
    red, green, blue = ((1 - share) * a + share * b for a, b in zip(here, there, strict=True))
    return red, green, blue


def roof_colour(tone: float) -> Colour:
    """Colour of a roof in full light."""
    return pick(_ROOFS, tone)


def paint_colour(tone: float) -> Colour:
    """Colour of a vehicle."""
    return _PAINT[int(tone * len(_PAINT)) % len(_PAINT)]


def canopy_colour(season: str, tint: float) -> Colour:
    """Colour of a sunlit crown."""
    return pick(_CANOPY[season], tint)


def material(surface: Surface, date: Acquisition) -> Material:
    """What a surface looks like at a date.

    Raises:
        KeyError: The surface's kind is not known.
    """
    tone, angle = surface.tone, surface.angle
    if surface.kind == "crop":
        crop = (tone + date.crops) % 1.0
        rows = 4 + 9 * ((tone * 7.3) % 1.0)
        spacing = 3 + 9 * ((tone * 3.7) % 1.0)
        return Material(FARMLAND, pick(_CROPS, crop), 7, 3, rows=rows, spacing=spacing, angle=angle)
    colours, cover, mottle, grain, canopy = {
        "grass": (_GRASS[date.season], GRASS, 9, 5, 0),
        "lawn": (_GRASS[date.season], GRASS, 6, 4, 0),
        "scrub": (_GRASS[date.season], GRASS, 12, 8, 3),
        "forest": (_CANOPY[date.season], TREES, 6, 4, 24),
        "shore": (_SHORE, GRASS, 7, 6, 0),
        "bare": (_BARE, BARE, 8, 7, 0),
        "water": (_WATER, WATER, 3.5, 1.2, 0),
        "asphalt": (_ASPHALT, ROAD, 4, 3, 0),
        "gravel": (_GRAVEL, ROAD, 6, 5, 0),
        "pavement": (((176, 172, 166),), ROAD, 3, 3, 0),
        "marking": (((214, 212, 202),), ROAD, 2, 3, 0),
        "parking": (_ASPHALT, PARKING, 4, 3, 0),
        "yard": (((168, 165, 160), (150, 148, 146)), PARKING, 4, 4, 0),
        "stall": (((205, 204, 198),), PARKING, 2, 3, 0),
        "clutter": (((120, 120, 122), (206, 204, 200)), BUILDING, 2, 4, 0),
    }[surface.kind]
    return Material(cover, pick(colours, tone), mottle, grain, canopy)


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
    colour = np.array(canopy_colour(date.season, tint), np.float32) * (1 + 0.05 * variant)
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
