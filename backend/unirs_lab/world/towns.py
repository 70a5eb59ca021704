"""Towns: layouts along a grid of streets, straight or winding."""

from __future__ import annotations

import itertools
import math

import numpy as np

from unirs_lab.world.plan import MARGIN, Point, Surface, blob, rectangle
from unirs_lab.world.site import SMALLEST_CROWN, Site

Block = tuple[float, float, float, float]


class StreetGrid:
    """Turned and gently winding grid coordinates (pixels from the image's centre).

    Attributes:
        angle: Direction of the first axis, radians.
    """

    def __init__(self, site: Site, sway: float = 0.0) -> None:
        self.angle = float(site.rng.uniform(0, math.pi))
        self._middle = site.plan.size / 2
        self._cosine, self._sine = math.cos(self.angle), math.sin(self.angle)
        self._sway = sway
        self._wave = 2 * math.pi / max(site.pixels(420), 150)
        self._phase = site.rng.uniform(0, 6.3, 2)

    def point(self, u: float, v: float) -> Point:
        """A place of the grid in the image."""
        if self._sway:
            reach = self._sway / self._wave
            u, v = (
                u + reach * math.sin(v * self._wave + self._phase[0]),
                v + reach * math.sin(u * self._wave + self._phase[1]),
            )
        return (
            self._middle + u * self._cosine - v * self._sine,
            self._middle + u * self._sine + v * self._cosine,
        )

    def direction(self, u: float, v: float) -> float:
        """Direction of the first axis at a place, radians."""
        if not self._sway:
            return self.angle
        (x0, y0), (x1, y1) = self.point(u - 2, v), self.point(u + 2, v)
        return math.atan2(y1 - y0, x1 - x0)

    def line(self, start: Point, end: Point) -> tuple[Point, ...]:
        """A grid line as a path."""
        steps = np.linspace(0, 1, 25 if self._sway else 2)
        return tuple(
            self.point(start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t)
            for t in steps
        )


def _lines(site: Site, low: float, high: float) -> list[float]:
    """Positions of parallel streets with random gaps (metres) over the whole site, in pixels."""
    reach = site.plan.size * 0.75 + MARGIN
    lines = [-reach - site.rng.uniform(0, site.pixels(high))]
    while lines[-1] < reach:
        lines.append(lines[-1] + site.between(low, high))
    return lines


def _streets(
    site: Site, grid: StreetGrid, long: tuple[float, float], short: tuple[float, float]
) -> list[Block]:
    """A street grid; returns its blocks as (left, top, right, bottom) in grid coordinates.

    Args:
        site: Where to lay the streets.
        grid: Its directions.
        long: Range of block lengths in metres.
        short: Range of block depths in metres.
    """
    tone, width = float(site.rng.random()), float(site.rng.uniform(7, 12))
    us, vs = _lines(site, *long), _lines(site, *short)
    traffic = float(site.rng.choice([14, 30, 60]))
    paths = [grid.line((u, vs[0]), (u, vs[-1])) for u in us]
    paths += [grid.line((us[0], v), (us[-1], v)) for v in vs]
    for path in paths:
        road = site.road(path, width, tone=tone, pavement=True)
        site.traffic(road, traffic)
    return [
        (left, top, right, bottom)
        for left, right in itertools.pairwise(us)
        for top, bottom in itertools.pairwise(vs)
        if site.near(
            grid.point((left + right) / 2, (top + bottom) / 2), (right - left + bottom - top) / 2
        )
    ]


def _houses(site: Site, grid: StreetGrid, block: Block, *, lot: float, trees: float) -> None:
    """Two rows of detached houses along a block's long sides, with gardens."""
    left, top, right, bottom = block
    lot = max(site.pixels(lot), 4.2)
    setback = max(site.pixels(19), 4.5)
    tone = float(site.rng.random())
    for v, street in ((top + setback, -1), (bottom - setback, 1)):
        for i in range(int((right - left) / lot)):
            u = left + (i + 0.5 + site.rng.normal(0, 0.04)) * lot
            place = grid.point(u, v + site.rng.normal(0, site.pixels(0.8)))
            if not site.near(place, lot) or site.rng.random() < 0.06:
                continue
            length = min(site.between(11, 17), lot * 0.8)
            width = min(site.between(8, 12), length)
            angle = grid.direction(u, v)
            turn = angle + (site.rng.random() < 0.3) * math.pi / 2
            if site.plan.pixel_size < 2:
                depth = (bottom - top) / 2 - site.pixels(9)
                garden = grid.point(u, v - street * (depth / 2 - setback + site.pixels(9)))
                lawn = Surface("lawn", float(site.rng.random()))
                site.area(rectangle(garden, lot, depth, angle), lawn)
            shade = tone if site.rng.random() < 0.4 else float(site.rng.random())
            site.building(place, max(length, 2.6), max(width, 2.2), turn, tone=shade)
            if site.plan.pixel_size < 1.0 and site.rng.random() < 0.6:
                drive = grid.point(u + lot * 0.42, v + street * setback * 0.3)
                site.vehicle(*drive, angle + math.pi / 2)
    per_tree = site.pixels(10) ** 2 / trees
    _garden_trees(site, grid, block, min(60, int((right - left) * (bottom - top) / per_tree)))


def _garden_trees(site: Site, grid: StreetGrid, block: Block, count: int) -> None:
    left, top, right, bottom = block
    if site.pixels(4.2) < SMALLEST_CROWN:
        return
    us, vs = site.rng.uniform(left, right, count), site.rng.uniform(top, bottom, count)
    radii = site.rng.uniform(1.8, 4.2, count)
    for u, v, radius in zip(us.tolist(), vs.tolist(), radii.tolist(), strict=True):
        site.tree(*grid.point(u, v), radius)


