"""The search: windows are asked about, coarse to fine, until the finest have voted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from unirs.answers import Answer
from unirs.engines.engine import origin_of
from unirs.errors import UniRSError
from unirs.imagery.stopping import Stop
from unirs.inputs import Extent, InputKind
from unirs.tasks import check_inputs
from unirs.tiles import Box, Tile
from unirs.where.asking import Asking, Cost, duration_text
from unirs.where.files import write_files
from unirs.where.kinds import with_kinds
from unirs.where.places import Places
from unirs.where.polygons import find_polygons
from unirs.where.question import probability_of_yes
from unirs.where.request import WhereRequest
from unirs.where.votes import Votes
from unirs.where.windows import Level, extent_of, shape_of_votes

if TYPE_CHECKING:
    from unirs.engines.engine import Engine

SQUARES_ACROSS = 2
"""Squares of the map along a window: the finest windows overlap by a half."""

ENOUGH_DATA = 0.95
"""Share of a window that has data where its yes alone is a place."""

PATCHES_ACROSS = 16
"""The same where the change map of each window places its vote: some metres each."""

NEAR_LOWEST, NEVER_SURE = 1.1, 0.15
"""Ground is left up to this many times the lowest probability, but not from the second on. Both
were chosen on validation images, as the defaults of ``WhereRequest``: docs/evaluation.md."""


class AnsweredWindow(NamedTuple):
    """One window of a search, as soon as it is answered.

    Attributes:
        extent: Its extent, in units of ``crs``.
        crs: CRS of the search, ``None`` without one.
        probability: Of yes, 0 to 1, where it is highest in the window: with a change map, less than
            that of the answer. ``None`` where there was nothing to see.
        level: Number of its size, from 1, the coarsest.
        levels: Number of sizes.
        done: Windows of this size so far.
        total: Windows of this size.
    """

    extent: Extent
    crs: str | None
    probability: float | None
    level: int
    levels: int
    done: int
    total: int


def check_search(request: WhereRequest) -> None:
    """Find out what is wrong with the question and the inputs before a model is loaded.

    Raises:
        UniRSError: ``question_open``, ``raster_missing``, ``raster_unreadable``.
    """
    check_inputs(request.window(None))


def find_places(
    engine: Engine,
    request: WhereRequest,
    *,
    on_window: Callable[[AnsweredWindow], None] | None = None,
    on_place: Callable[[int, int], None] | None = None,
    stop: Stop | None = None,
) -> Places:
    """Find where a question has the answer yes, and write the files of the request.

    Args:
        engine: Answers; where it gives no probabilities, yes is 1 and no is 0.
        request: What to look for.
        on_window: Called with each window as it is answered.
        on_place: Called with the number of places whose kinds of ground were asked about, and of
            all of them.
        stop: Called often. Once it returns true, what was found so far is the result, ``stopped``.

    Raises:
        UniRSError: ``too_many_windows`` with ``windows`` and ``seconds`` in its details;
            ``all_nodata`` if there is nothing to see in any window; ``output_unwritable``; all
            codes of ``unirs.imagery`` and of the engine.
    """
    search = _Search(engine, request, on_window, stop)
    places = search.run()
    if request.from_to and not places.stopped:
        places = search.with_kinds(places, on_place)
    return write_files(places, request)


def cost(engine: Engine, request: WhereRequest, *, stop: Stop | None = None) -> Cost:
    """What a search may take, before it is begun: one batch is asked to measure the speed.

    Raises:
        UniRSError: As ``find_places``.
    """
    return Asking(engine, request, stop).cost()


class _Search:
    """One search; its attributes are what is found so far."""

    def __init__(
        self,
        engine: Engine,
        request: WhereRequest,
        on_window: Callable[[AnsweredWindow], None] | None,
        stop: Stop | None,
    ) -> None:
        self._engine, self._request, self._on_window = engine, request, on_window
        self._asking = Asking(engine, request, stop)
        self._ground, self._windows = self._asking.ground, self._asking.windows
        self._votes = self._new_votes(SQUARES_ACROSS)  # where to look more closely
        self._found, self._squares = self._votes, SQUARES_ACROSS  # where it is yes
        if request.kind is InputKind.PAIR and engine.capabilities.change_maps:
            self._found, self._squares = self._new_votes(PATCHES_ACROSS), PATCHES_ACROSS
        self._lowest = 1.0

    def run(self) -> Places:
        """Ask, level by level; within a level the most probable windows first."""
        self._refuse_too_many()
        for number, level in enumerate(self._windows.levels, start=1):
            if number > 1 and not level.between:
                for votes in {self._votes, self._found}:
                    votes.go_finer()
            self._ask_level(number, level)
            if self._asking.stopped:
                break
        return self._places()

    def with_kinds(self, places: Places, on_place: Callable[[int, int], None] | None) -> Places:
        """The places with the kind of ground that each was and is."""
        asking = self._asking
        found = with_kinds(
            self._engine,
            self._request,
            self._ground,
            places.places,
            on_place=on_place,
            stop=lambda: asking.stopped,
        )
        return replace(places, places=found, stopped=asking.stopped, seconds=asking.seconds)

    def _ask_level(self, number: int, level: Level) -> None:
        windows = self._asking.first() if number == 1 else self._promising(number, level)
        windows = self._asking.affordable(level, windows)
        for done, (window, answer) in enumerate(self._asking.answers(windows), start=1):
            highest = None if answer is None else self._count(window.box, answer, number)
            if self._on_window:
                self._on_window(
                    AnsweredWindow(
                        extent_of(window.box),
                        self._ground.crs,
                        highest,
                        number,
                        len(self._windows.levels),
                        done,
                        len(windows),
                    )
                )

    def _count(self, box: Box, answer: Answer, level: int) -> float:
        """Count the vote of a window; what it gives to its most probable ground."""
        probability = probability_of_yes(answer)
        vote, weight = self._vote(answer, probability)
        self._votes.add(box, vote, weight=weight)
        if level == 1:
            self._lowest = min(self._lowest, probability)
        if self._found is self._votes:
            return vote
        self._found.add(box, vote, answer.change_map, weight)
        return vote if answer.change_map is None else vote * float(answer.change_map.max())

    def _vote(self, answer: Answer, probability: float) -> tuple[float, float]:
        """The vote of a window, and its weight.

        Beside ground without data, models take its edge for a shore: where much of a window is
        without data, it only shows where to look more closely, and counts little beside others.
        """
        data = share_of_data(answer)
        least = 0.9 * self._request.threshold
        return probability if data >= ENOUGH_DATA else min(probability, least), data**4

    def _promising(self, number: int, level: Level) -> list[Tile]:
        """The windows of a level over ground that is not surely no.

        How probable a sure no is depends on the question: it is judged by the least probable of the
        first windows as well. Windows between others are asked about where those leave it open.
        """
        wanted = self._request.leave_below
        near_lowest = NEVER_SURE if level.between else min(NEAR_LOWEST * self._lowest, NEVER_SURE)
        leaves = wanted and self._windows.levels[number - 2].leaves
        least = max(wanted, near_lowest) if leaves else 0.0
        return self._votes.promising(self._asking.tiles(level), least)

    def _new_votes(self, squares_across: int) -> Votes:
        shape = shape_of_votes(self._ground, self._windows.size, squares_across)
        return Votes(self._ground.extent, shape)

    def _refuse_too_many(self) -> None:
        """Refuse more windows than agreed on, with the time that they may take.

        Raises:
            UniRSError: ``too_many_windows``.
        """
        most, agreed = self._asking.most, self._request.max_windows
        if most <= agreed:
            return
        seconds = self._asking.cost().seconds
        raise UniRSError(
            "too_many_windows",
            f"This extent takes up to {most:,} windows of {self._windows.size:,.0f} m, which is "
            f"more than {agreed:,} and may take {duration_text(seconds)} at the speed measured "
            "just now; search a part of it, take larger windows, or agree to that many.",
            windows=most,
            seconds=seconds,
        )

    def _places(self) -> Places:
        """What was found so far.

        Raises:
            UniRSError: ``all_nodata``, ``raster_unreadable`` if no window could be answered.
        """
        asking = self._asking
        asking.check_answered()
        request, engine, ground = self._request, self._engine, self._ground
        probabilities = self._found.probabilities
        known = ~np.isnan(probabilities)
        asked = request.asked
        return Places(
            question=asked.text,
            by_template=asked.by_template,
            places=find_polygons(probabilities, ground, request.threshold),
            squares=int(known.sum()),
            squares_found=int((probabilities[known] >= request.threshold).sum()),
            threshold=request.threshold,
            size=self._windows.size,
            square=self._windows.size / self._squares,
            in_metres=ground.in_metres,
            extent=ground.extent,
            crs=ground.crs,
            windows=asking.counts,
            stopped=asking.stopped,
            **origin_of(engine),
            acquired=asking.acquired,
            warnings=asking.warnings,
            seconds=asking.seconds,
            probabilities=probabilities,
        )


def share_of_data(answer: Answer) -> float:
    """Share of a window's pixels that have data, of two dates in the one with fewer."""
    images = answer.crop if isinstance(answer.crop, tuple) else (answer.crop,)
    return 1 - max((image.nodata_share for image in images), default=0.0)
