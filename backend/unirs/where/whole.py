"""One answer about a very large scene: a view of the whole, and windows at full resolution.

A question with yes or no is a search for places (:mod:`unirs.where.search`) with a second look at
them, any other one a survey (:mod:`unirs.where.survey`); both choose their windows coarse to fine,
within a budget.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import Field, PlainSerializer
from shapely import Polygon, box, get_parts, union_all
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from unirs.answers import RESULT_CONFIG, Summary, to_json
from unirs.engines.engine import Item, origin_of
from unirs.imagery.stopping import Stop
from unirs.inputs import Extent, Question, Task
from unirs.tasks import read_visual
from unirs.where.asking import Asking, Cost
from unirs.where.places import Places, WindowCounts
from unirs.where.question import NO, YES
from unirs.where.search import AnsweredWindow, cost, find_places
from unirs.where.second_look import look_again, questions
from unirs.where.sentences import of_whole, seen_at, survey_sentence
from unirs.where.survey import Seen, key, survey
from unirs.where.whole_request import WholeRequest

if TYPE_CHECKING:
    from unirs.engines.engine import Engine

_HOW_MANY = re.compile(r"\s*(how many|count|what is the number of)\b", re.I)
_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    *("nineteen", "twenty"),
)
_NUMBERS = {**{word: number for number, word in enumerate(_WORDS)}, "no": 0, "none": 0}


@dataclass(frozen=True)
class Finding:
    """One answer, and where it was given."""

    __pydantic_config__ = RESULT_CONFIG

    text: Annotated[str, Field(description="The answer.")]
    windows: Annotated[int, Field(description="Windows or squares with it.")]
    confidence: Annotated[
        float | None, Field(description="Highest probability; null where answers are generated.")
    ]
    places: Annotated[
        tuple[
            Annotated[
                Polygon,
                PlainSerializer(mapping, return_type=dict[str, Any]),
            ],
            ...,
        ],
        Field(
            description="Footprints in the form of GeoJSON in the CRS of the raster, best first."
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class WholeAnswer(Summary):
    """The answer about a whole scene."""

    __pydantic_config__ = RESULT_CONFIG

    text: Annotated[
        str, Field(serialization_alias="answer", description="One paragraph with all below.")
    ]
    question: str
    overall: Annotated[str, Field(description="The answer to the image of the whole alone.")]
    caption: Annotated[str, Field(description="Caption of the image of the whole.")]
    findings: Annotated[tuple[Finding, ...], Field(description="The most frequent ones first.")]
    total: Annotated[
        int | None, Field(description="Sum over all windows of an answer that is a number.")
    ]
    unconfirmed: Annotated[
        int, Field(description="Places left out because a second look did not confirm them.")
    ]
    size: Annotated[float, Field(description="Side of the finest windows, in metres or units.")]
    windows: WindowCounts
    acquired: tuple[str | None, ...]

    def to_json(self) -> dict[str, Any]:
        """The object of ``--json``."""
        return to_json(self)


def whole_cost(engine: Engine, request: WholeRequest, stop: Stop | None = None) -> Cost:
    """What the answer may take: one batch of windows is asked to measure the speed.

    Raises:
        UniRSError: All codes of ``unirs.imagery`` and of the engine.
    """
    search = request.search
    if search is not None:
        found = cost(engine, search, stop=stop)
        more = questions(engine) / max(1, found.windows)
        return replace(found, seconds=found.seconds * (1 + more))
    return Asking(engine, request, stop).cost()


def answer_whole(
    engine: Engine,
    request: WholeRequest,
    *,
    on_window: Callable[[int, int], None] | None = None,
    stop: Stop | None = None,
) -> WholeAnswer:
    """Ask about the whole and about windows, and merge the answers.

    Args:
        engine: Answers.
        request: What is asked.
        on_window: Called with each window: how many of its size are done, and how many there are.
        stop: Called often; once it returns true, the answers so far are merged, ``stopped``.

    Raises:
        UniRSError: ``all_nodata``; all codes of ``unirs.imagery`` and of the engine.
    """
    began = time.perf_counter()
    overall, caption = _overview(engine, request, stop)
    search = request.search
    if search is None:
        found = _survey(engine, request, on_window, stop)
    else:

        def on_answered(window: AnsweredWindow) -> None:
            if on_window:
                on_window(window.done, window.total)

        places = find_places(engine, search, on_window=on_answered, stop=stop)
        confirmed = look_again(engine, search, places, stop)
        found = _places(confirmed, len(places.places) - len(confirmed.places))
    return WholeAnswer(
        text=f"{found.sentence}. {of_whole(overall, caption)}",
        question=request.question,
        overall=overall,
        caption=caption,
        findings=found.findings,
        total=found.total,
        unconfirmed=found.unconfirmed,
        size=found.size,
        windows=found.windows,
        extent=found.extent,
        crs=found.crs,
        stopped=found.stopped,
        **origin_of(engine),
        acquired=found.acquired,
        warnings=found.warnings,
        seconds=time.perf_counter() - began,
    )


class _Found(NamedTuple):
    """What the windows have shown."""

    sentence: str
    findings: tuple[Finding, ...]
    total: int | None
    unconfirmed: int
    size: float
    windows: WindowCounts
    extent: Extent
    crs: str | None
    stopped: bool
    acquired: tuple[str | None, ...]
    warnings: tuple[str, ...]


def _overview(engine: Engine, request: WholeRequest, stop: Stop | None) -> tuple[str, str]:
    """The answer to the image of the whole, and its caption."""
    whole = request.window(None)
    visual = read_visual(whole, engine.image_size, engine.frame_count, stop)
    caption = Question(Task.CAPTION, clue=request.clue, max_new_tokens=request.max_new_tokens)
    items = [Item(visual, question, stop=stop) for question in (whole.question, caption)]
    answers = [answer.text for answer in engine.answers(items, batch_size=2, stop=stop)]
    overall, described = (*answers, "", "")[:2]
    return overall, described


def _places(places: Places, unconfirmed: int) -> _Found:
    """The result of a search.

    Args:
        places: Those that a second look has left.
        unconfirmed: How many it has not.
    """
    findings = []
    if places.places:
        highest = max(place.highest for place in places.places)
        outlines = tuple(place.geometry for place in places.places)
        findings.append(Finding(YES, places.squares_found, highest, outlines))
    if places.squares > places.squares_found:
        findings.append(Finding(NO, places.squares - places.squares_found, None, ()))
    sentence = places.text[:1].upper() + places.text[1:]
    if places.places:
        sure = [place.highest for place in places.places]
        outlines = tuple(place.geometry for place in places.places)
        sentence += f", seen at {seen_at(outlines, places.crs, sure)}"
    if unconfirmed:
        sentence += (
            f"; a second look did not confirm {unconfirmed:,} place{'s' * (unconfirmed > 1)}"
        )
    return _Found(
        sentence=sentence,
        findings=tuple(findings),
        total=None,
        unconfirmed=unconfirmed,
        size=places.size,
        windows=places.windows,
        extent=places.extent,
        crs=places.crs,
        stopped=places.stopped,
        acquired=places.acquired,
        warnings=places.warnings,
    )


def _survey(
    engine: Engine,
    request: WholeRequest,
    on_window: Callable[[int, int], None] | None,
    stop: Stop | None,
) -> _Found:
    """The merged answers of a survey."""
    asking = Asking(engine, request, stop)
    seen = survey(asking, on_window)
    asking.check_answered()
    findings = _merged(seen)
    total = _total(seen) if _HOW_MANY.match(request.question) else None
    unit = "m" if asking.ground.in_metres else "units"
    windows = f"{len(seen):,} windows of {asking.windows.size:,.0f} {unit}"
    return _Found(
        sentence=survey_sentence(findings, total, windows, asking.ground.crs),
        findings=findings,
        total=total,
        unconfirmed=0,
        size=asking.windows.size,
        windows=asking.counts,
        extent=asking.ground.extent,
        crs=asking.ground.crs,
        stopped=asking.stopped,
        acquired=asking.acquired,
        warnings=asking.warnings,
    )


def _merged(seen: Sequence[Seen]) -> tuple[Finding, ...]:
    """Windows with equal answers together, the most frequent answer first."""
    groups: dict[str, list[Seen]] = {}
    for each in seen:
        groups.setdefault(key(each.answer), []).append(each)
    return tuple(map(_finding, sorted(groups.values(), key=len, reverse=True)))


def _finding(group: list[Seen]) -> Finding:
    best = sorted(group, key=lambda each: -(_confidence(each) or 0.0))
    boxes = [box(*each.box) for each in best]
    joined = list(get_parts(union_all(boxes)))
    in_order = sorted(joined, key=lambda place: _first_within(place, boxes))
    return Finding(best[0].answer.text, len(group), _confidence(best[0]), tuple(in_order))


def _first_within(place: BaseGeometry, boxes: Sequence[BaseGeometry]) -> int:
    return next(number for number, each in enumerate(boxes) if place.intersects(each.centroid))


def _confidence(seen: Seen) -> float | None:
    return seen.answer.options[0].probability if seen.answer.options else None


def _total(seen: Sequence[Seen]) -> int | None:
    """The sum of answers that are numbers; ``None`` if most are none."""
    numbers = [number for each in seen if (number := _number(key(each.answer))) is not None]
    return sum(numbers) if 2 * len(numbers) > len(seen) else None


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else _NUMBERS.get(text)
