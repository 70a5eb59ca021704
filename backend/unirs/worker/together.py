"""Questions that are answered side by side, each with its own errors, pieces of text and files.

One that cannot be read fails alone. Where the batch fails, each of its questions is answered by
itself: what is wrong with one of them is the error of that one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from typing import TYPE_CHECKING, Any

from unirs.engines.streaming import GrowingText
from unirs.errors import UniRSError
from unirs.inputs import Task
from unirs.worker.protocol import ClientGone

if TYPE_CHECKING:
    from unirs.answers import Answer
    from unirs.engines.engine import Engine, Item
    from unirs.request import TaskRequest
    from unirs.tasks import ReadTask
    from unirs.worker.jobs import Job

_log = logging.getLogger(__name__)

_CAN_PAUSE = ("unirs", "server")
"""Engines that can answer a question between two steps of others; the rest does between batches."""

Guard = Callable[[Callable[[], Any]], Any]
"""Does work, and makes an error for the user of exhausted memory."""


@dataclass
class ReadQuestion:
    """A question whose images are read.

    Attributes:
        job: The request.
        engine: Which answers it.
        task: Its images, and what to write.
    """

    job: Job
    engine: Engine
    task: ReadTask
    _text: GrowingText = field(init=False)

    def __post_init__(self) -> None:
        """Send the text piece by piece."""
        self._text = GrowingText(lambda piece: self.job.notify("token", text=piece))

    def item(self, between: Callable[[], None]) -> Item:
        """The question in a batch.

        Args:
            between: Called between two steps, if the engine can answer another question there.
        """
        from unirs.engines.engine import Item

        can_pause, cancelled = self.engine.kind in _CAN_PAUSE, self.job.cancelled

        def stop() -> bool:
            if can_pause:
                between()
            return cancelled.is_set()

        return Item(
            self.task.visual,
            self.task.request.question,
            on_token=self._text.add,
            on_stage=lambda stage: self.job.notify("progress", stage=stage),
            stop=stop,
        )

    def answer_alone(self, item: Item) -> Answer:
        """The answer by itself, and its files; see ``tasks.run_task``."""
        self._text.begin_anew()
        answer = self.engine.answer(
            item.visual,
            item.question,
            on_token=item.on_token,
            on_stage=item.on_stage,
            stop=item.stop,
        )
        return self.task.finish(answer)


def request_of(job: Job) -> TaskRequest:
    """What a job requests, with inputs that can be opened.

    Raises:
        UniRSError: Those of ``TaskRequest`` and of ``tasks.check_inputs``.
    """
    from unirs.request import TaskRequest
    from unirs.tasks import check_inputs

    names = [field.name for field in fields(TaskRequest) if field.name != "task"]
    request = TaskRequest(Task(job.method), **{name: getattr(job.params, name) for name in names})
    check_inputs(request)
    return request


def read(job: Job, engine: Engine) -> ReadTask:
    """Read the images of a question.

    Raises:
        UniRSError: See ``tasks.read_task``.
    """
    from unirs.tasks import read_task

    return read_task(
        engine,
        request_of(job),
        on_stage=lambda stage: job.notify("progress", stage=stage),
        stop=job.cancelled.is_set,
    )


def answer_together(
    questions: Sequence[ReadQuestion], between: Callable[[], None], guard: Guard
) -> Iterator[Callable[[], Answer]]:
    """What gives the answer of each question, or raises its error; in their order.

    Args:
        questions: To one engine.
        between: See ``ReadQuestion.item``.
        guard: Guards what takes memory.
    """
    items = [question.item(between) for question in questions]
    batch = None
    if len(questions) > 1:
        engine = questions[0].engine
        batch = iter(engine.answers(items, batch_size=engine.batch_size))
    for question, item in zip(questions, items, strict=True):
        answer = None
        if batch is not None:
            answer = _next(batch, guard)
            batch = batch if answer else None
        if answer:
            yield partial(question.task.finish, answer)
        else:
            yield partial(guard, partial(question.answer_alone, item))


def _next(batch: Iterator[Answer], guard: Guard) -> Answer | None:
    """The next answer of a batch; none if it fails."""
    try:
        return guard(lambda: next(batch))
    except ClientGone:
        raise
    except UniRSError as error:
        _log.info("A batch failed, so its questions are answered one by one: %s", error)
    except Exception:
        _log.exception("A batch failed, so its questions are answered one by one:")
    return None
