"""Events of people and cars: congestion, racing, soccer, parades, swimming."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from unirs_lab.world.appearance import Colour, paint_colour
from unirs_lab.world.layouts import draw_pixel_size, lay_out
from unirs_lab.world.plan import Plan, Point, Surface, blob, rectangle
from unirs_lab.world.shots import Event, Shot
from unirs_lab.world.site import Site

_SHIRTS: tuple[Colour, ...] = (
    (220, 60, 50), (240, 240, 235), (40, 60, 140), (235, 200, 60), (40, 40, 44),
    (90, 150, 90), (200, 120, 160), (150, 110, 80),
)  # fmt: skip


def _street_site(
    rng: np.random.Generator, size: int, pixel_size: float, metres: float
) -> tuple[Site, float]:
    """A site with one wide, straight street through its middle; and the street's direction."""
    ground = Surface(str(rng.choice(["lawn", "yard"])), float(rng.random()))
    seed = int(rng.integers(2**62))
    site = Site(Plan(size, pixel_size, "street", True, ground, texture_seed=seed), rng)
    angle = float(rng.uniform(0, math.pi))
    off = float(rng.uniform(-0.1, 0.1)) * size
    x, y = size / 2 - off * math.sin(angle), size / 2 + off * math.cos(angle)
    dx, dy = 1.2 * size * math.cos(angle), 1.2 * size * math.sin(angle)
    site.road(
        ((x - dx, y - dy), (x + dx, y + dy)), metres, tone=float(rng.uniform(0, 0.7)), pavement=True
    )
    return site, angle


def _line_street(site: Site, angle: float) -> None:
    """Buildings and trees on both sides of the street."""
    road = site.plan.roads[0]
    (x0, y0), (x1, y1) = road.path
    length = math.dist((x0, y0), (x1, y1))
    for side in (-1, 1):
        u = 0.0
        while u < length:
            long, wide = site.between(12, 30), site.between(10, 18)
            off = side * (road.width / 2 + site.pixels(5) + wide / 2)
            t = (u + long / 2) / length
            x = x0 + (x1 - x0) * t - off * math.sin(angle)
            y = y0 + (y1 - y0) * t + off * math.cos(angle)
            if site.rng.random() < 0.8:
                site.building((x, y), long, wide, angle, height=site.between(6, 12))
            u += long + site.between(2, 12)
    site.scatter_trees(float(site.rng.uniform(5, 25)))


def traffic_congestion(rng: np.random.Generator, size: int) -> Event:
    """Dense queues of cars that hardly move."""
    pixel_size = draw_pixel_size(rng, 0.25, 0.6)
    lanes = int(rng.integers(2, 4))
    site, angle = _street_site(rng, size, pixel_size, 2 * lanes * 3.4 + 2)
    if rng.random() < 0.6:
        _line_street(site, angle)
    else:
        site.scatter_trees(float(rng.uniform(5, 30)))
    plan = site.plan
    (x0, y0), (x1, y1) = plan.roads[0].path
    length = math.dist((x0, y0), (x1, y1))
    lane_width = plan.roads[0].width / (2 * lanes + 0.4)
    queue = []
    for lane in range(2 * lanes):
        ahead = 1 if lane < lanes else -1
        creep = float(rng.uniform(0, 4)) * plan.pixels(1)
        u = 0.0
        while u < length:
            lorry = rng.random() < 0.08
            metres = 9.0 if lorry else float(rng.uniform(4, 5))
            u += plan.pixels(metres)
            queue.append((lane, u, ahead * creep, metres, paint_colour(float(rng.random()))))
            u += plan.pixels(float(rng.uniform(1.0, 3.0)))

    def animate(shot: Shot) -> None:
        for lane, u, creep, metres, colour in queue:
            along = u + creep * shot.time
            off = (lane + 0.5 - lanes) * lane_width
            x = x0 + along * math.cos(angle) - off * math.sin(angle)
            y = y0 + along * math.sin(angle) + off * math.cos(angle)
            if -20 < x < size + 20 and -20 < y < size + 20:
                shot.car((x, y), angle, colour, metres)

    words = (
        "Dense queues of cars creep along a road.",
        "Many cars stand close together on a wide road and hardly move.",
        "A road full of slow vehicles in several lanes.",
    )
    return Event(plan, animate, words)


