"""The flow of a batch on Ray: a pool of actors with one engine each, given parts as they have room.

Ray's own pool (``ray.util.ActorPool``) waits for an actor that died, and Ray Data plans all of its
input ahead. Here a part whose worker is lost goes to another one (in halves, if it loses that one
too), a worker that is lost is started again wherever there is room, and no more parts are laid than
are being answered.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from unirs import __version__
from unirs.batch.answering import PARTS_AT_ONCE, PartWorker
from unirs.batch.cluster import LOCAL, Cluster
from unirs.batch.events import Event, WorkerLost, WorkerReady
from unirs.batch.output import PartResult
from unirs.batch.pieces import Piece, Pieces
from unirs.errors import UniRSError, short_reason

if TYPE_CHECKING:
    from unirs.batch.plan import Plan
    from unirs.batch.tiling import Part

MOST_LOST_IN_A_ROW = 5
"""So many workers may be lost one after the other before one is ready."""

_OBJECT_STORE_BYTES = 200_000_000
_WAIT_SECONDS = 1.0
_RAY_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is sent anywhere
    "RAY_NUM_REDIS_GET_RETRIES": "1",  # of 40 seconds each, for a cluster that is not there
}


class RayWorker:
    """An actor. What it raises names its computer."""

    def open(self, plan: str, version: str, threads: int) -> WorkerReady:
        """Open the engine.

        Args:
            plan: As JSON.
            version: Of UniRS where the run is driven.
            threads: CPU threads.

        Raises:
            UniRSError: ``version_differs``, and what is wrong with the model on this computer.
        """
        from unirs.batch.plan import Plan
        from unirs.imagery.storage import reading_from

        if version != __version__:
            raise UniRSError(
                "version_differs",
                f"{platform.node()} has UniRS {__version__}, and this computer {version}; "
                "install one version on all computers of the cluster.",
            )
        opened = Plan.model_validate_json(plan)
        self._storage = reading_from(opened.storage)
        self._storage.__enter__()  # as long as the actor lives
        try:
            self._worker = PartWorker(opened, threads)
        except UniRSError as error:
            raise UniRSError(
                error.code, f"On {platform.node()}: {error.message}", **error.details
            ) from error
        return self._worker.ready()

    def run(self, piece: Piece) -> PartResult:
        """See ``PartWorker.run``."""
        return self._worker.run(piece)


def answers_on_ray(
    plan: Plan, waiting: Iterator[Part], cluster: Cluster
) -> Iterator[PartResult | Event]:
    """Answered parts, in any order, and what happens to the workers.

    Args:
        plan: What is asked.
        waiting: Taken from as workers have room.
        cluster: Where the workers are.

    Raises:
        UniRSError: ``cluster_unreachable``, ``cluster_too_small``, ``workers_lost``, and what
            workers raise.
    """
    with _connected(cluster) as resources:
        pool = _Pool(plan, waiting, cluster, resources)
        try:
            yield from pool.answers()
        finally:
            pool.close()


@contextmanager
def _connected(cluster: Cluster) -> Iterator[dict[str, float]]:
    """What a cluster offers, while this process is connected to it."""
    settings = dict(_RAY_SETTINGS)
    if cluster.address == LOCAL:  # Ray listens on all networks; nobody else has this token
        settings |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token_hex(32)}
    for name, value in settings.items():
        os.environ.setdefault(name, value)
    try:
        import ray
    except ImportError as error:
        raise UniRSError(
            "extra_missing", "Ray is not installed; install it with: pip install unirs[cluster]."
        ) from error
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    if cluster.address == LOCAL:
        options |= {"include_dashboard": False, "object_store_memory": _OBJECT_STORE_BYTES}
    try:
        ray.init(address=cluster.address, **options)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise UniRSError(
            "cluster_unreachable",
            f"No Ray cluster can be joined at {cluster.address} ({short_reason(error)}); check "
            "the address, and that Ray and Python are of one version on all computers.",
        ) from error
    try:
        yield ray.cluster_resources()
    finally:
        ray.shutdown()


@dataclass(eq=False)
class _Worker:
    """An actor of the pool.

    Attributes:
        actor: Ray's handle.
        name: Computer and process; empty until it is ready.
        given: What it is answering.
    """

    actor: Any
    name: str = ""
    given: list[Piece] = field(default_factory=list)

    @property
    def has_room(self) -> bool:
        """Whether another piece can be given to it; none beside one that has lost a worker."""
        alone = any(piece.losses for piece in self.given)
        return bool(self.name) and not alone and len(self.given) < PARTS_AT_ONCE


@dataclass(frozen=True)
class _Call:
    """A call of a worker that has not returned: ``run`` of a piece, or ``open`` without one."""

    worker: _Worker
    piece: Piece | None = None


class _Pool:
    """The workers, and the parts that are with them.

    Args:
        plan: What is asked.
        waiting: Parts that no worker has been given.
        cluster: What a worker takes of the cluster.
        resources: What the cluster offers.
    """

    def __init__(
        self, plan: Plan, waiting: Iterator[Part], cluster: Cluster, resources: dict[str, float]
    ) -> None:
        import ray

        self._ray = ray
        self._pieces, self._cluster = Pieces(plan, waiting), cluster
        wants_gpu = plan.ask.device != "cpu" and "GPU" in resources
        self._gpus = cluster.gpus if cluster.gpus is not None else float(wants_gpu)
        self._size = cluster.workers or self._room(resources)
        self._plan_text = plan.model_dump_json()
        self._calls: dict[Any, _Call] = {}
        self._workers: list[_Worker] = []
        self._lost_in_a_row = 0  # without one that became ready

    def answers(self) -> Iterator[PartResult | Event]:
        """See ``answers_on_ray``."""
        for _ in range(self._size):
            self._start()
        while self._give():
            done, _ = self._ray.wait(list(self._calls), timeout=_WAIT_SECONDS)
            for reference in done:
                if reference in self._calls:  # it may have gone with its worker
                    yield from self._take(reference)

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers:
            self._ray.kill(worker.actor)

    def _room(self, resources: dict[str, float]) -> int:
        """How many workers the cluster has room for."""
        room = int(resources.get("CPU", 0) // self._cluster.threads)
        if self._gpus:
            room = min(room, int(resources.get("GPU", 0) / self._gpus))
        if room < 1:
            raise UniRSError(
                "cluster_too_small",
                f"The cluster has no room for a worker with {self._cluster.threads} CPU(s) and "
                f"{self._gpus:g} GPU(s); ask for less, or wait for its nodes.",
            )
        return room

    def _start(self) -> None:
        threads = self._cluster.threads
        actor = (
            self._ray.remote(RayWorker)
            .options(
                num_cpus=threads,
                num_gpus=self._gpus,
                max_restarts=0,
                max_concurrency=PARTS_AT_ONCE,
            )
            .remote()
        )
        worker = _Worker(actor)
        self._workers.append(worker)
        self._calls[actor.open.remote(self._plan_text, __version__, threads)] = _Call(worker)

    def _give(self) -> bool:
        """Give pieces to all who have room; whether there is something to wait for."""
        for worker in sorted(self._workers, key=lambda worker: len(worker.given)):
            while worker.has_room:
                piece = self._pieces.next(alone=not worker.given)
                if piece is None:
                    break
                worker.given.append(piece)
                self._calls[worker.actor.run.remote(piece)] = _Call(worker, piece)
        return self._pieces.left or any(call.piece for call in self._calls.values())

    def _take(self, reference: Any) -> Iterator[PartResult | Event]:
        """What has come of a call."""
        call = self._calls.pop(reference)
        try:
            value = self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            raise _cause(error) from error
        except self._ray.exceptions.RayError as error:  # the worker, its computer, or the way there
            yield from self._lose(call, short_reason(error))
            return
        if call.piece is None:
            call.worker.name = value.worker
            self._lost_in_a_row = 0
            yield value
            return
        call.worker.given.remove(call.piece)
        whole = self._pieces.answered(call.piece, value)
        if whole:
            yield whole

    def _lose(self, call: _Call, reason: str) -> Iterator[PartResult | Event]:
        """Have others answer what a lost worker was given, and start another worker."""
        worker = call.worker
        self._workers.remove(worker)
        self._ray.kill(worker.actor)  # it may live on beyond a network that is down
        self._calls = {r: each for r, each in self._calls.items() if each.worker is not worker}
        yield WorkerLost(worker.name, reason, tuple(piece.name for piece in worker.given))
        if not worker.name:
            self._lost_in_a_row += 1
        if self._lost_in_a_row == MOST_LOST_IN_A_ROW:
            raise UniRSError(
                "workers_lost",
                f"{MOST_LOST_IN_A_ROW} workers ended one after the other before they were ready; "
                f"the last one for this reason: {reason}.",
            )
        self._start()
        for piece in worker.given:
            whole = self._pieces.lost(piece, reason)
            if whole:
                yield whole


def _cause(error: Any) -> Exception:
    """What a worker raised."""
    cause = error.cause
    return cause if isinstance(cause, UniRSError) else error
