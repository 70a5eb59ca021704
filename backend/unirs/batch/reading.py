"""Reading the tiles of a part ahead of the engine, in threads."""

from __future__ import annotations

import concurrent.futures
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING

from unirs.dates import parse_date
from unirs.errors import UniRSError, short_reason
from unirs.guard.visuals import compared
from unirs.inputs import VisualInput

if TYPE_CHECKING:
    from unirs.batch.plan import Plan
    from unirs.batch.tiling import BatchTile
    from unirs.engines.engine import Engine

READERS = 2
"""Threads that read the tiles of a worker."""

READING_SECONDS = 120.0
"""Longest wait for the images of a tile: storage that hangs must not end a run."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReadTile:
    """A tile that was read.

    Attributes:
        tile: Which one.
        images: Its images, or the reason why there are none; ``None`` where it has no data, or
            less than the plan wants.
    """

    tile: BatchTile
    images: VisualInput | UniRSError | None


class Readers:
    """Threads that read, for as long as a worker lives: GDAL and PROJ set each thread up anew.

    They are daemons: one that hangs must not keep the process from its end.
    """

    def __init__(self) -> None:
        self._work: SimpleQueue[tuple[Future[ReadTile], Callable[[], ReadTile]] | None]
        self._work = SimpleQueue()
        for _ in range(READERS):
            self.add()

    def add(self) -> None:
        """Start another thread, in place of one that hangs."""
        threading.Thread(target=self._read, name="unirs-batch-reader", daemon=True).start()

    def submit(self, work: Callable[[], ReadTile]) -> Future[ReadTile]:
        """Have something read when a thread is free, first come, first served."""
        future: Future[ReadTile] = Future()
        self._work.put((future, work))
        return future

    def close(self) -> None:
        """End the threads after what they were given."""
        for _ in range(READERS):
            self._work.put(None)

    def _read(self) -> None:
        while given := self._work.get():
            future, work = given
            if future.set_running_or_notify_cancel():
                future.set_result(work())


class ReadAhead:
    """The tiles of a part in their order, read before they are needed. Reading begins at once.

    Args:
        tiles: Taken from as there is room.
        plan: What is read of a raster.
        engine: What the images are read for.
        readers: What reads.
        ahead: Tiles that are held at a time.
    """

    def __init__(
        self, tiles: Iterator[BatchTile], plan: Plan, engine: Engine, readers: Readers, ahead: int
    ) -> None:
        self._tiles, self._plan, self._engine = tiles, plan, engine
        self._readers, self._ahead = readers, ahead
        self._held: deque[tuple[BatchTile, Future[ReadTile]]] = deque()
        self._hanging: set[tuple[str, ...]] = set()  # files that are not waited for again

    def __enter__(self) -> ReadAhead:
        """Begin to read."""
        self._fill()
        return self

    def __exit__(self, *_: object) -> None:
        """Read no further."""
        for held in self._held:
            held[1].cancel()

    def __iter__(self) -> Iterator[ReadTile]:
        """The tiles; each is waited for."""
        while self._held:
            tile, future = self._held.popleft()
            read = self._awaited(tile, future)
            self._fill()
            yield read

    def _fill(self) -> None:
        while len(self._held) < self._ahead and (tile := next(self._tiles, None)):
            self._held.append((tile, self._readers.submit(partial(self._read, tile))))

    def _awaited(self, tile: BatchTile, future: Future[ReadTile]) -> ReadTile:
        try:
            return future.result(0 if tile.paths in self._hanging else READING_SECONDS)
        except concurrent.futures.TimeoutError:
            self._hanging.add(tile.paths)
            if not future.cancel():
                self._readers.add()
            return ReadTile(tile, _hangs(tile))

    def _read(self, tile: BatchTile) -> ReadTile:
        """A tile with its images, or the reason why there are none; it never raises."""
        try:
            images = self._images(tile)
        except UniRSError as error:
            return ReadTile(tile, None if error.code == "all_nodata" else error)
        except Exception as error:
            _log.exception("Reading the tile %s failed:", tile.id)
            return ReadTile(tile, defect(error))
        share = 1 - max(crop.nodata_share for crop in images.crops)
        return ReadTile(tile, images if share >= self._plan.tiles.minimum_data else None)

    def _images(self, tile: BatchTile) -> VisualInput:
        from unirs.tasks import read_visual

        if tile.failure:
            raise UniRSError(tile.failure.code, tile.failure.message)
        if tile.paths in self._hanging:
            raise _hangs(tile)
        request, *_ = self._plan.requests(tile)
        images = read_visual(request, self._engine.image_size, self._engine.frame_count)
        return compared(_dated(images, tile))


def defect(error: Exception) -> UniRSError:
    """An error that no user can have caused, for the row of the tile at which it came."""
    return UniRSError(
        "internal_error",
        f"A defect of UniRS or of one of its libraries: {type(error).__name__}: "
        f"{short_reason(error)}.",
    )


def _dated(images: VisualInput, tile: BatchTile) -> VisualInput:
    """The images; those whose files have no date get that of the tile."""
    if all(crop.date for crop in images.crops) or len(images.crops) != len(tile.dates):
        return images
    dates = [parse_date(date) if date else None for date in tile.dates]
    crops = [
        replace(crop, date=crop.date or date)
        for crop, date in zip(images.crops, dates, strict=True)
    ]
    return replace(images, crops=tuple(crops))


def _hangs(tile: BatchTile) -> UniRSError:
    return UniRSError(
        "reading_timeout",
        f"{', '.join(tile.paths):.500} was not read within {READING_SECONDS:.0f} seconds; "
        "check the storage, and run the batch again with --retry-failed.",
    )
