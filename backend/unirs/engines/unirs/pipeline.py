"""The engine of UniRS models: single questions and batches of them are rows of one pipeline."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import fmean

import numpy as np

from unirs.answers import (
    Answer,
    EngineKind,
    OptionScore,
    TokenCounts,
    acquisition_dates,
    image_facts,
)
from unirs.engines.devices import free_memory, guard_memory, resolve_device
from unirs.engines.engine import BATCH_SIZE, Capabilities, Item, check_question
from unirs.engines.precision import resolve_precision
from unirs.engines.unirs.decoding import Stop
from unirs.engines.unirs.prompting import fuses, is_base, writes_clue
from unirs.engines.unirs.reliability import answer_kind, is_demonstration
from unirs.engines.unirs.run import Row, Run
from unirs.engines.unirs.scoring import rank_options
from unirs.engines.unirs.stages import Stages
from unirs.engines.unirs.verdict import is_change_caption, is_changed
from unirs.engines.unirs.visual import fit_frames
from unirs.engines.views import VIEWS
from unirs.errors import UniRSError
from unirs.inputs import InputKind, Question, VisualInput
from unirs.model import ModelBundle, UniRSConfig, load_bundle
from unirs.model.folder import read_folder
from unirs.models import DEFAULT_MODEL, find_model

TOKENS_OF_WORDS = 384
"""Tokens of a long question with its answer, for an estimate of memory."""


class Pipeline:
    """Answers questions about visual inputs with a UniRS model (an ``Engine``).

    A question is a run, and each view of its images a row. Rows go through the stages side by
    side, whatever runs they belong to; a single question is a batch of one.

    Rounding differs in the last bits between batches of different sizes, as between any two shapes
    of a matrix product: an answer can differ only where two tokens are about equally probable.

    Args:
        bundle: The model, in evaluation mode on its device.
        load_seconds: How long loading took.
    """

    def __init__(self, bundle: ModelBundle, load_seconds: float = 0.0) -> None:
        self.bundle = bundle
        self.load_seconds = load_seconds
        self._stages = Stages(bundle)
        self._busy = False
        self._most_rows: int | None = None  # that fit into memory; set once it has run out

    @property
    def name(self) -> str:
        """Name of the model folder."""
        return self.bundle.name

    @property
    def config(self) -> UniRSConfig:
        """The model's configuration."""
        return self.bundle.config

    @property
    def device(self) -> str:
        """Where the model runs, such as ``"cpu"``."""
        return str(self.bundle.model.device)

    @property
    def precision(self) -> str:
        """One of ``unirs.model.memory.PRECISION_NAMES``."""
        return self.bundle.precision

    @property
    def image_size(self) -> int:
        """Side of the square that the encoder reads, in pixels."""
        return self.config.image_size

    @property
    def frame_count(self) -> int:
        """Frames read from a video."""
        return self.config.frame_count

    @property
    def demonstration(self) -> bool:
        """Whether the model's card states that its answers cannot be relied on."""
        return self.bundle.card.demonstration

    @property
    def kind(self) -> EngineKind:
        """``"unirs"``."""
        return "unirs"

    @property
    def digest(self) -> str:
        """SHA-256 over the weight files."""
        return self.bundle.digest

    @property
    def host(self) -> None:
        """Images stay on this computer."""

    @property
    def capabilities(self) -> Capabilities:
        """What the model can do. It was not trained on conversations: each question is its own."""
        return Capabilities(
            inputs=tuple(InputKind),
            clue=writes_clue(self.config),
            change_maps=bool(self.config.change_module),
            option_scores="exact",
            streams=True,
            conversation=False,
        )

    @property
    def memory_bytes(self) -> int:
        """Memory that the weights take."""
        return self.bundle.memory_bytes

    @property
    def batch_size(self) -> int:
        """Views that are answered side by side: as many as free memory allows for."""
        if self._most_rows:
            return self._most_rows
        fitting = free_memory(self.bundle.model.device) // (2 * self._row_bytes)
        return int(min(max(fitting, 1), BATCH_SIZE))

    @property
    def _row_bytes(self) -> int:
        """Memory of the keys and values of a view: a video, a question and an answer."""
        text = self.config.text_config
        width = text.hidden_size // text.num_attention_heads * text.num_key_value_heads
        numbers = 2 * text.num_hidden_layers * width
        tokens = self.config.visual_tokens * self.frame_count + TOKENS_OF_WORDS
        tokens = min(tokens, text.max_position_embeddings)
        return int(tokens * numbers * self.bundle.model.dtype.itemsize)

    def forget(self) -> None:
        """Clear all caches. Answers stay the same; the next one takes longer."""
        self._stages.clear()

    def close(self) -> None:
        """Release the memory of caches and weights. The pipeline cannot answer any more."""
        self.forget()
        self.bundle.model.to("meta")
        if self.bundle.clue_language_model is not None:
            self.bundle.clue_language_model.to("meta")

    def answer(
        self,
        visual: VisualInput,
        question: Question,
        *,
        on_token: Callable[[str], None] | None = None,
        on_stage: Callable[[str], None] | None = None,
        stop: Stop | None = None,
    ) -> Answer:
        """Answer a question (paper, section III).

        Args:
            visual: One image, a pair or a video. A video of another length than ``frame_count``
                is sampled evenly, or filled with black frames on the left.
            question: What is asked. Options are scored; without them the answer is generated.
            on_token: Called with each piece of the answer's text.
            on_stage: Called with ``"vision"``, ``"clue"``, ``"prefill"``, and ``"decode"`` or
                ``"score"`` as they begin; a change caption has both. A stage that is free, thanks
                to an earlier question, is left out. The views after the first are one stage,
                ``"view"``.
            stop: Called at every token. Once it returns true, the part of the answer until then
                is returned as ``stopped``.

        Returns:
            The answer, with the seconds of each stage.

        Raises:
            UniRSError: ``question_empty``, ``text_invalid``, ``options_invalid``,
                ``question_too_long`` for the model's context, or ``out_of_memory`` (the pipeline
                stays usable).
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
        """Answer many questions side by side; see :meth:`unirs.engines.engine.Engine.answers`.

        Neighbours share what one question leaves for the next in ``answer``: each image is encoded
        once, each visual input has one clue, and its prefix is read once.

        A ``stop`` may call ``answer``: the batch pauses at the step at hand and goes on afterwards
        as if nothing had been. A step is a token of all rows, or ``decoding.TOKENS_AT_ONCE``
        tokens of prompts, or ``visual.IMAGES_AT_ONCE`` images.
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

    def _rows(self, run: Run) -> list[Row]:
        """One row for each view; the first alone where the others would change nothing."""
        averages = (
            run.question.options
            or is_change_caption(run.visual, run.question)
            or fuses(self.config, run.visual)
        )
        views = VIEWS[: run.question.views] if averages else VIEWS[:1]
        visuals = [fit_frames(view.of(run.visual), self.frame_count) for view in views]
        return [
            Row(run, view, visual, self.bundle.processor)
            for view, visual in zip(views, visuals, strict=True)
        ]

    def _evaluate(
        self, rows: list[Row], batch_size: int, on_smaller: Callable[[int], None] | None = None
    ) -> list[Row]:
        """Take rows through all stages, ``batch_size`` at a time or as many as memory allows.

        A batch that does not fit starts again in smaller ones, with fresh rows.
        """
        done: list[Row] = []
        while len(done) < len(rows):
            size = min(batch_size, self._most_rows or batch_size)
            batch = [row.fresh() for row in rows[len(done) : len(done) + size]]
            work = partial(self._run, batch)
            try:
                guard_memory(work, self._stages.release_memory, "answering")
                done += batch
            except UniRSError as error:
                if error.code != "out_of_memory" or len(batch) == 1:
                    raise
                self._most_rows = len(batch) // 2
                if on_smaller:
                    on_smaller(self._most_rows)
        return done

    def _run(self, rows: Sequence[Row]) -> None:
        """Take rows through all stages; in the middle of other rows, past them."""
        outer, self._busy = self._busy, True
        try:
            (self._stages.aside() if outer else self._stages).run(rows)
        finally:
            self._busy = outer

    def _is_demonstration(self, run: Run, text: str) -> bool:
        """Whether the model's card states that an answer like this one cannot be relied on."""
        question, card = run.question, self.bundle.card
        kind = answer_kind(run.visual.kind, question.task, question.options, text)
        return is_demonstration(card.demonstration, card.reliable, kind)

    def _answer(self, run: Run, rows: Sequence[Row], total: float) -> Answer:
        """The answer of a run: probabilities and change maps are averaged over its rows."""
        first, options = rows[0], _ranked(run.question, rows)
        text, tokens = first.text, first.answer_tokens
        if options:
            text = options[0].text
            tokens = len(self.bundle.processor.encode_answer(text)) - 1
            run.note_token()
            run.emit(text)
        unchanged = [row.unchanged for row in rows if row.unchanged is not None]
        maps = [row.change_map for row in rows if row.change_map is not None]
        return Answer(
            text=text,
            task=run.question.task,
            clue=first.clue,
            options=options,
            changed=is_changed(unchanged) if unchanged else None,
            engine=self.kind,
            model=self.name,
            digest=self.digest,
            device=self.device,
            stopped=run.stopped,
            zero_shot=is_base(self.config),
            demonstration=self._is_demonstration(run, text),
            acquired=acquisition_dates(run.visual),
            crop=image_facts(run.visual),
            seconds=run.stage_seconds(self.load_seconds, total),
            tokens=TokenCounts(first.prompt_tokens, first.visual_tokens, tokens),
            change_map=np.mean(maps, axis=0) if maps else None,
        )