def parade(rng: np.random.Generator, size: int) -> Event:
    """A crowd that walks along a street between buildings."""
    pixel_size = draw_pixel_size(rng, 0.15, 0.35)
    site, angle = _street_site(rng, size, pixel_size, 14)
    _line_street(site, angle)
    plan = site.plan
    (x0, y0), (x1, y1) = plan.roads[0].path
    length, width = math.dist((x0, y0), (x1, y1)), plan.roads[0].width
    count = int(min(900, length * width / plan.pixels(1.1) ** 2))
    along = rng.uniform(0.05, 0.95, count) * length
    across = rng.normal(0, 0.22, count).clip(-0.5, 0.5) * width
    sway, shirts = rng.uniform(0, 6.3, count), rng.integers(len(_SHIRTS), size=count)
    walk = float(rng.uniform(0.06, 0.14)) * size * float(rng.choice([-1, 1]))
    radius = max(0.9, plan.pixels(0.34))
    banners = [(float(rng.uniform(0.25, 0.75)) * length, _SHIRTS[i % 2]) for i in range(3)]

    def animate(shot: Shot) -> None:
        u = along + walk * shot.time
        v = across + 0.5 * radius * np.sin(6 * shot.time + sway)
        xs = x0 + u * math.cos(angle) - v * math.sin(angle)
        ys = y0 + u * math.sin(angle) + v * math.cos(angle)
        inside = (xs > -9) & (xs < size + 9) & (ys > -9) & (ys < size + 9)
        for x, y, shirt in zip(xs[inside], ys[inside], shirts[inside], strict=True):
            shot.disc((float(x) + radius, float(y) + radius), radius, (20, 20, 20), 0.4)
            shot.disc((float(x), float(y)), radius, _SHIRTS[int(shirt)])
        for place, colour in banners:
            forward = place + walk * shot.time
            middle = (x0 + forward * math.cos(angle), y0 + forward * math.sin(angle))
            shot.box(middle, plan.pixels(1.0), 0.5 * width, angle, colour, plan.pixels(1))

    words = (
        "A crowd of people walks along a street between buildings.",
        "Many people with banners move together along a street.",
        "A dense crowd fills a street and moves in one direction.",
    )
    return Event(plan, animate, words)


def car_racing(rng: np.random.Generator, size: int) -> Event:
    """Fast cars on a winding track."""
    pixel_size = draw_pixel_size(rng, 0.3, 0.7)
    ground = Surface("grass", float(rng.random()))
    plan = Plan(size, pixel_size, "track", False, ground, texture_seed=int(rng.integers(2**62)))
    site = Site(plan, rng)
    loop = blob(
        rng, (size / 2, size / 2), 0.34 * size, roughness=0.1, harmonics=3,
        stretch=float(rng.uniform(0.7, 1.4)),
    )  # fmt: skip
    track = np.asarray([*loop, loop[0]])
    width = max(9.0, plan.pixels(9))
    path = tuple((float(x), float(y)) for x, y in track)
    site.area(blob(rng, (size / 2, size / 2), 0.12 * size), Surface("bare", 0.1))
    site.road(path, width * pixel_size, tone=0.85)
    site.scatter_trees(float(rng.uniform(0, 12)))
    steps = np.concatenate([[0], np.hypot(*np.diff(track, axis=0).T).cumsum()])
    racers = np.sort(rng.uniform(0, 0.35, int(rng.integers(4, 10)))) * steps[-1]
    offsets = rng.uniform(-0.25, 0.25, len(racers)) * width
    colours = [_SHIRTS[int(i)] for i in rng.integers(len(_SHIRTS), size=len(racers))]
    speed = float(rng.uniform(0.5, 0.9)) * steps[-1]

    def animate(shot: Shot) -> None:
        _kerbs(shot, track, width)
        for start, off, colour in zip(racers, offsets, colours, strict=True):
            here = (start + speed * shot.time) % steps[-1]
            x, y = np.interp(here, steps, track[:, 0]), np.interp(here, steps, track[:, 1])
            soon = (here + 2) % steps[-1]
            turn = math.atan2(np.interp(soon, steps, track[:, 1]) - y,
                              np.interp(soon, steps, track[:, 0]) - x)  # fmt: skip
            spot = (float(x - off * math.sin(turn)), float(y + off * math.cos(turn)))
            shot.car(spot, turn, colour, max(4.8, 5 * pixel_size))

    words = (
        "Fast cars follow each other around a closed track.",
        "Racing cars drive quickly on a winding circuit between grass.",
        "Several cars race on a track with curves.",
    )
    return Event(plan, animate, words)


