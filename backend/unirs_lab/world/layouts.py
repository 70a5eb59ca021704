"""The kinds of landscape: each function lays one out on a site."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np

from unirs_lab.world.plan import MARGIN, Plan, Point, Surface, blob, curve, rectangle, ribbon
from unirs_lab.world.site import Site
from unirs_lab.world.towns import Block, StreetGrid, downtown, industrial, residential, suburb

Layout = Callable[[Site], None]


def across(site: Site, bend: float = 0.06) -> tuple[Point, ...]:
    """A path from one side of the image to the other, anywhere but near a corner."""
    size, low, high = site.plan.size, -MARGIN * 1.5, site.plan.size + MARGIN * 1.5
    a, b = site.rng.uniform(0.12 * size, 0.88 * size, 2)
    start, end = ((low, a), (high, b)) if site.rng.random() < 0.5 else ((a, low), (b, high))
    return curve(site.rng, start, end, bend)


def houses_along(
    site: Site, path: tuple[Point, ...], *, gap: float, share: float = 0.9, setback: float = 15
) -> int:
    """Houses on both sides of a path, about ``gap`` metres apart; returns how many."""
    built = 0
    step = max(site.pixels(gap), 4.5)
    walked = 0.0
    for (x0, y0), (x1, y1) in itertools.pairwise(path):
        length = math.hypot(x1 - x0, y1 - y0)
        angle = math.atan2(y1 - y0, x1 - x0)
        while walked < length:
            for side in (-1, 1):
                if site.rng.random() > share:
                    continue
                off = side * (max(site.pixels(setback), 3.2) + site.rng.normal(0, site.pixels(1)))
                x = x0 + (x1 - x0) * walked / length - off * math.sin(angle)
                y = y0 + (y1 - y0) * walked / length + off * math.cos(angle)
                long = max(site.between(10, 17), 1.9)
                turn = angle + site.rng.normal(0, 0.08) + (site.rng.random() < 0.3) * math.pi / 2
                built += site.building((x, y), long, max(site.between(8, 11), 1.6), turn)
            walked += step * site.rng.uniform(0.85, 1.25)
        walked -= length
    return built


def fields(site: Site, low: float = 90, high: float = 420) -> None:
    """Cover the whole site with fields."""
    grid = StreetGrid(site)
    scale = max(1.0, site.plan.pixel_size / 2.5)
    least = site.pixels(low * scale**0.6)
    reach = site.plan.size * 0.75 + MARGIN
    parts: list[Block] = [(-reach, -reach, reach, reach)]
    while parts:
        left, top, right, bottom = parts.pop()
        long = max(right - left, bottom - top)
        if long > site.pixels(high * scale**0.6) or (long > 2 * least and site.rng.random() < 0.35):
            cut = site.rng.uniform(0.35, 0.65)
            if right - left > bottom - top:
                middle = left + cut * (right - left)
                parts += [(left, top, middle, bottom), (middle, top, right, bottom)]
            else:
                middle = top + cut * (bottom - top)
                parts += [(left, top, right, middle), (left, middle, right, bottom)]
            continue
        place = grid.point((left + right) / 2, (top + bottom) / 2)
        if site.near(place, long):
            _field(site, place, (right - left, bottom - top), grid.angle)


def _field(site: Site, place: Point, sides: tuple[float, float], angle: float) -> None:
    rows = angle + (site.rng.random() < 0.5) * math.pi / 2
    outline = rectangle(place, sides[0] + 0.6, sides[1] + 0.6, angle)
    site.area(outline, Surface("crop", float(site.rng.random()), float(rows)))
    draw = site.rng.random()
    rim = site.pixels(site.rng.uniform(2, 5))
    if draw < 0.35 and min(sides) > 4 * rim:
        site.plan.areas.pop()
        site.area(outline, Surface("grass", float(site.rng.random())))
        inner = rectangle(place, sides[0] - rim, sides[1] - rim, angle)
        site.area(inner, Surface("crop", float(site.rng.random()), float(rows)))
    elif draw < 0.5 and site.plan.pixel_size < 4:
        _hedge(site, outline[0], outline[1])


def _hedge(site: Site, start: Point, end: Point) -> None:
    length = math.hypot(end[0] - start[0], end[1] - start[1])
    step = max(site.pixels(4.5), 1.5)
    for i in range(min(120, int(length / step))):
        t = (i + site.rng.uniform(-0.3, 0.3)) * step / length
        x, y = start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t
        site.tree(x, y, float(site.rng.uniform(1.6, 3.2)))


def farmland(site: Site) -> None:
    """Fields, with now and then a road, a farm, a pond, a copse."""
    fields(site)
    draw = site.rng.random(5)
    if draw[0] < 0.3:
        pond(site, float(site.rng.uniform(0.08, 0.16)))
    if draw[1] < 0.45:
        path = across(site, 0.015)
        kind = "gravel" if site.rng.random() < 0.5 else "asphalt"
        site.road(path, 6, kind)
        if draw[2] < 0.4:
            houses_along(site, path, gap=45, share=0.25)
    if draw[3] < 0.3:
        radius = site.plan.size * site.rng.uniform(0.1, 0.22)
        site.wood(blob(site.rng, site.anywhere(), radius, roughness=0.3))
        site.clear_crowns()
    if draw[4] < 0.25:
        site.scatter_trees(2)


def village(site: Site) -> None:
    """Houses along a road through fields."""
    fields(site, 60, 220)
    path = across(site, 0.05)
    width = site.pixels(site.rng.uniform(60, 110))
    meadow = ribbon(path, np.full(len(path), width))
    site.area(meadow, Surface("grass", float(site.rng.random())))
    site.road(path, 6.5, pavement=site.rng.random() < 0.4)
    houses_along(site, path, gap=float(site.rng.uniform(20, 34)), share=0.75)
    if site.plan.pixel_size < 5:
        site.scatter_trees(float(site.rng.uniform(3, 14)))


def forest(site: Site) -> None:
    """A closed forest, with now and then a clearing, a road, a lake."""
    size = site.plan.size
    draw = site.rng.random(4)
    if draw[1] < 0.3:
        pond(site, float(site.rng.uniform(0.12, 0.24)))
    if draw[2] < 0.35:
        site.road(across(site, 0.06), 7, "gravel" if site.rng.random() < 0.5 else "asphalt")
    if draw[3] < 0.12:
        site.building(site.anywhere(), site.between(10, 15), site.between(8, 10), 0.4)
    whole = ((site.low, site.low), (site.high, site.low), (site.high, site.high),
             (site.low, site.high))  # fmt: skip
    areas, site.plan.areas = site.plan.areas, []
    site.wood(whole)
    if draw[0] < 0.4:
        outline = blob(site.rng, site.anywhere(), size * site.rng.uniform(0.15, 0.32))
        kind = "grass" if site.rng.random() < 0.7 else "bare"
        site.area(outline, Surface(kind, float(site.rng.random())), taken=True)
    site.plan.areas += areas
    site.clear_crowns()


def pond(site: Site, share: float) -> None:
    """A lake with a mean radius of ``share`` of the image's side."""
    radius = site.plan.size * share
    outline = blob(
        site.rng, site.anywhere(), radius, roughness=float(site.rng.uniform(0.08, 0.26)),
        stretch=float(site.rng.uniform(0.6, 1.7)),
    )  # fmt: skip
    tones = [a.surface.tone for a in site.plan.areas if a.surface.kind == "water"]
    tone = tones[0] if tones and site.rng.random() < 0.7 else float(site.rng.random())
    site.area(outline, Surface("water", tone), taken=True)


