"""A client of the worker, on the standard library alone.

It waits where a program without an event loop may wait: in tests, in ``unirs bench``, in scripts.
A graphical program needs one on its own event loop; what this one does is what that one has to do:
route by id, tell an error from a death, and stop in the right order.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from types import TracebackType
from typing import IO, cast

from unirs.worker.protocol import Message, Request, encode, request_message

OnNotification = Callable[[str, Message], None]
"""Told the kind (``"token"``, ``"progress"``) and the parameters of a notification."""

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
        reason: Why, as far as the system tells.
        log: The last lines of its stderr.
    """

    def __init__(self, reason: str, log: str = "") -> None:
        super().__init__(f"The worker {reason}.")
        self.reason = reason
        self.log = log


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
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._ids = itertools.count(1)
        self._pending: dict[int, PendingRequest] = {}
        self._death: WorkerDied | None = None
        self._lock = threading.Lock()  # guards _pending and _death
        self._write_lock = threading.Lock()
        self._log: deque[str] = deque(maxlen=LOG_LINES)
        self._process = subprocess.Popen(  # noqa: S603 - the command is the caller's own
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
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

    def submit(
        self, method: str, params: Message, on_notification: OnNotification | None = None
    ) -> PendingRequest:
        """Send a request and do not wait. If the worker is dead, ``result`` says so."""
        pending = PendingRequest(next(self._ids), on_notification, self)
        with self._lock:
            if self._death:
                pending.future.set_exception(self._death)
                return pending
            self._pending[pending.id] = pending
        line = encode(request_message(Request(method, params, pending.id)))
        with (
            self._write_lock,
            suppress(OSError, ValueError),
        ):  # it is dying: _declare_dead tells why
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
                    self._process.kill()
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
        except subprocess.TimeoutExpired:  # it has closed its stdout, but lives
            self._process.kill()
            status = self._process.wait()
        self._log_thread.join(STOP_SECONDS)
        with self._lock:
            self._death = WorkerDied(describe_exit(status), self.log)
            pending = list(self._pending.values())
            self._pending.clear()
        for request in pending:
            request.future.set_exception(self._death)
        with self._write_lock, suppress(OSError):
            self._stdin.close()


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


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"
