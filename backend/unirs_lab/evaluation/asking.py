"""Ask a model many questions: checked beforehand, in batches, resumed where a run was stopped."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby, repeat
from pathlib import Path
from typing import Any

from unirs.engines.engine import BATCH_SIZE, Item
from unirs.engines.unirs import Pipeline
from unirs.errors import UniRSError
from unirs.files import make_folder, require_space
from unirs.inputs import Question, Task, VisualInput
from unirs.prompts import CHANGE_INSTRUCTION, TEMPLATE_VERSION, classify_instruction
from unirs_lab.data.archives import exists
from unirs_lab.data.samples import Sample
from unirs_lab.data.visuals import read_visual
from unirs_lab.evaluation.predictions import Prediction, PredictionFile

READERS, READ_AHEAD = 4, 16
"""Threads that read images, and visual inputs that are read ahead of the model."""

BYTES_PER_ANSWER, BYTES_FOR_REPORTS = 30_000, 50_000_000
"""Upper bounds of one stored answer (with its change map) and of all reports."""


@dataclass(frozen=True)
class Observer:
    """Callbacks through which an evaluation can be observed.

    Attributes:
        stage: Called with the name of each stage as it begins.
        asking: Called with the number of questions answered and the number to answer.
        note: Called with a sentence that the user should read.
    """

    stage: Callable[[str], None] = lambda _name: None
    asking: Callable[[int, int], None] = lambda _done, _total: None
    note: Callable[[str], None] = lambda _text: None


@dataclass(frozen=True)
class Options:
    """How a model is evaluated, whatever it is evaluated on.

    Attributes:
        out: Folder for answers and reports; an evaluation that was stopped resumes there.
        batch_size: Number of questions in a batch, at least 1.
        limit: Largest number of questions of each kind, at least 1; ``None`` for all.
        clue: Whether the frozen base writes a clue first.
        gallery: Whether to write a page of right and wrong cases.
        sheet: PNG file for a contact sheet of cases drawn at random; ``None`` for none.

    Raises:
        UniRSError: ``batch_size_invalid``, ``limit_invalid``.
    """

    out: Path
    batch_size: int = BATCH_SIZE
    limit: int | None = None
    clue: bool = True
    gallery: bool = False
    sheet: Path | None = None

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise UniRSError(
                "batch_size_invalid",
                f"The batch size {self.batch_size} is too small; use 1 or more.",
            )
        if self.limit is not None and self.limit < 1:
            raise UniRSError(
                "limit_invalid", f"The limit {self.limit} is too small; use 1 or more."
            )


@dataclass(frozen=True)
class QuestionSet:
    """Questions that are asked in the same way; their answers share a folder.

    Attributes:
        name: Name in messages.
        folder: Folder of the answers; made if it is missing.
        source: Where the data is, for error messages.
        samples: What is asked, in an order that keeps samples of the same images together.
        question: Makes the model's question of a sample.
        settings: JSON values that, besides the model, decide the answers. A folder that was begun
            with other ones is refused.
    """

    name: str
    folder: Path
    source: str
    samples: Sequence[Sample]
    question: Callable[[Sample], Question]
    settings: Mapping[str, Any]


def choose(samples: Sequence[Sample], limit: int | None, together: int = 1) -> list[Sample]:
    """The samples to ask, in an order that keeps samples of the same images together.

    Args:
        samples: All samples.
        limit: Largest number of units, taken evenly from all samples; ``None`` for all.
        together: Number of neighbouring samples that form one unit.
    """
    units = [samples[start : start + together] for start in range(0, len(samples), together)]
    if limit is not None and limit < len(units):
        units = [units[place * len(units) // limit] for place in range(limit)]
    return sorted((one for unit in units for one in unit), key=lambda sample: sample.images)


def fingerprint(samples: Sequence[Sample]) -> str:
    """SHA-256 of instructions and references: equal for equal data, whatever part is asked."""
    asked = json.dumps([(each.id, each.instruction, each.answers) for each in samples])
    return hashlib.sha256(asked.encode()).hexdigest()


def question_for(
    sample: Sample, *, clue: bool, max_new_tokens: int, options: tuple[str, ...] = ()
) -> Question:
    """The question that a sample's instruction is.

    Args:
        sample: Its instruction is asked as it is; a request for changes makes a change caption,
            with the model's verdict whether anything has changed.
        clue: Whether the frozen base writes a clue first.
        max_new_tokens: Longest answer.
        options: Closed set of answers, which are scored; without them, the answer is generated.
    """
    task = Task.ASK
    if options and sample.instruction == classify_instruction(options):
        task = Task.CLASSIFY
    elif sample.instruction == CHANGE_INSTRUCTION:
        task = Task.CHANGE
    return Question(task, sample.instruction, options, clue, max_new_tokens)


def ask_all(
    sets: Sequence[QuestionSet],
    load: Callable[[], Pipeline],
    batch_size: int,
    observer: Observer,
) -> tuple[Pipeline, list[list[Prediction]]]:
    """Ask a model everything that has no stored answer yet.

    Args:
        sets: What to ask.
        load: Loads the model; called once everything else has been checked.
        batch_size: Number of questions in a batch; halved for good when memory runs out.
        observer: Receives stages, counts and notes.

    Returns:
        The model, and the answers to each set in the order of its samples.

    Raises:
        UniRSError: ``dataset_broken``, ``dataset_layout``, ``disk_full``, ``output_unwritable``
            before the model is loaded; those of ``load``; ``settings_differ`` and others of
            ``PredictionFile``; ``image_broken``, ``out_of_memory``.
    """
    for each in sets:
        _check(each)
    observer.stage("Loading the model")
    pipeline = load()
    return pipeline, [_ask(pipeline, each, batch_size, observer) for each in sets]


def model_facts(pipeline: Pipeline) -> dict[str, Any]:
    """JSON values of a model that decide its answers."""
    return {
        "model": pipeline.name,
        "model_sha256": pipeline.bundle.digest,
        "precision": pipeline.precision,
        "prompt_template": TEMPLATE_VERSION,
    }


def _check(questions: QuestionSet) -> None:
    samples = questions.samples
    counts = Counter(sample.id for sample in samples)
    twice = [id_ for id_, count in counts.items() if count > 1]
    if twice or not samples:
        fault = f"two samples have the name {twice[0]!r}" if twice else "there is nothing to ask"
        raise UniRSError(
            "dataset_broken",
            f"In the data set {questions.source}, {fault}; download it again, or run "
            "'unirs data check'.",
        )
    for path in dict.fromkeys(path for sample in samples for path in sample.images):
        if not exists(path):
            raise UniRSError(
                "dataset_layout",
                f"{path} is missing, although its data set lists it; 'unirs data check' lists all "
                "missing files.",
            )
    make_folder(questions.folder)
    needed = BYTES_PER_ANSWER * len(samples) + BYTES_FOR_REPORTS
    require_space(questions.folder, needed, "The answers")


def _ask(
    pipeline: Pipeline, questions: QuestionSet, batch_size: int, observer: Observer
) -> list[Prediction]:
    observer.stage(f"Answering {questions.name}")
    settings = {**questions.settings, **model_facts(pipeline)}
    with PredictionFile(questions.folder, settings) as predictions:
        waiting = [each for each in questions.samples if each.id not in predictions.known]
        if stored := len(questions.samples) - len(waiting):
            observer.note(f"{stored} of {len(questions.samples)} are answered already.")
        visuals = _visuals(waiting, pipeline.frame_count)
        answers = pipeline.answers(
            map(Item, visuals, map(questions.question, waiting)),
            batch_size=batch_size,
            on_smaller=lambda size: observer.note(
                f"Out of memory; continuing with batches of {size}."
            ),
        )
        for done, (sample, answer) in enumerate(zip(waiting, answers, strict=True), 1):
            predictions.add(Prediction.of(sample, answer))
            observer.asking(done, len(waiting))
        return [predictions.known[sample.id] for sample in questions.samples]


def _visuals(samples: Sequence[Sample], frame_count: int) -> Iterator[VisualInput]:
    """The visual input of each sample: read ahead, and once for neighbours that share it."""
    groups = [list(alike) for _, alike in groupby(samples, lambda each: (each.images, each.edit))]
    with ThreadPoolExecutor(READERS) as pool:
        ahead: deque[Future[VisualInput]] = deque()
        try:
            for place, group in enumerate(groups):
                for other in groups[place + len(ahead) : place + READ_AHEAD]:
                    ahead.append(pool.submit(read_visual, other[0], frame_count))
                yield from repeat(ahead.popleft().result(), len(group))
        finally:
            pool.shutdown(cancel_futures=True)
