"""The search: windows are asked about, coarse to fine, until the finest have voted."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from unirs.answers import Answer
from unirs.engines.engine import Item
from unirs.errors import UniRSError
from unirs.imagery.stopping import Stop
from unirs.inputs import Extent
from unirs.tasks import check_inputs, read_visual
from unirs.tiles import Tile
from unirs.where.data import Data
from unirs.where.files import write_files
from unirs.where.ground import Ground
from unirs.where.places import Places, WindowCounts
from unirs.where.polygons import find_polygons
from unirs.where.question import YES
from unirs.where.request import WhereRequest
from unirs.where.votes import Votes
from unirs.where.windows import Level, Windows, extent_of, shape_of_votes

if TYPE_CHECKING:
    from unirs.engines.engine import Engine
    from unirs.inputs import VisualInput

_WITHOUT_DATA = {"all_nodata", "no_overlap"}
"""Codes of windows in which there is nothing to see."""


class AnsweredWindow(NamedTuple):
    """One window of a search, as soon as it is answered.

    Attributes:
        extent: Its extent, in units of ``crs``.
        crs: CRS of the search, ``None`` without one.
        probability: Of yes, 0 to 1; ``None`` where there was nothing to see.
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


@dataclass(frozen=True)
class Cost:
    """What a search may take.

    Attributes:
        windows: Most windows that it asks about.
        size: Side of the finest ones, in metres or in units of a raster without CRS.
        in_metres: Whether it is in metres.
        seconds: How long that may take.
    """

    windows: int
    size: float
    in_metres: bool
    seconds: float

    @property
    def text(self) -> str:
        """As part of a sentence."""
        unit = "m" if self.in_metres else "units"
        windows = f"{self.windows:,} windows of {self.size:,.0f} {unit}"
        return f"up to {windows}, {duration_text(self.seconds)}"


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
    stop: Stop | None = None,
) -> Places:
    """Find where a question has the answer yes, and write the files of the request.

    Args:
        engine: Answers; where it gives no probabilities, yes is 1 and no is 0.
        request: What to look for.
        on_window: Called with each window as it is answered.
        stop: Called often. Once it returns true, what was found so far is the result, ``stopped``.

    Raises:
        UniRSError: ``too_many_windows`` with ``windows`` and ``seconds`` in its details;
            ``all_nodata`` if there is nothing to see in any window; ``output_unwritable``; all
            codes of ``unirs.imagery`` and of the engine.
    """
    search = _Search(engine, request, on_window, stop)
    return write_files(search.run(), request)


def cost(engine: Engine, request: WhereRequest, *, stop: Stop | None = None) -> Cost:
    """What a search may take, before it is begun: one batch is asked to measure the speed.

    Raises:
        UniRSError: As ``find_places``.
    """
    return _Search(engine, request, None, stop).cost()


@dataclass
class _Counts:
    asked: int = 0
    without_data: int = 0
    unreadable: int = 0


