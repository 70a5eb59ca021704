"""The flow of a batch: from parts to their answers, in this process or on a cluster."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import chain
from typing import TYPE_CHECKING

from unirs.batch.answering import PARTS_AT_ONCE, PartWorker
from unirs.batch.events import Event, Moved
from unirs.batch.output import PartResult

if TYPE_CHECKING:
    from unirs.batch.cluster import Cluster
    from unirs.batch.plan import Plan
    from unirs.batch.tiling import Part

_MOVED_SECONDS = 1.0
"""Time between two looks at how far a part is."""


def answers(
    plan: Plan, waiting: Iterator[Part], cluster: Cluster | None = None
) -> Generator[PartResult | Event, None, None]:
    """Answered parts, in any order, and what else happens. Nothing is started without parts.

    Args:
        plan: What is asked.
        waiting: Taken from as workers have room.
        cluster: Where the workers are; without one, this process answers.

    Raises:
        UniRSError: What is wrong with the model or the cluster.
    """
    first = next(waiting, None)
    if first is None:
        return
    remaining = chain([first], waiting)
    if cluster is None:
        yield from _answers_here(plan, remaining)
    else:
        from unirs.batch.on_ray import answers_on_ray

        yield from answers_on_ray(plan, remaining, cluster)


def _answers_here(plan: Plan, waiting: Iterable[Part]) -> Generator[PartResult | Event, None, None]:
    worker = PartWorker(plan)
    yield worker.ready()
    given: deque[Future[PartResult]] = deque()
    with ThreadPoolExecutor(PARTS_AT_ONCE, "unirs-batch") as threads:
        try:
            for part in waiting:
                given.append(threads.submit(worker.run, part))
                if len(given) == PARTS_AT_ONCE:
                    yield from _awaited(given.popleft(), worker)
            while given:
                yield from _awaited(given.popleft(), worker)
        finally:
            worker.stop()
    worker.close()


def _awaited(part: Future[PartResult], worker: PartWorker) -> Iterator[PartResult | Event]:
    """How the worker moves on, until the part is answered; then its result."""
    done = worker.tiles_done
    while not part.done():
        wait([part], _MOVED_SECONDS)
        if worker.tiles_done != done:
            done = worker.tiles_done
            yield Moved(done)
    yield part.result()
