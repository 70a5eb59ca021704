"""A whole evaluation on a benchmark: its questions are asked, the answers scored and shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from unirs.files import whole_file
from unirs.inference import Pipeline
from unirs.inference.engine import BATCH_SIZE
from unirs_lab.evaluation.asking import Report, ask, check, in_order, settings
from unirs_lab.evaluation.benchmarks import Benchmark, Findings
from unirs_lab.evaluation.gallery import write_gallery
from unirs_lab.evaluation.predictions import PredictionFile
from unirs_lab.evaluation.published import PUBLISHED, beside
from unirs_lab.evaluation.scores.classes import write_confusion_png
from unirs_lab.evaluation.scores.tokenisation import Tokenisation, tokenisation
from unirs_lab.evaluation.tables import Table


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
    left_out = () if options.all_groups else benchmark.left_out
    samples = in_order([each for each in every if each.group not in left_out], options.limit)
    words = _words(benchmark, options)
    benchmark.require()
    check(samples, options.root, options.out, options.batch_size)
    report.stage("Loading the model")
    pipeline = load()
    asked = settings(
        pipeline,
        every,
        benchmark=benchmark.name,
        split=split,
        clues=options.clue,
        answers="scored" if options.scored else "generated",
        max_new_tokens=benchmark.max_new_tokens,
    )
    question = partial(benchmark.question, clue=options.clue, scored=options.scored)
    with PredictionFile(options.out, asked) as predictions:
        report.stage("Answering")
        said = ask(pipeline, samples, question, predictions, options.batch_size, report)
    report.stage("Scoring")
    findings = benchmark.score(samples, said, words)
    record = {
        **asked,
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


def _words(benchmark: Benchmark, options: Options) -> Tokenisation:
    """The way from captions to words; its vocabulary comes from all captions of the dataset."""
    if not benchmark.compares_captions:
        return tokenisation("plain")
    return tokenisation(options.tokenisation, benchmark.captions(options.root))


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
