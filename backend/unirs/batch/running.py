"""A run of a batch: parts are answered, in this process or on a cluster, and written."""

from __future__ import annotations

import os
import platform
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from unirs import __version__
from unirs.batch.events import (
    Ended,
    Event,
    Moved,
    PartDone,
    Planned,
    RunLog,
    Started,
    Stopped,
    WorkerReady,
)
from unirs.batch.flow import answers
from unirs.batch.output import Output, PartFacts, PartResult
from unirs.batch.sources import SOURCES_FILE, read_sources, survey, write_sources
from unirs.batch.tiling import parts
from unirs.errors import UniRSError
from unirs.imagery.storage import reading_from

if TYPE_CHECKING:
    from unirs.batch.cluster import Cluster
    from unirs.batch.plan import Plan

OnEvent = Callable[[Event], None]


@dataclass(frozen=True)
class Summary:
    """What an output holds at the end of a run.

    Attributes:
        tiles: Tiles with rows.
        skipped: Tiles with less data than the plan wants.
        failed: Tiles with a failure, by its code.
        parts: Part files.
        parts_before: Those of them that earlier runs wrote.
        seconds: Of this run.
    """

    tiles: int
    skipped: int
    failed: Mapping[str, int]
    parts: int
    parts_before: int
    seconds: float


def run_batch(
    plan: Plan,
    cluster: Cluster | None = None,
    *,
    retry_failed: bool = False,
    on_event: OnEvent = lambda _: None,
) -> Summary:
    """Answer all tiles of a plan that earlier runs have not answered.

    Whatever ends a run, the same call goes on: a part has all its rows in its file, or no file.

    Args:
        plan: What is asked about which rasters.
        cluster: Where the workers are; without one, this process answers.
        retry_failed: Whether parts with failed tiles are answered again.
        on_event: Called with what happens, in this thread.

    Raises:
        UniRSError: What is wrong with the plan's inputs, its output, the model or the cluster.
    """
    output = Output(plan.output.folder)
    with output.opened(plan), reading_from(plan.storage):
        log = RunLog(output.log)

        def note(event: Event) -> None:
            if not isinstance(event, Moved):
                log.write(event)
            on_event(event)

        try:
            return _answer_all(plan, cluster, output, retry_failed, note)
        except UniRSError as error:
            _note_stop(note, error.code, error.message)
            raise
        except KeyboardInterrupt:
            _note_stop(note, "cancelled", "The user stopped the run.")
            raise


def _answer_all(
    plan: Plan, cluster: Cluster | None, output: Output, retry_failed: bool, note: OnEvent
) -> Summary:
    started = time.monotonic()
    files = output.facts()
    kept = {name: facts for name, facts in files.items() if not (retry_failed and facts.failed)}
    note(_started(plan, cluster, kept))
    sources = _survey(plan, output)
    sizes = [len(part) for part in parts(plan, read_sources(sources))]
    note(Planned(len(sizes), sum(sizes)))
    files = dict(kept)
    digests = {facts.digest for facts in kept.values() if facts.digest}
    waiting = (part for part in parts(plan, read_sources(sources)) if part.name not in kept)
    with closing(answers(plan, waiting, cluster)) as happenings:
        for happening in happenings:
            if isinstance(happening, PartResult):
                output.commit(happening)
                files[happening.facts.part] = happening.facts
                note(_done(happening.facts))
                continue
            note(happening)
            if isinstance(happening, WorkerReady):
                _check_weights(happening, digests)
    seconds = time.monotonic() - started
    note(Ended(seconds=round(seconds, 3)))
    return _summary(files, len(kept), seconds)


def _survey(plan: Plan, output: Output) -> Path:
    """The file with what was found on the first run: parts stay the same when files come or go."""
    path = output.folder / SOURCES_FILE
    if not path.exists():
        write_sources(path, survey(plan))
    return path


def _check_weights(ready: WorkerReady, digests: set[str]) -> None:
    """Refuse a worker whose model is not the one that has answered other parts.

    Args:
        ready: The worker.
        digests: Of the weights so far; that of the worker is added.
    """
    if ready.digest is None:
        return
    digests.add(ready.digest)
    if len(digests) > 1:
        raise UniRSError(
            "model_differs",
            f"The model {ready.model} of {ready.worker} has other weights than the one that "
            "answered the tiles before; give all computers the same, or choose another output "
            "folder.",
        )


def _started(plan: Plan, cluster: Cluster | None, kept: Mapping[str, PartFacts]) -> Started:
    return Started(
        host=platform.node(),
        pid=os.getpid(),
        version=__version__,
        settings=plan.settings_digest,
        ray=cluster.address if cluster else None,
        parts_before=len(kept),
        tiles_before=sum(facts.tiles + facts.skipped for facts in kept.values()),
        failed_before=_failed(kept.values()),
    )


def _done(facts: PartFacts) -> PartDone:
    return PartDone(facts.part, facts.tiles, facts.skipped, facts.failed, facts.seconds)


def _summary(files: Mapping[str, PartFacts], parts_before: int, seconds: float) -> Summary:
    return Summary(
        tiles=sum(facts.tiles for facts in files.values()),
        skipped=sum(facts.skipped for facts in files.values()),
        failed=_failed(files.values()),
        parts=len(files),
        parts_before=parts_before,
        seconds=seconds,
    )


def _failed(files: Iterable[PartFacts]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for facts in files:
        total.update(facts.failed)
    return dict(total)


def _note_stop(note: OnEvent, code: str, reason: str) -> None:
    """Log how a run stopped, if the log can still be written."""
    with suppress(UniRSError):
        note(Stopped(code, reason))
