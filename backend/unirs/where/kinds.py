"""From what to what places have changed: each is asked about at both dates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from unirs.answers import Answer, OptionScore
from unirs.engines.engine import Item
from unirs.errors import UniRSError
from unirs.imagery.stopping import Stop
from unirs.inputs import Extent, Question, Task, VisualInput
from unirs.tasks import read_visual
from unirs.where.ground import Ground
from unirs.where.places import Place

if TYPE_CHECKING:
    from unirs.engines.engine import Engine
    from unirs.where.request import WhereRequest

QUESTION = "What kind of ground is this?"

MARGIN = 0.5
"""Ground around a place that is shown as well on each side, as a share of its longer side."""

LEAST_PIXELS = 64
"""Pixels of the raster that are shown at least: a roof alone is not to be recognised."""

MOST_PLACES = 500
"""Places that are asked about, the most probable ones first."""


def with_kinds(
    engine: Engine,
    request: WhereRequest,
    ground: Ground,
    places: tuple[Place, ...],
    *,
    on_place: Callable[[int, int], None] | None = None,
    stop: Stop | None = None,
) -> tuple[Place, ...]:
    """Places with the kind of ground that each was and is.

    Args:
        engine: Answers.
        request: Names the kinds, and two rasters.
        ground: What was searched.
        places: What was found; those behind ``MOST_PLACES`` stay as they are.
        on_place: Called with the number of places that were asked about, and of all that will be.
        stop: Called often. Once it returns true, the other places stay as they are.

    Raises:
        UniRSError: Those of ``unirs.imagery`` and of the engine.
    """
    total = min(len(places), MOST_PLACES)
    question = Question(Task.ASK, QUESTION, request.kinds, request.clue, views=request.views)
    asked: list[int] = []

    def items() -> Iterator[Item]:
        for number, place in enumerate(places[:total]):
            pair = _read(engine, request, ground, place, stop)
            if stop and stop():
                return
            if pair is not None:
                asked.append(number)
                for crop in pair.crops:
                    yield Item(VisualInput.single(crop), question, stop=stop)

    found = list(places)
    batch_size = max(1, engine.batch_size // request.views)
    answers = engine.answers(items(), batch_size=batch_size, stop=stop)
    for done, (before, after) in enumerate(zip(answers, answers, strict=False)):
        if before.stopped or after.stopped:
            break
        number = asked[done]
        found[number] = replace(places[number], before=_kind(before), after=_kind(after))
        if on_place:
            on_place(number + 1, total)
    return tuple(found)


def extent_around(place: Place, ground: Ground) -> Extent:
    """The square that is shown of a place: with a margin, within what was searched if it fits."""
    min_x, min_y, max_x, max_y = place.geometry.bounds
    longer = max((max_x - min_x) * ground.metres[0], (max_y - min_y) * ground.metres[1])
    width, height = ground.size_of(max(longer * (1 + 2 * MARGIN), LEAST_PIXELS * ground.pixel))
    west, south, east, north = ground.extent
    left, right = _within((min_x + max_x) / 2, width, west, east)
    bottom, top = _within((min_y + max_y) / 2, height, south, north)
    return left, bottom, right, top


def _within(middle: float, size: float, low: float, high: float) -> tuple[float, float]:
    """An interval around a middle, moved into another one that is as long at least."""
    begin = middle - size / 2
    if size <= high - low:
        begin = min(max(begin, low), high - size)
    return begin, begin + size


def _read(
    engine: Engine, request: WhereRequest, ground: Ground, place: Place, stop: Stop | None
) -> VisualInput | None:
    """Both dates of a place; ``None`` where one cannot be read, or after a stop."""
    window = request.window(extent_around(place, ground))
    try:
        return read_visual(window, engine.image_size, engine.frame_count, stop)
    except UniRSError as error:
        if error.code in {"all_nodata", "no_overlap", "raster_unreadable", "cancelled"}:
            return None
        raise


def _kind(answer: Answer) -> OptionScore | None:
    """The kind that was chosen; ``None`` where the model is not sure of it."""
    return None if answer.unsure else answer.options[0]
