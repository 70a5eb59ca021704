"""What the engines on this computer share: questions become rows, and rows batches that fit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from statistics import fmean
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from unirs.answers import (
    Answer,
    EngineKind,
    OptionScore,
    TokenCounts,
    acquisition_dates,
    image_facts,
)
from unirs.engines.confidence import (
    UNCALIBRATED,
    ConfidenceKind,
    Piece,
    Sureness,
    choose,
    text_agreement,
    text_confidence,
    verdict_confidence,
)
from unirs.engines.devices import guard_memory
from unirs.engines.engine import BATCH_SIZE, Item, check_question
from unirs.engines.run import Run, Stop
from unirs.engines.verdict import is_changed
from unirs.errors import UniRSError
from unirs.inputs import Crop, Question, VisualInput

Self = TypeVar("Self", bound="AnsweredRow")


class AnsweredRow(Protocol):
    """One view of the images of a run, with its results.

    Attributes:
        run: The answer that it contributes to.
        clue: What the model wrote about the images first, if it did.
        prompt_tokens: Tokens of the text of the prompt.
        visual_tokens: Tokens of the images.
        probabilities: Of the question's options, in their order; empty where they are not scored.
        unchanged: Probability that nothing has changed, where that is scored.
    """

    run: Run
    clue: str | None
    prompt_tokens: int
    visual_tokens: int
    probabilities: tuple[float, ...]
    unchanged: float | None

    def fresh(self: Self) -> Self:
        """The same row, without results."""


RowT = TypeVar("RowT", bound=AnsweredRow)


class LocalEngine(ABC, Generic[RowT]):
    """An ``Engine`` whose model is loaded into this process.

    A question is a run, and each view of its images a row. Rows go through the model side by side,
    whatever runs they belong to; a single question is a batch of one.

    Args:
        load_seconds: How long loading took.
    """

    kind: EngineKind
    host = None

    def __init__(self, load_seconds: float = 0.0) -> None:
        self.load_seconds = load_seconds
        self._most_rows: int | None = None  # that fit into memory; set once it has run out

    @property
    @abstractmethod
    def name(self) -> str:
        """Name of the model."""

    @property
    @abstractmethod
    def digest(self) -> str:
        """SHA-256 of the weights, which identifies the model in records."""

    @property
    @abstractmethod
    def device(self) -> str:
        """Where the model runs, such as ``"cpu"``."""

    def patch_features(self, crop: Crop) -> NDArray[np.float32] | None:  # noqa: ARG002
        """None, unless an engine gives them; see ``unirs.engines.engine.Engine``."""
        return None

    def answer(
        self,
        visual: VisualInput,
        question: Question,
        *,
        on_token: Callable[[str], None] | None = None,
        on_stage: Callable[[str], None] | None = None,
        stop: Stop | None = None,
    ) -> Answer:
        """Answer a question; see :class:`unirs.engines.engine.Item` for the arguments.

        ``on_stage`` is called with ``"vision"``, ``"clue"``, ``"prefill"``, and ``"decode"`` or
        ``"score"`` as they begin; a change caption has both. A stage that is free, thanks to an
        earlier question, is left out. The views after the first are one stage, ``"view"``.

        Returns:
            The answer, with the seconds of each stage.

        Raises:
            UniRSError: ``question_empty``, ``text_invalid``, ``options_invalid``,
                ``question_too_long`` for the model's context, or ``out_of_memory`` (the engine
                stays usable); further codes of the engine.
        """
        check_question(question)
        run = Run(visual, question, on_token, on_stage, stop)
        first, *others = self._rows(run)
        rows = self._evaluate([first], 1)
        if others and not run.wants_stop():
            run.announce("view")
            rows += self._evaluate(others, BATCH_SIZE)
        return self._answer(run, rows, run.elapsed())

    def answers(
        self,
        items: Iterable[Item],
        *,
        batch_size: int = BATCH_SIZE,
        on_smaller: Callable[[int], None] | None = None,
        stop: Stop | None = None,
    ) -> Iterator[Answer]:
        """Answer many questions; see :meth:`unirs.engines.engine.Engine.answers`.

        Neighbours share what one question leaves for the next in ``answer``: what was read of an
        image, and its clue.

        A ``stop`` may call ``answer``: the batch pauses at the step at hand and goes on afterwards
        as if nothing had been.
        """
        items, stopped = iter(items), False
        while not stopped and (batch := list(islice(items, batch_size))):
            for item in batch:
                check_question(item.question)
            runs = [Run(*item[:4], stop=_either(stop, item.stop)) for item in batch]
            rows = [row for run in runs for row in self._rows(run)]
            rows = self._evaluate(rows, batch_size, on_smaller)
            seconds = runs[0].elapsed() / len(runs)
            stopped = bool(stop and stop())
            for run in runs:
                yield self._answer(run, [row for row in rows if row.run is run], seconds)

    @abstractmethod
    def _rows(self, run: Run) -> list[RowT]:
        """One row for each view; the first alone where the others would change nothing."""

    @abstractmethod
    def _run(self, rows: Sequence[RowT]) -> None:
        """Take rows through the model; the results are in the rows."""

    @abstractmethod
    def _release_memory(self) -> None:
        """Drop what can be computed again."""

    @abstractmethod
    def _written(self, row: RowT) -> tuple[str, Sequence[Piece]]:
        """The text that was generated for a row, and the same by its tokens."""

    @abstractmethod
    def _option_tokens(self, row: RowT, option: str) -> int:
        """Tokens of an option that was scored for a row."""

    @abstractmethod
    def _own_facts(self, run: Run, rows: Sequence[RowT], text: str, /) -> dict[str, Any]:
        """Fields of the answer that only this engine has."""

    def _unsure_below(self, kind: ConfidenceKind) -> float | None:
        """Confidence below which an answer of a kind is not sure; ``None`` without a threshold."""
        return UNCALIBRATED.get(kind)

    def _evaluate(
        self, rows: list[RowT], batch_size: int, on_smaller: Callable[[int], None] | None = None
    ) -> list[RowT]:
        """Take rows through the model, ``batch_size`` at a time or as many as memory allows.

        A batch that does not fit starts again in smaller ones, with fresh rows.
        """
        done: list[RowT] = []
        while len(done) < len(rows):
            size = min(batch_size, self._most_rows or batch_size)
            batch = [row.fresh() for row in rows[len(done) : len(done) + size]]
            for row in batch:
                row.run.begin_anew()
            try:
                guard_memory(partial(self._run, batch), self._release_memory, "answering")
                done += batch
            except UniRSError as error:
                if error.code != "out_of_memory" or len(batch) == 1:
                    raise
                self._most_rows = len(batch) // 2
                if on_smaller:
                    on_smaller(self._most_rows)
        return done

    def _answer(self, run: Run, rows: Sequence[RowT], total: float) -> Answer:
        """The answer of a run: probabilities are averaged over its rows."""
        first, options = rows[0], run.question.options
        text, pieces = self._written(first)
        tokens, sureness = len(pieces), Sureness()
        scores: tuple[OptionScore, ...] = ()
        if scored := [row.probabilities for row in rows if row.probabilities]:
            scores, agreement = choose(options, scored)
            text = scores[0].text
            tokens = self._option_tokens(first, text)
            run.note_token()
            run.emit(text)
            sureness = Sureness(scores[0].probability, agreement, self._unsure_below("options"))
        unchanged = [row.unchanged for row in rows if row.unchanged is not None]
        if run.stopped:
            sureness = Sureness()
        elif not scored:
            sureness = self._sureness(rows, pieces)
        return Answer(
            text=text,
            task=run.question.task,
            clue=first.clue,
            options=scores,
            changed=is_changed(unchanged) if unchanged else None,
            engine=self.kind,
            model=self.name,
            digest=self.digest,
            device=self.device,
            stopped=run.stopped,
            acquired=acquisition_dates(run.visual),
            crop=image_facts(run.visual),
            warnings=run.visual.warnings,
            seconds=run.stage_seconds(self.load_seconds, total),
            tokens=TokenCounts(first.prompt_tokens, first.visual_tokens, tokens),
            **sureness._asdict(),
            **self._own_facts(run, rows, text),
        )

    def _sureness(self, rows: Sequence[RowT], pieces: Sequence[Piece]) -> Sureness:
        """How sure an answer without options is, and how far its views agree."""
        unchanged = [row.unchanged for row in rows if row.unchanged is not None]
        if unchanged:
            found = fmean(unchanged)
            agreeing = fmean(is_changed([each]) == is_changed([found]) for each in unchanged)
            agreement = agreeing if len(rows) > 1 else None
            return Sureness(verdict_confidence(found), agreement, self._unsure_below("verdict"))
        first, *others = [self._written(row)[0] for row in rows]
        confidence, agreement = text_confidence(pieces), text_agreement(first, others)
        return Sureness(confidence, agreement, self._unsure_below("text"))


def _either(first: Stop | None, second: Stop | None) -> Stop | None:
    """Whether one of two reasons to stop holds."""
    if first is None or second is None:
        return first or second
    return lambda: first() or second()