def _countryside(site: Site) -> None:
    """Something for the water to lie in."""
    draw = site.rng.random()
    if draw < 0.4:
        fields(site)
    elif draw < 0.65:
        site.plan.ground = Surface("grass", float(site.rng.random()))
    elif draw < 0.85:
        site.plan.ground = Surface("scrub", float(site.rng.random()))
    else:
        site.plan.ground = Surface("bare", float(site.rng.random()))


def lakes(site: Site) -> None:
    """One or several lakes in open country, or a prairie with many ponds."""
    _countryside(site)
    if site.plan.pixel_size > 2.5 and site.rng.random() < 0.5:
        for _ in range(int(site.rng.integers(6, 18))):
            pond(site, float(site.rng.uniform(0.025, 0.11)))
        return
    for _ in range(int(site.rng.choice([1, 1, 2, 3, 5]))):
        pond(site, float(site.rng.uniform(0.08, 0.3)))
    _shore_life(site)


def river(site: Site) -> None:
    """A river that winds through the image."""
    _countryside(site)
    path = across(site, float(site.rng.uniform(0.05, 0.2)))
    mean = site.plan.size * site.rng.uniform(0.06, 0.28)
    widths = mean * (1 + 0.12 * site.rng.standard_normal(len(path)).cumsum() / 2)
    outline = ribbon(path, np.clip(widths, mean * 0.6, mean * 1.5))
    site.area(outline, Surface("water", float(site.rng.random())), taken=True)
    _shore_life(site)


