"""The memory that a worker takes at most."""

from __future__ import annotations

import threading
from typing import Any

import psutil

from unirs.samples import AFTER, BEFORE, FLIGHT
from unirs.worker.client import WorkerClient

MEGABYTE = 10**6
SAMPLING_SECONDS = 0.01


def measure_worker_peak(choice: dict[str, str]) -> int:
    """Bytes of resident memory that a worker takes at most for one task of each kind.

    Args:
        choice: Parameters of ``load``: model, device and precision.

    Raises:
        WorkerError: The worker refuses one of the tasks.
        WorkerDied: It does not survive one.
    """
    before, after, video = (str(sample.path) for sample in (BEFORE, AFTER, FLIGHT))
    requests: list[tuple[str, dict[str, Any]]] = [
        ("load", dict(choice)),
        ("caption", {"paths": [after]}),
        ("change", {"paths": [before, after]}),
        ("classify", {"paths": [video]}),
    ]
    with WorkerClient() as client, PeakMemory(client.request("hello")["pid"]) as peak:
        for method, params in requests:
            client.request(method, params)
    return peak.bytes


class PeakMemory:
    """Watches the resident memory of a process from a thread."""

    def __init__(self, pid: int) -> None:
        self.bytes = 0
        self._process = psutil.Process(pid)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(SAMPLING_SECONDS):
            try:
                self.bytes = max(self.bytes, self._process.memory_info().rss)
            except psutil.NoSuchProcess:
                return
