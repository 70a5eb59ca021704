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
    INVALID_REQUEST,
    MAX_LINE_BYTES,
    PROTOCOL_VERSION,
    SERVER_ERROR,
    Message,
    Request,
    RPCError,
    encode,
    error_message,
    request_message,
)

OnNotification = Callable[[str, Message], None]
"""Told the kind (``"token"``, ``"progress"``) and the parameters of a notification."""

OnDeath = Callable[["WorkerDied"], None]
"""Told why a worker ended, once all its requests have been told."""

HELLO_SECONDS = 60.0
"""How long a worker may take to say hello: 0.3 s of work, and all that a busy machine adds."""

STOP_SECONDS = 2.0
"""How long each step of stopping waits before the next, harder one."""

LOG_LINES = 200
"""Lines of the worker's stderr that are kept."""

_DISTURBING_VARIABLES = (
    "PYTHONPATH",
    "PYTHONHOME",
    "PROJ_LIB",
    "PROJ_DATA",
    "GDAL_DATA",
    "GDAL_DRIVER_PATH",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "DYLD_FRAMEWORK_PATH",
    "__PYVENV_LAUNCHER__",  # on macOS, which Python a virtual environment belongs to
)
"""Set for QGIS or another program, and wrong for the worker's own libraries."""


class WorkerError(Exception):
    """The worker answered with an error. It lives on.

    Attributes:
        code: Stable identifier, such as ``"raster_missing"``.
        message: One sentence for the user.
        number: JSON-RPC's number.
        data: Further facts.
    """

    def __init__(self, error: Message) -> None:
        super().__init__(error["message"])
        self.message: str = error["message"]
        self.number: int = error["code"]
        self.data: Message = error["data"]
        self.code: str = self.data["code"]


class WorkerDied(Exception):  # noqa: N818 - what happened, in the words of the field
    """The worker ended before it answered. The next request starts another one.

    Attributes:
        reason: Why, as far as the system tells; the rest of a sentence about the worker.
        log: The last lines of its stderr.
        status: Its exit status, as ``subprocess`` gives it; ``None`` if this client ended it for
            what it said.
    """

    def __init__(self, reason: str, log: str = "", status: int | None = None) -> None:
        super().__init__(f"The worker {reason}.")
        self.reason = reason
        self.log = log
        self.status = status


class PendingRequest:
    """A request that has been sent.

    Attributes:
        id: Its id.
    """

    def __init__(
        self, request_id: int, on_notification: OnNotification | None, process: WorkerProcess
    ) -> None:
        self.id = request_id
        self.future: Future[Message] = Future()
        self.on_notification = on_notification
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
        """Ask the worker to stop. What it said so far then comes as the result."""
        self._process.submit("cancel", {"id": self.id})


class WorkerProcess:
    """One worker from its start to its end.

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
        self._fault = ""  # why this client ended it
        self._lock = threading.Lock()  # guards _pending and _death
        self._write_lock = threading.Lock()
        self._log: deque[str] = deque(maxlen=LOG_LINES)
        self._process = subprocess.Popen(  # noqa: S603 - the command is the caller's own
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # on Windows, no console
        )
        self._log_thread = threading.Thread(target=self._read_log, daemon=True)
        self._message_thread = threading.Thread(target=self._read_messages, daemon=True)
        self._log_thread.start()
        self._message_thread.start()

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
            raise _error(
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
        pending = PendingRequest(next(self._ids), on_notification, self)
        line = encode(request_message(Request(method, params, pending.id)))
        if len(line) > MAX_LINE_BYTES:  # the worker's refusal would not say of which request
            pending.future.set_exception(
                _error(INVALID_REQUEST, "line_too_long", "The request is too long for the worker.")
            )
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
        # A worker that hangs may not even take the message, so another thread waits for that.
        threading.Thread(target=self.submit, args=("shutdown", {}), daemon=True).start()
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
                try:
                    self._receive(json.loads(line))
                except (ValueError, KeyError, TypeError):
                    self._log.append(f"This line is not a message: {line[:200]!r}\n")
                    self._end("said something that is no message, and was ended")
            self._declare_dead()

    def _receive(self, message: Message) -> None:
        """Give a message to the request that it belongs to, and to no other."""
        if "method" in message:
            self._notify(message["method"], message["params"])
            return
        with self._lock:
            pending = self._pending.pop(message["id"], None)
        if pending is None:
            self._log.append(f"This answers no request: {message!r:.200}\n")
        elif "error" in message:
            pending.future.set_exception(WorkerError(message["error"]))
        else:
            pending.future.set_result(message["result"])

    def _notify(self, kind: str, params: Message) -> None:
        with self._lock:
            pending = self._pending.get(params["id"])
        if pending and pending.on_notification:
            pending.on_notification(kind, params)

    def _declare_dead(self) -> None:
        """Tell everybody who still waits why there will be no answer."""
        try:
            status = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._end("closed its standard output, and was ended")
            status = self._process.wait()
        self._log_thread.join(STOP_SECONDS)
        death = (
            WorkerDied(self._fault, self.log)
            if self._fault
            else WorkerDied(describe_exit(status), self.log, status)
        )
        with self._lock:
            self._death = death
            pending = list(self._pending.values())
            self._pending.clear()
        for request in pending:
            request.future.set_exception(death)
        if self._on_death:
            self._on_death(death)
        with self._write_lock, suppress(OSError):
            self._stdin.close()

    def _end(self, fault: str) -> None:
        self._fault = self._fault or fault
        self._process.kill()


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Environment variables without those that programs such as QGIS set for their libraries."""
    return {name: value for name, value in environment.items() if name not in _DISTURBING_VARIABLES}


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


def _error(number: int, code: str, message: str) -> WorkerError:
    """An error that the client finds without asking the worker."""
    return WorkerError(error_message(None, RPCError(number, code, message))["error"])


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"
