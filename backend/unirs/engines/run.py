"""Answers in progress: listeners, clocks, and how they are stopped."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import torch

from unirs.answers import StageSeconds
from unirs.engines.devices import synchronize
from unirs.engines.streaming import GrowingText
from unirs.inputs import Question, VisualInput

Stop = Callable[[], bool]


class Stopped(Exception):  # noqa: N818 - not an error
    """The user stopped the work. What was found until then is kept."""


def check(stop: Stop) -> None:
    """End the work here if it is to be stopped.

    Raises:
        Stopped: If ``stop`` returns true.
    """
    if stop():
        raise Stopped


class Run:
    """One answer in progress.

    Args:
        visual: What is asked about.
        question: What is asked.
        on_token: Called with each piece of the answer's text.
        on_stage: Called with each stage as it begins.
        stop: Called often; the answer ends early once it returns true.

    Attributes:
        stopped: Whether the answer ended early.
        seconds: Time of each stage so far.
        first_token: Seconds from the start to the first token; 0 before.
    """

    def __init__(
        self,
        visual: VisualInput,
        question: Question,
        on_token: Callable[[str], None] | None = None,
        on_stage: Callable[[str], None] | None = None,
        stop: Stop | None = None,
    ) -> None:
        self.visual = visual
        self.question = question
        self.on_token = on_token
        self.stopped = False
        self.seconds: dict[str, float] = defaultdict(float)
        self.first_token = 0.0
        self._on_stage = on_stage
        self._stop = stop
        self._stage = ""
        self._text = GrowingText(on_token) if on_token else None
        self._started = time.perf_counter()

    def wants_stop(self) -> bool:
        """Whether the answer is to end here. After the first yes, ``stop`` is not called again."""
        if self._stop and not self.stopped:
            self.stopped = self._stop()
        return self.stopped

    def announce(self, stage: str) -> None:
        """Report that a stage begins. After ``view``, no more stages are reported."""
        if self._on_stage and self._stage not in (stage, "view"):
            self._on_stage(stage)
            self._stage = stage

    def note_token(self) -> None:
        """Take the time of the first token."""
        self.first_token = self.first_token or self.elapsed()

    def emit(self, piece: str) -> None:
        """Pass a piece of the text to ``on_token``, unless it is empty or was passed on before."""
        if self._text:
            self._text.add(piece)

    def begin_anew(self) -> None:
        """Write the text from its beginning. What was passed on is not passed on again."""
        if self._text:
            self._text.begin_anew()

    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._started

    def stage_seconds(self, load: float, total: float) -> StageSeconds:
        """The time of each stage."""
        return StageSeconds(
            load=load,
            vision=self.seconds["vision"],
            clue=self.seconds["clue"],
            prefill=self.seconds["prefill"],
            decode=self.seconds["decode"] + self.seconds["score"],
            first_token=self.first_token,
            total=total,
        )


class InProgress(Protocol):
    """A part of the work on an answer, such as one view of its images."""

    @property
    def run(self) -> Run:
        """The answer that it contributes to."""


def runs_of(rows: Sequence[InProgress]) -> list[Run]:
    """The runs that some rows belong to, each once."""
    return list(dict.fromkeys(row.run for row in rows))


def stop_of(rows: Sequence[InProgress]) -> Stop:
    """Whether all runs of some rows are to end."""
    runs = runs_of(rows)
    return lambda: all(run.wants_stop() for run in runs)


def announce(name: str, rows: Sequence[InProgress]) -> None:
    """Report that a stage of some rows begins."""
    for run in runs_of(rows):
        run.announce(name)


def spend(name: str, rows: Sequence[InProgress], seconds: float) -> None:
    """Share the time of a stage among the runs of some rows."""
    runs = runs_of(rows)
    for run in runs:
        run.seconds[name] += seconds / len(runs)


@contextmanager
def stage(name: str, rows: Sequence[InProgress], device: torch.device) -> Iterator[None]:
    """Announce a stage of some rows, and share its time among their runs, however it ends."""
    announce(name, rows)
    started = time.perf_counter()
    try:
        yield
        synchronize(device)
    finally:
        spend(name, rows, time.perf_counter() - started)
