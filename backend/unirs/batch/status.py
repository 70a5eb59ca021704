"""How far a batch is: tiles planned, answered and failed, its speed, and who runs it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unirs.batch.contents import Contents, read_contents
from unirs.files import LOCK_FILE

RATE_SECONDS = 600.0
"""The speed is measured over the last part of the run that took so long."""


@dataclass(frozen=True)
class Status:
    """How far a batch is.

    Attributes:
        folder: Its output.
        state: ``"running"``; ``"complete"``; ``"stopped"``, by a person or a failure; or
            ``"interrupted"``: the process ended without a word.
        reason: Why it stopped; empty if unknown.
        tiles_planned: Tiles in all; ``None`` before a run has counted them.
        tiles_done: Tiles in part files, failed ones included.
        tiles_failed: Of these, how many failed.
        tiles_skipped: Tiles that had too little data to ask about.
        failures: Number of failed tiles by the code of the failure.
        parts_planned: Part files in all; ``None`` before a run has counted them.
        parts_done: Part files that are there.
        parts_broken: One sentence about each part file that cannot be read.
        tiles_per_second: Speed of the last run; ``None`` before its first part.
        seconds_left: At that speed; ``None`` unless it is running.
        started: When the last run began, ISO 8601.
        host: The computer that drives it, or drove it last; empty if unknown.
        pid: The process there.
        ray: Address of its Ray cluster; ``None`` if it runs in one process.
    """

    folder: Path
    state: str
    reason: str
    tiles_planned: int | None
    tiles_done: int
    tiles_failed: int
    tiles_skipped: int
    failures: dict[str, int]
    parts_planned: int | None
    parts_done: int
    parts_broken: tuple[str, ...]
    tiles_per_second: float | None
    seconds_left: float | None
    started: str | None
    host: str
    pid: int | None
    ray: str | None


def read_status(folder: Path) -> Status:
    """The state of a batch, from its files alone: it may run on another computer.

    Raises:
        UniRSError: See ``read_contents``.
    """
    contents = read_contents(folder)
    events = _last_run(contents)
    start = events[0] if events else {}
    done = sum(part.facts.tiles for part in contents.parts)
    skipped = sum(part.facts.skipped for part in contents.parts)
    failures: Counter[str] = Counter()
    for part in contents.parts:
        failures.update(part.facts.failed)
    counted = _last(contents, "planned")
    planned = counted.get("tiles")
    rate = _rate(events)
    last = events[-1] if events else {}
    complete = planned is not None and done + skipped >= planned and not contents.broken
    state = _state(is_locked(folder), complete, last.get("event"))
    left = None
    if state == "running" and rate and planned is not None:
        left = max(0, planned - done - skipped) / rate
    return Status(
        folder=folder,
        state=state,
        reason=str(last.get("reason") or ""),
        tiles_planned=planned,
        tiles_done=done,
        tiles_failed=sum(failures.values()),
        tiles_skipped=skipped,
        failures=dict(failures.most_common()),
        parts_planned=counted.get("parts"),
        parts_done=len(contents.parts),
        parts_broken=tuple(error.message for error in contents.broken),
        tiles_per_second=rate,
        seconds_left=left,
        started=start.get("time"),
        host=str(start.get("host") or ""),
        pid=start.get("pid"),
        ray=start.get("ray"),
    )


def is_locked(folder: Path) -> bool:
    """Whether a process holds the lock of an output; the lock file itself may be left over."""
    from filelock import FileLock, Timeout

    path = folder / LOCK_FILE
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # a folder that may only be read
        return False


def _state(locked: bool, complete: bool, last: str | None) -> str:
    if locked:
        return "running"
    if complete:
        return "complete"
    return "stopped" if last == "stopped" else "interrupted"


def _last_run(contents: Contents) -> list[dict[str, Any]]:
    """What the last run has logged, its beginning first."""
    starts = [place for place, each in enumerate(contents.log) if each["event"] == "started"]
    return list(contents.log[starts[-1] :]) if starts else []


def _last(contents: Contents, event: str) -> dict[str, Any]:
    """The last event of a kind, of any run."""
    return next((each for each in reversed(contents.log) if each["event"] == event), {})


def _rate(events: list[dict[str, Any]]) -> float | None:
    """Tiles a second, over the last ``RATE_SECONDS`` of a run."""
    times = [_time(event) for event in events]
    if not times:
        return None
    begin = max(times[0], times[-1] - RATE_SECONDS)
    tiles = sum(
        int(event.get("tiles") or 0)
        for event, time in zip(events, times, strict=True)
        if event["event"] == "part" and time > begin
    )
    return tiles / (times[-1] - begin) if tiles else None


def _time(event: dict[str, Any]) -> float:
    """When an event was logged, in seconds since 1970; 0 if that cannot be read."""
    try:
        return dt.datetime.fromisoformat(str(event["time"]).replace("Z", "+00:00")).timestamp()
    except (KeyError, ValueError):
        return 0.0
