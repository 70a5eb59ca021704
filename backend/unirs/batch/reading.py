"""Reading the tiles of a part ahead of the engine, in threads."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from unirs.dates import parse_date
from unirs.errors import UniRSError, short_reason
from unirs.inputs import VisualInput

if TYPE_CHECKING:
    from unirs.batch.plan import Plan
    from unirs.batch.tiling import BatchTile
    from unirs.engines.engine import Engine

READERS = 2
"""Threads that read the tiles of a part."""

READING_SECONDS = 120.0
"""Longest wait for the images of a tile: storage that hangs must not end a run."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReadTile:
    """A tile that was read.

    Attributes:
        tile: Which one.
        images: Its images, or the reason why there are none; ``None`` where it has less data than
            the plan wants.
    """

    tile: BatchTile
    images: VisualInput | UniRSError | None


class TileReader:
    """Reads the images of tiles, each once for all questions.

    Args:
        plan: What is read of a raster.
        engine: What the images are read for.
        stop: Ends the reading.
    """

    def __init__(self, plan: Plan, engine: Engine, stop: Callable[[], bool]) -> None:
        self._plan, self._engine, self._stop = plan, engine, stop
        self._hanging: set[tuple[str, ...]] = set()  # files that are not waited for again

    def read(self, tile: BatchTile) -> ReadTile:
        """A tile with its images, or the reason why there are none."""
        try:
            images = self._images(tile)
        except UniRSError as error:
            is_empty = error.code == "all_nodata" and self._plan.tiles.minimum_data > 0
            return ReadTile(tile, None if is_empty else error)
        except Exception as error:
            _log.exception("Reading the tile %s failed:", tile.id)
            return ReadTile(tile, defect(error))
        share = 1 - max(crop.nodata_share for crop in images.crops)
        return ReadTile(tile, images if share >= self._plan.tiles.minimum_data else None)

    def _images(self, tile: BatchTile) -> VisualInput:
        if tile.failure:
            raise UniRSError(tile.failure.code, tile.failure.message)
        if tile.paths in self._hanging:
            raise _hangs(tile)
        return _dated(self._read_in_time(tile), tile)

    def _read_in_time(self, tile: BatchTile) -> VisualInput:
        from unirs.tasks import read_visual

        end = time.monotonic() + READING_SECONDS
        request, *_ = self._plan.requests(tile)
        size, frames = self._engine.image_size, self._engine.frame_count
        try:
            return read_visual(
                request, size, frames, lambda: self._stop() or time.monotonic() > end
            )
        except UniRSError as error:
            if error.code != "cancelled" or self._stop():
                raise
            self._hanging.add(tile.paths)
            raise _hangs(tile) from error


class ReadAhead:
    """Tiles in their order, read before they are needed. Reading begins at once.

    Args:
        tiles: Taken from as there is room.
        read: Reads one; it must not raise.
        ahead: Tiles that are held at a time.
    """

    def __init__(
        self, tiles: Iterator[BatchTile], read: Callable[[BatchTile], ReadTile], ahead: int
    ) -> None:
        self._tiles, self._read, self._ahead = tiles, read, ahead
        self._pool = ThreadPoolExecutor(READERS, "unirs-batch-reader")
        self._held: deque[Future[ReadTile]] = deque()

    def __enter__(self) -> ReadAhead:
        """Begin to read."""
        self._fill()
        return self

    def __exit__(self, *_: object) -> None:
        """Read no further."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def __iter__(self) -> Iterator[ReadTile]:
        """The tiles; each is waited for."""
        while self._held:
            tile = self._held.popleft().result()
            self._fill()
            yield tile

    def _fill(self) -> None:
        while len(self._held) < self._ahead and (tile := next(self._tiles, None)):
            self._held.append(self._pool.submit(self._read, tile))


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
