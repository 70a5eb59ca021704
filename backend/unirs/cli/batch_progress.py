"""The display of a batch: tiles a second, the time left, failures by kind."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unirs.batch.events import Event
    from unirs.cli.screen import Bars

_KINDS = 3
"""Kinds of failures that are named, the most frequent ones."""


class BatchProgress:
    """A bar that counts tiles; pass ``show`` as ``on_event`` of a run."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._before = self._total = 0
        self._in_parts = self._moved = 0  # tiles of this run
        self._failed: Counter[str] = Counter()
        self._since: float | None = None

    def show(self, event: Event) -> None:
        """Show what has happened in a run."""
        from unirs.batch.events import Moved, PartDone, Planned, Started, WorkerLost, WorkerReady

        if isinstance(event, Started):
            self._before, self._failed = event.tiles_before, Counter(event.failed_before)
            self._bars.begin("Finding the rasters")
        elif isinstance(event, Planned):
            self._total = event.tiles
            self._bars.begin("Answering tiles")
            self._update()
        elif isinstance(event, WorkerReady):
            self._since = self._since or time.monotonic()
            where = f"{event.model} on {event.device}, {event.precision}".rstrip(", ")
            self._bars.note(f"{event.worker}: {where}, ready after {event.seconds:.1f} s")
        elif isinstance(event, WorkerLost):
            self._bars.note(f"A worker was lost ({event.worker or 'not ready'}): {event.reason}")
        elif isinstance(event, PartDone):
            self._in_parts += event.tiles + event.skipped
            self._failed.update(event.failed)
            self._update()
        elif isinstance(event, Moved):
            self._moved = event.tiles
            self._update()

    @property
    def _done(self) -> int:
        """Tiles of this run."""
        return max(self._in_parts, self._moved)

    def _update(self) -> None:
        done = self._before + self._done
        self._bars.update(done, self._total, ", ".join(filter(None, self._notes())))

    def _notes(self) -> list[str]:
        kinds = [f"{count} {code}" for code, count in self._failed.most_common(_KINDS)]
        failed = f"{self._failed.total()} failed ({', '.join(kinds)})" if kinds else ""
        return [self._speed(), failed]

    def _speed(self) -> str:
        """Tiles a second since the first worker was ready."""
        if self._since is None or not self._done:
            return ""
        speed = self._done / (time.monotonic() - self._since)
        return f"{speed:.1f} tiles/s" if speed >= 1 else f"{60 * speed:.1f} tiles/min"
