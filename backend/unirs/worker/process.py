"""One worker process, as a client sees it, on the standard library alone.

It routes messages by id, distinguishes an error from a death, and stops in the right order. The
QGIS plugin ships this file beside ``client`` and ``protocol``: all three run on Python 3.9, the
oldest that QGIS 3.22 comes with, and import nothing else of the runtime.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import IO, cast

from .failures import (
    FROZEN,
    INTERRUPTED,
    MISMATCH,
    NO_HELLO,
    NO_MESSAGE,
    NOT_STARTED,
    WorkerDied,
    WorkerError,
    describe_exit,
)
from .protocol import (
    IMMEDIATE_METHODS,
    INVALID_PARAMS,
    INVALID_REQUEST,
    MAX_LINE_BYTES,
    PROTOCOL_VERSION,
    SERVER_ERROR,
    Message,
    Request,
    encode,
    request_message,
)

OnNotification = Callable[[str, Message], None]
"""Called with the kind (``"token"``, ``"progress"``) and the parameters of a notification."""

HELLO_SECONDS = 60.0
"""How long a worker may take to answer its first request; 0.3 s on an idle machine."""

SILENCE_SECONDS = 30
"""How long a worker with an unanswered request may be silent; it answers ``hello`` meanwhile."""

CANCEL_SECONDS = 10
"""The same after a cancel: somebody waits for that."""

WATCH_SECONDS = 1.0
"""How often a worker with an unanswered request is checked."""

STOP_SECONDS = 2.0
"""How long each step of stopping waits before the next, harder one."""

LOG_LINES = 200
"""Lines of the worker's stderr that are kept."""

_NOT_CANCELLABLE = {"load", "unload"}
"""Methods that run to their end after a cancel: what is loaded serves the next request."""


@dataclass(eq=False)
class PendingRequest:
    """A request to a worker, and its answer to come.

    Attributes:
        id: Identifies it in messages.
        method: One of ``protocol.METHODS``.
        on_notification: Called with tokens and progress.
        process: The worker.
        line: The encoded message.
        future: Its result, a ``WorkerError``, or the ``WorkerDied``.
        sent: Whether the worker may have received it.
        cancelled: Whether this client has cancelled it.
    """

    id: int
    method: str
    on_notification: OnNotification | None
    process: WorkerProcess = field(repr=False)
    line: bytes = field(default=b"", repr=False)  # may hold the key of a server
    future: Future[Message] = field(default_factory=Future)
    sent: bool = False
    cancelled: bool = False

    def result(self, timeout: float | None = None) -> Message:
        """Wait for the answer.

        Args:
            timeout: Seconds; ``None`` waits without a limit.

        Raises:
            WorkerError: The worker refused or failed.
            WorkerDied: It ended.
            concurrent.futures.TimeoutError: There is no answer yet; it may still come.
        """
        return self.future.result(timeout)

    def cancel(self) -> None:
        """Stop the request: at once before it is sent, else within a token; never waits.

        The text of a partial answer comes as the result. A worker that does not react within
        ``CANCEL_SECONDS`` is ended.
        """
        self.process.cancel(self)