def _kerbs(shot: Shot, track: NDArray[np.float64], width: float) -> None:
    """Red and white kerbs on both sides of a closed track."""
    ahead = np.gradient(track, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True) + 1e-9
    normal = np.stack([-ahead[:, 1], ahead[:, 0]], 1) * width * 0.52
    for side in (track + normal, track - normal):
        points: list[Point] = [(float(x), float(y)) for x, y in side]
        for i in range(len(points) - 1):
            shot.line(points[i : i + 2], (214, 60, 50) if i % 2 else (236, 236, 232), 1.4)


def soccer(rng: np.random.Generator, size: int) -> Event:
    """Two teams on a marked pitch."""
    pixel_size = draw_pixel_size(rng, 0.3, 0.9)
    ground = Surface(str(rng.choice(["grass", "yard", "bare"])), float(rng.random()))
    plan = Plan(size, pixel_size, "pitch", False, ground, texture_seed=int(rng.integers(2**62)))
    angle = float(rng.uniform(0, math.pi))
    middle = (float(size * rng.uniform(0.4, 0.6)), float(size * rng.uniform(0.4, 0.6)))
    metre = plan.pixels(float(rng.uniform(0.8, 1.0)))
    length, width = 100 * metre, 64 * metre
    site = Site(plan, rng)
    for i in range(10):
        u = (i - 4.5) * 10 * metre
        centre = (middle[0] + u * math.cos(angle), middle[1] + u * math.sin(angle))
        stripe = rectangle(centre, 10 * metre + 0.5, width + 6 * metre, angle)
        site.area(stripe, Surface("lawn", 0.15 if i % 2 else 0.5), taken=True)
    site.scatter_trees(float(rng.uniform(0, 30)))
    teams = [_SHIRTS[int(i)] for i in rng.permutation(5)[:2]]
    places = rng.uniform((-0.44, -0.44), (0.44, 0.44), (22, 2)) * (length, width)
    runs = rng.normal(0, 1, (22, 2)) * 0.07 * size
    ball, kick = rng.uniform(-0.3, 0.3, 2) * (length, width), rng.normal(0, 0.2, 2) * size
    radius = max(1.1, 0.75 * metre)

    def point(u: float, v: float) -> Point:
        return (
            middle[0] + u * math.cos(angle) - v * math.sin(angle),
            middle[1] + u * math.sin(angle) + v * math.cos(angle),
        )

    def animate(shot: Shot) -> None:
        _pitch_lines(shot, point, length, width, metre)
        for i, ((u, v), (du, dv)) in enumerate(zip(places, runs, strict=True)):
            x, y = point(float(u + du * shot.time), float(v + dv * shot.time))
            shot.disc((x + radius, y + radius), radius, (0, 0, 0), 0.4)
            shot.disc((x, y), radius, teams[i % 2])
        u, v = ball + kick * shot.time
        shot.disc(point(float(u), float(v)), max(0.8, 0.4 * metre), (255, 255, 255))

    words = (
        "Two teams of players run on a green pitch with white lines.",
        "Players and a ball move on a marked green field.",
        "A ball game of two teams on a striped green pitch.",
    )
    return Event(plan, animate, words)


