"""A second look at the places of a whole: of hundreds of windows a few are wrongly yes.

A window of the search cuts things at its edges, and is read one way up. Here the best places are in
the middle of windows of their own, of two sizes, turned and mirrored; what is then no is left out.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import fmean
from typing import TYPE_CHECKING

from shapely import Polygon

from unirs.engines.engine import Item
from unirs.errors import UniRSError
from unirs.imagery.stopping import Stop
from unirs.tasks import read_visual
from unirs.tiles import Box
from unirs.where.ground import Ground
from unirs.where.places import Place, Places
from unirs.where.question import probability_of_yes
from unirs.where.request import WhereRequest
from unirs.where.search import ENOUGH_DATA, share_of_data
from unirs.where.windows import extent_of

if TYPE_CHECKING:
    from unirs.engines.engine import Engine

LOOKED_AT = 10
"""So many of the best places are looked at again. Where none of them holds, the others, which are
less probable, do not either."""

_SIZES = 1.0, 1.5
"""Sides of the windows, in those of the finest ones: what lies at the edge of a place is in one."""

_VIEWS = 8


def questions(engine: Engine) -> int:
    """How many answers a second look takes at most."""
    return LOOKED_AT * len(_SIZES) * _views(engine)


def _views(engine: Engine) -> int:
    """Views of each window: all, where their probabilities can be averaged."""
    return _VIEWS if engine.capabilities.option_scores == "exact" else 1


def look_again(
    engine: Engine, request: WhereRequest, places: Places, stop: Stop | None = None
) -> Places:
    """Ask about the best places once more, and leave out those that are not confirmed.

    Args:
        engine: Answers.
        request: The search.
        places: What it has found.
        stop: Called often; once it returns true, places that were not asked about stay.

    Returns:
        The places that remain; ``highest`` is the probability of the second look where there was
        one.

    Raises:
        UniRSError: All codes of ``unirs.imagery`` and of the engine.
    """
    in_order = sorted(places.places, key=lambda place: -place.highest)
    best, others = in_order[:LOOKED_AT], in_order[LOOKED_AT:]
    again = [_asked_again(engine, request, places, place, stop) for place in best]
    kept = [place for place in again if place.highest >= request.threshold]
    kept += others if kept else []
    return replace(
        places,
        places=tuple(sorted(kept, key=lambda place: -place.highest)),
        squares_found=sum(_squares(place.geometry, places) for place in kept),
    )


def _asked_again(
    engine: Engine, request: WhereRequest, places: Places, place: Place, stop: Stop | None
) -> Place:
    """The place with the mean probability of windows around it, if they can be asked about."""
    items = [
        item
        for size in _SIZES
        if (item := _item(engine, request, _window(places, place, size, request), stop))
    ]
    found = [
        probability_of_yes(answer)
        for answer in engine.answers(items, batch_size=1, stop=stop)
        if not answer.stopped and share_of_data(answer) >= ENOUGH_DATA
    ]
    return replace(place, highest=fmean(found)) if found else place


def _item(engine: Engine, request: WhereRequest, box: Box, stop: Stop | None) -> Item | None:
    """The question about a window; ``None`` where it cannot be read, or after a stop."""
    window = request.window(extent_of(box))
    try:
        visual = read_visual(window, engine.image_size, engine.frame_count, stop)
    except UniRSError as error:
        if error.code in {"cancelled", "raster_unreadable"}:
            return None
        raise
    return Item(visual, replace(window.question, views=_views(engine)), stop=stop)


def _window(places: Places, place: Place, size: float, request: WhereRequest) -> Box:
    """A window around the middle of a place, within the extent if it fits."""
    width, height = Ground.of(request).size_of(size * places.size)
    middle = place.geometry.representative_point()
    min_x, min_y, max_x, max_y = places.extent
    x = _within(middle.x - width / 2, min_x, max_x - width)
    y = _within(middle.y - height / 2, min_y, max_y - height)
    return Box(x, y, x + width, y + height)


def _within(value: float, lowest: float, highest: float) -> float:
    """The value, or the nearest end of a range; its middle where the range is none."""
    if highest < lowest:
        return (lowest + highest) / 2
    return min(max(value, lowest), highest)


def _squares(place: Polygon, places: Places) -> int:
    """Squares of the map in a place."""
    assert places.probabilities is not None  # noqa: S101 - a search has just made them
    rows, columns = places.probabilities.shape
    min_x, min_y, max_x, max_y = places.extent
    return round(place.area * rows * columns / ((max_x - min_x) * (max_y - min_y)))
