"""Laying things out on the ground without building on roads or into water."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw

from unirs_lab.world.plan import (
    MARGIN,
    Area,
    Building,
    Plan,
    Point,
    Road,
    Surface,
    Tree,
    Vehicle,
    rectangle,
)

SMALLEST_CROWN = 0.6
"""Radius in pixels below which a single tree cannot be seen and is left out."""


class Site:
    """A plan under construction, with a map of the ground that is taken.

    Attributes:
        plan: The plan that is being laid out.
        rng: Source of randomness.
    """

    def __init__(
        self, plan: Plan, rng: np.random.Generator, taken: Image.Image | None = None
    ) -> None:
        self.plan, self.rng = plan, rng
        side = plan.size + 2 * MARGIN
        self._taken = taken or Image.new("L", (side, side), 0)
        self._draw = ImageDraw.Draw(self._taken)
        self._pixels = self._taken.load()
        self.low, self.high = float(-MARGIN), float(plan.size + MARGIN)

    def fork(self) -> Site:
        """A copy on which something else can be built."""
        plan = replace(
            self.plan,
            areas=list(self.plan.areas),
            roads=list(self.plan.roads),
            buildings=list(self.plan.buildings),
            trees=list(self.plan.trees),
            vehicles=list(self.plan.vehicles),
        )
        rng = np.random.default_rng(self.rng.integers(2**62))
        return Site(plan, rng, self._taken.copy())

    def pixels(self, metres: float) -> float:
        """A length on the ground in pixels."""
        return self.plan.pixels(metres)

    def between(self, low: float, high: float) -> float:
        """A random length between two lengths in metres, in pixels."""
        return self.plan.pixels(self.rng.uniform(low, high))

    def anywhere(self) -> Point:
        """A random place in the image."""
        x, y = self.rng.uniform(0, self.plan.size, 2)
        return float(x), float(y)

    def take(self, outline: Sequence[Point]) -> None:
        """Mark a polygon as taken."""
        self._draw.polygon([(x + MARGIN, y + MARGIN) for x, y in outline], 1)

    def take_line(self, path: Sequence[Point], width: float) -> None:
        """Mark a band (pixels) along a path as taken."""
        points = [(x + MARGIN, y + MARGIN) for x, y in path]
        self._draw.line(points, 1, max(1, round(width)), joint="curve")

    def free(self, points: Sequence[Point]) -> bool:
        """Whether all places lie on free ground; beyond the canvas everything is free."""
        for x, y in points:
            inside = self.low <= x < self.high and self.low <= y < self.high
            if inside and self._pixels[int(x - self.low), int(y - self.low)]:  # type: ignore[index]
                return False
        return True

    def taken_share(self, centre: Point, radius: float) -> float:
        """Share of a square around ``centre`` that is taken, 0 to 1."""
        x, y, r = centre[0] - self.low, centre[1] - self.low, radius
        part = self._taken.crop((int(x - r), int(y - r), int(x + r), int(y + r)))
        return float(np.asarray(part).mean())

    def near(self, place: Point, reach: float) -> bool:
        """Whether something of this reach (pixels) would touch the canvas."""
        low, high = self.low - reach, self.high + reach
        return low < place[0] < high and low < place[1] < high

    def clear_crowns(self) -> None:
        """Cut crowns back from roofs, roads and water."""
        self.plan.trees = [tree for tree in self.plan.trees if self.free([(tree.x, tree.y)])]

    def area(self, outline: tuple[Point, ...], surface: Surface, *, taken: bool = False) -> None:
        """Add an area; ``taken`` keeps other things off it."""
        self.plan.areas.append(Area(outline, surface))
        if taken:
            self.take(outline)

    def road(
        self, path: tuple[Point, ...], metres: float, kind: str = "asphalt", *,
        tone: float | None = None, pavement: bool = False,
    ) -> Road:  # fmt: skip
        """Add a road of a width in metres (never finer than the image can show)."""
        tone = self.rng.random() if tone is None else tone
        width = max(self.pixels(metres), 1.1)
        road = Road(path, width, Surface(kind, tone), pavement)
        self.plan.roads.append(road)
        self.take_line(path, width + 2 * self.pixels(1.8) + 2)
        return road

    def building(
        self, centre: Point, length: float, width: float, angle: float, *,
        height: float | None = None, roof: str | None = None, tone: float | None = None,
    ) -> bool:  # fmt: skip
        """Add a building (sides in pixels) if its ground is free; returns whether it was."""
        gap = max(0.6, self.pixels(1))
        outline = rectangle(centre, length + 2 * gap, width + 2 * gap, angle)
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = outline
        middles = [
            ((ax + bx) / 2, (ay + by) / 2), ((bx + cx) / 2, (by + cy) / 2),
            ((cx + dx) / 2, (cy + dy) / 2), ((dx + ax) / 2, (dy + ay) / 2),
        ]  # fmt: skip
        if not self.free([centre, *outline, *middles]):
            return False
        metres = min(length, width) * self.plan.pixel_size
        flat = metres > 16 or self.rng.random() < 0.1
        self.plan.buildings.append(
            Building(
                *centre,
                length,
                width,
                angle,
                self.between(4, 7) if height is None else height,
                roof or ("flat" if flat else str(self.rng.choice(["gable", "gable", "hip"]))),
                float(self.rng.random()) if tone is None else tone,
            )
        )
        self.take(rectangle(centre, length, width, angle))
        return True

    def tree(self, x: float, y: float, metres: float) -> None:
        """Add a crown of a radius in metres where there is room for its trunk."""
        radius = self.pixels(metres)
        if radius < SMALLEST_CROWN or not self.near((x, y), radius):
            return
        radius = max(radius, 0.9)
        near = ((x, y), (x - radius / 2, y), (x + radius / 2, y), (x, y - radius / 2))
        if self.free([*near, (x, y + radius / 2)]):
            self.plan.trees.append(Tree(x, y, radius, float(self.rng.random())))

    def scatter_trees(self, per_hectare: float, low: float = 2.0, high: float = 4.5) -> None:
        """Single trees all over, in clusters; at most about 400 for a 128 px image."""
        metres = (self.plan.size + MARGIN) * self.plan.pixel_size
        count = per_hectare * metres**2 / 1e4
        count = int(min(count, 400 * (self.plan.size / 128) ** 2))
        if count < 1 or self.pixels(high) < SMALLEST_CROWN:
            return
        groups = self.rng.uniform(-10, self.plan.size + 10, (max(1, count // 4), 2))
        spread = self.pixels(12)
        for _ in range(count):
            x, y = groups[self.rng.integers(len(groups))] + self.rng.normal(0, spread, 2)
            self.tree(float(x), float(y), float(self.rng.uniform(low, high)))

    def wood(self, outline: tuple[Point, ...]) -> None:
        """A closed wood: canopy texture, and crowns of its own where the pixels are fine."""
        self.area(outline, Surface("forest", float(self.rng.random())), taken=False)
        radius = 3.2
        if self.pixels(radius) >= 2.2:
            self.plan.trees += crowns_in(self.plan, self.rng, outline, self.pixels(radius))

    def vehicle(self, x: float, y: float, angle: float, *, lorry: bool = False) -> None:
        """Add a vehicle, if the pixels are fine enough to show one."""
        if self.plan.pixel_size > 1.6:
            return
        length, width = (9.0, 2.5) if lorry else (4.6, 1.9)
        tone = float(self.rng.random())
        self.plan.vehicles.append(
            Vehicle(x, y, self.pixels(length), max(1.0, self.pixels(width)), angle, tone)
        )

    def traffic(self, road: Road, spacing: float) -> None:
        """Cars on a road, about ``spacing`` metres apart in each lane."""
        for (x0, y0), (x1, y1) in zip(road.path, road.path[1:], strict=False):
            length = math.hypot(x1 - x0, y1 - y0)
            angle = math.atan2(y1 - y0, x1 - x0)
            for lane in (-0.24, 0.24):
                for _ in range(self.rng.poisson(length / self.pixels(spacing))):
                    t = self.rng.random()
                    x = x0 + (x1 - x0) * t - lane * road.width * math.sin(angle)
                    y = y0 + (y1 - y0) * t + lane * road.width * math.cos(angle)
                    self.vehicle(x, y, angle)

    def car_park(self, centre: Point, length: float, width: float, angle: float) -> bool:
        """A parking lot (sides in pixels) with parked cars, if its ground is free."""
        outline = rectangle(centre, length, width, angle)
        if not self.free([centre, *outline]):
            return False
        self.area(outline, Surface("parking", float(self.rng.random())), taken=True)
        stall, depth = self.pixels(2.6), self.pixels(5)
        filled = self.rng.uniform(0.2, 0.9)
        if self.plan.pixel_size <= 1.6:
            for i in range(int(length / stall)):
                for side in (-1, 1):
                    if self.rng.random() < filled:
                        u = -length / 2 + (i + 0.5) * stall
                        v = side * (width - depth) / 2
                        x = centre[0] + u * math.cos(angle) - v * math.sin(angle)
                        y = centre[1] + u * math.sin(angle) + v * math.cos(angle)
                        self.vehicle(x, y, angle + math.pi / 2)
        return True


def crowns_in(
    plan: Plan, rng: np.random.Generator, outline: Sequence[Point], radius: float
) -> list[Tree]:
    """Crowns of about ``radius`` pixels filling a polygon."""
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    low_x, high_x = max(min(xs), -MARGIN), min(max(xs), plan.size + MARGIN)
    low_y, high_y = max(min(ys), -MARGIN), min(max(ys), plan.size + MARGIN)
    if low_x >= high_x or low_y >= high_y:
        return []
    step = 1.5 * radius
    grid = np.mgrid[low_y:high_y:step, low_x:high_x:step].reshape(2, -1)
    spots = grid + rng.uniform(-0.5 * step, 0.5 * step, grid.shape)
    mask = Image.new("1", (math.ceil(high_x - low_x) + 1, math.ceil(high_y - low_y) + 1))
    ImageDraw.Draw(mask).polygon([(x - low_x, y - low_y) for x, y in outline], 1)
    inside = np.asarray(mask)
    columns = np.clip(spots[1] - low_x, 0, inside.shape[1] - 1).astype(int)
    rows = np.clip(spots[0] - low_y, 0, inside.shape[0] - 1).astype(int)
    kept = spots[:, inside[rows, columns]].T.tolist()
    radii = radius * rng.uniform(0.7, 1.45, len(kept))
    tints = rng.random(len(kept))
    return [
        Tree(x, y, r, t) for (y, x), r, t in zip(kept, radii.tolist(), tints.tolist(), strict=True)
    ]
