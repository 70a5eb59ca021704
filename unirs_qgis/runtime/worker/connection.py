"""The threads between the window and one worker process.

Starting a process, writing into a pipe that may be full, and stopping all take their time. They
happen on threads of their own, and what comes of them arrives as signals. The threads are daemons:
QGIS may leave at any moment, and the worker ends with the pipe to it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoAnswerYet
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any

from qtpy.QtCore import QCoreApplication, QObject, Signal

from unirs_qgis.runtime.worker.failures import (
    death_sentence,
    mismatch_sentence,
    silence_sentence,
    start_sentence,
)
from unirs_qgis.shared import process as wire
from unirs_qgis.shared.process import (
    PendingRequest,
    WorkerDied,
    WorkerError,
    WorkerProcess,
    clean_environment,
)

DIED = "worker_died"
MISMATCH = "protocol_mismatch"
CANCELLED = "cancelled"
INVALID = "params_invalid"


@dataclass(eq=False)
class Call:
    """A request on its way through a connection.

    Attributes:
        number: Names it in the signals.
        method: One of the protocol's.
        params: Its parameters.
        withdrawn: Whether its answer is not wanted any more.
        pending: What has been sent, once it has been.
    """

    number: int
    method: str
    params: dict[str, Any] = field(default_factory=dict)
    withdrawn: bool = False
    pending: PendingRequest | None = None


class Connection(QObject):
    """One worker process from its start to its end. No method waits.

    Signals come from background threads, in the order in which the worker spoke: connect to them
    with ``Qt.ConnectionType.QueuedConnection`` before ``start``, for a program that is not there is
    told at once.

    Args:
        command: Program and arguments of the worker.
    """

    ready = Signal(object)  # this connection: the worker has said hello
    lost = Signal(object, str, str)  # this connection, a code, a sentence: nothing more will come
    progressed = Signal(int, str)
    counted = Signal(int, int, int)
    said = Signal(int, str)
    finished = Signal(int, dict)
    failed = Signal(int, str, str)

    def __init__(self, command: Sequence[str]) -> None:
        super().__init__()
        self._command = list(command)
        self._orders: SimpleQueue[Callable[[WorkerProcess], None] | None] = SimpleQueue()
        self._lock = Lock()  # guards _process and _leaving
        self._process: WorkerProcess | None = None
        self._leaving = False

    def start(self) -> None:
        """Start the worker."""
        Thread(target=self._serve, name="unirs-worker", daemon=True).start()

    @property
    def pid(self) -> int | None:
        """Process id of the worker, ``None`` before its start."""
        return self._process.pid if self._process else None

    @property
    def log(self) -> str:
        """The last lines that the worker logged."""
        return self._process.log if self._process else ""

    def send(self, call: Call) -> None:
        """Put a request in line."""
        self._orders.put(partial(self._send, call))

    def cancel(self, call: Call) -> None:
        """Stop a request: at once while it waits for the worker's start, else within a token."""
        call.withdrawn = True
        if call.pending is None:
            self._tell_cancelled(call)
        self._orders.put(partial(self._cancel, call))

    def stop(self) -> None:
        """Say nothing more, and end the worker: asked first, then with growing force."""
        with self._lock:
            self._leaving = True
            process = self._process
        self._orders.put(None)
        if process:
            Thread(target=process.stop, name="unirs-worker-stop", daemon=True).start()

    def _tell(self, signal: Any, *facts: Any) -> None:
        """Emit a signal, unless nobody is there to hear it: QGIS may be about to leave."""
        if not self._leaving:
            signal.emit(*facts)

    def _tell_cancelled(self, call: Call) -> None:
        sentence = QCoreApplication.translate("Connection", "The question was withdrawn.")
        self._tell(self.failed, call.number, CANCELLED, sentence)

    # What follows runs on the connection's thread.

    def _serve(self) -> None:
        process = self._start()
        if process is None or not self._greet(process):
            return
        self._tell(self.ready, self)
        while (order := self._orders.get()) is not None:
            order(process)

    def _start(self) -> WorkerProcess | None:
        try:
            process = WorkerProcess(self._command, clean_environment(os.environ), self._mourn)
        except OSError as error:
            self._tell(self.lost, self, DIED, start_sentence(error))
            return None
        with self._lock:
            self._process = process
            leaving = self._leaving
        if leaving:
            process.stop()
        return None if leaving else process

    def _greet(self, process: WorkerProcess) -> bool:
        try:
            process.hello()
        except WorkerDied:
            return False  # _mourn has told
        except NoAnswerYet:
            self._tell(self.lost, self, DIED, silence_sentence(wire.HELLO_SECONDS))
        except (WorkerError, KeyError, TypeError):
            self._tell(self.lost, self, MISMATCH, mismatch_sentence())
        else:
            return True
        self.stop()
        return False

    def _send(self, call: Call, process: WorkerProcess) -> None:
        if call.withdrawn:
            self._tell_cancelled(call)
            return
        try:
            call.pending = process.submit(
                call.method, call.params, partial(self._hear, call.number)
            )
        except (TypeError, ValueError) as error:
            self._tell(self.failed, call.number, INVALID, str(error))
            return
        call.pending.future.add_done_callback(partial(self._answer, call))

    def _cancel(self, call: Call, _: WorkerProcess) -> None:
        if call.pending and not call.pending.future.done():
            call.pending.cancel()

    # What follows runs on the thread that reads what the worker says.

    def _hear(self, number: int, kind: str, facts: dict[str, Any]) -> None:
        if kind == "token":
            self._tell(self.said, number, facts["text"])
        elif kind == "progress":
            self._tell(self.progressed, number, facts["stage"])
            if facts.get("total") is not None:
                self._tell(self.counted, number, facts["done"], facts["total"])

    def _answer(self, call: Call, future: Future[dict[str, Any]]) -> None:
        error = future.exception()
        if error is None:
            self._tell(self.finished, call.number, future.result())
        elif isinstance(error, WorkerError) and error.code == CANCELLED:
            self._tell_cancelled(call)
        elif isinstance(error, WorkerError):
            self._tell(self.failed, call.number, error.code, error.message)
        # Of a death, ``_mourn`` tells all requests at once, those still in line as well.

    def _mourn(self, death: WorkerDied) -> None:
        self._orders.put(None)
        self._tell(self.lost, self, DIED, death_sentence(death))
