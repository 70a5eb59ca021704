"""From a plan and a date to an image and its labels.

Flat things are painted as material numbers on a canvas with twice the resolution; colour and
texture are looked up from the numbers. Shadows are a mask, crowns are stamps, and the date's
light, haze, point spread and noise come last.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from unirs_lab.world import appearance
from unirs_lab.world.appearance import (
    Acquisition,
    Colour,
    Material,
    emboss,
    fractal_noise,
    plant,
    smooth_noise,
)
from unirs_lab.world.plan import BUILDING, Area, Building, Plan, Point, Road, Surface, Vehicle

SCALE = 2
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Rendering:
    """An image ``[side, side, 3]`` uint8 with its labels ``[side, side]`` uint8.

    ``side`` is the plan's size plus the margin on both sides.
    """

    image: Pixels
    labels: Pixels


def render(plan: Plan, date: Acquisition, margin: int = 0) -> Rendering:
    """The plan as it looks at a date.

    Args:
        plan: What is on the ground.
        date: Season, sun, haze and sensor.
        margin: Pixels beyond the plan's size to render on each side (at most ``plan.MARGIN``).
    """
    ground = paint(plan, date, margin)
    return Rendering(expose(ground.image, date), ground.labels)


def paint(plan: Plan, date: Acquisition, margin: int = 0) -> Rendering:
    """The plan in the light of a date, without atmosphere and sensor."""
    canvas = Canvas(plan, date, margin)
    for area in plan.areas:
        canvas.area(area)
    for road in sorted(plan.roads, key=lambda road: road.width):
        canvas.road(road)
    for vehicle in plan.vehicles:
        canvas.vehicle(vehicle)
    for building in plan.buildings:
        canvas.building(building)
    ground, labels = canvas.finish()
    image, cover = Image.fromarray(ground), Image.fromarray(labels)
    plant(plan, date, margin, image, cover)
    return Rendering(np.asarray(image), np.asarray(cover))


def expose(ground: Pixels, date: Acquisition) -> Pixels:
    """Atmosphere and sensor: haze, colour balance, tone curve, point spread, noise."""
    levels = np.arange(256, dtype=np.float32) / 255
    curve = levels**date.gamma
    airlight = np.array([0.70, 0.74, 0.79], np.float32)
    colours = curve[:, None] * np.array(date.gain, np.float32)
    hazy = 255 * (colours * (1 - date.haze) + airlight * date.haze)
    table = np.clip(hazy.T, 0, 255).astype(np.uint8).ravel().tolist()
    image = Image.fromarray(ground).point(table)
    blurred = _point_spread(np.asarray(image, np.float32), date.blur)
    rng = np.random.default_rng(date.seed)
    grain = rng.standard_normal(blurred.shape, dtype=np.float32)
    noise = date.noise * 0.6 * (grain + grain[..., 1:2])
    return np.clip(blurred + noise, 0, 255).astype(np.uint8)


def _point_spread(image: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Three-tap Gaussian in both directions; ``sigma`` in pixels, at most about 0.9."""
    side = math.exp(-0.5 / sigma**2)
    centre, side = 1 / (1 + 2 * side), side / (1 + 2 * side)
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)), "edge")
    rows: NDArray[np.float32] = centre * padded[1:-1] + side * (padded[:-2] + padded[2:])
    result: NDArray[np.float32] = centre * rows[:, 1:-1] + side * (rows[:, :-2] + rows[:, 2:])
    return result


