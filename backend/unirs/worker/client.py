"""A client that starts a worker when there is none, and waits for its answers.

It waits where a program without an event loop may wait: in tests, in ``unirs bench``, in scripts,
in background threads. What one worker process is told and tells is ``process``.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType

from .process import (
    OnNotification,
    PendingRequest,
    WorkerDied,
    WorkerProcess,
    clean_environment,
)
from .protocol import Message, WorkerError

__all__ = ["PendingRequest", "WorkerClient", "WorkerDied", "WorkerError", "WorkerProcess"]


class WorkerClient:
    """Talks to a worker, and starts one when there is none.

    Args:
        command: Program and arguments; by default this Python's own worker.
        environment: Environment variables; by default those of this process, without the ones
            that are wrong for the worker (see ``clean_environment``).
    """

    def __init__(
        self,
        command: Sequence[str] = (sys.executable, "-m", "unirs.worker"),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._command = command
        self._environment = clean_environment(os.environ if environment is None else environment)
        self._process: WorkerProcess | None = None
        self._lock = threading.Lock()

    @property
    def process(self) -> WorkerProcess:
        """The worker, started if there is none that lives."""
        with self._lock:
            if self._process is None or not self._process.is_alive:
                self._process = WorkerProcess(self._command, self._environment)
            return self._process

    def submit(
        self,
        method: str,
        params: Message | None = None,
        on_notification: OnNotification | None = None,
    ) -> PendingRequest:
        """Send a request and do not wait.

        Args:
            method: One of ``protocol.METHODS``.
            params: Its parameters; see ``docs/worker-protocol.md``.
            on_notification: Told tokens and progress, on the client's reading thread; must not
                raise.
        """
        return self.process.submit(method, params or {}, on_notification)

    def request(
        self,
        method: str,
        params: Message | None = None,
        on_notification: OnNotification | None = None,
        timeout: float | None = None,
    ) -> Message:
        """Send a request and wait for its result; see ``submit`` and ``PendingRequest.result``."""
        return self.submit(method, params, on_notification).result(timeout)

    def close(self) -> None:
        """Stop the worker, if there is one."""
        with self._lock:
            if self._process:
                self._process.stop()
            self._process = None

    def __enter__(self) -> WorkerClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
