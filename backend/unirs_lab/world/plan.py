"""What is on the ground: a scene as vectors, before any light falls on it.

Coordinates are image pixels, x to the right and y down, (0, 0) the top left corner of the image.
Things may lie outside the image; a plan is laid out with ``MARGIN`` pixels to spare on each side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

Point = tuple[float, float]

CLASSES = (
    "grass",
    "trees",
    "farmland",
    "bare land",
    "water",
    "road",
    "building",
    "parking lot",
)
COVER_WORDS = (
    "grass",
    "trees",
    "farmland",
    "bare land",
    "water",
    "roads",
    "buildings",
    "parking lots",
)
"""Nouns for the area of each class."""

GRASS, TREES, FARMLAND, BARE, WATER, ROAD, BUILDING, PARKING = range(len(CLASSES))
MARGIN = 24


@dataclass(frozen=True)
class Surface:
    """A material of the ground.

    Attributes:
        kind: Name of the material in ``appearance.material``, such as ``"crop"``.
        tone: Which of the material's colours, 0 to 1.
        angle: Direction of rows or furrows in radians.
    """

    kind: str
    tone: float = 0.5
    angle: float = 0.0


@dataclass(frozen=True)
class Area:
    """A polygon of one surface."""

    outline: tuple[Point, ...]
    surface: Surface


@dataclass(frozen=True)
class Road:
    """A road along a path.

    Attributes:
        path: Its centre line.
        width: Width in pixels.
        surface: Asphalt, gravel, ...
        pavement: Whether it has pavements and a marked centre line.
    """

    path: tuple[Point, ...]
    width: float
    surface: Surface
    pavement: bool = False


@dataclass(frozen=True)
class Building:
    """A rectangular building with a roof.

    Attributes:
        x: Centre, pixels from the left.
        y: Centre, pixels from the top.
        length: Side along ``angle``, in pixels.
        width: Other side, in pixels.
        angle: Radians from +x towards +y.
        height: Height in pixels; the shadow's length follows from it.
        roof: ``"gable"``, ``"hip"`` or ``"flat"``.
        tone: Roof colour, 0 to 1.
    """

    x: float
    y: float
    length: float
    width: float
    angle: float
    height: float
    roof: str
    tone: float

    def point(self, along: float, across: float) -> Point:
        """Image position of a place on the roof, -0.5 to 0.5 in each direction."""
        u, v = along * self.length, across * self.width
        cosine, sine = math.cos(self.angle), math.sin(self.angle)
        return self.x + u * cosine - v * sine, self.y + u * sine + v * cosine

    def corners(self, inset: float = 0.0) -> tuple[Point, ...]:
        """The four corners, moved inwards by ``inset`` pixels."""
        a = 0.5 - inset / self.length
        b = 0.5 - inset / self.width
        return self.point(-a, -b), self.point(a, -b), self.point(a, b), self.point(-a, b)

    def visible_pixels(self, size: int) -> float:
        """About how many pixels of the roof lie inside an image of ``size`` pixels."""
        places = [self.point(a, b) for a in (-0.4, 0.0, 0.4) for b in (-0.4, 0.0, 0.4)]
        inside = sum(0 <= x < size and 0 <= y < size for x, y in places)
        return inside / len(places) * self.length * self.width


@dataclass(frozen=True)
class Tree:
    """A single crown, with its radius in pixels and its tint, 0 to 1."""

    x: float
    y: float
    radius: float
    tint: float


@dataclass(frozen=True)
class Vehicle:
    """A car or lorry; lengths in pixels, ``angle`` in radians, ``tone`` of its paint 0 to 1."""

    x: float
    y: float
    length: float
    width: float
    angle: float
    tone: float


@dataclass
class Plan:
    """Everything on the ground of one scene.

    Attributes:
        size: Side of the image in pixels.
        pixel_size: Ground size of a pixel in metres.
        kind: Name of the layout, such as ``"farmland"``.
        urban: Whether the layout is a town (the question is only asked where it shows).
        ground: Surface below everything.
        areas: Polygons, painted in order.
        roads: Painted over the areas.
        buildings: Painted over the roads.
        trees: Single crowns, painted last.
        vehicles: Painted over roads and parking lots.
        texture_seed: Seed of the ground's texture, the same at every date.
    """

    size: int
    pixel_size: float
    kind: str
    urban: bool
    ground: Surface
    areas: list[Area] = field(default_factory=list)
    roads: list[Road] = field(default_factory=list)
    buildings: list[Building] = field(default_factory=list)
    trees: list[Tree] = field(default_factory=list)
    vehicles: list[Vehicle] = field(default_factory=list)
    texture_seed: int = 0

    def pixels(self, metres: float) -> float:
        """A length on the ground in pixels."""
        return metres / self.pixel_size


def blob(
    rng: np.random.Generator,
    centre: Point,
    radius: float,
    *,
    roughness: float = 0.2,
    stretch: float = 1.0,
    harmonics: int = 6,
) -> tuple[Point, ...]:
    """A closed, smooth, irregular outline, such as a lake's shore.

    Args:
        rng: Source of randomness.
        centre: Its middle.
        radius: Mean radius in pixels.
        roughness: Strength of bays and capes, 0 (ellipse) to about 0.4.
        stretch: Ratio of the axes, 1 for round.
        harmonics: Number of waves along the shore; more is rougher.
    """
    count = int(np.clip(radius * 1.5, 24, 160))
    theta = np.linspace(0, 2 * np.pi, count, endpoint=False)
    order = np.arange(1, harmonics + 1)
    strength = roughness * rng.standard_normal(harmonics) / order**0.8
    waves = np.cos(order[:, None] * theta + rng.uniform(0, 2 * np.pi, (harmonics, 1)))
    distance = radius * np.clip(1 + strength @ waves, 0.45, 1.8)
    turn = rng.uniform(0, np.pi)
    u, v = distance * np.cos(theta) * stretch**0.5, distance * np.sin(theta) / stretch**0.5
    xs = centre[0] + u * math.cos(turn) - v * math.sin(turn)
    ys = centre[1] + u * math.sin(turn) + v * math.cos(turn)
    return tuple(zip(xs.tolist(), ys.tolist(), strict=True))


def rectangle(
    centre: Point, length: float, width: float, angle: float
) -> tuple[Point, Point, Point, Point]:
    """Corners of a turned rectangle."""
    u = (math.cos(angle) * length / 2, math.sin(angle) * length / 2)
    v = (-math.sin(angle) * width / 2, math.cos(angle) * width / 2)
    x, y = centre
    return (
        (x - u[0] - v[0], y - u[1] - v[1]),
        (x + u[0] - v[0], y + u[1] - v[1]),
        (x + u[0] + v[0], y + u[1] + v[1]),
        (x - u[0] + v[0], y - u[1] + v[1]),
    )


def curve(rng: np.random.Generator, start: Point, end: Point, bend: float) -> tuple[Point, ...]:
    """A smooth path between two points; ``bend`` is its sway as a share of its length."""
    (x0, y0), (x1, y1) = start, end
    steps = np.linspace(0, 1, 17)
    phase = rng.uniform(0, np.pi)
    sway = bend * (np.sin(2 * np.pi * steps * rng.uniform(0.5, 1.2) + phase) - math.sin(phase))
    xs = x0 + (x1 - x0) * steps - (y1 - y0) * sway
    ys = y0 + (y1 - y0) * steps + (x1 - x0) * sway
    return tuple(zip(xs.tolist(), ys.tolist(), strict=True))


def ribbon(path: tuple[Point, ...], widths: np.ndarray) -> tuple[Point, ...]:
    """Outline of a band of varying width (pixels) along a path, such as a river."""
    points = np.asarray(path)
    along = np.gradient(points, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1) * widths[:, None] / 2
    outline = np.concatenate([points + normal, (points - normal)[::-1]])
    return tuple((float(x), float(y)) for x, y in outline)
