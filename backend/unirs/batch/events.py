"""What happens in a run of a batch, for its log and its display."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import ClassVar

from unirs.files import write_failure


@dataclass(frozen=True)
class Event:
    """Something that happened; ``event`` is its name in the log."""

    event: ClassVar[str]


@dataclass(frozen=True)
class Started(Event):
    """A run began.

    Attributes:
        host: Name of the computer.
        pid: The process that drives the run.
        version: Of UniRS.
        settings: Digest of the plan's settings.
        ray: Address of the cluster, or ``"local"``; ``None`` where this process answers.
        parts_before: Parts that earlier runs answered.
        tiles_before: Their tiles, those with failures and those skipped included.
        failed_before: Their tiles with a failure, by its code.
    """

    event = "started"
    host: str
    pid: int
    version: str
    settings: str
    ray: str | None
    parts_before: int
    tiles_before: int
    failed_before: Mapping[str, int]


@dataclass(frozen=True)
class Planned(Event):
    """All parts of the plan have been counted, those of earlier runs included."""

    event = "planned"
    parts: int
    tiles: int


@dataclass(frozen=True)
class WorkerReady(Event):
    """A worker has loaded its model.

    Attributes:
        worker: Computer and process.
        model: Name of the model.
        digest: Of its weights.
        device: Where it runs.
        precision: Number type of its weights.
        threads: CPU threads.
        seconds: From its start until it was ready.
    """

    event = "worker"
    worker: str
    model: str
    digest: str | None
    device: str
    precision: str
    threads: int
    seconds: float


@dataclass(frozen=True)
class WorkerLost(Event):
    """A worker ended; what it had is answered by others.

    Attributes:
        worker: Computer and process; empty if it was never ready.
        reason: One sentence of Ray's.
        parts: What is given to others.
    """

    event = "worker lost"
    worker: str
    reason: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class PartDone(Event):
    """A part file was written.

    Attributes:
        part: Its name.
        tiles: Its tiles, without those that were skipped.
        skipped: Tiles with less data than the plan wants.
        failed: Tiles with a failure, by its code.
        seconds: From its first tile to its last answer.
    """

    event = "part"
    part: str
    tiles: int
    skipped: int
    failed: Mapping[str, int]
    seconds: float


@dataclass(frozen=True)
class Moved(Event):
    """Tiles within parts are done; this is shown, and not logged.

    Attributes:
        tiles: That this run is done with.
    """

    event = "moved"
    tiles: int


@dataclass(frozen=True)
class Ended(Event):
    """Every tile of the plan has its rows."""

    event = "ended"
    seconds: float


@dataclass(frozen=True)
class Stopped(Event):
    """The run ended before its last tile; the same command goes on.

    Attributes:
        code: Of the error, or ``"cancelled"``.
        reason: Its sentence.
    """

    event = "stopped"
    code: str
    reason: str


class RunLog:
    """Appends events to a file of JSON lines.

    Args:
        path: Created if it does not exist; earlier runs stay in it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, event: Event) -> None:
        """Append an event, with its time.

        Raises:
            UniRSError: ``output_unwritable``.
        """
        time = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        line = json.dumps({"time": time, "event": event.event, **asdict(event)})
        try:
            with self._path.open("a", encoding="utf-8") as stream:
                stream.write(line + "\n")
        except OSError as error:
            raise write_failure(self._path, error) from error
