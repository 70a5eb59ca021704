"""Pairs of dates from single rasters: which show one place, and which of their dates belong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

import numpy as np
import shapely

from unirs.batch.places import Dated, look_at, looking_ahead, source_of
from unirs.batch.plan import PairRule, Plan
from unirs.batch.sources import Failure, Source
from unirs.batch.tables import Found
from unirs.dates import chronological
from unirs.errors import UniRSError
from unirs.imagery.crs import WGS84, transform_extent

SAME_PLACE = 0.5
"""Share of the ground of two rasters together that they have in common, to show one place."""

Pair = tuple[Dated, Dated]


def by_place_and_date(plan: Plan, found: Iterable[Found]) -> Iterator[Source]:
    """The pairs of a plan's rule. A raster that belongs to none is a source with the reason.

    Args:
        plan: With a rule for pairs.
        found: Single rasters.
    """
    if plan.pairs is None:
        raise ValueError("the plan makes no pairs")
    dated: list[Dated] = []
    for one in looking_ahead(_with_date, found):
        if isinstance(one, Source):
            yield one
        else:
            dated.append(one)
    for place in _places(dated):
        yield from _pairs_of(plan, place, _RULES[plan.pairs])


def _with_date(found: Found) -> Dated | Source:
    """A raster with its date, or a source with the reason why it belongs to no pair."""
    try:
        return _dated(found)
    except UniRSError as error:
        return Source.failed(found.paths, found.dates, Failure.of(error))


def _dated(found: Found) -> Dated:
    if found.failure:
        raise UniRSError(found.failure.code, found.failure.message)
    dated = look_at(found.paths[0], found.dates[0])
    name = dated.raster.name
    if dated.raster.georeference.crs is None:
        raise UniRSError(
            "crs_missing",
            f"{name:.200} has no CRS, so that other dates of its place cannot be found; "
            "georeference it, or give its pairs as a table.",
        )
    if dated.date is None:
        raise UniRSError(
            "date_missing",
            f"It is not known when {name:.200} was taken, so that it belongs to no pair; put the "
            "date into its name or metadata, or give its pairs as a table.",
        )
    return dated


def _places(dated: list[Dated]) -> Iterator[list[Dated]]:
    """Rasters that show one place: those that largely cover the first of them."""
    footprints = np.array([_footprint(one) for one in dated], dtype=object)
    tree = shapely.STRtree(footprints)
    waiting = np.ones(len(dated), dtype=bool)
    for first, footprint in enumerate(footprints):
        if not waiting[first]:
            continue
        near = np.union1d(tree.query(footprint), [first])
        near = near[waiting[near]]
        common = shapely.area(shapely.intersection(footprint, footprints[near]))
        together = shapely.area(footprint) + shapely.area(footprints[near]) - common
        same = near[common >= SAME_PLACE * together]
        waiting[same] = False
        yield [dated[index] for index in same]


def _footprint(dated: Dated) -> shapely.Geometry:
    """Bounds in longitude and latitude, which begin between 180° W and 180° E."""
    georeference = dated.raster.georeference
    bounds = transform_extent(georeference.bounds, georeference.crs, WGS84)
    if bounds is None:
        return shapely.Polygon()
    west = (bounds[0] + 180) % 360 - 180
    return shapely.box(west, bounds[1], west + bounds[2] - bounds[0], bounds[3])


def _pairs_of(
    plan: Plan, place: list[Dated], rule: Callable[[list[Dated]], list[Pair]]
) -> Iterator[Source]:
    """Pairs of one place, or each of its rasters with the reason why it has none."""
    try:
        pairs = rule(_one_of_each_date(place))
    except UniRSError as error:
        for one in place:
            yield Source.failed((one.raster.name,), (one.iso,), Failure.of(error))
        return
    for pair in pairs:
        try:
            yield source_of(plan, pair)
        except UniRSError as error:
            paths = (pair[0].raster.name, pair[1].raster.name)
            yield Source.failed(paths, (pair[0].iso, pair[1].iso), Failure.of(error))


def _one_of_each_date(place: list[Dated]) -> list[Dated]:
    """At least two dates, the earliest first; of equal dates, the first in the inputs.

    Raises:
        UniRSError: ``pair_missing``, or ``date_unclear`` if one is known too roughly.
    """
    different = {one.iso: one for one in reversed(place)}.values()
    dated = list(different)
    order = chronological([one.date for one in dated])
    if order is None:
        names = ", ".join(f"{one.raster.name} ({one.iso})" for one in dated[:2])
        raise UniRSError(
            "date_unclear",
            f"Which date is earlier is not clear among those of one place, such as {names:.300}; "
            "put full dates into the names, or give the pairs as a table.",
        )
    if len(dated) < 2:
        raise UniRSError(
            "pair_missing",
            f"{place[0].raster.name:.200} has no other date of its place in the inputs; add one, "
            "or leave it out.",
        )
    return [dated[index] for index in order]


def _earliest_and_latest(dated: list[Dated]) -> list[Pair]:
    return [(dated[0], dated[-1])]


def _each_to_next(dated: list[Dated]) -> list[Pair]:
    return list(pairwise(dated))


def _yearly(dated: list[Dated]) -> list[Pair]:
    """One date of each year, in the season of the earliest, and each year to the next there is.

    Raises:
        UniRSError: ``pair_missing`` if all are of one year.
    """
    years: dict[int, list[Dated]] = {}
    for one in dated:
        years.setdefault(_first_day(one).year, []).append(one)
    season = _day_of_year(dated[0])
    chosen = [
        min(year, key=lambda one: _days_apart(_day_of_year(one), season)) for year in years.values()
    ]
    if len(chosen) < 2:
        raise UniRSError(
            "pair_missing",
            f"All dates of the place of {dated[0].raster.name:.200} are of one year; add another "
            "year, or make pairs of each date and the next.",
        )
    return list(pairwise(chosen))


def _first_day(dated: Dated) -> dt.datetime:
    if dated.date is None:
        raise ValueError("rasters of pairs have dates")
    return dated.date.first


def _day_of_year(dated: Dated) -> int:
    return _first_day(dated).timetuple().tm_yday


def _days_apart(one: int, other: int) -> int:
    apart = abs(one - other)
    return min(apart, 365 - apart)


_RULES: dict[PairRule, Callable[[list[Dated]], list[Pair]]] = {
    PairRule.EARLIEST_LATEST: _earliest_and_latest,
    PairRule.YEARLY: _yearly,
    PairRule.EACH_TO_NEXT: _each_to_next,
}