class Canvas:
    """Paints the flat things of one plan as material numbers, and their shadows."""

    def __init__(self, plan: Plan, date: Acquisition, margin: int) -> None:
        self.plan, self.date, self.margin = plan, date, margin
        self.side = plan.size + 2 * margin
        self.materials: list[Material] = []
        self.numbers: dict[Surface, int] = {}
        full = (self.side * SCALE, self.side * SCALE)
        self.ids = Image.new("I", full, self.number(plan.ground))
        self.draw = ImageDraw.Draw(self.ids)
        self.shade = Image.new("L", full, 0)
        self.shade_draw = ImageDraw.Draw(self.shade)
        reach = 1 / math.tan(date.sun_elevation)
        self.shadow_step = (
            -math.cos(date.sun_azimuth) * reach,
            -math.sin(date.sun_azimuth) * reach,
        )

    def number(self, surface: Surface) -> int:
        """The material number of a surface at this date."""
        if surface not in self.numbers:
            self.numbers[surface] = self.add(appearance.material(surface, self.date))
        return self.numbers[surface]

    def add(self, material: Material) -> int:
        """A new material number."""
        self.materials.append(material)
        return len(self.materials) - 1

    def at(self, points: Iterable[Point]) -> list[Point]:
        """Plan coordinates on the canvas."""
        return [((x + self.margin) * SCALE, (y + self.margin) * SCALE) for x, y in points]

    def outside(self, x: float, y: float, reach: float) -> bool:
        """Whether a thing of this reach (pixels) lies wholly off the canvas."""
        low, high = -self.margin - reach, self.plan.size + self.margin + reach
        return not (low < x < high and low < y < high)

    def area(self, area: Area) -> None:
        """Paint a polygon, water with its shore, parking lots with their stalls."""
        outline = self.at(area.outline)
        if area.surface.kind == "water":
            shore = self.number(Surface("shore", 7.3 * area.surface.tone))
            width = max(2, round(SCALE * min(3.0, self.plan.pixels(4))))
            self.draw.line([*outline, outline[0]], shore, width)
        self.draw.polygon(outline, self.number(area.surface))
        if area.surface.kind == "parking" and self.plan.pixel_size < 1.2:
            self._stalls(area)

    def _stalls(self, area: Area) -> None:
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = area.outline[:4]
        length = math.hypot(bx - ax, by - ay)
        depth = min(0.45, self.plan.pixels(5) / max(1.0, math.hypot(dx - ax, dy - ay)))
        paint = self.number(Surface("stall"))
        count = int(length / self.plan.pixels(2.6))
        for i in range(1, count):
            t = i / count
            top = (ax + (bx - ax) * t, ay + (by - ay) * t)
            bottom = (dx + (cx - dx) * t, dy + (cy - dy) * t)
            across = (bottom[0] - top[0], bottom[1] - top[1])
            for start, sign in ((top, 1), (bottom, -1)):
                end = (start[0] + sign * depth * across[0], start[1] + sign * depth * across[1])
                self.draw.line(self.at([start, end]), paint, 1)

    def road(self, road: Road) -> None:
        """Paint a road, with pavements and a dashed centre line where the pixels are fine."""
        path = self.at(road.path)
        fine = road.pavement and self.plan.pixel_size < 1.0
        if fine:
            kerb = road.width + 2 * self.plan.pixels(1.8)
            self._line(path, self.number(Surface("pavement")), kerb)
        self._line(path, self.number(road.surface), road.width)
        if fine and self.plan.pixel_size < 0.8:
            self._dashes(road)

    def _line(self, path: Sequence[Point], number: int, width: float) -> None:
        self.draw.line(path, number, max(2, round(width * SCALE)), joint="curve")

    def _dashes(self, road: Road) -> None:
        paint = self.number(Surface("marking"))
        width = max(1, round(SCALE * self.plan.pixels(0.15)))
        period = self.plan.pixels(6)
        for (x0, y0), (x1, y1) in zip(road.path, road.path[1:], strict=False):
            length = math.hypot(x1 - x0, y1 - y0)
            for i in range(int(length / period)):
                a, b = i * period / length, (i + 0.5) * period / length
                dash = [
                    (x0 + (x1 - x0) * a, y0 + (y1 - y0) * a),
                    (x0 + (x1 - x0) * b, y0 + (y1 - y0) * b),
                ]
                self.draw.line(self.at(dash), paint, width)

    def vehicle(self, vehicle: Vehicle) -> None:
        """Paint a car: body, dark windows, a short shadow. It has the cover it stands on."""
        if self.outside(vehicle.x, vehicle.y, vehicle.length):
            return
        body = Building(
            vehicle.x, vehicle.y, vehicle.length, vehicle.width, vehicle.angle, 0, "", 0
        )
        self._shadow(body.corners(), self.plan.pixels(1.3))
        self.shade_draw.polygon(self.at(body.corners()), 0)
        column, row = self.at([(vehicle.x, vehicle.y)])[0]
        cover = self._cover_at(column, row)
        self._fill(body.corners(), appearance.paint_colour(vehicle.tone), cover)
        if vehicle.length > 5:
            glass = [body.point(a, b) for a, b in ((-0.3, -0.4), (-0.3, 0.4), (-0.18, 0.4))]
            self._fill([*glass, body.point(-0.18, -0.4)], (42, 46, 52), cover)
            front = [body.point(a, b) for a, b in ((0.12, -0.4), (0.12, 0.4), (0.26, 0.4))]
            self._fill([*front, body.point(0.26, -0.4)], (42, 46, 52), cover)

    def _cover_at(self, column: float, row: float) -> int:
        edge = self.side * SCALE - 1
        place = (int(min(max(column, 0), edge)), int(min(max(row, 0), edge)))
        return self.materials[int(self.ids.getpixel(place))].cover  # type: ignore[arg-type]

    def _fill(self, points: Sequence[Point], colour: Colour, cover: int) -> None:
        self.draw.polygon(self.at(points), self.add(Material(cover, colour, 1.5, 3.5)))

    def building(self, building: Building) -> None:
        """Paint a roof and the shadow that the building casts."""
        if self.outside(building.x, building.y, building.length + 3 * building.height):
            return
        corners = building.corners()
        self._shadow(corners, building.height)
        self.shade_draw.polygon(self.at(corners), 0)
        if building.roof == "flat":
            self._flat_roof(building)
        else:
            self._pitched_roof(building)

    def _shadow(self, corners: Sequence[Point], height: float) -> None:
        dx, dy = self.shadow_step[0] * height, self.shadow_step[1] * height
        self.shade_draw.polygon(self.at(_swept(corners, dx, dy)), 255)

    def _pitched_roof(self, building: Building) -> None:
        red, green, blue = appearance.roof_colour(building.tone)
        slope = math.cos(building.angle + math.pi / 2 - self.date.sun_azimuth)
        inset = 0.5 - 0.5 * building.width / building.length if building.roof == "hip" else 0.5
        ridge = building.point(-inset, 0), building.point(inset, 0)
        a, b, c, d = building.corners()
        sides: list[tuple[tuple[Point, ...], float]] = []
        sides += [((d, c, ridge[1], ridge[0]), slope), ((a, b, ridge[1], ridge[0]), -slope)]
        if building.roof == "hip":
            end = math.cos(building.angle - self.date.sun_azimuth)
            sides += [((b, c, ridge[1]), end), ((a, d, ridge[0]), -end)]
        for points, facing in sides:
            factor = 0.86 + 0.24 * facing
            self._fill(points, (red * factor, green * factor, blue * factor), BUILDING)

    def _flat_roof(self, building: Building) -> None:
        red, green, blue = appearance.roof_colour(building.tone)
        self._fill(building.corners(), (red * 0.8, green * 0.8, blue * 0.8), BUILDING)
        parapet = min(self.plan.pixels(0.6), building.width / 6)
        if parapet > 0.3:
            self._fill(building.corners(parapet), (red, green, blue), BUILDING)
        metre = self.plan.pixels(1)
        if building.width < 5 or metre < 0.5:
            return
        rng = np.random.default_rng(int(building.tone * 1e9))
        for _ in range(int(rng.integers(2, 7))):
            along, across = rng.uniform(-0.36, 0.36, 2)
            x, y = building.point(along, across)
            box = Building(
                x, y, rng.uniform(1.5, 4) * metre, rng.uniform(1.2, 3) * metre,
                building.angle, metre * 1.5, "", 0,
            )  # fmt: skip
            dark = _swept(box.corners(), self.shadow_step[0] * metre, self.shadow_step[1] * metre)
            self._fill(dark, (red * 0.5, green * 0.5, blue * 0.5), BUILDING)
            self.draw.polygon(self.at(box.corners()), self.number(Surface("clutter", rng.random())))

    def finish(self) -> tuple[Pixels, Pixels]:
        """Ground with texture and shadows, ``[side, side, 3]``, and its labels."""
        for tree in self.plan.trees:
            self._tree_shadow(tree.x, tree.y, tree.radius)
        ids = np.asarray(self.ids)
        colours = np.zeros((len(self.materials), 4), np.uint8)
        colours[:, :3] = np.clip([m.colour for m in self.materials], 0, 255)
        painted = colours.view(np.uint32)[:, 0].take(ids)  # four bytes at once: much faster
        layers = Image.frombuffer("RGBX", ids.shape[::-1], painted, "raw", "RGBX", 0, 1)
        flat = np.asarray(layers.reduce(SCALE), np.float32)[..., :3]
        centre = ids[SCALE // 2 :: SCALE, SCALE // 2 :: SCALE]
        textured = flat + self._texture(centre)[..., None] * (0.55 + flat / 260)
        shadow = np.asarray(self.shade.reduce(SCALE), np.float32)[..., None] / 255
        lit = textured * (1 - self.date.shadow * shadow * np.array([1.0, 0.96, 0.86], np.float32))
        covers = np.array([m.cover for m in self.materials], np.uint8)
        return np.clip(lit, 0, 255).astype(np.uint8), covers[centre]

    def _tree_shadow(self, x: float, y: float, radius: float) -> None:
        (column, row) = self.at([(x, y)])[0]
        r = radius * SCALE
        dx, dy = self.shadow_step[0] * 1.2 * r, self.shadow_step[1] * 1.2 * r
        for share in (0.5, 1.0):
            cx, cy = column + share * dx, row + share * dy
            self.shade_draw.ellipse((cx - r, cy - r, cx + r, cy + r), 235)

    def _texture(self, ids: NDArray[np.int32]) -> NDArray[np.float32]:
        """Grey levels to add, ``[side, side]``: patches, grain, canopy, rows, relief."""
        rng = np.random.default_rng(self.plan.texture_seed)
        shape = (self.side, self.side)
        pixel = self.plan.pixel_size
        broad = fractal_noise(rng, shape, max(12.0, min(60 / pixel, self.plan.size / 2.5)), 4)
        fine = smooth_noise(rng, shape, 2.2) + 0.8 * smooth_noise(rng, shape, 1)
        crowns = fractal_noise(rng, shape, max(1.6, 5.5 / pixel), 2)
        table = np.array(
            [(m.mottle, m.grain, m.canopy, m.rows) for m in self.materials], np.float32
        )
        mottle, grain, canopy, rows = np.moveaxis(table[ids], -1, 0)
        total = mottle * broad + grain * fine
        if table[:, 2].any():
            total += canopy * (0.8 * emboss(crowns, self.date.sun_azimuth) + 0.35 * crowns)
        if table[:, 3].any():
            total += rows * self._rows(ids, broad)
        result: NDArray[np.float32] = total
        return result

    def _rows(self, ids: NDArray[np.int32], sway: NDArray[np.float32]) -> NDArray[np.float32]:
        """Furrows and rows as waves of each field's spacing and direction."""
        waves = [
            (math.sin(m.angle) / s, math.cos(m.angle) / s)
            for m in self.materials
            for s in [max(m.spacing / self.plan.pixel_size, 2.6)]
        ]
        per_pixel = (2 * math.pi * np.array(waves, np.float32))[ids]
        ys, xs = np.mgrid[: self.side, : self.side].astype(np.float32)
        phase = xs * per_pixel[..., 0] - ys * per_pixel[..., 1]
        return np.sin(phase + 0.5 * sway) * (0.7 + 0.3 * sway)


def _swept(corners: Sequence[Point], dx: float, dy: float) -> list[Point]:
    """Hull of a convex clockwise polygon and its copy moved by (dx, dy)."""
    count = len(corners)
    ahead = []
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        ahead.append((y1 - y0) * dx - (x1 - x0) * dy > 0)
    hull: list[Point] = []
    for i, (x, y) in enumerate(corners):
        before, after = ahead[i - 1], ahead[i % count]
        moved = (x + dx, y + dy)
        if before and after:
            hull.append(moved)
        elif before:
            hull += [moved, (x, y)]
        elif after:
            hull += [(x, y), moved]
        else:
            hull.append((x, y))
    return hull
