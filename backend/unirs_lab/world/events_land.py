"""Events of land and water: flood, fire, harvest, ploughing, boats, building works, non-events."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from unirs_lab.world.appearance import Colour, fractal_noise, smooth_noise
from unirs_lab.world.layouts import draw_pixel_size, lay_out
from unirs_lab.world.plan import BUILDING, ROAD, TREES, Plan, Surface, rectangle
from unirs_lab.world.shots import EDGE, Event, Shot
from unirs_lab.world.site import Site


def _bare_plan(rng: np.random.Generator, size: int, pixel_size: float, ground: Surface) -> Plan:
    seed = int(rng.integers(2**62))
    return Plan(size, pixel_size, "stage", False, ground, texture_seed=seed)


def flood(rng: np.random.Generator, size: int) -> Event:
    """Brown water that rises between houses and over fields."""
    kind = str(rng.choice(["suburb", "village", "residential", "farmland"]))
    plan = lay_out(rng, size, draw_pixel_size(rng, 0.3, 0.9), kind).plan
    side = size + 2 * EDGE
    height = fractal_noise(rng, (side, side), size / 2.5, 3)
    slope = rng.normal(0, 0.6, 2) / size
    height += np.add.outer(np.arange(side) * slope[0], np.arange(side) * slope[1])
    start, end = np.quantile(height, [rng.uniform(0.25, 0.4), rng.uniform(0.6, 0.8)])
    swirls = fractal_noise(rng, (side, side), size / 4, 2)
    ripples = smooth_noise(rng, (side, side), 2)
    mud = np.array(rng.choice([(142, 122, 94), (128, 114, 90), (150, 126, 96)]), np.float32)
    flow = rng.normal(0, 6, 2)

    def animate(shot: Shot) -> None:
        level = start + (end - start) * shot.time
        depth = (level - height) * 9
        waves = np.roll(ripples, (int(flow[0] * shot.time), int(flow[1] * shot.time)), (0, 1))
        dry = (shot.labels == BUILDING) | (shot.labels == TREES)
        alpha = np.where(dry, 0, np.clip(depth, 0, 0.96)).astype(np.float32)
        sheen = 5 * swirls + 1.5 * waves
        shot.blend(alpha, (mud + sheen[..., None]).astype(np.float32))

    words = (
        "Brown water covers the ground between the houses and keeps rising.",
        "Muddy water spreads over streets and fields; roofs and trees stand out of it.",
        "A flooded area seen from above, with brown water that spreads.",
    )
    return Event(plan, animate, words)


def fire(rng: np.random.Generator, size: int) -> Event:
    """Flames around a growing burnt patch, and smoke that drifts away."""
    kind = str(rng.choice(["forest", "forest", "suburb", "meadow", "village", "industrial"]))
    plan = lay_out(rng, size, draw_pixel_size(rng, 0.3, 1.0), kind).plan
    side = size + 2 * EDGE
    x0, y0 = rng.uniform(0.3, 0.7, 2) * size
    wind = rng.uniform(0, 2 * math.pi)
    rough = fractal_noise(rng, (side, side), size / 8, 3)
    puffs = fractal_noise(rng, (side * 2, side * 2), size / 5, 4)
    reach = size * rng.uniform(0.1, 0.16)
    grey = float(rng.choice([95, 150, 190]))

    def animate(shot: Shot) -> None:
        xs, ys = shot.grid()
        distance = np.hypot(xs - x0, ys - y0) + 0.35 * reach * rough
        radius = reach * (1 + 0.8 * shot.time)
        shot.blend(np.clip((radius - distance) / 3, 0, 0.85), (34, 28, 26))
        flicker = smooth_noise(shot.rng, shot.shape, 4) + smooth_noise(shot.rng, shot.shape, 2)
        front = np.exp(-(((distance - radius) / (0.3 * reach)) ** 2)) * (0.55 + 0.6 * flicker)
        shot.blend(1.5 * front, (240, 110, 30))
        shot.blend(1.6 * (front - 0.45), (255, 225, 120))
        shot.blend(_smoke(shot, puffs, (x0, y0), wind, radius), (grey, grey, grey + 4))

    words = (
        "Flames burn on the ground and a plume of smoke drifts away.",
        "A fire spreads; smoke rises and hides a part of the scene.",
        "Orange flames and drifting smoke around a burnt patch.",
    )
    return Event(plan, animate, words)


def _smoke(
    shot: Shot, puffs: NDArray[np.float32], source: tuple[float, float], wind: float, radius: float
) -> NDArray[np.float32]:
    """Opacity of a plume that leaves a source downwind, ``[side, side]``."""
    xs, ys = shot.grid()
    dx, dy = xs - source[0], ys - source[1]
    along = dx * math.cos(wind) + dy * math.sin(wind)
    across = -dx * math.sin(wind) + dy * math.cos(wind)
    width = 0.6 * radius + 0.32 * np.maximum(along, 0)
    cone = np.exp(-((across / width) ** 2)) * np.clip((along + 0.5 * radius) / radius, 0, 1)
    size = shot.plan.size
    length = size * (0.45 + 0.7 * shot.time)
    cone *= np.clip((length - along) / (0.25 * size), 0, 1)
    step = 0.35 * size * shot.time
    rows, columns = int(-step * math.sin(wind)), int(-step * math.cos(wind))
    moved = np.roll(puffs, (-rows, -columns), (0, 1))[: shot.shape[0], : shot.shape[1]]
    opacity: NDArray[np.float32] = cone * np.clip(0.75 + 0.45 * moved, 0, 0.95)
    return opacity


def _ahead(place: tuple[float, float], angle: float, distance: float) -> tuple[float, float]:
    """The place ``distance`` pixels further on."""
    return place[0] + distance * math.cos(angle), place[1] + distance * math.sin(angle)


def _machine(shot: Shot, place: tuple[float, float], angle: float, colour: Colour) -> None:
    """A tractor: hood, cabin and large wheels."""
    metre = shot.plan.pixels(1)
    cosine, sine = math.cos(angle), math.sin(angle)
    for along, across in ((-1.2, -1.2), (-1.2, 1.2), (1.6, -1.0), (1.6, 1.0)):
        wheel = (
            place[0] + metre * (along * cosine - across * sine),
            place[1] + metre * (along * sine + across * cosine),
        )
        shot.polygon(rectangle(wheel, 1.8 * metre, 0.7 * metre, angle), (30, 30, 32))
    shot.box(place, 5.5 * metre, 2.2 * metre, angle, colour, 2 * metre)
    cabin = (place[0] - 0.8 * metre * cosine, place[1] - 0.8 * metre * sine)
    shot.polygon(rectangle(cabin, 1.6 * metre, 1.8 * metre, angle), (52, 58, 64))


def _working_a_field(
    rng: np.random.Generator, size: int, *, harvest: bool, words: tuple[str, ...]
) -> Event:
    """A machine that drives along a field and changes its colour strip by strip."""
    pixel_size = draw_pixel_size(rng, 0.2, 0.5)
    angle = float(rng.uniform(0, 2 * math.pi))
    ground = Surface("crop", 0.5, angle)
    plan = _bare_plan(rng, size, pixel_size, ground)
    if rng.random() < 0.5:
        site = Site(plan, rng)
        site.road(_beside(rng, size, angle), 5, "gravel")
        site.scatter_trees(6)
    metre = plan.pixels(1)
    width = (7.5 if harvest else 6.0) * metre
    ripe = rng.choice([(204, 176, 108), (190, 158, 96), (214, 190, 130)])
    stubble = rng.choice([(166, 148, 104), (180, 164, 124), (150, 140, 100)])
    soil = rng.choice([(88, 68, 54), (104, 80, 62), (76, 60, 50)])
    old = np.array(ripe if harvest else stubble, np.float32)
    new = np.array(np.array(stubble) * 0.82 if harvest else soil, np.float32)
    front = float(rng.uniform(0.3, 0.7)) * size - 0.5 * size
    paint = rng.choice([(70, 120, 50), (190, 50, 36), (60, 90, 150), (220, 190, 50)])
    colour: Colour = (float(paint[0]), float(paint[1]), float(paint[2]))
    begin, speed = float(rng.uniform(-0.45, -0.1)) * size, float(rng.uniform(0.3, 0.6)) * size
    side = size + 2 * EDGE
    mottle = fractal_noise(rng, (side, side), size / 3, 4)
    spacing = float(rng.uniform(1.2, 2.4)) * metre

    def animate(shot: Shot) -> None:
        xs, ys = shot.grid()
        dx, dy = xs - size / 2, ys - size / 2
        along = dx * math.cos(angle) + dy * math.sin(angle)
        across = -dx * math.sin(angle) + dy * math.cos(angle)
        field = (shot.labels != TREES) & (shot.labels != ROAD)
        rows = np.sin(2 * math.pi * across / spacing)
        grain = smooth_noise(np.random.default_rng(plan.texture_seed), shot.shape, 1.4)
        texture = (5 * mottle + 5 * grain + 5 * rows)[..., None]
        shot.blend(field.astype(np.float32), old + texture)
        head = begin + speed * shot.time
        done = (across < front - width / 2) | ((across < front + width / 2) & (along < head))
        tracks = 9 * np.sin(2 * math.pi * across / width)
        shot.blend((done & field).astype(np.float32), new + texture * 0.7 + tracks[..., None])
        place = (
            size / 2 + head * math.cos(angle) - front * math.sin(angle),
            size / 2 + head * math.sin(angle) + front * math.cos(angle),
        )
        if harvest:
            _dust(shot, place, angle, width)
            shot.box(_ahead(place, angle, 3 * metre), 1.6 * metre, width, angle, (120, 110, 90))
            shot.box(place, 6.5 * metre, 3.4 * metre, angle, colour, 3.5 * metre)
            tank = rectangle(_ahead(place, angle, -metre), 2.5 * metre, 2.6 * metre, angle)
            shot.polygon(tank, (176, 150, 92))
        else:
            behind = _ahead(place, angle, -5 * metre)
            shot.box(behind, 2 * metre, width, angle, (70, 66, 66), 0.6 * metre)
            _machine(shot, place, angle, colour)

    return Event(plan, animate, words)


def _dust(shot: Shot, place: tuple[float, float], angle: float, width: float) -> None:
    xs, ys = shot.grid()
    x, y = place[0] - width * math.cos(angle), place[1] - width * math.sin(angle)
    cloud = np.exp(-(((xs - x) ** 2 + (ys - y) ** 2) / (0.9 * width) ** 2))
    shot.blend(cloud * (0.4 + 0.15 * smooth_noise(shot.rng, shot.shape, 5)), (200, 186, 156))


def _beside(
    rng: np.random.Generator, size: int, angle: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """A line along a direction near the border of the image."""
    off = size * rng.uniform(0.36, 0.46)
    x, y = size / 2 - off * math.sin(angle), size / 2 + off * math.cos(angle)
    dx, dy = size * math.cos(angle), size * math.sin(angle)
    return (x - dx, y - dy), (x + dx, y + dy)


def harvesting(rng: np.random.Generator, size: int) -> Event:
    """A combine that cuts a ripe field."""
    words = (
        "A combine drives through a ripe field and leaves a cut strip behind.",
        "A machine cuts a golden field; stubble and dust are behind it.",
        "A combine moves along the rows of a field, raising dust.",
    )
    return _working_a_field(rng, size, harvest=True, words=words)


def ploughing(rng: np.random.Generator, size: int) -> Event:
    """A tractor that turns stubble into dark soil."""
    words = (
        "A tractor with a plough turns a field into dark soil.",
        "A tractor moves along a field and leaves dark furrows behind.",
        "Dark ploughed soil grows behind a tractor on a field.",
    )
    return _working_a_field(rng, size, harvest=False, words=words)


def boating(rng: np.random.Generator, size: int) -> Event:
    """Boats with wakes on open water."""
    pixel_size = draw_pixel_size(rng, 0.25, 0.8)
    water = Surface("water", float(rng.random()))
    if rng.random() < 0.5:
        plan = _bare_plan(rng, size, pixel_size, water)
    else:
        plan = lay_out(rng, size, pixel_size, "coast").plan
        plan.areas = [a for a in plan.areas if a.surface.kind != "crop"]
        plan.roads, plan.buildings, plan.vehicles = [], [], []
    metre = plan.pixels(1)
    heading = float(rng.uniform(0, 2 * math.pi))
    boats = []
    for _ in range(int(rng.integers(2, 6))):
        start = rng.uniform(0.15, 0.85, 2) * size
        turn = heading + float(rng.normal(0, 0.5)) + math.pi * float(rng.random() < 0.3)
        boats.append((start, turn, float(rng.uniform(0.12, 0.4)) * size,
                      float(rng.uniform(5, 11)) * metre))  # fmt: skip

    def animate(shot: Shot) -> None:
        for start, turn, speed, length in boats:
            ahead = speed * (shot.time - 0.5)
            place = (start[0] + ahead * math.cos(turn), start[1] + ahead * math.sin(turn))
            _boat(shot, place, turn, max(length, 6.0))

    words = (
        "Boats move over the water and leave white wakes.",
        "Several boats sail on open water with wakes behind them.",
        "White wakes behind boats that drive over the water.",
    )
    return Event(plan, animate, words)


def _boat(shot: Shot, place: tuple[float, float], turn: float, length: float) -> None:
    def point(along: float, across: float) -> tuple[float, float]:
        return (
            place[0] + length * (along * math.cos(turn) - across * math.sin(turn)),
            place[1] + length * (along * math.sin(turn) + across * math.cos(turn)),
        )

    def outline(*places: tuple[float, float]) -> list[tuple[float, float]]:
        return [point(along, across) for along, across in places]

    for spread in (-1, 1):
        for reach, alpha in ((1.6, 0.55), (3.2, 0.3), (4.6, 0.16)):
            tail = point(-0.4 - reach, spread * (0.16 + 0.24 * reach))
            shot.line([point(0.1, spread * 0.16), tail], (225, 235, 238), 0.12 * length, alpha)
    shot.line([point(-0.5, 0), point(-2.6, 0)], (215, 228, 232), 0.2 * length, 0.5)
    hull = outline((0.55, 0), (0.2, 0.17), (-0.5, 0.15), (-0.5, -0.15), (0.2, -0.17))
    shot.shadow(hull, 0.2 * length)
    shot.polygon(hull, (238, 238, 235))
    deck = outline((0.15, 0.09), (-0.3, 0.09), (-0.3, -0.09), (0.15, -0.09))
    shot.polygon(deck, (120, 96, 74))


def constructing(rng: np.random.Generator, size: int) -> Event:
    """A building site: a slewing crane, excavators, a frame that grows."""
    pixel_size = draw_pixel_size(rng, 0.25, 0.6)
    plan = _bare_plan(rng, size, pixel_size, Surface("bare", float(rng.random())))
    site = Site(plan, rng)
    if rng.random() < 0.7:
        site.road(_beside(rng, size, float(rng.uniform(0, 6))), 8, pavement=True)
    metre = plan.pixels(1)
    angle = float(rng.uniform(0, math.pi))
    middle = rng.uniform(0.35, 0.65, 2) * size
    length, width = rng.uniform(0.4, 0.6) * size, rng.uniform(0.25, 0.4) * size
    mast = (float(middle[0] + 0.3 * length), float(middle[1] - 0.5 * width))
    slew, swing = float(rng.uniform(0, 6.3)), float(rng.choice([-1, 1]) * rng.uniform(0.8, 1.8))
    diggers = [
        (rng.uniform(0.1, 0.9, 2) * size, float(rng.uniform(0, 6.3)))
        for _ in range(int(rng.integers(2, 5)))
    ]
    boom = float(rng.uniform(22, 34)) * metre

    def animate(shot: Shot) -> None:
        floor = rectangle((float(middle[0]), float(middle[1])), length, width, angle)
        shot.polygon(floor, (170, 168, 162))
        _frame(shot, floor, 5, 4)
        for place, turn in diggers:
            drive = 0.1 * size * (shot.time - 0.5)
            x, y = place[0] + drive * math.cos(turn), place[1] + drive * math.sin(turn)
            _digger(shot, (x, y), turn, turn + 1.6 * math.sin(3 * shot.time + turn))
        _crane(shot, mast, slew + swing * shot.time, boom)

    words = (
        "A crane turns over a building site where excavators work.",
        "A construction site with a crane, excavators and an unfinished building.",
        "Excavators move on bare ground around an unfinished building with a crane.",
    )
    return Event(plan, animate, words)


def _frame(shot: Shot, floor: tuple[tuple[float, float], ...], long: int, short: int) -> None:
    """Walls and columns of an unfinished floor; more of it stands as time goes on."""
    a, b, c, d = floor

    def mix(p: tuple[float, float], q: tuple[float, float], t: float) -> tuple[float, float]:
        return p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t

    built = 0.35 + 0.65 * shot.time
    shot.polygon([a, mix(a, b, built), mix(d, c, built), d], (148, 134, 116))
    for i in range(long + 1):
        t = i / long
        if t <= built:
            shot.line([mix(a, b, t), mix(d, c, t)], (96, 84, 72), 1.3)
    for i in range(short + 1):
        t = i / short
        shot.line([mix(a, d, t), mix(mix(a, b, built), mix(d, c, built), t)], (96, 84, 72), 1.3)


def _digger(shot: Shot, place: tuple[float, float], turn: float, arm: float) -> None:
    metre = shot.plan.pixels(1)
    shot.box(place, 5 * metre, 3.2 * metre, turn, (52, 50, 48), metre)
    shot.box(place, 3.6 * metre, 2.8 * metre, arm, (236, 178, 30), 2 * metre)
    tip = (place[0] + 6 * metre * math.cos(arm), place[1] + 6 * metre * math.sin(arm))
    shot.line([place, tip], (216, 158, 24), 1.0 * metre)
    shot.disc(tip, 0.9 * metre, (70, 66, 60))


def _crane(shot: Shot, mast: tuple[float, float], angle: float, boom: float) -> None:
    metre = shot.plan.pixels(1)
    tip = (mast[0] + boom * math.cos(angle), mast[1] + boom * math.sin(angle))
    rear = (mast[0] - 0.3 * boom * math.cos(angle), mast[1] - 0.3 * boom * math.sin(angle))
    middle = ((tip[0] + rear[0]) / 2, (tip[1] + rear[1]) / 2)
    shot.shadow(rectangle(middle, 1.3 * boom, 1.6 * metre, angle), 26 * metre)
    shot.line([rear, tip], (240, 196, 40), 1.5 * metre)
    shot.box(rear, 3.5 * metre, 3 * metre, angle, (150, 150, 150))
    shot.box(mast, 2.6 * metre, 2.6 * metre, angle, (220, 176, 40))


def non_event(rng: np.random.Generator, size: int) -> Event:
    """An ordinary scene over which the camera drifts."""
    plan = lay_out(rng, size, draw_pixel_size(rng, 0.2, 1.0)).plan

    def animate(shot: Shot) -> None:
        del shot  # nothing moves but the camera

    words = (
        "An ordinary scene in which nothing moves but the camera.",
        "The camera drifts over a quiet scene; nothing happens.",
        "A calm landscape seen from above, with no event.",
    )
    return Event(plan, animate, words)