class WorkerProcess:
    """One worker from its start to its end. No method but ``stop`` waits.

    One thread starts the program and writes requests, one reads messages and sets results, one
    watches: a worker that is frozen is ended, and its requests fail as those of one that died. The
    worker has a session of its own, so that Ctrl-C in a terminal reaches the client alone.
    Requests are sent once the worker has answered ``hello`` with this client's protocol version.

    Args:
        command: Program and arguments.
        environment: Its environment variables.

    Attributes:
        hello: The first request; its result is what the worker reports about itself.
        started: Set when the program runs, or cannot be started.
        ended: Its result is why the worker ended, set once all requests have failed.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command, self._environment = list(command), dict(environment)
        self._ids = itertools.count(1)
        self._pending: dict[int, PendingRequest] = {}
        self._outbox: SimpleQueue[PendingRequest | None] = SimpleQueue()
        self._lock = threading.Lock()  # guards _pending, _death, and `sent` of requests
        self._process: subprocess.Popen[bytes] | None = None
        self.started, self._greeted = threading.Event(), threading.Event()
        self.ended: Future[WorkerDied] = Future()
        self._death: WorkerDied | None = None
        self._fault: tuple[str, str] | None = None  # cause and reason, if this client ended it
        self._stopping = False
        self._silent_checks = 0  # turns of the watch without a message
        self._log: deque[str] = deque(maxlen=LOG_LINES)
        self._readers = [
            threading.Thread(target=work, name="unirs-worker", daemon=True)
            for work in (self._read_log, self._read_messages)
        ]
        self.hello = self.submit("hello", {})
        threading.Thread(target=self._write_requests, name="unirs-worker", daemon=True).start()

    @property
    def pid(self) -> int | None:
        """Process id; ``None`` before the program has started."""
        return self._process.pid if self._process else None

    @property
    def is_ready(self) -> bool:
        """Whether it has answered its first request."""
        return self.hello.future.done() and not self.hello.future.exception()

    @property
    def is_alive(self) -> bool:
        """Whether it starts, or still answers."""
        return self._death is None and (self._process is None or self._process.poll() is None)

    @property
    def log(self) -> str:
        """The last lines of its stderr."""
        return "".join(self._log)

    def submit(
        self, method: str, params: Message, on_notification: OnNotification | None = None
    ) -> PendingRequest:
        """Queue a request. Whatever is wrong with it, or with the worker, is its result.

        Args:
            method: One of ``protocol.METHODS``.
            params: Its parameters; see ``docs/worker-protocol.md``.
            on_notification: Called with tokens and progress, on the reading thread; must not raise.
        """
        pending = PendingRequest(next(self._ids), method, on_notification, self)
        refusal: Exception | None = None
        try:
            pending.line = encode(request_message(Request(method, params, pending.id)))
        except (TypeError, ValueError) as error:
            refusal = WorkerError.of(INVALID_PARAMS, "params_invalid", str(error))
        if len(pending.line) > MAX_LINE_BYTES:  # the worker's refusal would have no id
            text = "The request is too long for the worker."
            refusal = WorkerError.of(INVALID_REQUEST, "line_too_long", text)
        with self._lock:
            refusal = refusal or self._death
            if refusal is None:
                self._pending[pending.id] = pending
                self._outbox.put(pending)
        if refusal:
            pending.future.set_exception(refusal)
        return pending

    def cancel(self, pending: PendingRequest) -> None:
        """Stop a request; see ``PendingRequest.cancel``."""
        with self._lock:
            pending.cancelled = True
            waiting = self._pending.get(pending.id)
            if waiting and not waiting.sent:
                del self._pending[pending.id]
        if waiting and waiting.sent:
            self.submit("cancel", {"id": pending.id})
        elif waiting:
            text = "The request was cancelled before it was sent."
            pending.future.set_exception(WorkerError.of(SERVER_ERROR, "cancelled", text))

    def stop(self) -> int | None:
        """Ask to quit, wait, terminate, wait, kill; and only then close the pipes.

        Returns:
            The exit status; ``None`` if the program never ran.
        """
        self._stopping = True
        self.started.wait()
        if self._process is None:
            return None
        self.submit("shutdown", {})
        self._greeted.set()
        for harder in (self._process.terminate, self._process.kill):
            try:
                self._process.wait(STOP_SECONDS)
                break
            except subprocess.TimeoutExpired:
                harder()
        status = self._process.wait()
        for thread in self._readers:
            thread.join()
        return status

    # -- on the writing thread

    def _write_requests(self) -> None:
        try:
            self._start()
        except OSError as error:
            death = WorkerDied(f"cannot be started ({error})", cause=NOT_STARTED)
            death.__cause__ = error
            self._declare_dead(death)
            return
        finally:
            self.started.set()
        self._write(cast("PendingRequest", self._outbox.get()))
        self._greeted.wait()
        while (pending := self._outbox.get()) is not None:
            if not self._stopping or pending.method == "shutdown":
                self._write(pending)
        with suppress(OSError):
            self._pipe("stdin").close()

    def _start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - the command is the caller's own
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environment,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # on Windows, no console
        )
        for thread in self._readers:
            thread.start()
        threading.Thread(target=self._watch, name="unirs-worker", daemon=True).start()

    def _write(self, pending: PendingRequest) -> None:
        with self._lock:
            if pending.id not in self._pending:  # cancelled, or failed
                return
            pending.sent = True
        with suppress(OSError, ValueError):  # a worker that died is reported by the reading thread
            self._pipe("stdin").write(pending.line)
            self._pipe("stdin").flush()

    def _pipe(self, name: str) -> IO[bytes]:
        return cast("IO[bytes]", getattr(self._process, name))

    # -- on the reading threads

    def _read_log(self) -> None:
        with self._pipe("stderr") as stderr:
            for line in stderr:
                self._log.append(line.decode(errors="replace"))

    def _read_messages(self) -> None:
        with self._pipe("stdout") as stdout:
            for line in stdout:
                self._silent_checks = 0
                try:
                    self._receive(json.loads(line))
                except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                    self._log.append(f"This line is not a message: {line[:200]!r}\n")
                    self._end(NO_MESSAGE, "sent something that is no message, and was ended")
            self._declare_dead(self._describe_death())

    def _receive(self, message: Message) -> None:
        """Deliver a message to the request that it belongs to."""
        if "method" in message:
            self._notify(message["method"], message["params"])
            return
        error = WorkerError(message["error"]) if "error" in message else None
        is_partial = error.code == "cancelled" if error else message["result"].get("stopped")
        with self._lock:
            pending = self._pending.get(message["id"])
            if is_partial and pending and not pending.cancelled and not self._stopping:
                # Another program has interrupted the worker: what it sends is no answer, and its
                # requests fail together when it is dead.
                self._end(INTERRUPTED, "was interrupted by another program")
                return
            if pending is self.hello and not self._accepts(message):
                return
            self._pending.pop(message["id"], None)
        if pending is None:
            self._log.append(f"This answers no request: {message!r:.200}\n")
        elif error:
            pending.future.set_exception(error)
        else:
            pending.future.set_result(message["result"])
        if pending is self.hello:
            self._greeted.set()

    def _accepts(self, hello: Message) -> bool:
        """Whether the worker speaks this client's version of the protocol; ended if not."""
        version = hello.get("result", {}).get("protocol")
        if version == PROTOCOL_VERSION:
            return True
        reason = f"speaks version {version} of its protocol instead of {PROTOCOL_VERSION}"
        self._end(MISMATCH, f"{reason}; repair the runtime")
        return False

    def _notify(self, kind: str, params: Message) -> None:
        with self._lock:
            pending = self._pending.get(params["id"])
        if pending and pending.on_notification:
            pending.on_notification(kind, params)

    # -- its end

    def _watch(self) -> None:
        """End a worker that is frozen, or that continues after a cancel.

        Time is counted in turns of this loop: where the client itself was stopped, or the computer
        slept, the worker is not to blame.
        """
        since_cancel = 0
        while not wait([self.ended], WATCH_SECONDS).done:
            with self._lock:
                pending = list(self._pending.values())
            starting = self.hello in pending
            owed = [each for each in pending if each.method not in IMMEDIATE_METHODS]
            cancelled = {each.method for each in owed if each.cancelled}
            self._silent_checks = self._silent_checks + 1 if owed or starting else 0
            since_cancel = since_cancel + 1 if cancelled else 0
            patience = CANCEL_SECONDS if since_cancel > CANCEL_SECONDS else SILENCE_SECONDS
            if starting:
                if self._silent_checks > HELLO_SECONDS:
                    self._end(NO_HELLO, "did not respond after its start, and was ended")
            elif self._silent_checks > patience:
                self._end(FROZEN, "did not respond, and was ended")
            elif since_cancel > SILENCE_SECONDS and cancelled - _NOT_CANCELLABLE:
                self._end(FROZEN, "did not stop what was cancelled, and was ended")
            elif owed and not any(each.method == "hello" for each in pending):
                self.submit("hello", {})

    def _end(self, cause: str, reason: str) -> None:
        self._fault = self._fault or (cause, reason)
        cast("subprocess.Popen[bytes]", self._process).kill()

    def _describe_death(self) -> WorkerDied:
        process = cast("subprocess.Popen[bytes]", self._process)
        try:
            status = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._end(NO_MESSAGE, "closed its standard output, and was ended")
            status = process.wait()
        self._readers[0].join(STOP_SECONDS)
        if self._fault:
            cause, reason = self._fault
            return WorkerDied(reason, self.log, cause=cause)
        return WorkerDied(describe_exit(status), self.log, status)

    def _declare_dead(self, death: WorkerDied) -> None:
        """Fail all pending requests, and report the death."""
        with self._lock:
            self._death = death
            pending = list(self._pending.values())
            self._pending.clear()
        self._greeted.set()
        self._outbox.put(None)
        for request in pending:
            request.future.set_exception(death)
        self.ended.set_result(death)
