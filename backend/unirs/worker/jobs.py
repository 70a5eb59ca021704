"""Requests for work, and what a worker does with them."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from unirs.worker import protocol
from unirs.worker.protocol import RequestId

if TYPE_CHECKING:
    from pydantic import BaseModel


@dataclass(eq=False)
class Job:
    """A request for work.

    Attributes:
        id: Of the request.
        method: One of ``protocol.WORK_METHODS``.
        params: Its parameters, checked.
        notify: Sends a notification (method, parameters) that carries the request's id, until the
            request has its response.
        cancelled: Set when the client cancels the request.
        together: Whether it is answered together with others.
        answered: Whether it has its response, or gets it at this moment.
        ahead: What the worker has done for it in advance.
    """

    id: RequestId
    method: str
    params: BaseModel
    notify: Callable[..., None] = lambda *_, **__: None
    cancelled: threading.Event = field(default_factory=threading.Event)
    together: bool = False
    answered: bool = False
    ahead: Any = None

    @property
    def is_task(self) -> bool:
        """Whether it is a question, whose answer leaves the worker as it was."""
        return self.method in protocol.TASK_METHODS

    @property
    def background(self) -> bool:
        """Whether it is a question that others go before."""
        return self.is_task and bool(getattr(self.params, "background", False))

    def names_same_model(self, other: Job) -> bool:
        """Whether two requests name the same model in the same way."""
        return all(
            getattr(self.params, name, None) == getattr(other.params, name, None)
            for name in _MODEL_PARAMS
        )

    def belongs_with(self, other: Job) -> bool:
        """Whether two questions can be answered together: of one kind, to one model."""
        return (
            self.is_task
            and self.method == other.method
            and self.background == other.background
            and _image_count(self) == _image_count(other)
            and self.names_same_model(other)
        )


_MODEL_PARAMS = ("model", "device", "precision", "key", "allow_remote")

Work = tuple[Job, Callable[[], object]]
"""A request, and what gives its result: a pydantic model or a dataclass; or raises its error."""


class Worker(ABC):
    """Does the work; used by one thread, but for ``foresee``."""

    @abstractmethod
    def prepare(self) -> None:
        """Import the modules that take long to import."""

    @abstractmethod
    def run(self, job: Job) -> object:
        """The result of a request: a pydantic model or a dataclass.

        Raises:
            UniRSError: What a user can cause.
        """

    def at_once(self, job: Job) -> int:  # noqa: ARG002
        """How many questions like this one may be answered together, as far as it is known now."""
        return 1

    def run_together(
        self,
        jobs: Sequence[Job],
        between: Callable[[], None],  # noqa: ARG002
    ) -> Iterator[Work]:
        """Answer questions that belong together, in their order.

        Args:
            jobs: One or more.
            between: To be called between two steps; may call ``run`` for a question that goes
                first.
        """
        for job in jobs:
            yield job, partial(self.run, job)

    def foresee(self, jobs: Sequence[Job]) -> None:  # noqa: B027 - a worker need not
        """Questions that will probably come next; may be called from any thread."""


def _image_count(job: Job) -> int:
    return len(getattr(job.params, "paths", ()))