def coast(site: Site) -> None:
    """Open water on one side."""
    _countryside(site)
    path = across(site, float(site.rng.uniform(0.02, 0.1)))
    sea = Surface("water", float(site.rng.random()))
    width = 2 * site.plan.size
    left = site.rng.random() < 0.5
    points = np.asarray(path)
    direction = points[-1] - points[0]
    normal = np.array([-direction[1], direction[0]]) / np.linalg.norm(direction)
    jitter = site.rng.normal(0, site.plan.size * 0.012, len(path)).cumsum()
    shore = points + np.outer(jitter, normal)
    far = points[::-1] + normal * (width if left else -width)
    outline = tuple((float(x), float(y)) for x, y in np.concatenate([shore, far]))
    if site.rng.random() < 0.5:
        beach = ribbon(tuple((float(x), float(y)) for x, y in shore),
                       np.full(len(shore), site.between(12, 40)))  # fmt: skip
        site.area(beach, Surface("bare", 0.45), taken=True)
    site.area(outline, sea, taken=True)
    _shore_life(site)


def _shore_life(site: Site) -> None:
    draw = site.rng.random(4)
    if draw[0] < 0.4:
        radius = site.plan.size * site.rng.uniform(0.12, 0.28)
        areas = [a for a in site.plan.areas if a.surface.kind == "water"]
        site.plan.areas = [a for a in site.plan.areas if a.surface.kind != "water"]
        site.wood(blob(site.rng, site.anywhere(), radius, roughness=0.3))
        site.plan.areas += areas
        site.clear_crowns()
    if draw[1] < 0.35:
        site.road(across(site, 0.04), 7, "gravel" if draw[3] < 0.5 else "asphalt")
        site.clear_crowns()
    if draw[2] < 0.35:
        for _ in range(int(site.rng.integers(1, 7))):
            turn = float(site.rng.uniform(0, 3))
            site.building(site.anywhere(), site.between(9, 16), site.between(8, 11), turn)
    if draw[3] < 0.5:
        site.scatter_trees(float(site.rng.uniform(1, 10)))


def quarry(site: Site) -> None:
    """Bare ground with tracks, now and then with a pit lake."""
    site.plan.ground = Surface("bare", float(site.rng.random()))
    size = site.plan.size
    for _ in range(int(site.rng.integers(2, 6))):
        outline = blob(site.rng, site.anywhere(), size * site.rng.uniform(0.1, 0.3))
        site.area(outline, Surface("bare", float(site.rng.random())))
    draw = site.rng.random(4)
    if draw[0] < 0.5:
        kind = "scrub" if site.rng.random() < 0.5 else "grass"
        outline = blob(site.rng, site.anywhere(), size * site.rng.uniform(0.15, 0.35))
        site.area(outline, Surface(kind, float(site.rng.random())))
    if draw[1] < 0.3:
        pond(site, float(site.rng.uniform(0.08, 0.2)))
    if draw[2] < 0.4:
        site.road(across(site, 0.1), 8, "asphalt", tone=float(site.rng.uniform(0.7, 0.95)))
    if draw[3] < 0.3:
        site.building(site.anywhere(), site.between(18, 40), site.between(12, 22), 0.7)
    if draw[3] > 0.6:
        site.scatter_trees(3)


