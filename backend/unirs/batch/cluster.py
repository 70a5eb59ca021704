"""Where the workers of a batch are."""

from __future__ import annotations

from dataclasses import dataclass

LOCAL = "local"


@dataclass(frozen=True)
class Cluster:
    """A Ray cluster, and what a worker takes of it.

    Attributes:
        address: ``"local"`` starts one on this computer's cores, for this run alone; anything else
            is the address of one that runs, as Ray takes it.
        workers: Models that answer at a time; by default as many as there is room for.
        threads: CPU threads of a worker.
        gpus: GPUs of a worker; a fraction shares one. By default one where the cluster has any.
    """

    address: str = LOCAL
    workers: int | None = None
    threads: int = 1
    gpus: float | None = None
