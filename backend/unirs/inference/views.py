"""One request about a pair, put from several sides; the trend that most of them tell is answered.

A change does not depend on which way up the images lie, and backwards in time it is the opposite
change. A model does not quite know that: seen turned, mirrored or backwards, it sometimes says
something else. What most views say is right more often than what one says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from unirs.inference.place_words import Place, turn_places
from unirs.inference.trend import Trend, trend_of
from unirs.inputs import Answer, Crop, InputKind, Question, StageSeconds, VisualInput, Vote

if TYPE_CHECKING:
    from unirs.inference.pipeline import Pipeline


@dataclass(frozen=True)
class View:
    """A way to look at a pair.

    Attributes:
        quarter_turns: Counter-clockwise, 0 to 3, after mirroring.
        mirrored: Whether left and right change places.
        backwards: Whether the later date comes first.
    """

    quarter_turns: int = 0
    mirrored: bool = False
    backwards: bool = False

    def of(self, pair: VisualInput) -> VisualInput:
        """The pair as this view shows it, without its place on the ground."""
        crops = [self._turned(crop) for crop in pair.crops]
        return VisualInput.pair(*(crops[::-1] if self.backwards else crops))

    def place(self, row: int, column: int) -> Place:
        """Where a place of this view lies in the pair itself."""
        for _ in range(self.quarter_turns):
            row, column = column, -row
        return row, -column if self.mirrored else column

    def _turned(self, crop: Crop) -> Crop:
        pixels = crop.pixels[:, ::-1] if self.mirrored else crop.pixels
        turned = np.ascontiguousarray(np.rot90(pixels, self.quarter_turns))
        return Crop(turned, date=crop.date, source=crop.source)


VIEWS = tuple(
    View(turns, mirrored, backwards)
    for mirrored in (False, True)
    for turns in range(4)
    for backwards in (False, True)
)
"""All of them, in the order in which they are asked; the first is the pair as it lies."""

AT_ONCE = 5
"""Views that are asked side by side: a third of those behind the first."""


def answer_from_views(
    pipeline: Pipeline,
    pair: VisualInput,
    question: Question,
    views: int,
    *,
    on_token: Callable[[str], None] | None = None,
    on_stage: Callable[[str], None] | None = None,
    on_view: Callable[[int, int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Answer:
    """Let a change be described from several sides, and answer what most descriptions say.

    The views vote on the trend alone. The words are those of the pair as it lies if it agrees with
    most; else, of the captions that agree, those that are likeliest of the pair as it lies.

    Args:
        pipeline: The model.
        pair: Two dates.
        question: What is asked; to be generated, not chosen from options.
        views: How many of ``VIEWS``.
        on_token: Told the answer's text, once it is found.
        on_stage: Told the stages of the first view.
        on_view: Told up to which view is looked, counted from 2, and how many there are.
        stop: Asked at every token. The answer of the first view comes back as ``stopped``.

    Returns:
        The answer of the first view with the words that were found, the ``vote``, and the seconds
        of all views. After a stop it is the first view's own.

    Raises:
        UniRSError: As ``Pipeline.answer``.
    """
    if pair.kind is not InputKind.PAIR or question.options or not 1 <= views <= len(VIEWS):
        raise ValueError("Only the description of a pair can be asked from 1 to 16 views.")
    first = pipeline.answer(pair, question, on_stage=on_stage, stop=stop)
    told = [_Told(VIEWS[0], first)]
    if not first.stopped:
        told += _ask_others(pipeline, pair, question, VIEWS[1:views], on_view, stop)
    if len(told) < views:
        return replace(first, stopped=True)
    answers = [each.answer for each in told]
    trend = _winner(told)
    texts = _texts(trend, told)
    if len(texts) > 1:
        answers.append(pipeline.answer(pair, replace(question, options=texts), stop=stop))
        texts = (answers[-1].text,)
    if answers[-1].stopped:
        return replace(first, stopped=True)
    if on_token:
        on_token(texts[0])
    vote = Vote(views, sum(each.trend is trend for each in told))
    return replace(
        first,
        text=texts[0],
        changed=trend is not Trend.SAME,
        vote=vote,
        seconds=_sum(answers),
    )


def _ask_others(
    pipeline: Pipeline,
    pair: VisualInput,
    question: Question,
    views: Sequence[View],
    on_view: Callable[[int, int], None] | None,
    stop: Callable[[], bool] | None,
) -> list[_Told]:
    """What all views but the first tell, some of them at a time; nothing after a stop."""
    from unirs.inference.batch import BatchPipeline
    from unirs.inference.decoding import Stopped

    def shown() -> Iterator[tuple[VisualInput, Question]]:
        for number, view in enumerate(views, start=2):
            if on_view:
                on_view(number, len(views) + 1)
            yield view.of(pair), question

    answers = BatchPipeline(pipeline, AT_ONCE, stop=stop).answers(shown())
    try:
        return [_Told(view, answer) for view, answer in zip(views, answers, strict=True)]
    except Stopped:
        return []


@dataclass(frozen=True)
class _Told:
    """What a view told."""

    view: View
    answer: Answer

    @property
    def trend(self) -> Trend:
        """What it says of the pair as it lies."""
        trend = trend_of(self.answer.text, self.answer.changed)
        return trend.reversed if self.view.backwards else trend

    @property
    def text(self) -> str:
        """Its words as words about the pair as it lies; of no use if it saw it backwards."""
        return turn_places(self.answer.text, self.view.place)


def _winner(told: Sequence[_Told]) -> Trend:
    """The commonest trend of those that there are words for; of equally common ones the first."""
    worded = {each.trend for each in told if not each.view.backwards}
    return Counter(each.trend for each in told if each.trend in worded).most_common(1)[0][0]


def _texts(trend: Trend, told: Sequence[_Told]) -> tuple[str, ...]:
    """Ways to say a trend: the first view's if it says so, else those of all that do."""
    texts = [each.text for each in told if each.trend is trend and not each.view.backwards]
    return (texts[0],) if told[0].trend is trend else tuple(dict.fromkeys(texts))


def _sum(answers: Sequence[Answer]) -> StageSeconds:
    """The seconds of all answers; the first word comes with the last."""
    spent = zip(*(astuple(answer.seconds) for answer in answers), strict=True)
    seconds = StageSeconds(*map(sum, spent))
    return replace(seconds, load=answers[0].seconds.load, first_token=seconds.total)
