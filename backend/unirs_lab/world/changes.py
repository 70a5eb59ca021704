"""What can change between two dates: each change dresses one zone of a site, before or after.

A change is written once, forwards; run backwards it is another change with other words.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from unirs_lab.world.layouts import houses_along
from unirs_lab.world.plan import MARGIN, Point, Surface, blob, curve, rectangle
from unirs_lab.world.site import Site


@dataclass(frozen=True)
class Zone:
    """The part of a site that changes.

    Attributes:
        centre: Its middle in pixels.
        radius: Its mean radius in pixels.
        outline: Its natural, irregular border.
        tone: Colour of the surface that fills it, 0 to 1.
    """

    centre: Point
    radius: float
    outline: tuple[Point, ...]
    tone: float


Dress = Callable[[Site, Zone], None]


@dataclass(frozen=True)
class Change:
    """A kind of change.

    Attributes:
        kind: Its name, and the key of its words.
        before: Dresses the zone for the earlier date.
        after: Dresses the zone for the later date.
    """

    kind: str
    before: Dress
    after: Dress


def choose_zone(site: Site, low: float = 0.17, high: float = 0.3) -> Zone:
    """A ninth of the image where little stands in the way; it is cleared of single things."""
    size = site.plan.size
    radius = size * site.rng.uniform(low, high)
    thirds = [(x, y) for x in (0.24, 0.5, 0.76) for y in (0.24, 0.5, 0.76)]
    places = [(thirds[i][0] * size, thirds[i][1] * size) for i in site.rng.permutation(9)]
    centre = min(places, key=lambda place: round(site.taken_share(place, radius), 1))
    outline = blob(site.rng, centre, radius, roughness=0.16)
    zone = Zone(centre, radius, outline, float(site.rng.random()))
    reach = radius * 1.15
    plan = site.plan
    plan.buildings = [b for b in plan.buildings if math.dist((b.x, b.y), centre) > reach]
    plan.vehicles = [v for v in plan.vehicles if math.dist((v.x, v.y), centre) > reach]
    plan.trees = [t for t in plan.trees if math.dist((t.x, t.y), centre) > reach]
    return zone


def _patch(site: Site, zone: Zone, kind: str) -> None:
    """One surface that fills the zone."""
    site.area(zone.outline, Surface(kind, zone.tone))


def as_is(site: Site, zone: Zone) -> None:
    """Leave the zone as the site has it."""


def grass(site: Site, zone: Zone) -> None:
    """A meadow."""
    _patch(site, zone, "grass")


def bare(site: Site, zone: Zone) -> None:
    """Bare land."""
    _patch(site, zone, "bare")


def wood(site: Site, zone: Zone) -> None:
    """A wood."""
    site.wood(zone.outline)
    site.clear_crowns()


def lake(site: Site, zone: Zone) -> None:
    """A lake."""
    _patch(site, zone, "water")


def small_lake(site: Site, zone: Zone) -> None:
    """The middle of the lake."""
    x, y = zone.centre
    shore = tuple((x + 0.55 * (px - x), y + 0.55 * (py - y)) for px, py in zone.outline)
    site.area(shore, Surface("water", zone.tone))


def houses(site: Site, zone: Zone) -> None:
    """Rows of houses along new streets, as many as the zone holds; a cross street joins them."""
    _patch(site, zone, "lawn")
    angle = float(site.rng.uniform(0, math.pi))
    gap = max(site.pixels(55), 14.0)
    rows = max(1, min(5, int(2 * zone.radius / gap)))
    streets = []
    for row in range(rows):
        off = (row - (rows - 1) / 2) * gap
        reach = 0.97 * math.sqrt(max(zone.radius**2 - off**2, 0.2 * zone.radius**2))
        streets.append(tuple(_inside(zone, angle, along, off) for along in (-reach, reach)))
    if rows > 1:
        reach = (rows - 1) / 2 * gap
        streets.append(tuple(_inside(zone, angle, 0, across) for across in (-reach, reach)))
    for street in streets:
        site.road(street, 6, tone=0.3, pavement=True)
    for street in streets[:rows]:
        houses_along(site, street, gap=20, share=1.0)


def _inside(zone: Zone, angle: float, along: float, across: float) -> Point:
    """A place given in pixels from the zone's centre, along and across a direction."""
    x, y = zone.centre
    return (
        x + along * math.cos(angle) - across * math.sin(angle),
        y + along * math.sin(angle) + across * math.cos(angle),
    )


def hall(site: Site, zone: Zone) -> None:
    """One large building."""
    _patch(site, zone, "yard")
    site.building(
        zone.centre,
        zone.radius * site.rng.uniform(1.2, 1.5), zone.radius * site.rng.uniform(0.8, 1.1),
        float(site.rng.uniform(0, math.pi)), height=min(site.between(8, 14), zone.radius / 2),
        roof=str(site.rng.choice(["flat", "gable"])),
    )  # fmt: skip


def car_park(site: Site, zone: Zone) -> None:
    """A parking lot."""
    long, wide = zone.radius * site.rng.uniform(1.5, 1.8), zone.radius * site.rng.uniform(1, 1.3)
    site.car_park(zone.centre, long, wide, float(site.rng.uniform(0, math.pi)))


def road(site: Site, zone: Zone) -> None:
    """A road through the whole scene."""
    x, y = zone.centre
    size = site.plan.size
    low, high = -float(MARGIN), float(size + MARGIN)
    slant = site.rng.uniform(-0.2, 0.2) * size
    ends = ((low, y - slant), (high, y + slant))
    if site.rng.random() < 0.5:
        ends = ((x - slant, low), (x + slant, high))
    path = curve(site.rng, *ends, float(site.rng.uniform(0, 0.05)))
    metres = max(float(site.rng.uniform(7, 11)), 0.03 * size * site.plan.pixel_size)
    site.road(path, metres, tone=float(site.rng.uniform(0, 0.9)), pavement=True)
    site.clear_crowns()


def field(site: Site, zone: Zone) -> None:
    """A field."""
    angle = float(site.rng.uniform(0, math.pi))
    outline = rectangle(zone.centre, zone.radius * 2, zone.radius * 1.6, angle)
    site.area(outline, Surface("crop", float(site.rng.random()), angle))


CHANGES = (
    Change("houses built", as_is, houses),
    Change("houses built", bare, houses),
    Change("houses built", wood, houses),
    Change("houses built", grass, houses),
    Change("houses removed", houses, bare),
    Change("houses removed", houses, grass),
    Change("building built", bare, hall),
    Change("building built", as_is, hall),
    Change("building removed", hall, bare),
    Change("road built", as_is, road),
    Change("road removed", road, as_is),
    Change("trees removed", wood, grass),
    Change("trees removed", wood, bare),
    Change("trees removed", wood, field),
    Change("trees planted", grass, wood),
    Change("trees planted", bare, wood),
    Change("lake appeared", grass, lake),
    Change("lake appeared", bare, lake),
    Change("lake dried", lake, grass),
    Change("lake dried", lake, bare),
    Change("lake grown", small_lake, lake),
    Change("lake shrunk", lake, small_lake),
    Change("land cleared", grass, bare),
    Change("land greened", bare, grass),
    Change("parking built", grass, car_park),
    Change("parking built", bare, car_park),
)
