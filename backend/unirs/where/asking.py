"""Windows are asked about: what a search for places and a survey of a whole have in common."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from unirs.answers import Answer
from unirs.engines.engine import Item
from unirs.errors import UniRSError
from unirs.imagery.stopping import Stop
from unirs.tasks import read_visual
from unirs.tiles import Tile
from unirs.where.data import Data
from unirs.where.ground import Ground
from unirs.where.places import WindowCounts
from unirs.where.request import WindowRequest
from unirs.where.windows import Level, Windows, extent_of

if TYPE_CHECKING:
    from unirs.engines.engine import Engine
    from unirs.inputs import VisualInput

_WITHOUT_DATA = {"all_nodata", "no_overlap"}
"""Codes of windows in which there is nothing to see."""


@dataclass(frozen=True)
class Cost:
    """What asking about windows may take.

    Attributes:
        windows: Most windows that are asked about.
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
        windows = f"{self.windows:,} window{'s' * (self.windows != 1)} of {self.size:,.0f} {unit}"
        return f"up to {windows}, which may take {duration_text(self.seconds)}"


@dataclass
class _Counts:
    asked: int = 0
    without_data: int = 0
    unreadable: int = 0


class Asking:
    """The windows of a request, and the answers about them.

    Args:
        engine: Answers.
        request: What is asked, where.
        stop: Called often; once it returns true, no more windows are asked about.

    Attributes:
        ground: The extent.
        windows: All windows, coarse to fine.
        acquired: Dates of the images; empty before the first answer.
        warnings: Sentences about the images; those of one date with the first answer.
        failure: The last window's whose part of a file is corrupt; ``None`` if there was none.

    Raises:
        UniRSError: ``all_nodata`` if there are no data at all; ``too_many_windows`` if memory has
            no room for them; all codes of ``unirs.imagery``.
    """

    def __init__(self, engine: Engine, request: WindowRequest, stop: Stop | None) -> None:
        self._engine, self._request, self._stop = engine, request, stop
        self._began = time.perf_counter()
        self.ground = Ground.of(request)
        windows = Windows.over(self.ground, request, engine.image_size)
        self._data = Data.of(request, self.ground.extent, windows.full, stop)
        if request.budget:
            windows = windows.within(request.budget, self.ground, self._data)
        self.windows = windows
        self._counts = _Counts()
        self.acquired: tuple[str | None, ...] = ()
        self.warnings = self._data.warnings
        self.failure: UniRSError | None = None

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.perf_counter() - self._began

    @property
    def stopped(self) -> bool:
        """Whether it is to end."""
        return bool(self._stop and self._stop())

    @property
    def counts(self) -> WindowCounts:
        """What was asked about so far."""
        return WindowCounts(**asdict(self._counts), full=self.windows.full)

    @property
    def most(self) -> int:
        """Windows that may be asked about."""
        most = self.windows.most(self._data)
        return most if self._request.budget is None else min(most, self._request.budget)

    def cost(self) -> Cost:
        """What it may take, at the speed of a batch from the middle of the extent."""
        most = self.most
        return Cost(most, self.windows.size, self.ground.in_metres, most * self._seconds_each())

    def tiles(self, level: Level) -> list[Tile]:
        """The windows of a level that no level before has, and that may hold data."""
        return level.tiles(self._data)

    def first(self) -> list[Tile]:
        """The windows of the coarsest level; those without data are counted."""
        level = self.windows.levels[0]
        tiles = self.tiles(level)
        self._counts.without_data += len(level.grid) - len(tiles)
        return tiles

    def affordable(self, level: Level, windows: list[Tile]) -> list[Tile]:
        """The first of the windows: half of what is left of the budget, and all of it at last."""
        if self._request.budget is None:
            return windows
        left = self._request.budget - self._counts.asked
        return windows[: left if level is self.windows.levels[-1] else (left + 1) // 2]

    def answers(self, windows: Iterable[Tile]) -> Iterator[tuple[Tile, Answer | None]]:
        """Windows with their answers; ``None`` where there is nothing to see."""
        read: deque[Tile] = deque()
        empty: deque[Tile] = deque()

        def items() -> Iterator[Item]:
            for window in windows:
                visual = self._read(window)
                if self.stopped:
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
                self.acquired = answer.acquired
                self.warnings = self.warnings or answer.warnings
                yield window, answer
            while empty:
                yield empty.popleft(), None
        while empty:
            yield empty.popleft(), None

    def check_answered(self) -> None:
        """Refuse a result of no window.

        Raises:
            UniRSError: ``all_nodata``, ``raster_unreadable``.
        """
        if not self._counts.asked and not self.stopped:
            raise self.failure or UniRSError(
                "all_nodata",
                f"{self._request.paths[0]} has no data in the extent asked for; give another one.",
            )

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
                self.failure = error
            elif error.code != "cancelled":
                raise
        return None

    def _seconds_each(self) -> float:
        """Time of a window: that of a batch from the middle of the extent, after one alone."""
        tiles = self.tiles(self.windows.levels[0])
        middle = tiles[len(tiles) // 2 :][: 1 + self._engine.batch_size]
        for _ in self.answers(middle[:1]):
            pass
        windows = middle[1:] or middle
        began = time.perf_counter()
        for _ in self.answers(windows):
            pass
        seconds = time.perf_counter() - began
        self._counts = _Counts()
        return seconds / max(1, len(windows))


def duration_text(seconds: float) -> str:
    """A duration in the unit that fits."""
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"some {seconds / size:,.0f} {unit}"
    return f"some {seconds:,.0f} seconds"
