"""The queue of requests: answered at once, waiting, running, or cancelled.

Two threads share a :class:`Server`: one reads messages of the client (``listen``) and one works
through the requests (``work``). ``hello``, ``cancel`` and ``shutdown`` are answered by the
listening thread, so that they never wait.
"""

from __future__ import annotations

import logging
import os
import platform
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import unirs
from unirs.errors import UniRSError
from unirs.worker import protocol
from unirs.worker.protocol import ClientGone, Message, Request, RequestId, RPCError

if TYPE_CHECKING:
    from pydantic import BaseModel

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A request for work.

    Attributes:
        id: Of the request.
        method: One of ``protocol.WORK_METHODS``.
        params: Its parameters, checked.
        notify: Sends a notification (method, parameters) that carries the request's id.
        cancelled: Set when the client cancels the request.
    """

    id: RequestId
    method: str
    params: BaseModel
    notify: Callable[..., None]
    cancelled: threading.Event = field(default_factory=threading.Event)


class Worker(Protocol):
    """Does the work; used by one thread."""

    def prepare(self) -> None:
        """Import the modules that take long to import."""

    def run(self, job: Job) -> object:
        """The result of a request: a pydantic model or a dataclass.

        Raises:
            UniRSError: What a user can cause.
        """


class Server:
    """Reads messages, and gives each request exactly one response.

    Args:
        send: Writes a message to the client, from any thread; ``ClientGone`` if that is closed.
        new_worker: Makes the worker, on the thread that it works on; called after the response to
            hello, because its imports take long.
    """

    def __init__(self, send: Callable[[Message], None], new_worker: Callable[[], Worker]) -> None:
        self._send = send
        self._new_worker = new_worker
        self._leaving = False
        self._state = threading.Condition()  # guards all that follows
        self._waiting: deque[Job] = deque()
        self._running: Job | None = None
        self._awake = self._closing = False
        self._idle = True

    def listen(self, lines: Iterable[bytes]) -> None:
        """Read messages until the client is gone or requests a shutdown.

        Raises:
            ClientGone: If the client reads no more messages.
        """
        for line in lines:
            try:
                request = protocol.parse_request(line)
            except RPCError as error:
                self._send(protocol.error_message(None, error))
                continue
            self._receive(request)
            if self._leaving:
                return

    def work(self) -> None:
        """Work through requests, in the order in which they came, until ``close``.

        Raises:
            ClientGone: If the client reads no more messages.
        """
        with self._state:
            self._state.wait_for(lambda: self._awake)
        worker = self._new_worker()
        try:
            worker.prepare()
        except UniRSError:
            _log.exception("Every request will fail for this reason.")
        while (job := self._next_job()) is not None:
            reply = _outcome(worker, job)
            with self._state:
                self._running = None  # before the response, after which its id may be used again
            self._send(reply)

    def close(self) -> None:
        """Drop the requests that wait, stop the one that runs, and wait for its response."""
        with self._state:
            dropped = list(self._waiting)
            self._waiting.clear()
            self._closing = self._awake = True
            if self._running:
                self._running.cancelled.set()
            self._state.notify_all()
        with suppress(ClientGone):
            for job in dropped:
                self._send(protocol.error_message(job.id, _cancelled()))
        with self._state:
            self._state.wait_for(lambda: self._idle)

    def _receive(self, request: Request) -> None:
        """Respond to a request at once, or put it into the queue."""
        if request.id is None:
            self._handle_notification(request)
        elif self._find(request.id):
            duplicate = RPCError(
                protocol.INVALID_REQUEST,
                "duplicate_id",
                "A request with this id is still in flight.",
                id=request.id,
            )
            self._send(protocol.error_message(None, duplicate))  # the id belongs to the other one
        else:
            self._answer(request.id, request)

    def _answer(self, request_id: RequestId, request: Request) -> None:
        try:
            params = _checked_params(request)
            if request.method in protocol.WORK_METHODS:
                self._enqueue(request_id, request.method, params)
            else:
                result = self._at_once(request.method, params)
                self._send(protocol.result_message(request_id, result))
        except (RPCError, UniRSError) as error:
            self._send(protocol.error_message(request_id, _rpc_error(error)))
        self._wake()  # the long imports begin after the response to hello

    def _handle_notification(self, notification: Request) -> None:
        """Handle a message that gets no response; work without a response is not done."""
        try:
            if notification.method in protocol.WORK_METHODS:
                raise RPCError(protocol.INVALID_REQUEST, "invalid_request", "It needs an id.")
            self._at_once(notification.method, _checked_params(notification))
        except (RPCError, UniRSError) as error:
            _log.warning("Ignored the notification %.60r: %s", notification.method, error)

    def _at_once(self, method: str, params: Any) -> Message:
        """The result of one of ``protocol.IMMEDIATE_METHODS``."""
        if method == "hello":
            return hello()
        if method == "cancel":
            return {"state": self._cancel(params.id)}
        self._leaving = True
        return {}

    def _enqueue(self, request_id: RequestId, method: str, params: BaseModel) -> None:
        def notify(kind: str, **facts: Any) -> None:
            self._send(protocol.notification_message(kind, {"id": request_id, **facts}))

        with self._state:
            if len(self._waiting) >= protocol.MAX_WAITING:
                raise RPCError(
                    protocol.SERVER_ERROR,
                    "busy",
                    f"{protocol.MAX_WAITING} requests are waiting; try again later.",
                )
            self._waiting.append(Job(request_id, method, params, notify))
            self._state.notify_all()

    def _cancel(self, request_id: RequestId) -> str:
        """Stop a request; see ``messages.CancelResult``."""
        with self._state:
            job = self._find(request_id)
            if job is None:
                return "unknown"
            if job is self._running:
                job.cancelled.set()
                return "stopping"
            self._waiting.remove(job)
        self._send(protocol.error_message(request_id, _cancelled()))
        return "dropped"

    def _find(self, request_id: RequestId) -> Job | None:
        with self._state:
            in_flight = [*self._waiting, *([self._running] if self._running else [])]
        return next((job for job in in_flight if job.id == request_id), None)

    def _wake(self) -> None:
        with self._state:
            self._awake = True
            self._state.notify_all()

    def _next_job(self) -> Job | None:
        """The next in line; ``None`` once the server closes."""
        with self._state:
            self._idle = True
            self._state.notify_all()
            self._state.wait_for(lambda: self._waiting or self._closing)
            if self._closing:
                return None
            self._idle = False
            self._running = self._waiting.popleft()
            return self._running


def hello() -> Message:
    """The worker and what it supports (``messages.HelloResult``), without importing pydantic."""
    return {
        "protocol": protocol.PROTOCOL_VERSION,
        "version": unirs.__version__,
        "pid": os.getpid(),
        "python": platform.python_version(),
        "methods": list(protocol.METHODS),
        "max_line_bytes": protocol.MAX_LINE_BYTES,
        "max_waiting": protocol.MAX_WAITING,
    }


def _checked_params(request: Request) -> Any:
    """The parameters as their model in ``messages``.

    Those of hello are ignored, so that a client of any version can find out ours.
    """
    if request.method == "hello":
        return None
    if request.method not in protocol.METHODS:
        raise RPCError(
            protocol.METHOD_NOT_FOUND,
            "method_unknown",
            f"There is no method {request.method[:60]!r}.",
        )
    from unirs.worker import messages

    return messages.checked_params(request.method, request.params)


def _outcome(worker: Worker, job: Job) -> Message:
    """The response to a request, whatever happens."""
    started = time.perf_counter()
    try:
        reply = _reply(worker, job)
        protocol.encode(reply)
    except ClientGone:
        raise
    except Exception as error:
        _log.exception("A defect in %s:", job.method)
        reply = protocol.error_message(job.id, _defect(error))
    _log.info("%s took %.2f s", job.method, time.perf_counter() - started)
    return reply


def _reply(worker: Worker, job: Job) -> Message:
    from unirs.answers import to_json

    try:
        return protocol.result_message(job.id, to_json(worker.run(job)))
    except UniRSError as error:
        return protocol.error_message(job.id, _rpc_error(error))


def _rpc_error(error: RPCError | UniRSError) -> RPCError:
    if isinstance(error, RPCError):
        return error
    return RPCError(protocol.SERVER_ERROR, error.code, error.message, **error.details)


def _cancelled() -> RPCError:
    return RPCError(protocol.SERVER_ERROR, "cancelled", "The request was cancelled.")


def _defect(error: Exception) -> RPCError:
    return RPCError(
        protocol.INTERNAL_ERROR,
        "defect",
        f"UniRS has a defect ({type(error).__name__}); see the log.",
        log="".join(traceback.format_exception(type(error), error, error.__traceback__)),
    )
