"""Questions to the model: the worker's own way, one at a time, with progress and cancel."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import anyio
import anyio.from_thread
import anyio.to_thread

from unirs.errors import UniRSError
from unirs.worker import messages
from unirs.worker.jobs import Job
from unirs.worker.service import Service

if TYPE_CHECKING:
    from unirs.index.finding import Locate

STAGES = {
    "load": "Loading the model",
    "read": "Reading the images",
    "vision": "Encoding the images",
    "clue": "Describing the images",
    "prefill": "Reading the prompt",
    "decode": "Generating the answer",
    "score": "Scoring the options",
    "view": "Evaluating the other views",
    "date": "Asking about the dates",
    "compare": "Comparing images",
}

T = TypeVar("T")


class Listener(Protocol):
    """Where progress is reported to: the context of a tool call."""

    async def report_progress(
        self, progress: float, total: float | None = None, message: str | None = None
    ) -> None:
        """Send a notification, if the client wants any."""


class Steps:
    """The steps of one tool call, counted up from 0; how many there will be is not known."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._numbers = itertools.count()

    async def begin(self, what: str) -> None:
        """Report that a step begins."""
        await self._listener.report_progress(next(self._numbers), None, what)


class Questions:
    """Keeps one model loaded, from the first question on.

    Args:
        model: Parameters of ``messages.LoadParams``: which model, where it runs.
        locate: See ``Service``.
    """

    def __init__(self, model: Mapping[str, Any], locate: Locate) -> None:
        self._model = dict(model)
        self._service = Service(locate)
        self._turn = anyio.CapacityLimiter(1)
        self._busy = threading.Lock()  # held to the end, also by a question that nobody waits for

    async def run(self, steps: Steps, method: str, **params: Any) -> Any:
        """The result of a method of the worker.

        A cancelled question ends at its next token; the one behind it waits for that.

        Args:
            steps: Is sent each stage as it begins.
            method: One of ``protocol.WORK_METHODS``.
            params: Its parameters as JSON values, without those of the model.

        Raises:
            UniRSError: What a user can cause.
            RPCError: ``params_invalid``.
        """
        checked = messages.checked_params(method, {**self._model, **params})
        if self._turn.borrowed_tokens:
            await steps.begin("Waiting for its turn")

        def work(stop: threading.Event) -> Any:
            def notify(kind: str, **facts: Any) -> None:
                if kind in _STEPS and not stop.is_set():
                    anyio.from_thread.run(steps.begin, _STEPS[kind](facts))

            with self._busy:
                if stop.is_set():
                    raise UniRSError("cancelled", "The question was cancelled.")
                return self._service.run(Job(0, method, checked, notify, stop))

        return await in_thread(work, self._turn)

    def wait(self, seconds: float) -> None:
        """Let the question that is being answered end, so that it leaves no half of a file."""
        self._busy.acquire(timeout=seconds)


async def in_thread(
    work: Callable[[threading.Event], T], limiter: anyio.CapacityLimiter | None = None
) -> T:
    """Do work in a thread, so that other messages are answered meanwhile.

    Args:
        work: Is given an event that is set once nobody waits.
        limiter: How many of this kind run at once.
    """
    stop = threading.Event()
    try:
        return await anyio.to_thread.run_sync(work, stop, abandon_on_cancel=True, limiter=limiter)
    finally:
        stop.set()


def _stage(facts: dict[str, Any]) -> str:
    name, total = STAGES.get(facts["stage"], facts["stage"]), facts.get("total")
    return name if total is None else f"{name}: {facts['done']} of {total}"


_STEPS: dict[str, Callable[[dict[str, Any]], str]] = {
    "progress": _stage,
    "window": "Window {done} of {total}, size {level} of {levels}".format_map,
}
"""What the worker's notifications are for a client; those of other kinds are left out."""