class _Search:
    """One search; its attributes are what is found so far."""

    def __init__(
        self,
        engine: Engine,
        request: WhereRequest,
        on_window: Callable[[AnsweredWindow], None] | None,
        stop: Stop | None,
    ) -> None:
        self._engine, self._request = engine, request
        self._on_window, self._stop = on_window, stop
        self._began = time.perf_counter()
        self._ground = Ground.of(request)
        windows = Windows.over(self._ground, request, engine.image_size)
        self._data = Data.of(request, self._ground.extent, windows.full, stop)
        if request.budget:
            windows = windows.within(request.budget, self._ground, self._data)
        self._windows = windows
        self._votes = Votes(self._ground.extent, shape_of_votes(self._ground, self._windows.size))
        self._counts = _Counts()
        self._acquired: tuple[str | None, ...] = ()
        self._failure: UniRSError | None = None

    def run(self) -> Places:
        """Ask, level by level; within a level the most probable windows first."""
        self._refuse_too_many()
        for number, level in enumerate(self._windows.levels, start=1):
            if number > 1 and not level.between:
                self._votes.go_finer()
            self._ask_level(number, level)
            if self._wants_stop():
                break
        return self._places()

    def _ask_level(self, number: int, level: Level) -> None:
        windows = self._affordable(number, self._promising(number, level))
        for done, (window, probability) in enumerate(self._answers(windows), start=1):
            if probability is not None:
                self._votes.add(window.box, probability)
            if self._on_window:
                self._on_window(
                    AnsweredWindow(
                        extent_of(window.box),
                        self._ground.crs,
                        probability,
                        number,
                        len(self._windows.levels),
                        done,
                        len(windows),
                    )
                )

    def _promising(self, number: int, level: Level) -> list[Tile]:
        """The windows of a level over ground that is not left."""
        tiles = level.tiles(self._data)
        if number == 1:
            self._counts.without_data += len(level.grid) - len(tiles)
            return tiles
        coarser = self._windows.levels[number - 2]
        return self._votes.promising(tiles, self._request.leave_below if coarser.leaves else 0)

    def _affordable(self, number: int, windows: list[Tile]) -> list[Tile]:
        """The first of the windows: half of what is left of the budget, and all of it at last."""
        if self._request.budget is None:
            return windows
        left = self._request.budget - self._counts.asked
        is_last = number == len(self._windows.levels)
        return windows[: left if is_last else (left + 1) // 2]

    def _answers(self, windows: Iterable[Tile]) -> Iterator[tuple[Tile, float | None]]:
        """Windows with their probabilities, as far as there is something to see in them."""
        read: deque[Tile] = deque()
        empty: deque[Tile] = deque()

        def items() -> Iterator[Item]:
            for window in windows:
                visual = self._read(window)
                if self._wants_stop():
                    return
                if visual is None:
                    empty.append(window)
                    continue
                read.append(window)
                question = self._request.window(extent_of(window.box)).question
                yield Item(visual, question, stop=self._stop)

        batch_size = max(1, self._engine.batch_size // self._request.views)
        for answer in self._engine.answers(items(), batch_size=batch_size, stop=self._stop):
            window = read.popleft()
            if not answer.stopped:
                self._counts.asked += 1
                self._acquired = answer.acquired
                yield window, _probability(answer)
            while empty:
                yield empty.popleft(), None
        while empty:
            yield empty.popleft(), None

    def _read(self, window: Tile) -> VisualInput | None:
        """The image of a window; ``None`` where there is nothing to see, or after a stop."""
        request = self._request.window(extent_of(window.box))
        engine = self._engine
        try:
            return read_visual(request, engine.image_size, engine.frame_count, self._stop)
        except UniRSError as error:
            if error.code in _WITHOUT_DATA:
                self._counts.without_data += 1
            elif error.code == "raster_unreadable":
                self._counts.unreadable += 1
                self._failure = error
            elif error.code != "cancelled":
                raise
        return None

    def _refuse_too_many(self) -> None:
        """Refuse more windows than agreed on, with the time that they may take.

        Raises:
            UniRSError: ``too_many_windows``.
        """
        most, agreed = self._most, self._request.max_windows
        if most <= agreed:
            return
        seconds = most * self._seconds_each()
        raise UniRSError(
            "too_many_windows",
            f"This extent takes up to {most:,} windows of {self._windows.size:,.0f} m, which is "
            f"more than {agreed:,} and may take {duration_text(seconds)} at the speed measured "
            "just now; search a part of it, take larger windows, or agree to that many.",
            windows=most,
            seconds=seconds,
        )

    @property
    def _most(self) -> int:
        """Windows that it may ask about."""
        most = self._windows.most(self._data)
        return most if self._request.budget is None else min(most, self._request.budget)

    def cost(self) -> Cost:
        """What it may take, at the speed that is measured now."""
        most = self._most
        seconds = most * self._seconds_each()
        return Cost(most, self._windows.size, self._ground.in_metres, seconds)

    def _seconds_each(self) -> float:
        """Time of a window: that of a batch from the middle of the extent, after one alone."""
        tiles = self._windows.levels[0].tiles(self._data)
        middle = tiles[len(tiles) // 2 :][: 1 + self._engine.batch_size]
        for _ in self._answers(middle[:1]):
            pass
        windows = middle[1:] or middle
        began = time.perf_counter()
        for _ in self._answers(windows):
            pass
        seconds = time.perf_counter() - began
        self._counts = _Counts()
        return seconds / max(1, len(windows))

    def _wants_stop(self) -> bool:
        return bool(self._stop and self._stop())

    def _places(self) -> Places:
        """What was found so far.

        Raises:
            UniRSError: ``all_nodata``, ``raster_unreadable`` if no window could be answered.
        """
        counts, stopped = self._counts, self._wants_stop()
        if not counts.asked and not stopped:
            raise self._failure or UniRSError(
                "all_nodata",
                f"{self._request.paths[0]} has no data in the extent asked for; give another one.",
            )
        request, engine, ground = self._request, self._engine, self._ground
        probabilities = self._votes.probabilities
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
            in_metres=ground.in_metres,
            extent=ground.extent,
            crs=ground.crs,
            windows=WindowCounts(
                counts.asked, counts.without_data, counts.unreadable, self._windows.full
            ),
            stopped=stopped,
            engine=engine.kind,
            model=engine.name,
            digest=engine.digest,
            host=engine.host,
            device=engine.device,
            demonstration=engine.demonstration,
            acquired=self._acquired,
            seconds=time.perf_counter() - self._began,
            probabilities=probabilities,
        )


def _probability(answer: Answer) -> float:
    """Probability of yes; 1 or 0 where the engine chose an option without probabilities."""
    for option in answer.options:
        if option.text == YES and option.probability is not None:
            return option.probability
    return float(answer.text == YES)


def duration_text(seconds: float) -> str:
    """A duration in the unit that fits."""
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"some {seconds / size:,.0f} {unit}"
    return f"some {seconds:,.0f} seconds"
