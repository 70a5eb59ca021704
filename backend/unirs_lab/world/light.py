"""How a date looks: season, sun, haze, sensor, and what colour each surface has then."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from unirs_lab.world.plan import (
    BARE,
    BUILDING,
    FARMLAND,
    GRASS,
    PARKING,
    ROAD,
    TREES,
    WATER,
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
