"""One worker process, as a client sees it, on the standard library alone.

It routes by id, tells an error from a death, and stops in the right order. The QGIS plugin ships
this file beside ``client`` and ``protocol``: all three run on Python 3.9, the oldest that QGIS 3.22
comes with, and know nothing else of the backend.
"""

from __future__ import annotations

import itertools
import json
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import IO, cast

from .protocol import (
    IMMEDIATE_METHODS,
    INVALID_REQUEST,
    MAX_LINE_BYTES,
    PROTOCOL_VERSION,
    SERVER_ERROR,
    Message,
    Request,
    WorkerError,
    encode,
    request_message,
)

OnNotification = Callable[[str, Message], None]
"""Told the kind (``"token"``, ``"progress"``) and the parameters of a notification."""

OnDeath = Callable[["WorkerDied"], None]
"""Told why a worker ended, once all its requests have been told."""

HELLO_SECONDS = 60.0
"""How long a worker may take to say hello: 0.3 s of work, and all that a busy machine adds."""

SILENCE_SECONDS = 30
"""How long a worker that owes an answer may send nothing. It answers ``hello`` while it works, so
one that sends nothing is frozen."""

CANCEL_SECONDS = 10
"""The same, once something was cancelled: somebody waits for that."""

WATCH_SECONDS = 1.0
"""How often a worker that owes an answer is asked for a sign of life."""

STOP_SECONDS = 2.0
"""How long each step of stopping waits before the next, harder one."""

LOG_LINES = 200
"""Lines of the worker's stderr that are kept."""

DISTURBING_VARIABLES = (
    *("PYTHONPATH", "PYTHONHOME", "PYTHONEXECUTABLE"),
    "__PYVENV_LAUNCHER__",  # on macOS, which Python a virtual environment belongs to
    *("PROJ_LIB", "PROJ_DATA", "GDAL_DATA", "GDAL_DRIVER_PATH"),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH"),
)
"""Set for QGIS or another program, and wrong for every program of the runtime's environment."""

NO_MESSAGE, FROZEN, INTERRUPTED = "no_message", "frozen", "interrupted"
"""Why a client ends a worker: it sent what is no message, it did not react, or somebody else has
interrupted it."""

_FINISHED_ANYWAY = {"load", "unload"}
"""Methods that a cancel does not stop: what is loaded serves the next request."""


class WorkerDied(Exception):  # noqa: N818 - what happened, in the words of the field
    """The worker ended before it answered. The next request starts another one.

    Attributes:
        reason: Why, as far as the system tells; the rest of a sentence about the worker.
        log: The last lines of its stderr.
        status: Its exit status, as ``subprocess`` gives it; ``None`` if this client ended it.
        cause: Why this client ended it, such as ``FROZEN``; empty if it ended by itself.
    """

    def __init__(
        self, reason: str, log: str = "", status: int | None = None, cause: str = ""
    ) -> None:
        super().__init__(f"The worker {reason}.")
        self.reason = reason
        self.log = log
        self.status = status
        self.cause = cause


class PendingRequest:
    """A request that has been sent.

    Attributes:
        id: Its id.
        method: Its method.
        cancelled: Whether this client has cancelled it.
    """

    def __init__(
        self,
        request_id: int,
        method: str,
        on_notification: OnNotification | None,
        process: WorkerProcess,
    ) -> None:
        self.id = request_id
        self.method = method
        self.future: Future[Message] = Future()
        self.on_notification = on_notification
        self.cancelled = False
        self._process = process

    def result(self, timeout: float | None = None) -> Message:
        """Wait for the answer.

        Args:
            timeout: Seconds; ``None`` waits as long as it takes.

        Raises:
            WorkerError: The worker refused or failed.
            WorkerDied: It ended.
            concurrent.futures.TimeoutError: There is no answer yet; it may still come.
        """
        return self.future.result(timeout)

    def cancel(self) -> None:
        """Ask the worker to stop. What it said so far then comes as the result.

        A worker that does not react within ``CANCEL_SECONDS`` is ended.
        """
        self.cancelled = True
        self._process.submit("cancel", {"id": self.id})