def meadow(site: Site) -> None:
    """Open grass with some trees, a park or pasture; now and then a path, a pond, a house."""
    site.plan.ground = Surface("grass", float(site.rng.random()))
    size = site.plan.size
    for _ in range(3):
        outline = blob(site.rng, site.anywhere(), size * site.rng.uniform(0.15, 0.35))
        kind = "scrub" if site.rng.random() < 0.4 else "grass"
        site.area(outline, Surface(kind, float(site.rng.random())))
    draw = site.rng.random(5)
    if draw[0] < 0.3:
        pond(site, float(site.rng.uniform(0.08, 0.2)))
    if draw[1] < 0.4:
        path = across(site, 0.08)
        site.road(path, float(site.rng.uniform(4, 8)), "gravel" if draw[4] < 0.5 else "asphalt")
    if draw[2] < 0.35:
        for _ in range(int(site.rng.integers(1, 5))):
            turn = float(site.rng.uniform(0, 3))
            site.building(site.anywhere(), site.between(10, 18), site.between(8, 12), turn)
    if draw[3] < 0.3:
        site.wood(blob(site.rng, site.anywhere(), size * site.rng.uniform(0.12, 0.28)))
        site.clear_crowns()
    if draw[4] < 0.6:
        site.scatter_trees(float(site.rng.uniform(1, 14)))


def plain(site: Site) -> None:
    """One cover and nothing else."""
    kind = str(site.rng.choice(["water", "forest", "crop", "grass", "bare"]))
    if kind == "forest":
        return forest_only(site)
    angle = float(site.rng.uniform(0, math.pi))
    site.plan.ground = Surface(kind, float(site.rng.random()), angle)
    return None


def forest_only(site: Site) -> None:
    """Nothing but trees."""
    low, high = site.low, site.high
    site.wood(((low, low), (high, low), (high, high), (low, high)))


LAYOUTS: dict[str, tuple[Layout, bool, float]] = {
    "residential": (residential, True, 0.13),
    "downtown": (downtown, True, 0.08),
    "industrial": (industrial, True, 0.08),
    "suburb": (suburb, True, 0.12),
    "village": (village, False, 0.09),
    "farmland": (farmland, False, 0.12),
    "forest": (forest, False, 0.08),
    "lakes": (lakes, False, 0.08),
    "river": (river, False, 0.05),
    "coast": (coast, False, 0.04),
    "quarry": (quarry, False, 0.05),
    "meadow": (meadow, False, 0.05),
    "plain": (plain, False, 0.03),
}
"""Name to layout function, whether it is a town, and how often it is drawn."""


def draw_pixel_size(rng: np.random.Generator, low: float = 0.3, high: float = 10.0) -> float:
    """A pixel size in metres, log-uniform."""
    return float(np.exp(rng.uniform(math.log(low), math.log(high))))


def lay_out(
    rng: np.random.Generator, size: int, pixel_size: float, kind: str | None = None
) -> Site:
    """A new site of a given or random kind.

    Args:
        rng: Source of randomness.
        size: Side of the image in pixels.
        pixel_size: Metres.
        kind: Key of ``LAYOUTS``; drawn by its frequency if ``None``.
    """
    if kind is None:
        weights = np.array([weight for _, _, weight in LAYOUTS.values()])
        kind = str(rng.choice(list(LAYOUTS), p=weights / weights.sum()))
    layout, urban, _ = LAYOUTS[kind]
    ground = Surface("lawn", float(rng.random()))
    plan = Plan(size, pixel_size, kind, urban, ground, texture_seed=int(rng.integers(2**62)))
    site = Site(plan, rng)
    layout(site)
    return site
