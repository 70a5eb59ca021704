"""The worker as QGIS's window uses it: requests are jobs, whose signals deliver the answer.

Nothing here waits: the threads are those of ``shared.process``, and ``Worker._on_gui_thread`` is
the one border that results cross. Background threads, such as those of Processing, wait for their
answers with ``shared.client.WorkerClient``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from enum import Enum
from functools import partial
from threading import Thread
from typing import Any

from qtpy.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal, Slot

from unirs_qgis.errors import UserError
from unirs_qgis.runtime.worker_failures import death_sentence, missing_sentence
from unirs_qgis.shared.client import clean_environment
from unirs_qgis.shared.failures import WorkerDied, WorkerError
from unirs_qgis.shared.process import PendingRequest, WorkerProcess

CANCELLED = "cancelled"
RUNTIME_MISSING = "runtime_missing"
IDLE_MINUTES = 15

Access = Callable[[str], Mapping[str, Any]]
"""Gives what a request about a model carries for its server; see ``access.access_params``."""


class WorkerState(Enum):
    """What the worker is doing."""

    STOPPED = "stopped"
    STARTING = "starting"
    IDLE = "idle"
    BUSY = "busy"
    DIED = "died"


class Job(QObject):
    """One request to the worker. It ends with either ``finished`` or ``failed``.

    Signals arrive on the thread of the worker's owner, in the order in which the worker sent them,
    and never before ``Worker.submit`` has returned.
    """

    progressed = Signal(str)
    """A stage begins: load, read, vision, clue, prefill, decode, score, view, case, date."""
    counted = Signal(str, int, int)
    """A part of a stage is done: the stage, how many parts are, and how many there are."""
    text_received = Signal(str)
    """A piece of the answer."""
    window_answered = Signal(dict)
    """A window of a search: its notification."""
    finished = Signal(dict)
    """The result, see ``docs/worker-protocol.md``; ``stopped`` is true if it was cancelled."""
    failed = Signal(str, str)
    """A stable code and one sentence. Besides those of the protocol: ``worker_died``,
    ``runtime_missing``, ``protocol_mismatch``; ``cancelled`` if it ended before it began."""

    def __init__(self) -> None:
        super().__init__()
        self.request: PendingRequest | None = None  # none without a runtime

    def cancel(self) -> None:
        """Stop it within a token. The text so far then comes with ``finished``."""
        if self.request and not self.request.cancelled:
            self.request.cancel()

    def drop(self) -> None:
        """Stop it, and send no more signals."""
        self.blockSignals(True)
        self.cancel()


class Worker(QObject):
    """Talks to the worker process, and starts one when there is none. No method waits.

    Args:
        command: Gives program and arguments of the worker; ``None`` if there is no runtime.
        access: Gives the key and the permission for the server of a model, where it is on one.
        parent: Qt's owner.
    """

    changed = Signal()
    """``state`` or ``reason`` has changed."""
    _posted = Signal(object)

    def __init__(
        self,
        command: Callable[[], list[str] | None],
        parent: QObject | None = None,
        access: Access = lambda _model: {},
    ) -> None:
        super().__init__(parent)
        self._command = command
        self._access = access
        self._process: WorkerProcess | None = None
        self._jobs: list[Job] = []
        self._loaded: dict[str, dict[str, Any]] = {}
        self._reason = self._last_log = ""
        self._closed = False
        self._reported = (WorkerState.STOPPED, "")
        self._idle_minutes: float = IDLE_MINUTES
        self._idle_timer = QTimer(self)
        self._idle_timer.setSingleShot(True)
        self._idle_timer.timeout.connect(self._unload)
        self._posted.connect(self._on_gui_thread, Qt.ConnectionType.QueuedConnection)
        QCoreApplication.instance().aboutToQuit.connect(self.close)

    @property
    def state(self) -> WorkerState:
        """What the worker is doing."""
        if self._process is None:
            return WorkerState.DIED if self._reason else WorkerState.STOPPED
        if not self._process.is_ready:
            return WorkerState.STARTING
        return WorkerState.BUSY if self._jobs else WorkerState.IDLE

    @property
    def reason(self) -> str:
        """Why it died, in one sentence; empty in other states."""
        return self._reason

    @property
    def pid(self) -> int | None:
        """Process id of the worker, ``None`` while there is none."""
        return self._process.pid if self._process else None

    @property
    def log(self) -> str:
        """The last log lines of the worker, or of the last one: for a diagnostics report."""
        return self._process.log if self._process else self._last_log

    @property
    def idle_minutes(self) -> float:
        """After so long without a request the worker frees its model's memory; 0: never."""
        return self._idle_minutes

    @idle_minutes.setter
    def idle_minutes(self, minutes: float) -> None:
        self._idle_minutes = minutes
        self._restart_idle_timer()

    def submit(self, method: str, params: dict[str, Any], access: Access | None = None) -> Job:
        """Send a request to the worker; see ``docs/worker-protocol.md``.

        Args:
            method: Method of the protocol.
            params: Its parameters. The key of a server is added to what is sent, not to them.
            access: Takes the place of the worker's own, for settings that are not saved yet.

        Returns:
            The job. The worker keeps it until it has ended; ``Job.drop`` ends it early.
        """
        job = Job()
        try:
            extra = (access or self._access)(params["model"]) if "model" in params else {}
        except UserError as error:  # nothing is started, and nothing sent
            self._jobs.append(job)
            QTimer.singleShot(0, partial(self._fail, job, error.code, error.message))
            return job
        if self._process is None:
            self._start()
        self._jobs.append(job)
        if self._process is None:
            QTimer.singleShot(0, partial(self._fail, job, *self._refusal()))
        else:
            notify = partial(self._post, self._on_notification, job)
            job.request = self._process.submit(method, {**params, **extra}, notify)
            if method == "load" and "model" in params:
                job.finished.connect(partial(self._loaded.__setitem__, params["model"]))
            job.request.future.add_done_callback(partial(self._post, self._on_answer, job))
        self._report_change()
        return job

    def loaded(self, model: str) -> dict[str, Any] | None:
        """The last result of ``load`` for a model, by the name that was asked for."""
        return self._loaded.get(model)

    def restart(self) -> None:
        """End the worker, and start another one at once. Jobs in flight fail as ``cancelled``."""
        self._end(self.tr("The worker was restarted before it had answered."), self._start)

    def stop(self) -> None:
        """End the worker; the next request starts another one. Jobs fail as ``cancelled``."""
        self._end(self.tr("The worker was stopped before it had answered."))

    @Slot()
    def close(self) -> None:
        """End the worker for good, in the background; it ends with QGIS in any case."""
        self._closed = True
        self.stop()

    def _start(self) -> None:
        self._reason = ""
        command = None if self._closed else self._command()
        if command is None:
            return
        process = self._process = WorkerProcess(command, clean_environment(os.environ))
        process.hello.future.add_done_callback(lambda _: self._post(self._report_change))
        process.ended.add_done_callback(partial(self._post, self._on_death, process))

    def _end(self, sentence: str, then: Callable[[], None] = lambda: None) -> None:
        process, jobs = self._process, self._release()
        if process:
            Thread(target=process.stop, name="unirs-worker-stop", daemon=True).start()
        then()
        self._report_change()
        for job in jobs:
            job.failed.emit(CANCELLED, sentence)

    def _release(self) -> list[Job]:
        """Forget the worker; the jobs that will get no answer from it."""
        self._last_log = self.log
        self._process, self._reason = None, ""
        jobs, self._jobs = self._jobs, []
        return jobs

    def _refusal(self) -> tuple[str, str]:
        if self._closed:
            return CANCELLED, self.tr("UniRS is closed.")
        return RUNTIME_MISSING, missing_sentence()

    # -- the border between the worker's threads and the window's

    def _post(self, call: Callable[..., None], *facts: Any) -> None:
        """Make a call on the window's thread; on any thread, while QGIS may be about to quit."""
        if not self._closed:
            self._posted.emit(partial(call, *facts))

    @Slot(object)
    def _on_gui_thread(self, call: Callable[[], None]) -> None:
        call()

    def _on_notification(self, job: Job, kind: str, facts: dict[str, Any]) -> None:
        if job not in self._jobs:
            return
        if kind == "token":
            job.text_received.emit(facts["text"])
        elif kind == "progress":
            job.progressed.emit(facts["stage"])
            if facts.get("total"):
                job.counted.emit(facts["stage"], facts["done"], facts["total"])
        elif kind == "window":
            job.window_answered.emit(facts)

    def _on_answer(self, job: Job, future: Future[dict[str, Any]]) -> None:
        error = future.exception()
        if isinstance(error, WorkerError):
            cancelled = self.tr("The question was cancelled.")
            self._fail(job, error.code, cancelled if error.code == CANCELLED else error.message)
        elif error is None and job in self._jobs:
            self._jobs.remove(job)
            self._report_change()
            job.finished.emit(future.result())
        # A death is reported to all jobs at once, by `_on_death`.

    def _on_death(self, process: WorkerProcess, ended: Future[WorkerDied]) -> None:
        if process is not self._process:
            return
        jobs = self._release()
        sentence = self._reason = death_sentence(ended.result())
        self._report_change()
        for job in jobs:
            job.failed.emit(ended.result().code, sentence)

    def _fail(self, job: Job, code: str, sentence: str) -> None:
        if job in self._jobs:
            self._jobs.remove(job)
            self._report_change()
            job.failed.emit(code, sentence)

    # -- its state

    def _report_change(self) -> None:
        if (self.state, self.reason) != self._reported:
            self._reported = (self.state, self.reason)
            self._restart_idle_timer()
            self.changed.emit()

    def _restart_idle_timer(self) -> None:
        self._idle_timer.stop()
        if self.state is WorkerState.IDLE and self._idle_minutes > 0:
            self._idle_timer.start(round(self._idle_minutes * 60_000))

    def _unload(self) -> None:
        if self._process and not self._jobs:
            self._process.submit("unload", {})