class WorkerProcess:
    """One worker from its start to its end.

    It has a session of its own, so that Ctrl-C in a terminal reaches the client alone, and it is
    watched: one that is frozen is ended, and its requests fail as those of one that died.

    Args:
        command: Program and arguments.
        environment: Its environment variables.
        on_death: Called once, on the reading thread, when it has ended; must not raise.

    Raises:
        OSError: It cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        on_death: OnDeath | None = None,
    ) -> None:
        self._on_death = on_death
        self._ids = itertools.count(1)
        self._pending: dict[int, PendingRequest] = {}
        self._death: WorkerDied | None = None
        self._fault: tuple[str, str] | None = None  # cause and reason, if this client ended it
        self._stopping = False
        self._dead = threading.Event()
        self._heard = False
        self._silence = 0  # turns of the watch without a message
        self._lock = threading.Lock()  # guards _pending and _death
        self._write_lock = threading.Lock()
        self._log: deque[str] = deque(maxlen=LOG_LINES)
        self._process = subprocess.Popen(  # noqa: S603 - the command is the caller's own
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # on Windows, no console
        )
        self._log_thread = threading.Thread(target=self._read_log, daemon=True)
        self._message_thread = threading.Thread(target=self._read_messages, daemon=True)
        self._log_thread.start()
        self._message_thread.start()
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it still answers."""
        return self._death is None and self._process.poll() is None

    @property
    def log(self) -> str:
        """The last lines of its stderr."""
        return "".join(self._log)

    def hello(self, timeout: float = HELLO_SECONDS) -> Message:
        """Say hello, as the first request, and see that it speaks as this client does.

        Returns:
            What it says about itself.

        Raises:
            WorkerError: ``protocol_mismatch``.
            WorkerDied: It ended.
            concurrent.futures.TimeoutError: It does not answer.
        """
        facts = self.submit("hello", {}).result(timeout)
        if facts["protocol"] != PROTOCOL_VERSION:
            raise WorkerError.of(
                SERVER_ERROR,
                "protocol_mismatch",
                f"The worker speaks version {facts['protocol']} of its protocol instead of "
                f"{PROTOCOL_VERSION}; repair the runtime.",
            )
        return facts

    def submit(
        self, method: str, params: Message, on_notification: OnNotification | None = None
    ) -> PendingRequest:
        """Send a request and wait no longer than its line takes through the pipe.

        If the worker is dead, or the line too long for it, ``result`` says so.

        Raises:
            TypeError, ValueError: If the parameters have no form in JSON.
        """
        pending = PendingRequest(next(self._ids), method, on_notification, self)
        line = encode(request_message(Request(method, params, pending.id)))
        if len(line) > MAX_LINE_BYTES:  # the worker's refusal would not say of which request
            refusal = "The request is too long for the worker."
            pending.future.set_exception(WorkerError.of(INVALID_REQUEST, "line_too_long", refusal))
            return pending
        with self._lock:
            if self._death:
                pending.future.set_exception(self._death)
                return pending
            self._pending[pending.id] = pending
        with self._write_lock, suppress(OSError, ValueError):  # if it dies, _declare_dead tells
            self._stdin.write(line)
            self._stdin.flush()
        return pending

    def stop(self) -> int:
        """Ask to quit, wait, terminate, wait, kill; and only then close the pipes.

        Returns:
            The exit status.
        """
        self._stopping = True
        self._submit_aside("shutdown")
        for harder in (self._process.terminate, self._process.kill):
            try:
                self._process.wait(STOP_SECONDS)
                break
            except subprocess.TimeoutExpired:
                harder()
        status = self._process.wait()
        self._message_thread.join()
        self._log_thread.join()
        return status

    def _submit_aside(self, method: str) -> None:
        """Send a request from a thread of its own: a worker that hangs may not even take it."""
        threading.Thread(target=self.submit, args=(method, {}), daemon=True).start()

    @property
    def _stdin(self) -> IO[bytes]:
        return cast("IO[bytes]", self._process.stdin)

    def _read_log(self) -> None:
        with cast("IO[bytes]", self._process.stderr) as stderr:
            for line in stderr:
                self._log.append(line.decode(errors="replace"))

    def _read_messages(self) -> None:
        with cast("IO[bytes]", self._process.stdout) as stdout:
            for line in stdout:
                self._heard, self._silence = True, 0
                try:
                    self._receive(json.loads(line))
                except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                    self._log.append(f"This line is not a message: {line[:200]!r}\n")
                    self._end(NO_MESSAGE, "said something that is no message, and was ended")
            self._declare_dead()

    def _receive(self, message: Message) -> None:
        """Give a message to the request that it belongs to, and to no other."""
        if "method" in message:
            self._notify(message["method"], message["params"])
            return
        error = WorkerError(message["error"]) if "error" in message else None
        given_up = error.code == "cancelled" if error else message["result"].get("stopped")
        with self._lock:
            pending = self._pending.get(message["id"])
            if given_up and pending and not pending.cancelled and not self._stopping:
                # Somebody else has told the worker to end. What it has is no answer, and its
                # requests fail together when it is dead.
                self._end(INTERRUPTED, "gave up a request that was not cancelled, and was ended")
                return
            self._pending.pop(message["id"], None)
        if pending is None:
            self._log.append(f"This answers no request: {message!r:.200}\n")
        elif error:
            pending.future.set_exception(error)
        else:
            pending.future.set_result(message["result"])

    def _notify(self, kind: str, params: Message) -> None:
        with self._lock:
            pending = self._pending.get(params["id"])
        if pending and pending.on_notification:
            pending.on_notification(kind, params)

    def _watch(self) -> None:
        """End a worker that is frozen, or that works on although it was told to stop.

        Time is counted in turns of this loop: where the client itself was stopped, or the computer
        slept, the worker is not to blame.
        """
        since_cancel = 0
        while not self._dead.wait(WATCH_SECONDS):
            with self._lock:
                pending = list(self._pending.values())
            owed = [each for each in pending if each.method not in IMMEDIATE_METHODS]
            cancelled = {each.method for each in owed if each.cancelled}
            self._silence = self._silence + 1 if owed else 0
            since_cancel = since_cancel + 1 if cancelled else 0
            patience = SILENCE_SECONDS if self._heard else HELLO_SECONDS
            if self._silence > patience or min(self._silence, since_cancel) > CANCEL_SECONDS:
                self._end(FROZEN, "did not react any more, and was ended")
            elif since_cancel > SILENCE_SECONDS and cancelled - _FINISHED_ANYWAY:
                self._end(FROZEN, "did not stop what was cancelled, and was ended")
            elif owed and not any(each.method == "hello" for each in pending):
                self._submit_aside("hello")

    def _declare_dead(self) -> None:
        """Tell everybody who still waits why there will be no answer."""
        try:
            status = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._end(NO_MESSAGE, "closed its standard output, and was ended")
            status = self._process.wait()
        self._log_thread.join(STOP_SECONDS)
        if self._fault:
            cause, reason = self._fault
            death = WorkerDied(reason, self.log, cause=cause)
        else:
            death = WorkerDied(describe_exit(status), self.log, status)
        with self._lock:
            self._death = death
            pending = list(self._pending.values())
            self._pending.clear()
        self._dead.set()
        for request in pending:
            request.future.set_exception(death)
        if self._on_death:
            self._on_death(death)
        with self._write_lock, suppress(OSError):
            self._stdin.close()

    def _end(self, cause: str, reason: str) -> None:
        self._fault = self._fault or (cause, reason)
        self._process.kill()


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Environment variables without those that programs such as QGIS set for their libraries."""
    return {name: value for name, value in environment.items() if name not in DISTURBING_VARIABLES}


def describe_exit(status: int) -> str:
    """Why a process ended, as the rest of a sentence about it.

    Args:
        status: As ``subprocess`` gives it: negative for a signal.
    """
    if status == -getattr(signal, "SIGKILL", 9):
        return "was killed by the system, probably for memory (signal 9)"
    if status < 0:
        return f"crashed (signal {-status}, {_signal_name(-status)})"
    if status > 0xC0000000:  # Windows: an exception that nobody caught
        return f"crashed (code 0x{status:X})"
    return f"ended with exit code {status}" if status else "ended"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"
