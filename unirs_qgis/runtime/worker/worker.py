"""The worker for the rest of the plugin: requests are jobs, and a job's signals tell its answer.

``Worker`` is for the window and never waits. ``WorkerSession`` is for background threads, such as
those of Processing, and does wait.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from enum import Enum
from functools import partial
from types import TracebackType
from typing import Any

from qtpy.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal, Slot

from unirs_qgis.runtime.worker.connection import CANCELLED, Call, Connection
from unirs_qgis.runtime.worker.failures import missing_sentence
from unirs_qgis.shared.client import WorkerClient
from unirs_qgis.shared.process import OnNotification, PendingRequest

RUNTIME_MISSING = "runtime_missing"
IDLE_MINUTES = 15


class WorkerState(Enum):
    """What the worker is doing."""

    STOPPED = "stopped"
    STARTING = "starting"
    IDLE = "idle"
    BUSY = "busy"
    DIED = "died"


class Job(QObject):
    """One request to the worker. It ends with either ``finished`` or ``failed``.

    Signals arrive on the thread of the worker's owner, in the order in which the worker spoke, and
    never before ``Worker.submit`` has returned.
    """

    progressed = Signal(str)
    """A stage begins: load, read, vision, clue, prefill, decode, score, view, case."""
    counted = Signal(int, int)
    """Behind that: which part of the stage it is, and of how many, where there are several."""
    said = Signal(str)
    """A piece of the answer."""
    finished = Signal(dict)
    """The result, see ``docs/worker-protocol.md``; ``stopped`` is true if it was cancelled."""
    failed = Signal(str, str)
    """A stable code and one sentence. Besides those of the protocol: ``worker_died``,
    ``runtime_missing``, ``protocol_mismatch``; ``cancelled`` if it ended before it began."""

    def __init__(self, cancel: Callable[[], None]) -> None:
        super().__init__()
        self._cancel = cancel
        self._cancelled = False

    def cancel(self) -> None:
        """Stop it within a token. What was said so far then comes with ``finished``."""
        if not self._cancelled:
            self._cancelled = True
            self._cancel()

    def drop(self) -> None:
        """Stop it, and send no signal any more: nobody wants the answer."""
        self.blockSignals(True)
        self.cancel()


class Worker(QObject):
    """Talks to the worker process, and starts one when there is none. No method waits.

    Args:
        command: Gives program and arguments of the worker; ``None`` if there is no runtime.
        parent: Qt's owner.
    """

    changed = Signal()
    """``state`` or ``reason`` is another one."""

    def __init__(
        self, command: Callable[[], list[str] | None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._command = command
        self._numbers = itertools.count(1)
        self._jobs: dict[int, Job] = {}
        self._connection: Connection | None = None
        self._ready = False
        self._reason = self._last_log = ""
        self._closed = False
        self._told = (WorkerState.STOPPED, "")
        self._idle_minutes: float = IDLE_MINUTES
        self._idle_timer = QTimer(self)
        self._idle_timer.setSingleShot(True)
        self._idle_timer.timeout.connect(self._unload)
        QCoreApplication.instance().aboutToQuit.connect(self.close)

    @property
    def state(self) -> WorkerState:
        """What the worker is doing."""
        if self._connection is None:
            return WorkerState.DIED if self._reason else WorkerState.STOPPED
        if not self._ready:
            return WorkerState.STARTING
        return WorkerState.BUSY if self._jobs else WorkerState.IDLE

    @property
    def reason(self) -> str:
        """Why it died, in one sentence; empty in other states."""
        return self._reason

    @property
    def pid(self) -> int | None:
        """Process id of the worker, ``None`` while there is none."""
        return self._connection.pid if self._connection else None

    @property
    def log(self) -> str:
        """The last lines that the worker, or the last one, logged: for a diagnostics report."""
        return self._connection.log if self._connection else self._last_log

    @property
    def idle_minutes(self) -> float:
        """After so long without a request the worker gives its model's memory back; 0: never."""
        return self._idle_minutes

    @idle_minutes.setter
    def idle_minutes(self, minutes: float) -> None:
        self._idle_minutes = minutes
        self._wait_for_idleness()

    def submit(self, method: str, params: dict[str, Any]) -> Job:
        """Ask the worker for something; see ``docs/worker-protocol.md``.

        Returns:
            The job. The worker keeps it until it has ended; ``Job.drop`` ends it early.
        """
        if self._connection is None:
            self._connect()
        call = Call(next(self._numbers), method, params)
        if self._connection is None:
            job = Job(cancel=lambda: None)
            QTimer.singleShot(0, partial(self._fail, call.number, *self._refusal()))
        else:
            job = Job(cancel=partial(self._connection.cancel, call))
            self._connection.send(call)
        self._jobs[call.number] = job
        self._tell_change()
        return job

    def restart(self) -> None:
        """End the worker, and start another one at once. Jobs in flight fail as ``cancelled``."""
        jobs = self._disconnect()
        self._connect()
        self._tell_change()
        self._cancel_all(jobs, self.tr("The worker was restarted before it had answered."))

    def stop(self) -> None:
        """End the worker; the next request starts another one. Jobs fail as ``cancelled``."""
        jobs = self._disconnect()
        self._tell_change()
        self._cancel_all(jobs, self.tr("The worker was stopped before it had answered."))

    @Slot()
    def close(self) -> None:
        """End the worker for good, in the background; it ends with QGIS in any case."""
        self._closed = True
        self.stop()

    def _refusal(self) -> tuple[str, str]:
        if self._closed:
            return CANCELLED, self.tr("UniRS is closed.")
        return RUNTIME_MISSING, missing_sentence()

    def _connect(self) -> None:
        self._reason, self._ready = "", False
        command = None if self._closed else self._command()
        if command is None:
            return
        connection = self._connection = Connection(command)
        queued = Qt.ConnectionType.QueuedConnection
        connection.ready.connect(self._greet, queued)
        connection.lost.connect(self._lose, queued)
        connection.progressed.connect(self._progress, queued)
        connection.counted.connect(self._count, queued)
        connection.said.connect(self._say, queued)
        connection.finished.connect(self._finish, queued)
        connection.failed.connect(self._fail, queued)
        connection.start()

    def _disconnect(self) -> list[Job]:
        """Let go of the worker, and give the jobs that will have no answer."""
        self._last_log = self.log
        if self._connection:
            self._connection.stop()
        self._connection, self._reason = None, ""
        jobs = list(self._jobs.values())
        self._jobs.clear()
        return jobs

    def _cancel_all(self, jobs: list[Job], sentence: str) -> None:
        for job in jobs:
            job.failed.emit(CANCELLED, sentence)

    @Slot(object)
    def _greet(self, connection: Connection) -> None:
        if connection is self._connection:
            self._ready = True
            self._tell_change()

    @Slot(object, str, str)
    def _lose(self, connection: Connection, code: str, sentence: str) -> None:
        if connection is not self._connection:
            return
        jobs = self._disconnect()
        self._reason = sentence
        self._tell_change()
        for job in jobs:
            job.failed.emit(code, sentence)

    @Slot(int, str)
    def _progress(self, number: int, stage: str) -> None:
        if number in self._jobs:
            self._jobs[number].progressed.emit(stage)

    @Slot(int, int, int)
    def _count(self, number: int, done: int, total: int) -> None:
        if number in self._jobs:
            self._jobs[number].counted.emit(done, total)

    @Slot(int, str)
    def _say(self, number: int, text: str) -> None:
        if number in self._jobs:
            self._jobs[number].said.emit(text)

    @Slot(int, dict)
    def _finish(self, number: int, result: dict[str, Any]) -> None:
        if number in self._jobs:
            job = self._jobs.pop(number)
            self._tell_change()
            job.finished.emit(result)

    @Slot(int, str, str)
    def _fail(self, number: int, code: str, sentence: str) -> None:
        if number in self._jobs:
            job = self._jobs.pop(number)
            self._tell_change()
            job.failed.emit(code, sentence)

    def _tell_change(self) -> None:
        if (self.state, self.reason) != self._told:
            self._told = (self.state, self.reason)
            self._wait_for_idleness()
            self.changed.emit()

    def _wait_for_idleness(self) -> None:
        self._idle_timer.stop()
        if self.state is WorkerState.IDLE and self._idle_minutes > 0:
            self._idle_timer.start(round(self._idle_minutes * 60_000))

    def _unload(self) -> None:
        if self._connection and not self._jobs:
            self._connection.send(Call(next(self._numbers), "unload"))


class WorkerSession:
    """A worker of its own for a background thread; a context manager.

    It waits. A worker that dies is replaced by the next ``submit``.

    Args:
        command: Program and arguments of the worker.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._client = WorkerClient(command)

    def submit(
        self,
        method: str,
        params: dict[str, Any] | None = None,
        on_notification: OnNotification | None = None,
    ) -> PendingRequest:
        """Send a request. ``result(timeout)`` of what comes back waits, ``cancel()`` stops it.

        Args:
            method: One of ``docs/worker-protocol.md``.
            params: Its parameters.
            on_notification: Told tokens and progress, on another thread; must not raise.

        Raises:
            OSError: The worker cannot be started. All else is raised by ``result``: ``WorkerError``
                (code and message), ``WorkerDied``, ``concurrent.futures.TimeoutError``.
        """
        return self._client.submit(method, params, on_notification)

    def __enter__(self) -> WorkerSession:
        """Start the worker.

        Raises:
            OSError: It cannot be started.
            WorkerError: ``protocol_mismatch``.
            WorkerDied: It ended at once.
            concurrent.futures.TimeoutError: It does not answer.
        """
        try:
            self._client.process.hello()
        except BaseException:
            self._client.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()
