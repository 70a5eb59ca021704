"""A whole evaluation: checks before hours are spent, answers that outlive a kill, then scores."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby, repeat
from pathlib import Path
from typing import Any

from unirs.data.samples import Sample
from unirs.data.visuals import read_visual
from unirs.errors import UniRSError
from unirs.evaluation.benchmarks import Benchmark, Findings
from unirs.evaluation.gallery import write_gallery
from unirs.evaluation.predictions import Prediction, PredictionFile
from unirs.evaluation.published import PUBLISHED, beside
from unirs.evaluation.scores.classes import write_confusion_png
from unirs.evaluation.scores.tokenisation import Tokenisation, tokenisation
from unirs.evaluation.tables import Table
from unirs.files import make_folder, whole_file
from unirs.inference import Pipeline
from unirs.inference.batch import BATCH_SIZE, BatchPipeline
from unirs.inputs import VisualInput
from unirs.prompts import TEMPLATE_VERSION

READERS, READ_AHEAD = 4, 16
"""Threads that read images, and visual inputs that they read before these are needed."""

BYTES_PER_SAMPLE, BYTES_FOR_REPORTS = 10_000, 50_000_000
"""What a prediction takes at most (with its change map), and the rest of the folder."""


@dataclass(frozen=True)
class Options:
    """How a benchmark is run.

    Attributes:
        root: Folder of the dataset.
        out: Folder that takes predictions and reports; one that was begun is gone on with.
        split: Empty for the one that the paper scores.
        batch_size: Questions at a time.
        limit: Ask so many samples at most, from all over the split.
        clue: Whether the frozen base writes clues.
        scored: Whether a closed set of answers is scored; the paper generates.
        all_groups: Whether to ask also what the paper leaves out.
        tokenisation: Way from captions to words, see ``scores.tokenisation``.
        gallery: Whether to show right and wrong cases.
    """

    root: Path
    out: Path
    split: str = ""
    batch_size: int = BATCH_SIZE
    limit: int | None = None
    clue: bool = True
    scored: bool = False
    all_groups: bool = False
    tokenisation: str = "chg2cap"
    gallery: bool = False


@dataclass(frozen=True)
class Report:
    """Where to tell what is going on.

    Attributes:
        stage: Called with each part as it begins.
        asking: Called with the number of samples answered and to answer.
        note: Called with what else should be known.
    """

    stage: Callable[[str], None] = lambda _name: None
    asking: Callable[[int, int], None] = lambda _done, _total: None
    note: Callable[[str], None] = lambda _text: None


@dataclass(frozen=True)
class Evaluation:
    """What came out.

    Attributes:
        record: Everything as JSON values: what was asked of whom, and the scores.
        tables: The row beside the paper's, then what else was measured.
        folder: Where it was written.
    """

    record: dict[str, Any]
    tables: tuple[Table, ...]
    folder: Path


def evaluate(
    benchmark: Benchmark, load: Callable[[], Pipeline], options: Options, report: Report
) -> Evaluation:
    """Ask a model everything that a benchmark asks, and score what it says.

    Args:
        benchmark: What to ask.
        load: Loads the model, once all else that can be checked has been.
        options: How to ask it.
        report: Told what is going on.

    Raises:
        UniRSError: Of the reader for the dataset, of ``load`` for the model, of the scorers for
            what is not installed; ``limit_invalid``, ``batch_size_invalid``, ``disk_full``;
            ``settings_differ`` and its kin for the folder; ``out_of_memory``.
    """
    report.stage("Reading the dataset")
    split = options.split or benchmark.split
    every = benchmark.read(options.root, split)
    samples = _chosen(benchmark, every, options)
    words = _words(benchmark, options)
    _check(benchmark, samples, options)
    report.stage("Loading the model")
    pipeline = load()
    settings = _settings(benchmark, pipeline, split, every, options)
    with PredictionFile(options.out, settings) as predictions:
        report.stage("Answering")
        _ask(benchmark, pipeline, samples, predictions, options, report)
        said = [predictions.known[sample.id] for sample in samples]
    report.stage("Scoring")
    findings = benchmark.score(samples, said, words)
    record = {
        **settings,
        "device": pipeline.device,
        "asked": len(samples),
        "of": len(every),
        **findings.scores,
    }
    tables = (_row(benchmark, findings, record, options), *findings.tables)
    _write(options.out, record, tables, findings)
    if options.gallery:
        report.stage("Drawing the gallery")
        title = f"{benchmark.title}, {split}: {pipeline.name}"
        write_gallery(samples, said, findings.verdicts, options.out, title)
    return Evaluation(record, tables, options.out)


def _chosen(benchmark: Benchmark, samples: Sequence[Sample], options: Options) -> list[Sample]:
    """What is asked, in an order that keeps what is said about the same images together."""
    if options.limit is not None and options.limit < 1:
        raise UniRSError("limit_invalid", f"{options.limit} samples are too few; ask one at least.")
    left_out = () if options.all_groups else benchmark.left_out
    asked = [sample for sample in samples if sample.group not in left_out]
    if options.limit is not None and options.limit < len(asked):
        asked = [asked[place * len(asked) // options.limit] for place in range(options.limit)]
    return sorted(asked, key=lambda sample: sample.images)


def _words(benchmark: Benchmark, options: Options) -> Tokenisation:
    """The way from captions to words; its vocabulary comes from all captions of the dataset."""
    if not benchmark.compares_captions:
        return tokenisation("plain")
    return tokenisation(options.tokenisation, benchmark.captions(options.root))


def _check(benchmark: Benchmark, samples: Sequence[Sample], options: Options) -> None:
    """Refuse at once what would fail after hours."""
    benchmark.require()
    if options.batch_size < 1:
        raise UniRSError(
            "batch_size_invalid", f"A batch of {options.batch_size} is too small; take 1 at least."
        )
    twice = [id_ for id_, count in Counter(sample.id for sample in samples).items() if count > 1]
    if twice or not samples:
        what = f"two samples are called {twice[0]!r}" if twice else "nothing is left to ask"
        raise UniRSError(
            "dataset_broken",
            f"Of the dataset in {options.root}, {what}; get a new copy, or see 'unirs data check'.",
        )
    for path in dict.fromkeys(path for sample in samples for path in sample.images):
        if not path.is_file():
            raise UniRSError(
                "dataset_layout",
                f"{path} is missing, which the dataset speaks of; see 'unirs data check' for what "
                "else is.",
            )
    make_folder(options.out)
    needed = BYTES_PER_SAMPLE * len(samples) + BYTES_FOR_REPORTS
    free = shutil.disk_usage(options.out).free
    if free < needed:
        raise UniRSError(
            "disk_full",
            f"{options.out} has {free / 1e6:.0f} MB of free space, and the predictions may take "
            f"{needed / 1e6:.0f} MB; free some, or name another folder.",
        )


def _settings(
    benchmark: Benchmark,
    pipeline: Pipeline,
    split: str,
    samples: Sequence[Sample],
    options: Options,
) -> dict[str, Any]:
    """All that makes a difference to what is said; how fast it is said makes none."""
    asked = json.dumps([(each.id, each.instruction, each.answers) for each in samples])
    return {
        "benchmark": benchmark.name,
        "split": split,
        "dataset_sha256": hashlib.sha256(asked.encode()).hexdigest(),
        "model": pipeline.name,
        "model_sha256": pipeline.bundle.digest,
        "precision": pipeline.precision,
        "prompt_template": TEMPLATE_VERSION,
        "clues": options.clue,
        "answers": "scored" if options.scored else "generated",
        "max_new_tokens": benchmark.max_new_tokens,
    }


def _ask(
    benchmark: Benchmark,
    pipeline: Pipeline,
    samples: Sequence[Sample],
    predictions: PredictionFile,
    options: Options,
    report: Report,
) -> None:
    """Ask what has not been answered yet."""
    waiting = [sample for sample in samples if sample.id not in predictions.known]
    if len(waiting) < len(samples):
        report.note(f"{len(samples) - len(waiting)} of {len(samples)} are answered already.")
    batches = BatchPipeline(
        pipeline,
        options.batch_size,
        lambda size: report.note(f"Memory ran out; going on with {size} at a time."),
    )
    questions = (
        benchmark.question(sample, clue=options.clue, scored=options.scored) for sample in waiting
    )
    answers = batches.answers(zip(_visuals(waiting, pipeline.frame_count), questions, strict=True))
    for done, (sample, answer) in enumerate(zip(waiting, answers, strict=True), 1):
        predictions.add(Prediction.of(sample, answer))
        report.asking(done, len(waiting))


def _visuals(samples: Sequence[Sample], frame_count: int) -> Iterator[VisualInput]:
    """What is looked at, of each sample; read ahead, and once for neighbours about the same."""
    groups = [list(alike) for _, alike in groupby(samples, key=lambda sample: sample.images)]
    with ThreadPoolExecutor(READERS) as pool:
        ahead: deque[Future[VisualInput]] = deque()
        try:
            for place, group in enumerate(groups):
                for other in groups[place + len(ahead) : place + READ_AHEAD]:
                    ahead.append(pool.submit(read_visual, other[0], frame_count))
                yield from repeat(ahead.popleft().result(), len(group))
        finally:
            pool.shutdown(cancel_futures=True)


def _row(
    benchmark: Benchmark, findings: Findings, record: Mapping[str, Any], options: Options
) -> Table:
    """The model beside the paper's rows, with what to know before comparing."""
    name = record["model"] + ("" if record["clues"] else ", without clues")
    name += ", classes scored" if record["answers"] == "scored" else ""
    asked, of, split = record["asked"], record["of"], record["split"]
    which = f"{asked} of {of} samples of the split {split!r} were asked"
    published = benchmark.published(split)
    if split != benchmark.split:
        which += f"; the paper's figures are of the split {benchmark.split!r} and do not compare"
    elif options.limit is not None or published not in {None, of}:
        which += f", and {published or of} are published: the figures do not compare"
    notes = (*findings.notes, f"{which}.")
    return beside(PUBLISHED[benchmark.name], {name: findings.figures}, notes)


def _write(
    folder: Path, record: Mapping[str, Any], tables: Sequence[Table], findings: Findings
) -> None:
    """Put the reports beside the predictions."""
    texts = {
        "scores.json": json.dumps(record, indent=2),
        "tables.md": "\n\n".join(table.markdown() for table in tables),
        "tables.tex": "\n\n".join(table.latex() for table in tables),
    }
    for name, text in texts.items():
        with whole_file(folder / name) as temporary:
            temporary.write_text(f"{text}\n", encoding="utf-8")
    if findings.classes is not None:
        write_confusion_png(findings.classes, folder / "confusion.png")