def _pitch_lines(shot: Shot, point, length: float, width: float, metre: float) -> None:  # type: ignore[no-untyped-def]
    a, b = length / 2, width / 2
    pen = max(0.7, 0.25 * metre)
    boxes = [(-a, -b, a, b), (-a, -20 * metre, -a + 16 * metre, 20 * metre),
             (a - 16 * metre, -20 * metre, a, 20 * metre)]  # fmt: skip
    for left, top, right, bottom in boxes:
        outline = [point(left, top), point(right, top), point(right, bottom), point(left, bottom)]
        shot.line([*outline, outline[0]], (236, 240, 232), pen)
    shot.line([point(0, -b), point(0, b)], (236, 240, 232), pen)
    turns = np.linspace(0, 2 * math.pi, 33)
    circle = [point(9 * metre * math.cos(t), 9 * metre * math.sin(t)) for t in turns]
    shot.line(circle, (236, 240, 232), pen)


def swimming(rng: np.random.Generator, size: int) -> Event:
    """Swimmers in the lanes of a pool."""
    pixel_size = draw_pixel_size(rng, 0.15, 0.35)
    plan = lay_out(rng, size, pixel_size, "meadow").plan
    plan.buildings, plan.roads, plan.vehicles = [], [], []
    plan.areas = [a for a in plan.areas if a.surface.kind != "water"]
    angle = float(rng.uniform(0, math.pi))
    middle = (float(size * rng.uniform(0.42, 0.58)), float(size * rng.uniform(0.42, 0.58)))
    metre = plan.pixels(1)
    length, lanes = float(rng.choice([25, 33])) * metre, int(rng.integers(5, 9))
    width = lanes * 2.5 * metre
    site = Site(plan, rng)
    site.area(rectangle(middle, length + 8 * metre, width + 8 * metre, angle), Surface("yard", 0.1))
    plan.trees = [t for t in plan.trees if math.dist((t.x, t.y), middle) > 0.7 * length]
    swimmers = [
        (lane, float(rng.uniform(-0.4, 0.4)) * length, float(rng.choice([-1, 1])))
        for lane in range(lanes)
        for _ in range(int(rng.integers(1, 3)))
    ]
    speed = float(rng.uniform(0.1, 0.25)) * length

    def point(u: float, v: float) -> Point:
        return (
            middle[0] + u * math.cos(angle) - v * math.sin(angle),
            middle[1] + u * math.sin(angle) + v * math.cos(angle),
        )

    def animate(shot: Shot) -> None:
        shot.polygon(rectangle(middle, length + metre, width + metre, angle), (226, 226, 220))
        shot.polygon(rectangle(middle, length, width, angle), (70, 170, 196))
        for lane in range(1, lanes):
            v = lane * 2.5 * metre - width / 2
            shot.line([point(-length / 2, v), point(length / 2, v)], (220, 90, 80), 0.3 * metre)
        for lane, start, way in swimmers:
            u = (start + way * speed * shot.time + length / 2) % length - length / 2
            v = (lane + 0.5) * 2.5 * metre - width / 2
            for back in (0.9, 1.6, 2.3):
                splash = point(u - way * back * metre, v + float(shot.rng.normal(0, 0.15)) * metre)
                shot.disc(splash, 0.5 * metre, (232, 244, 248), 0.8)
            shot.line([point(u - way * 1.4 * metre, v), point(u, v)], (206, 160, 128), 0.5 * metre)
            shot.disc(point(u, v), 0.34 * metre, (60, 40, 34))

    words = (
        "Swimmers move along the lanes of a blue pool.",
        "People swim in a pool with lane lines and leave splashes.",
        "A blue swimming pool in which several people swim.",
    )
    return Event(plan, animate, words)
