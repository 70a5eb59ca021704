"""A client that starts a worker when there is none, and waits for its answers.

It waits where a program without an event loop may wait: in tests, in ``unirs bench``, in scripts,
in background threads. One worker process is ``process``; QGIS's window has a client of its own on
it, which never waits (``unirs_qgis/runtime/worker.py``).
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType

from .failures import WorkerDied, WorkerError
from .process import OnNotification, PendingRequest, WorkerProcess
from .protocol import Message

__all__ = ["PendingRequest", "WorkerClient", "WorkerDied", "WorkerError", "clean_environment"]

DISTURBING_VARIABLES = (
    *("PYTHONPATH", "PYTHONHOME", "PYTHONEXECUTABLE"),
    "__PYVENV_LAUNCHER__",  # on macOS, which Python a virtual environment belongs to
    *("PROJ_LIB", "PROJ_DATA", "GDAL_DATA", "GDAL_DRIVER_PATH"),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH"),
)
"""Set for QGIS or another program, and wrong for every program of the runtime's environment."""


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
        """The worker; another one is started if it has ended."""
        with self._lock:
            if self._process is None or not self._process.is_alive:
                self._process = WorkerProcess(self._command, self._environment)
                self._process.started.wait()
            return self._process

    def submit(
        self,
        method: str,
        params: Message | None = None,
        on_notification: OnNotification | None = None,
    ) -> PendingRequest:
        """Send a request and do not wait; see ``WorkerProcess.submit``."""
        return self.process.submit(method, params or {}, on_notification)

    def request(
        self,
        method: str,
        params: Message | None = None,
        on_notification: OnNotification | None = None,
        timeout: float | None = None,
    ) -> Message:
        """Send a request and wait for its result; see ``PendingRequest.result``."""
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


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Environment variables without those that programs such as QGIS set for their libraries."""
    return {name: value for name, value in environment.items() if name not in DISTURBING_VARIABLES}
