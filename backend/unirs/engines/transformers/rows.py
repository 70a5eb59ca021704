"""The state of answers in progress: a row for each view of the images of a question."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from unirs.engines.transformers.processing import Processing
from unirs.engines.unirs.decoding import Stop
from unirs.engines.unirs.run import Run
from unirs.engines.views import View
from unirs.inputs import Question, Turn, VisualInput


@dataclass(eq=False)
class Row:
    """One view of the images of a run, with its intermediate results.

    Attributes:
        run: The answer that it contributes to.
        view: Which view.
        visual: The images in this view; of a video, as many as there is room for.
        clue: A description of them, where one is wanted.
        turns: Earlier turns, as many as there is room for.
        ids: Tokens that were generated.
        ended: Whether the model has ended its answer.
        prompt_tokens: Tokens of the text of the prompt.
        visual_tokens: Tokens of the images.
        probabilities: Of the question's options, in their order; empty where they are not scored.
        unchanged: Probability that nothing has changed, where that is scored.
        option_tokens: Tokens of each option.
    """

    run: Run
    view: View
    visual: VisualInput
    clue: str | None = None
    turns: tuple[Turn, ...] = ()
    ids: list[int] = field(default_factory=list)
    ended: bool = False
    prompt_tokens: int = 0
    visual_tokens: int = 0
    probabilities: tuple[float, ...] = ()
    unchanged: float | None = None
    option_tokens: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Begin with no text."""
        self._shown = ""

    def fresh(self) -> Row:
        """The same row, without results; text that was passed on is not passed on again."""
        self.run.begin_anew()
        return Row(self.run, self.view, self.view.of(self.run.visual))

    @property
    def question(self) -> Question:
        """What is asked."""
        return self.run.question

    def take(self, token: int, processing: Processing) -> None:
        """Take the next token of the answer."""
        self.run.note_token()
        self.ids.append(token)
        if self.run.on_token:
            text = self.text(processing)
            if not text.endswith("\N{REPLACEMENT CHARACTER}"):  # the end is within a character
                self._show(text)

    def finish(self, processing: Processing) -> None:
        """Pass on the end of the text, which was held back."""
        if self.run.on_token:
            self._show(self.text(processing))

    def text(self, processing: Processing) -> str:
        """The text that was generated."""
        text = processing.decode(self.ids).strip()
        return text.rstrip("\N{REPLACEMENT CHARACTER}") if self.run.stopped else text

    def _show(self, text: str) -> None:
        """Pass on what is new in a text; white space at its end waits for what follows."""
        if text.startswith(self._shown):
            self.run.emit(text[len(self._shown) :])
            self._shown = text


def sampled(visual: VisualInput, count: int) -> VisualInput:
    """A video with fewer frames, evenly chosen from first to last."""
    chosen = np.linspace(0, len(visual.crops) - 1, count).round().astype(int)
    return VisualInput.video([visual.crops[index] for index in chosen])


def stop_of(rows: Sequence[Row]) -> Stop:
    """Whether all runs of some rows are to end."""
    return lambda: all(row.run.wants_stop() for row in rows)


def going_on(rows: Sequence[Row]) -> list[Row]:
    """The rows whose runs are not to end."""
    return [row for row in rows if not row.run.wants_stop()]


@contextmanager
def stage(name: str, rows: Sequence[Row]) -> Iterator[None]:
    """Announce a stage of some rows, and share its time among them, however it ends."""
    announce(name, rows)
    started = time.perf_counter()
    try:
        yield
    finally:
        spend(name, rows, time.perf_counter() - started)


def announce(name: str, rows: Sequence[Row]) -> None:
    """Report that a stage of some rows begins."""
    for row in rows:
        row.run.announce(name)


def spend(name: str, rows: Sequence[Row], seconds: float) -> None:
    """Share the time of a stage among rows."""
    for row in rows:
        row.run.seconds[name] += seconds / len(rows)
