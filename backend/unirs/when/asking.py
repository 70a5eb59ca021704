"""The dates of a series are asked about, and their answers put together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from unirs.answers import UNSURE_BELOW, Answer
from unirs.engines.engine import Item, origin_of
from unirs.errors import UniRSError
from unirs.guard.pair import data_of
from unirs.imagery.stopping import Stop
from unirs.inputs import InputKind, Question, Task
from unirs.sentences import sentence
from unirs.when.files import write_timeline
from unirs.when.ground import lasting_changes
from unirs.when.question import ANY_CHANGE, Statement
from unirs.when.request import WhenRequest
from unirs.when.series import Series
from unirs.when.smoothing import Evidence, smooth
from unirs.when.timeline import DateScore, Timeline, Turn
from unirs.where.question import NO, YES, probability_of_yes

if TYPE_CHECKING:
    from unirs.engines.engine import Engine

TOGETHER = 4
"""Questions that are answered side by side: a stop loses no more than these."""

OnAnswer = Callable[[int, int], None]
"""Called at first and with each answer: how many there are, and how many there will be."""


class _Asked(NamedTuple):
    """A question about a date, by its place among the dates that are seen.

    Attributes:
        before: The earlier date of a pair; ``None`` for one about a single date.
        after: The date.
        between: Whether it is about neighbours, else about the date itself.
    """

    before: int | None
    after: int
    between: bool


def find_when(
    engine: Engine,
    request: WhenRequest,
    *,
    on_answer: OnAnswer | None = None,
    stop: Stop | None = None,
) -> Timeline:
    """Find when a question has the answer yes, and write the table of the request.

    Args:
        engine: Answers; where it gives no probabilities, yes is 1 and no is 0.
        request: What to find.
        on_answer: Called with each answer.
        stop: Called often. Once it returns true, the dates so far are the result, ``stopped``.

    Raises:
        UniRSError: ``all_nodata`` if less than two dates have anything to see; ``input_kind`` if
            the engine reads no pairs and the question is about a change; ``output_unwritable``;
            all codes of ``unirs.imagery`` and of the engine.
    """
    began = time.perf_counter()
    asked = request.asked
    can_pair = InputKind.PAIR in engine.capabilities.inputs
    if asked.of_change and not can_pair:
        raise UniRSError(
            "input_kind",
            f"{engine.name} reads no pairs of dates, so that it cannot be asked what has happened; "
            "ask what is there at a date, or choose another model.",
        )
    series = Series.read(request, engine.image_size, stop)
    wanted = list(_wanted(len(series.seen), asked.of_change, can_pair))
    answers = _ask(engine, series, request, wanted, on_answer, stop)
    stopped = len(answers) < len(wanted)
    scores = {each: probability_of_yes(answer) for each, answer in answers.items()}
    if not scores:
        raise UniRSError("stopped", "Stopped before there was an answer.")
    facts = summary_facts(engine, series, began, len(scores), stopped)
    timeline = _timeline(series, asked, scores, _ground(engine, series, scores), facts)
    return write_timeline(_with_doubt(timeline), request.table)


def summary_facts(
    engine: Engine, series: Series, began: float, questions: int, stopped: bool
) -> dict[str, Any]:
    """The fields of a result that all results about a series have; see ``SeriesSummary``.

    Args:
        engine: What answered.
        series: About what.
        began: ``time.perf_counter()`` at the beginning.
        questions: How many questions were answered.
        stopped: Whether there would have been more.
    """
    return origin_of(engine) | {
        "extent": series.extent,
        "crs": series.crs,
        "questions": questions,
        "seconds": time.perf_counter() - began,
        "stopped": stopped,
        "warnings": series.warnings(),
    }


def answered(
    engine: Engine, items: Sequence[Item], on_answer: OnAnswer | None, stop: Stop | None, views: int
) -> Iterator[Answer]:
    """The answers of items in order, until a stop."""
    if on_answer:
        on_answer(0, len(items))
    batch_size = max(1, min(engine.batch_size, TOGETHER) // views)
    for done, answer in enumerate(engine.answers(items, batch_size=batch_size, stop=stop), start=1):
        if answer.stopped:
            return
        if on_answer:
            on_answer(done, len(items))
        yield answer


def _wanted(dates: int, of_change: bool, can_pair: bool) -> Iterator[_Asked]:
    """What is asked, in order of time, so that a stop leaves the earlier dates complete.

    What has happened is asked about the first date beside itself as well: that score is the one of
    no change, with which the others are compared.
    """
    for date in range(dates):
        yield _Asked(0 if of_change else None, date, between=False)
        if can_pair and date > 0:
            yield _Asked(date - 1, date, between=True)


def _ask(
    engine: Engine,
    series: Series,
    request: WhenRequest,
    wanted: Sequence[_Asked],
    on_answer: OnAnswer | None,
    stop: Stop | None,
) -> dict[_Asked, Answer]:
    items = [_item(series, request, each, stop) for each in wanted]
    return dict(zip(wanted, answered(engine, items, on_answer, stop, request.views), strict=False))


def _item(series: Series, request: WhenRequest, each: _Asked, stop: Stop | None) -> Item:
    text = ANY_CHANGE if each.between else request.asked.text
    question = Question(Task.ASK, text, options=(YES, NO), clue=request.clue, views=request.views)
    after = series.seen[each.after]
    visual = (
        series.at(after) if each.before is None else series.pair(series.seen[each.before], after)
    )
    return Item(visual, question, stop=stop)


def _ground(engine: Engine, series: Series, scores: Iterable[_Asked]) -> list[float] | None:
    """How far the ground of the dates that were asked about has changed for good."""
    crops = [series.crop(index) for index in series.seen[: max(each.after for each in scores) + 1]]
    features = [each for each in map(engine.patch_features, crops) if each is not None]
    if len(features) < len(crops):
        return None
    return lasting_changes(features, np.all([data_of(crop) for crop in crops], axis=0))


def _timeline(
    series: Series,
    asked: Statement,
    scores: dict[_Asked, float],
    ground: list[float] | None,
    facts: dict[str, Any],
) -> Timeline:
    """The result; after a stop, of the dates up to the last answer."""
    last = max(each.after for each in scores)
    at = {each.after: value for each, value in scores.items() if not each.between}
    between = {each.after: value for each, value in scores.items() if each.between}
    smoothed = smooth(
        Evidence(
            [at.get(date) for date in range(last + 1)],
            [between.get(date) for date in range(1, last + 1)],
            starts_false=asked.of_change,
            ground=ground,
        )
    )
    rows = [
        DateScore(
            name=series.name(index),
            date=date.date.isoformat() if date.date else None,
            source=date.source,
            asked=None,
            between=None,
            ground=None,
            probability=None,
        )
        for index, date in enumerate(series.dates)
    ]
    for place, index in enumerate(series.seen[: last + 1]):
        rows[index] = replace(
            rows[index],
            asked=at.get(place),
            between=between.get(place),
            ground=ground[place - 1] if ground and place > 0 else None,
            probability=smoothed.at[place],
        )
    first = max(range(last + 2), key=lambda place: smoothed.first[place])
    return Timeline(
        **facts,
        question=asked.text,
        of_change=asked.of_change,
        by_template=asked.by_template,
        rows=tuple(rows),
        first=series.seen[first] if first <= last else None,
        probability=smoothed.first[first],
        turns=tuple(_turns(series, smoothed.at, smoothed.first, first)),
    )


def _with_doubt(timeline: Timeline) -> Timeline:
    """The timeline with a warning, where dates were only compared with each other."""
    highest = max(row.asked for row in timeline.rows if row.asked is not None)
    if timeline.first is None or highest >= 0.5:
        return timeline
    doubt = sentence("relative", highest=f"{highest:.0%}")
    return replace(timeline, warnings=(*timeline.warnings, doubt))


def _turns(
    series: Series, at: Sequence[float], first: Sequence[float], turned: int
) -> Iterator[Turn]:
    """The first turn to true, then each date at which the other state is surely more probable."""
    state = turned == 0
    for place in range(1, len(at)):
        is_sure = max(at[place], 1 - at[place]) >= UNSURE_BELOW
        now = place == turned or (at[place] >= 0.5 if is_sure and place > turned else state)
        if now == state:
            continue
        state = now
        probability = first[place] if place == turned else at[place] if now else 1 - at[place]
        yield Turn(series.seen[place - 1], series.seen[place], now, probability)
