"""The engine of OpenAI-compatible servers, for callers that know nothing of event loops."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from queue import Empty, SimpleQueue

from unirs.answers import Answer, EngineKind
from unirs.engines.chat import FRAME_COUNT
from unirs.engines.engine import BATCH_SIZE, Capabilities, Item
from unirs.engines.server.answering import Answering
from unirs.engines.server.chat_request import IMAGE_SIZE
from unirs.engines.server.connected import ConnectedModel
from unirs.engines.server.event_loop import EventLoop
from unirs.inputs import Crop, InputKind, Question, VisualInput

AT_ONCE = 4
"""Requests that a server is sent at a time; servers batch what waits by themselves."""
_POLL_SECONDS = 0.05
"""How often it is asked whether to stop while nothing arrives."""

Stop = Callable[[], bool]


class ServerEngine:
    """Answers questions with a model of an OpenAI-compatible server (an ``Engine``).

    Args:
        loop: Runs the requests; closed with the engine.
        model: The model.
        load_seconds: How long connecting and loading took.
    """

    kind: EngineKind = "server"
    digest: str | None = None
    precision = ""
    image_size = IMAGE_SIZE
    frame_count = FRAME_COUNT
    demonstration = False
    memory_bytes: int | None = None
    batch_size = AT_ONCE

    def __init__(self, loop: EventLoop, model: ConnectedModel, load_seconds: float) -> None:
        self.load_seconds = load_seconds
        self._loop = loop
        self._model = model

    @property
    def name(self) -> str:
        """The server's name of the model."""
        return self._model.name

    @property
    def device(self) -> str:
        """The server, as ``"127.0.0.1:11434"``: it does not state what it runs on."""
        return self._model.client.address.host

    @property
    def host(self) -> str | None:
        """Host that images are sent to; ``None`` if they stay on this computer."""
        return self._model.host

    @property
    def capabilities(self) -> Capabilities:
        """What the model can do."""
        return Capabilities(
            inputs=tuple(InputKind),
            clue=True,
            change_maps=False,
            option_scores="server" if self._model.top_logprobs else "none",
            streams=True,
            conversation=True,
        )

    def answer(
        self,
        visual: VisualInput,
        question: Question,
        *,
        on_token: Callable[[str], None] | None = None,
        on_stage: Callable[[str], None] | None = None,
        stop: Stop | None = None,
    ) -> Answer:
        """Answer one question; see :meth:`unirs.engines.engine.Engine.answer`.

        A stop closes the connection, on which servers end their work.

        Raises:
            UniRSError: What is wrong with the question or the server; the engine stays usable.
        """
        return next(self.answers([Item(visual, question, on_token, on_stage, stop)]))

    def answers(
        self,
        items: Iterable[Item],
        *,
        batch_size: int = BATCH_SIZE,
        on_smaller: Callable[[int], None] | None = None,  # noqa: ARG002  (memory is the server's)
        stop: Stop | None = None,
    ) -> Iterator[Answer]:
        """Answer many questions, several at once; see ``unirs.engines.engine.Engine.answers``."""
        source, events = iter(items), SimpleQueue[_Event]()
        jobs: deque[_Job] = deque()
        stopped = False
        try:
            while True:
                while not stopped and len(jobs) < min(batch_size, AT_ONCE):
                    if (item := next(source, None)) is None:
                        break
                    jobs.append(_Job(self._loop, self._model, item, self.load_seconds, events))
                if not jobs:
                    return
                while not jobs[0].done:
                    _deliver(events, wait=_POLL_SECONDS)
                    stopped = stopped or bool(stop and stop())
                    for job in jobs:
                        if stopped or job.wants_stop():
                            job.cancel()
                while _deliver(events):
                    pass  # what came before the end
                yield jobs.popleft().result()
        finally:
            for job in jobs:
                job.cancel()

    def patch_features(self, crop: Crop) -> None:
        """None."""

    def forget(self) -> None:
        """Clear all caches. Answers stay the same; the next one takes longer."""
        self._model.clues.clear()

    def close(self) -> None:
        """Close all connections. The engine can no longer answer."""
        self._loop.close()


_Event = tuple["_Job | None", str, str]


class _Job:
    """An answer that is made in the event loop, seen from the caller's thread."""

    def __init__(
        self,
        loop: EventLoop,
        model: ConnectedModel,
        item: Item,
        load_seconds: float,
        events: SimpleQueue[_Event],
    ) -> None:
        self._item = item
        self._answering = Answering(
            model,
            item.visual,
            item.question,
            lambda kind, text: events.put((self, kind, text)),
            load_seconds,
        )
        self._future = loop.start(self._answering.run())
        self._future.add_done_callback(lambda _: events.put((None, "", "")))

    @property
    def done(self) -> bool:
        """Whether there is a result."""
        return self._future.done()

    def wants_stop(self) -> bool:
        """Whether its listener wants it to end here."""
        return bool(not self.done and self._item.stop and self._item.stop())

    def cancel(self) -> None:
        """End it, if it has not ended."""
        self._future.cancel()

    def pass_on(self, kind: str, text: str) -> None:
        """Pass an event on to its listener."""
        listener = self._item.on_token if kind == "token" else self._item.on_stage
        if listener:
            listener(text)

    def result(self) -> Answer:
        """The answer, or the part of it until it was cancelled.

        Raises:
            UniRSError: Why there is none.
        """
        try:
            self._future.result()
        except CancelledError:
            return self._answering.answer(stopped=True)
        return self._answering.answer(stopped=False)


def _deliver(events: SimpleQueue[_Event], wait: float = 0.0) -> bool:
    """Pass on the next event; ``False`` if none comes within so many seconds."""
    try:
        job, kind, text = events.get(timeout=wait)
    except Empty:
        return False
    if job:
        job.pass_on(kind, text)
    return True
