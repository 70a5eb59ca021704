"""The engine of vision-language models that ``transformers`` loads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import fmean

from unirs.answers import (
    Answer,
    EngineKind,
    OptionScore,
    TokenCounts,
    acquisition_dates,
    image_facts,
)
from unirs.engines.devices import free_memory, guard_memory
from unirs.engines.engine import BATCH_SIZE, Capabilities, Item, check_question
from unirs.engines.transformers.answering import Answering
from unirs.engines.transformers.loading import LoadedVLM, load_vlm
from unirs.engines.transformers.processor import LARGEST_CROP
from unirs.engines.transformers.reading import Reader
from unirs.engines.transformers.rows import Row
from unirs.engines.unirs.decoding import Stop
from unirs.engines.unirs.run import Run
from unirs.engines.unirs.scoring import rank_options
from unirs.engines.unirs.verdict import is_change_caption, is_changed
from unirs.engines.views import VIEWS
from unirs.errors import UniRSError
from unirs.inputs import InputKind, Question, VisualInput

FRAME_COUNT = 8
"""Frames of a video file; these models read any number, and each takes some hundred tokens."""

_LARGEST_CROP_BYTES, _LEAST_BYTES = 512 * 2**20, 32 * 2**20
"""Rough memory that the largest crop takes while it is read, and the least that any takes."""


class TransformersEngine:
    """Answers questions with a vision-language model of ``transformers`` (an ``Engine``).

    Options are scored by their likelihood. The images of a question are read once, and serve the
    questions about them that follow. Without a wish of the user there is no clue: it costs a second
    generation, and these models were not trained with one.

    Args:
        loaded: The model.
        load_seconds: How long loading took.

    Attributes:
        model: The model, as ``transformers`` has it.
        processing: Makes its inputs.
    """

    demonstration = False

    def __init__(self, loaded: LoadedVLM, load_seconds: float = 0.0) -> None:
        self._folder, self.model, self.processing, self._precision = loaded
        self.load_seconds = load_seconds
        self.memory_bytes = int(self.model.get_memory_footprint())
        text = self.model.config.get_text_config(decoder=True)
        context = getattr(text, "max_position_embeddings", None)
        self._answering = Answering(
            self.processing,
            Reader(self.model, self.name),
            self._folder.model_type,
            self.name,
            context or int(self.processing.tokenizer.model_max_length),
        )
        self._most_rows: int | None = None  # that fit into memory; set once it has run out

    @property
    def kind(self) -> EngineKind:
        """``"transformers"``."""
        return "transformers"

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._folder.name

    @property
    def digest(self) -> str:
        """SHA-256 over the weight files; see ``VLMFolder.digest``."""
        return self._folder.digest

    @property
    def device(self) -> str:
        """Where the model runs, such as ``"cpu"``."""
        return str(self.model.device)

    @property
    def precision(self) -> str:
        """Number type of the weights."""
        return self._precision

    @property
    def host(self) -> None:
        """Images stay on this computer."""

    @property
    def image_size(self) -> int:
        """Longer side of the crops that the image processor makes the most of."""
        return self.processing.image_size

    @property
    def frame_count(self) -> int:
        """Frames of a video; fewer where the context is too short for them."""
        return FRAME_COUNT

    @property
    def batch_size(self) -> int:
        """Views of images that are answered side by side, as the free memory allows."""
        if not self._answering.batches:
            return 1
        free = free_memory(self.model.device)
        area = (self.image_size / LARGEST_CROP) ** 2
        of_one = max(_LEAST_BYTES, _LARGEST_CROP_BYTES * area)
        return max(1, min(BATCH_SIZE, self._most_rows or BATCH_SIZE, int(free / of_one)))

    @property
    def batches(self) -> bool:
        """Whether ``answers`` takes questions side by side; else one by one."""
        return self._answering.batches

    @property
    def capabilities(self) -> Capabilities:
        """What the model can do."""
        return Capabilities(
            inputs=tuple(InputKind),
            clue=True,
            change_maps=False,
            option_scores="exact",
            streams=True,
            conversation=True,
        )

    def forget(self) -> None:
        """Clear all caches. Answers stay the same; the next one takes longer."""
        self._answering.clear()

    def close(self) -> None:
        """Release the memory of caches and weights. The engine cannot answer any more."""
        self.forget()
        self.model.to("meta")

    def answer(
        self,
        visual: VisualInput,
        question: Question,
        *,
        on_token: Callable[[str], None] | None = None,
        on_stage: Callable[[str], None] | None = None,
        stop: Stop | None = None,
    ) -> Answer:
        """Answer a question; see :class:`unirs.engines.engine.Item`.

        ``on_stage`` is called with ``"vision"``, ``"clue"``, ``"prefill"``, and ``"decode"`` or
        ``"score"`` as they begin; the views after the first are one stage, ``"view"``.

        Raises:
            UniRSError: ``question_empty``, ``text_invalid``, ``options_invalid``,
                ``question_too_long`` for the model's context, ``template_invalid``,
                ``images_unreadable``, ``model_failed``, or ``out_of_memory`` (the engine stays
                usable).
        """
        check_question(question)
        run = Run(visual, question, on_token, on_stage, stop)
        first, *others = _rows(run)
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

        One question about several images of one size is answered side by side; several questions
        about one image share what was read of it, and are answered one by one. So are all questions
        to a model of an architecture that is not among ``answering.TESTED``.

        A ``stop``, which is called before each layer, may call ``answer``: the batch pauses there
        and goes on afterwards as if nothing had been.
        """
        items, stopped = iter(items), False
        while not stopped and (batch := list(islice(items, batch_size))):
            for item in batch:
                check_question(item.question)
            runs = [Run(*item[:4], stop=_either(stop, item.stop)) for item in batch]
            rows = self._evaluate(
                [row for run in runs for row in _rows(run)], batch_size, on_smaller
            )
            seconds = runs[0].elapsed() / len(runs)
            stopped = bool(stop and stop())
            for run in runs:
                yield self._answer(run, [row for row in rows if row.run is run], seconds)

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
            work = partial(self._answering.run, batch)
            try:
                guard_memory(work, self._answering.release_memory, "answering")
                done += batch
            except UniRSError as error:
                if error.code != "out_of_memory" or len(batch) == 1:
                    raise
                self._most_rows = len(batch) // 2
                if on_smaller:
                    on_smaller(self._most_rows)
        return done

    def _answer(self, run: Run, rows: Sequence[Row], total: float) -> Answer:
        """The answer of a run: probabilities are averaged over its rows."""
        first, options = rows[0], _ranked(run.question, rows)
        text, tokens = first.text(self.processing), len(first.ids)
        if options:
            text = options[0].text
            tokens = first.option_tokens[run.question.options.index(text)]
            run.note_token()
            run.emit(text)
        unchanged = [row.unchanged for row in rows if row.unchanged is not None]
        return Answer(
            text=text,
            task=run.question.task,
            clue=first.clue,
            options=options,
            changed=is_changed(unchanged) if unchanged else None,
            engine=self.kind,
            model=self.name,
            digest=self.digest,
            conversation_turns=len(first.turns),
            frames_left_out=len(run.visual.crops) - len(first.visual.crops),
            device=self.device,
            stopped=run.stopped,
            acquired=acquisition_dates(run.visual),
            crop=image_facts(run.visual),
            seconds=run.stage_seconds(self.load_seconds, total),
            tokens=TokenCounts(first.prompt_tokens, first.visual_tokens, tokens),
        )


def load_transformers_engine(
    folder: Path,
    device: str = "auto",
    precision: str = "auto",
    on_accepted: Callable[[], None] = lambda: None,
) -> TransformersEngine:
    """Load the model of a folder that ``transformers`` itself can load.

    Args:
        folder: The folder.
        device: See ``devices.resolve_device``.
        precision: See ``resolve_precision``.
        on_accepted: Called once the model is known to be usable, before its weights are read.

    Raises:
        UniRSError: See ``load_vlm``.
    """
    started = time.perf_counter()
    loaded = load_vlm(folder, device, precision, on_accepted)
    return TransformersEngine(loaded, time.perf_counter() - started)


def _rows(run: Run) -> list[Row]:
    """One row for each view; the first alone where the others would change nothing."""
    averages = run.question.options or is_change_caption(run.visual, run.question)
    views = VIEWS[: run.question.views] if averages else VIEWS[:1]
    return [Row(run, view, view.of(run.visual)) for view in views]


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
