"""What has changed in a series, from each date to the next, and if nothing has, from end to end."""

from __future__ import annotations

import time
from functools import partial
from itertools import starmap
from typing import TYPE_CHECKING

from unirs.answers import Answer
from unirs.engines.engine import Item
from unirs.engines.verdict import has_changed
from unirs.errors import UniRSError
from unirs.imagery.stopping import Stop
from unirs.inputs import InputKind, Question, Task
from unirs.when.asking import OnAnswer, answered, summary_facts
from unirs.when.files import write_story
from unirs.when.request import StoryRequest
from unirs.when.series import Series
from unirs.when.timeline import Interval, Story

if TYPE_CHECKING:
    from unirs.engines.engine import Engine


def describe_series(
    engine: Engine,
    request: StoryRequest,
    *,
    on_answer: OnAnswer | None = None,
    stop: Stop | None = None,
) -> Story:
    """Describe what has changed from each date to the next, and write the table of the request.

    Args:
        engine: Answers.
        request: The series.
        on_answer: Called with each answer.
        stop: Called often. Once it returns true, the intervals so far are the result, ``stopped``.

    Raises:
        UniRSError: ``input_kind`` if the engine reads no pairs; as ``find_when``.
    """
    began = time.perf_counter()
    if InputKind.PAIR not in engine.capabilities.inputs:
        raise UniRSError(
            "input_kind", f"{engine.name} reads no pairs of dates; choose another model."
        )
    series = Series.read(request, engine.image_size, stop)
    question = Question(
        Task.CHANGE, request.text, clue=request.clue, max_new_tokens=request.max_new_tokens
    )
    pairs = list(zip(series.seen, series.seen[1:], strict=False))
    items = [Item(series.pair(*pair), question, stop=stop) for pair in pairs]
    answers = answered(engine, items, on_answer, stop, 1)
    intervals = tuple(starmap(partial(_interval, series), zip(pairs, answers, strict=False)))
    if not intervals:
        raise UniRSError("stopped", "Stopped before there was an answer.")
    stopped = len(intervals) < len(pairs)
    overall = None
    if not stopped and len(intervals) > 1 and all(each.changed is False for each in intervals):
        ends = series.seen[0], series.seen[-1]
        overall = _interval(series, ends, engine.answer(series.pair(*ends), question, stop=stop))
    asked = len(intervals) + (overall is not None)
    facts = summary_facts(engine, series, began, asked, stopped)
    story = Story(**facts, intervals=intervals, overall=overall)
    return write_story(story, request.table)


def _interval(series: Series, pair: tuple[int, int], answer: Answer) -> Interval:
    before, after = pair
    return Interval(
        after=series.name(before),
        before=series.name(after),
        sources=(series.dates[before].source, series.dates[after].source),
        text=answer.text,
        changed=None if answer.stopped else has_changed(answer.text, answer.changed),
    )
