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
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any

import unirs
from unirs.errors import UniRSError
from unirs.worker import protocol
from unirs.worker.jobs import Job, Worker
from unirs.worker.protocol import ClientGone, Message, Request, RequestId, RPCError

if TYPE_CHECKING:
    from pydantic import BaseModel

_log = logging.getLogger(__name__)


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
        self._running: list[Job] = []
        self._goes_first = threading.Event()  # set when a question comes that might
        self._worker: Worker | None = None
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

        Questions of one kind that wait are answered together; those that do not wait in the
        background go before those that do, also between two steps of their answers.

        Raises:
            ClientGone: If the client reads no more messages.
        """
        with self._state:
            self._state.wait_for(lambda: self._awake)
        worker = self._worker = self._new_worker()
        try:
            worker.prepare()
        except UniRSError:
            _log.exception("Every request will fail for this reason.")
        while jobs := self._next_jobs(worker):
            self._foresee()
            for job, reply in _outcomes(worker, jobs, partial(self._serve_first, worker, jobs[0])):
                self._respond(job, reply)

    def close(self) -> None:
        """Drop what waits or is answered together, stop the rest, and wait for its response."""
        with self._state:
            self._closing = self._awake = True
            in_flight = [*self._waiting, *self._running]
            for job in in_flight:
                job.cancelled.set()
            dropped = [job for job in in_flight if job in self._waiting or job.together]
            self._state.notify_all()
        with suppress(ClientGone):
            for job in dropped:
                self._respond(job, protocol.error_message(job.id, _cancelled()))
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
        job = Job(request_id, method, params)
        job.notify = partial(self._notify, job)
        with self._state:
            if len(self._waiting) >= protocol.MAX_WAITING:
                raise RPCError(
                    protocol.SERVER_ERROR,
                    "busy",
                    f"{protocol.MAX_WAITING} requests are waiting; try again later.",
                )
            self._waiting.append(job)
            self._state.notify_all()
        if job.background:
            self._foresee()
        else:
            self._goes_first.set()

    def _notify(self, job: Job, kind: str, **facts: Any) -> None:
        with self._state:  # so that it comes before the response, or not at all
            if not job.answered:
                self._send(protocol.notification_message(kind, {"id": job.id, **facts}))

    def _respond(self, job: Job, reply: Message) -> None:
        """Send the response to a request, unless it has one: that it was cancelled."""
        with self._state:
            if job.answered:
                return
            job.answered = True
            for jobs in (self._waiting, self._running):
                if job in jobs:
                    jobs.remove(job)
        self._send(reply)  # only now, because then its id may be used again

    def _cancel(self, request_id: RequestId) -> str:
        """Stop a request; see ``messages.CancelResult``."""
        with self._state:
            job = self._find(request_id)
            if job is None:
                return "unknown"
            job.cancelled.set()
            if job in self._running and not job.together:
                return "stopping"
            self._respond(job, protocol.error_message(request_id, _cancelled()))
            return "dropped"

    def _find(self, request_id: RequestId) -> Job | None:
        with self._state:
            in_flight = [*self._waiting, *self._running]
        return next((job for job in in_flight if job.id == request_id), None)

    def _wake(self) -> None:
        with self._state:
            self._awake = True
            self._state.notify_all()

    def _next_jobs(self, worker: Worker) -> list[Job]:
        """The next in line, and what is answered together with it; none once the server closes."""
        with self._state:
            self._idle = True
            self._state.notify_all()
            self._state.wait_for(lambda: self._waiting or self._closing)
            if self._closing:
                return []
            self._idle = False
            first = self._first_question() or self._waiting[0]
            jobs = self._alike(first, worker.at_once(first))
            for job in jobs:
                self._waiting.remove(job)
                job.together = len(jobs) > 1
            self._running = jobs.copy()
            return jobs

    def _alike(self, first: Job, most: int) -> list[Job]:
        """A request that waits, and those directly behind it that belong with it."""
        behind = list(self._waiting)[self._waiting.index(first) + 1 :]
        return [first, *islice(takewhile(first.belongs_with, behind), most - 1)]

    def _first_question(self, running: Job | None = None) -> Job | None:
        """The first question that goes before those in the background, if there is one.

        It must name the same model as they, and nothing between may change which one is loaded.

        Args:
            running: One of those that are being answered, if any are.
        """
        others = [running] if running else []
        for job in self._waiting:
            if job.is_task and not job.background:
                return job if all(map(job.names_same_model, others)) else None
            if not job.is_task:
                return None
            others.append(job)
        return None

    def _serve_first(self, worker: Worker, running: Job) -> None:
        """Answer the questions that go before those that are being answered."""
        if not running.background or not self._goes_first.is_set():
            return
        self._goes_first.clear()
        while not self._closing:
            with self._state:
                job = self._first_question(running)
                if job is None:
                    return
                self._waiting.remove(job)
                self._running.append(job)
            self._respond(job, _outcome(job, partial(worker.run, job)))

    def _foresee(self) -> None:
        """Let the worker prepare the questions that will probably be answered next."""
        with self._state:
            worker, waiting = self._worker, [job for job in self._waiting if job.background]
            running = next((job for job in self._running if job.background), None)
        if worker and running:
            alike = takewhile(running.belongs_with, waiting)
            worker.foresee(list(islice(alike, worker.at_once(running))))


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


def _outcomes(
    worker: Worker, jobs: Sequence[Job], between: Callable[[], None]
) -> Iterator[tuple[Job, Message]]:
    """The responses to requests, whatever happens."""
    first = jobs[0]
    if len(jobs) == 1 and not first.background:
        yield first, _outcome(first, partial(worker.run, first))
        return
    left = list(jobs)
    try:
        for job, work in worker.run_together(jobs, between):
            left.remove(job)
            yield job, _outcome(job, work)
    except ClientGone:
        raise
    except Exception as error:
        _log.exception("A defect in %s:", first.method)
        for job in left:
            yield job, protocol.error_message(job.id, _defect(error))


def _outcome(job: Job, work: Callable[[], object]) -> Message:
    """The response to a request, whatever happens."""
    started = time.perf_counter()
    try:
        reply = _reply(job, work)
        protocol.encode(reply)
    except ClientGone:
        raise
    except Exception as error:
        _log.exception("A defect in %s:", job.method)
        reply = protocol.error_message(job.id, _defect(error))
    _log.info("%s took %.2f s", job.method, time.perf_counter() - started)
    return reply


def _reply(job: Job, work: Callable[[], object]) -> Message:
    from unirs.answers import to_json

    try:
        return protocol.result_message(job.id, to_json(work()))
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
