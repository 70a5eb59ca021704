"""The state of answers in progress: listeners, clocks, and intermediate results."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from unirs.answers import StageSeconds
from unirs.engines.devices import synchronize
from unirs.engines.streaming import GrowingText
from unirs.engines.unirs.decoding import Stop, StreamingText
from unirs.engines.views import View
from unirs.inputs import Question, VisualInput
from unirs.model import UniRSProcessor


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
        """Report that a stage begins. After ``view``, no stage is reported any more."""
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


@dataclass(eq=False)
class Row:
    """One view of the images of a run, with its intermediate results.

    Attributes:
        run: The answer that it contributes to.
        view: Which view.
        visual: The images in this view, as many as the model reads.
        processor: Decodes tokens.
        features: Of the images, ``[images, grid * grid, vision_width]``, once they are encoded.
        clue: What the frozen base wrote about them, if it did.
        prompt_tokens: Tokens of the text of the prompt.
        visual_tokens: Tokens of the images.
        probabilities: Of the question's options, in their order; empty where they are not scored.
        unchanged: Probability that nothing has changed, where that is scored.
        change_map: Of a pair, turned back onto the original images.
    """

    run: Run
    view: View
    visual: VisualInput
    processor: UniRSProcessor
    features: Tensor = field(init=False)
    clue: str | None = None
    prompt_tokens: int = 0
    visual_tokens: int = 0
    probabilities: tuple[float, ...] = ()
    unchanged: float | None = None
    change_map: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        """Begin with no text."""
        self._ids: list[int] = []
        self._streaming = StreamingText(self.processor) if self.run.on_token else None

    def fresh(self) -> Row:
        """The same row, without results."""
        self.run.begin_anew()
        return Row(self.run, self.view, self.visual, self.processor)

    @property
    def question(self) -> Question:
        """What is asked."""
        return self.run.question

    @property
    def answer_tokens(self) -> int:
        """Tokens that were generated."""
        return len(self._ids)

    @property
    def text(self) -> str:
        """The text that was generated."""
        return self._streaming.text if self._streaming else self.processor.decode(self._ids)

    def add(self, token: int) -> None:
        """Take the next token of the text."""
        self.run.note_token()
        self._ids.append(token)
        if self._streaming:
            self.run.emit(self._streaming.add(token))

    def finish(self) -> None:
        """Pass on the end of the text, which was held back; not after a stop."""
        if self._streaming and not self.run.stopped:
            self.run.emit(self._streaming.finish())


def stop_of(rows: Sequence[Row]) -> Stop:
    """Whether all runs of some rows are to end."""
    runs = _runs_of(rows)
    return lambda: all(run.wants_stop() for run in runs)


@contextmanager
def stage(name: str, rows: Sequence[Row], device: torch.device) -> Iterator[None]:
    """Announce a stage of some rows, and share its time among their runs, however it ends."""
    runs = _runs_of(rows)
    for run in runs:
        run.announce(name)
    started = time.perf_counter()
    try:
        yield
        synchronize(device)
    finally:
        for run in runs:
            run.seconds[name] += (time.perf_counter() - started) / len(runs)


def _runs_of(rows: Sequence[Row]) -> list[Run]:
    return list(dict.fromkeys(row.run for row in rows))
