"""A model on a benchmark of the paper: asked, scored, reported beside the paper's figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from unirs.engines.unirs import Pipeline
from unirs_lab.evaluation.asking import (
    Observer,
    Options,
    QuestionSet,
    ask_all,
    choose,
    fingerprint,
    model_facts,
)
from unirs_lab.evaluation.benchmarks import Benchmark, Findings
from unirs_lab.evaluation.measures import confidences
from unirs_lab.evaluation.published import PUBLISHED, beside
from unirs_lab.evaluation.reliability_plot import write_reliability_png
from unirs_lab.evaluation.report import Evaluation, write_reports
from unirs_lab.evaluation.scores.calibration import calibration_error, reliability
from unirs_lab.evaluation.scores.classes import write_confusion_png
from unirs_lab.evaluation.scores.tokenisation import Tokenisation, tokenisation
from unirs_lab.evaluation.tables import Table


@dataclass(frozen=True)
class BenchmarkOptions:
    """What of a benchmark is asked, and how it is scored.

    Attributes:
        root: Folder of the data set.
        split: Empty for the split that the paper scores.
        scored: Whether a closed set of answers is scored; the paper generates.
        all_groups: Whether to ask the groups that the paper leaves out as well.
        tokenisation: How captions become words, see ``scores.tokenisation``.
    """

    root: Path
    split: str = ""
    scored: bool = False
    all_groups: bool = False
    tokenisation: str = "chg2cap"


def evaluate_benchmark(
    benchmark: Benchmark,
    chosen: BenchmarkOptions,
    load: Callable[[], Pipeline],
    options: Options,
    observer: Observer | None = None,
) -> Evaluation:
    """Ask a model everything that a benchmark asks, and score its answers.

    Args:
        benchmark: What is asked.
        chosen: Which part of it.
        load: Loads the model; called once everything else has been checked.
        options: How the model is evaluated.
        observer: Receives stages, counts and notes.

    Raises:
        UniRSError: Of the reader for the data set; ``java_missing``; those of ``ask_all``.
    """
    observer = observer or Observer()
    chosen = replace(chosen, split=chosen.split or benchmark.split)
    observer.stage("Reading the data")
    every = benchmark.read(chosen.root, chosen.split)
    left_out = () if chosen.all_groups else benchmark.left_out
    samples = choose([each for each in every if each.group not in left_out], options.limit)
    words = _words(benchmark, chosen)
    benchmark.require()
    settings = {
        "benchmark": benchmark.name,
        "split": chosen.split,
        "clues": options.clue,
        "answers": "scored" if chosen.scored else "generated",
        "max_new_tokens": benchmark.max_new_tokens,
        "dataset_sha256": fingerprint(every),
    }
    question = partial(benchmark.question, clue=options.clue, scored=chosen.scored)
    questions = QuestionSet(
        benchmark.title, options.out, str(chosen.root), samples, question, settings
    )
    pipeline, (predictions,) = ask_all([questions], load, options.batch_size, observer)
    observer.stage("Scoring")
    findings = benchmark.score(samples, predictions, words)
    bins = reliability(*confidences([findings.cases]))
    record = {
        **settings,
        **model_facts(pipeline),
        "device": pipeline.device,
        "asked": len(samples),
        "of": len(every),
        **findings.scores,
        "calibration_error": calibration_error(bins),
        "reliability": [each._asdict() for each in bins],
    }
    tables = (_row(benchmark, findings, record, options), *findings.tables)
    evaluation = Evaluation(record, tables, options.out)
    heading = f"{benchmark.title}, {chosen.split}: {pipeline.name}"
    write_reports(evaluation, [findings.cases], heading, options, observer)
    if findings.classes is not None:
        write_confusion_png(findings.classes, options.out / "confusion.png")
    if bins:
        write_reliability_png({benchmark.title: bins}, options.out / "reliability.png")
    return evaluation


def _words(benchmark: Benchmark, chosen: BenchmarkOptions) -> Tokenisation:
    """How captions become words; the vocabulary is that of all captions of the data set."""
    if not benchmark.compares_captions:
        return tokenisation("plain")
    return tokenisation(chosen.tokenisation, benchmark.captions(chosen.root))


def _row(
    benchmark: Benchmark, findings: Findings, record: Mapping[str, Any], options: Options
) -> Table:
    """The model's row beside the paper's, with notes on what keeps them from being compared."""
    name = record["model"] + ("" if record["clues"] else ", without clues")
    name += ", classes scored" if record["answers"] == "scored" else ""
    asked, of, split = record["asked"], record["of"], record["split"]
    which = f"{asked} of {of} samples of the split {split!r} were asked"
    published = benchmark.published(split)
    if split != benchmark.split:
        which += f"; the paper's figures are of the split {benchmark.split!r} and do not compare"
    elif options.limit is not None or published not in {None, of}:
        which += f", and {published or of} are published: the figures do not compare"
    notes = findings.notes
    if (error := record["calibration_error"]) is not None:
        notes = (*notes, f"expected calibration error of the confidence: {error:.1%}.")
    notes = (*notes, f"{which}.")
    return beside(PUBLISHED[benchmark.name], {name: findings.figures}, notes)