def _inner(site: Site, grid: StreetGrid, block: Block, inset: float) -> tuple[Point, ...]:
    """The block without a rim of ``inset`` metres, as a polygon in the image."""
    left, top, right, bottom = block
    rim = site.pixels(inset)
    u, v = (left + right) / 2, (top + bottom) / 2
    length, width = max(1.0, right - left - 2 * rim), max(1.0, bottom - top - 2 * rim)
    return rectangle(grid.point(u, v), length, width, grid.direction(u, v))


def _park(site: Site, grid: StreetGrid, block: Block) -> None:
    site.area(_inner(site, grid, block, 7), Surface("lawn", float(site.rng.random())))
    left, top, right, bottom = block
    count = (right - left) * (bottom - top) / site.pixels(9) ** 2
    _garden_trees(site, grid, block, int(min(60, count)))


def _slabs(site: Site, grid: StreetGrid, block: Block) -> None:
    """Large flat-roofed buildings that fill a block."""
    left, top, right, bottom = block
    if site.rng.random() < 0.5:
        site.area(_inner(site, grid, block, 6), Surface("yard", float(site.rng.random())))
    rim = max(site.pixels(12), 2.5)
    depth = bottom - top - 2 * rim
    tall = site.rng.random() < 0.3
    u = left + rim
    while u < right - rim - site.pixels(10):
        length = min(site.between(14, 42), right - rim - u)
        width = max(1.8, depth * site.rng.uniform(0.55, 1.0))
        v = (top + bottom) / 2 + site.rng.choice([-1, 1]) * (depth - width) / 2
        place = grid.point(u + length / 2, v)
        if length > 1.8 and site.near(place, length) and site.rng.random() < 0.9:
            height = site.between(12, 28) if tall else site.between(6, 12)
            turn = grid.direction(u + length / 2, v)
            site.building(place, length, width, turn, height=height, roof="flat")
        u += length + max(site.between(4, 9), 2.2)


def _street_trees(site: Site, grid: StreetGrid, block: Block) -> None:
    left, top, right, bottom = block
    for v in (top + site.pixels(8.5), bottom - site.pixels(8.5)):
        for u in np.arange(left + site.pixels(6), right, max(site.between(9, 18), 3)):
            site.tree(*grid.point(float(u), v), float(site.rng.uniform(1.6, 3.0)))


def residential(site: Site) -> None:
    """Houses in gardens along a grid of streets."""
    grid = StreetGrid(site)
    coarse = max(1.0, site.plan.pixel_size / 3)
    trees, lot = float(site.rng.uniform(0.1, 0.7)), float(site.rng.uniform(16, 23))
    for block in _streets(site, grid, (90, 170 * coarse), (66, 80 * coarse**0.5)):
        draw = site.rng.random()
        if draw < 0.06:
            _park(site, grid, block)
        elif draw < 0.14:
            _slabs(site, grid, block)
        else:
            _houses(site, grid, block, lot=lot, trees=trees)


def suburb(site: Site) -> None:
    """Houses with large gardens along winding roads, among trees and woods."""
    grid = StreetGrid(site, sway=float(site.rng.uniform(0.15, 0.35)))
    coarse = max(1.0, site.plan.pixel_size / 3)
    trees, lot = float(site.rng.uniform(0.4, 1.1)), float(site.rng.uniform(21, 32))
    blocks = _streets(site, grid, (140, 320 * coarse), (74, 110 * coarse**0.5))
    for block in blocks:
        if site.rng.random() < 0.14:
            _park(site, grid, block)
        else:
            _houses(site, grid, block, lot=lot, trees=trees)
    if site.rng.random() < 0.4:
        site.wood(blob(site.rng, site.anywhere(), site.plan.size * site.rng.uniform(0.12, 0.25)))
        site.clear_crowns()


def downtown(site: Site) -> None:
    """Blocks of large buildings, car parks and parks between them."""
    grid = StreetGrid(site)
    for block in _streets(site, grid, (70, 130), (60, 95)):
        draw = site.rng.random()
        left, top, right, bottom = block
        if draw < 0.16:
            centre = grid.point((left + right) / 2, (top + bottom) / 2)
            rim = site.pixels(22)
            site.car_park(centre, right - left - rim, bottom - top - rim, grid.angle)
        elif draw < 0.24:
            _park(site, grid, block)
        else:
            _slabs(site, grid, block)
            _street_trees(site, grid, block)


def industrial(site: Site) -> None:
    """Sheds, car parks and paved yards along wide roads."""
    grid = StreetGrid(site)
    for left, top, right, bottom in _streets(site, grid, (90, 200), (80, 140)):
        block = (left, top, right, bottom)
        yard = str(site.rng.choice(["yard", "bare", "lawn"], p=[0.4, 0.2, 0.4]))
        site.area(_inner(site, grid, block, 7), Surface(yard, float(site.rng.random())))
        u, v = (left + right) / 2, (top + bottom) / 2
        length, width = right - left - site.pixels(28), bottom - top - site.pixels(28)
        lot = site.rng.random() < 0.6
        share = 0.55 if lot else 0.9
        roof = "gable" if site.rng.random() < 0.35 else "flat"
        site.building(
            grid.point(u - length * (0.5 - share / 2), v), length * share,
            width * site.rng.uniform(0.6, 0.95), grid.angle,
            height=site.between(7, 12), roof=roof,
        )  # fmt: skip
        if lot:
            place = grid.point(u + length * 0.32, v)
            site.car_park(place, length * 0.32, min(width * 0.9, site.pixels(36)), grid.angle)
    site.scatter_trees(float(site.rng.uniform(0, 4)))