def _either(first: Stop | None, second: Stop | None) -> Stop | None:
    """Whether one of two reasons to stop holds."""
    if first is None or second is None:
        return first or second
    return lambda: first() or second()


def _ranked(question: Question, rows: Sequence[Row]) -> tuple[OptionScore, ...]:
    """The options of a question, best first; empty if none were scored."""
    scored = [row.probabilities for row in rows if row.probabilities]
    means = [fmean(each) for each in zip(*scored, strict=True)]
    return rank_options(question.options, means) if scored else ()


def load_pipeline(
    name_or_folder: str | Path = DEFAULT_MODEL,
    device: str = "auto",
    precision: str = "auto",
    on_accepted: Callable[[], None] = lambda: None,
) -> Pipeline:
    """Load a model and put it where it will run.

    Args:
        name_or_folder: See ``find_model``.
        device: See ``devices.resolve_device``.
        precision: See ``resolve_precision``.
        on_accepted: See ``load_bundle``.

    Raises:
        UniRSError: ``model_missing``, ``model_invalid``, ``device_missing``,
            ``precision_unknown``, ``precision_unsupported`` or ``out_of_memory``.
    """
    started = time.perf_counter()
    folder = read_folder(find_model(name_or_folder))
    where = resolve_device(device)
    chosen = resolve_precision(precision, where, folder.memory)
    bundle = guard_memory(
        lambda: load_bundle(folder, where, chosen.dtype, on_accepted, chosen.quantisation),
        lambda: None,
        f"loading the model {folder.name}",
    )
    return Pipeline(bundle, time.perf_counter() - started)
