"""The whole table for one model: every exam is asked, every figure computed, all of it written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from unirs.errors import UniRSError
from unirs.files import keep_settings, make_folder, whole_file
from unirs.inference import Pipeline
from unirs.inference.engine import BATCH_SIZE
from unirs_lab.data.real import Split
from unirs_lab.data.samples import Sample
from unirs_lab.evaluation.asking import Report, ask, check, in_order, settings
from unirs_lab.evaluation.gallery import Case, drawn, write_cases
from unirs_lab.evaluation.mini import DEFAULT_COUNT, evaluate_mini
from unirs_lab.evaluation.predictions import PredictionFile
from unirs_lab.evaluation.real.exams import Folders
from unirs_lab.evaluation.real.figures import FIGURES, Answers, Figure, MiniFigure, Part
from unirs_lab.evaluation.real.measures import Result
from unirs_lab.evaluation.real.report import as_json, as_table
from unirs_lab.evaluation.run import Evaluation
from unirs_lab.evaluation.scores.captions import require_cider

NAMES = tuple(figure.name for figure in FIGURES)


@dataclass(frozen=True)
class RealOptions:
    """How a model is evaluated.

    Attributes:
        folders: Where the images are.
        out: Folder that takes answers and reports; one that was begun is gone on with.
        split: ``"val"`` to choose a model by, ``"test"`` to report it.
        limit: Ask so many questions at most in each exam, from all over it.
        only: Names of the figures that are wanted; all if empty.
        batch_size: Questions at a time.
        clue: Whether the frozen base writes clues.
        gallery: How many answers to show, drawn at random.
    """

    folders: Folders
    out: Path
    split: Literal["val", "test"] = "test"
    limit: int | None = None
    only: tuple[str, ...] = ()
    batch_size: int = BATCH_SIZE
    clue: bool = True
    gallery: int = 0


def evaluate_real(
    load: Callable[[], Pipeline], options: RealOptions, report: Report | None = None
) -> Evaluation:
    """Score a model on real images that it was never trained on.

    Args:
        load: Gives the model, once everything that can be checked before has been.
        options: How it is evaluated.
        report: Told what is going on.

    Returns:
        What was written to the folder; ``figures`` of the record has an object for each row.

    Raises:
        UniRSError: Of the readers for the data, of ``load`` for the model; ``figure_unknown``,
            ``limit_invalid``, ``batch_size_invalid``, ``eval_extra_missing``, ``disk_full``;
            ``settings_differ`` and its kin for the folder; ``out_of_memory``.
    """
    report = report or Report()
    figures = _wanted(options.only)
    require_cider()
    make_folder(options.out)
    report.stage("Reading the data")
    exams = [_Asked.read(part, options) for part in _parts(figures, options.split)]
    report.stage("Loading the model")
    pipeline = load()
    cases = {asked.part: asked.cases(pipeline, options, report) for asked in exams}
    answers = Answers(options.split, cases, _mini(pipeline, figures, options, report))
    results = {figure: figure.result(answers) for figure in figures}
    record = _record(pipeline, results, options)
    table = as_table(f"Real images, {options.split}: {pipeline.name}", results, options.limit)
    _write(options.out / "scores.json", json.dumps(record, indent=2))
    _write(options.out / "tables.md", table.markdown())
    if options.gallery:
        report.stage("Drawing the gallery")
        _draw(pipeline, cases, options)
    return Evaluation(record, (table,), options.out)


def _wanted(names: Sequence[str]) -> list[Figure]:
    for name in names:
        if name not in NAMES:
            raise UniRSError(
                "figure_unknown",
                f"There is no figure {name!r}; name one of: {', '.join(NAMES)}.",
            )
    return [figure for figure in FIGURES if not names or figure.name in names]


def _parts(figures: Sequence[Figure], split: Split) -> list[Part]:
    """What is asked for some figures, each part once."""
    return list(dict.fromkeys(part for figure in figures for part in figure.parts(split)))


@dataclass(frozen=True)
class _Asked:
    """An exam with its samples: all of a split, and those that are asked."""

    part: Part
    every: list[Sample]
    chosen: list[Sample]

    @classmethod
    def read(cls, part: Part, options: RealOptions) -> _Asked:
        exam, split = part
        every = exam.read(options.folders, split)
        chosen = in_order(every, options.limit, exam.together)
        if chosen:
            check(chosen, options.folders.real, options.out, options.batch_size)
        return cls(part, every, chosen)

    def cases(self, pipeline: Pipeline, options: RealOptions, report: Report) -> list[Case]:
        """Ask what has not been answered yet, and judge all of it."""
        if not self.chosen:
            return []
        exam, split = self.part
        report.stage(f"Asking {exam.name}, {split}")
        facts = settings(
            pipeline,
            self.every,
            benchmark=f"real/{exam.name}",
            split=split,
            clues=options.clue,
            options=list(exam.options),
            max_new_tokens=exam.max_new_tokens,
        )
        question = partial(exam.question, clue=options.clue)
        with PredictionFile(options.out / f"{exam.name}-{split}", facts) as predictions:
            said = ask(pipeline, self.chosen, question, predictions, options.batch_size, report)
        verdicts = exam.judge(self.chosen, said)
        return [Case(*each) for each in zip(self.chosen, said, verdicts, strict=True)]


def _mini(
    pipeline: Pipeline, figures: Sequence[Figure], options: RealOptions, report: Report
) -> dict[str, Any]:
    """The wanted scores of ``unirs evaluate mini``, which are kept: nothing is asked twice."""
    wanted = {figure.counted for figure in figures if isinstance(figure, MiniFigure)}
    naip = options.folders.naip if "tiles" in wanted else None
    if not (wanted - {"tiles"} or naip):
        return {}
    counts = {
        name: options.limit or count if name in wanted else 0
        for name, count in DEFAULT_COUNT.items()
    }
    folder = options.out / "-".join(["mini", options.split, *map(str, counts.values())])
    kept = folder / "scores.json"
    keep_settings(
        folder,
        {
            "model_sha256": pipeline.bundle.digest,
            "precision": pipeline.precision,
            "split": options.split,
            "counts": counts,
            "naip": str(naip),
            "clues": options.clue,
        },
    )
    if not kept.is_file():
        report.stage("Asking about generated scenes and NAIP tiles")
        scores = evaluate_mini(
            pipeline,
            split=options.split,
            count=counts,
            naip=naip,
            clue=options.clue,
            on_progress=report.asking,
        )
        _write(kept, json.dumps(asdict(scores), indent=2))
    return json.loads(kept.read_text(encoding="utf-8"))


def _record(
    pipeline: Pipeline, results: Mapping[Figure, Result], options: RealOptions
) -> dict[str, Any]:
    return {
        "benchmark": "real",
        "split": options.split,
        "model": pipeline.name,
        "model_sha256": pipeline.bundle.digest,
        "precision": pipeline.precision,
        "device": pipeline.device,
        "clues": options.clue,
        "limit": options.limit,
        "figures": as_json(results),
    }


def _draw(pipeline: Pipeline, cases: Mapping[Part, Sequence[Case]], options: RealOptions) -> None:
    """A gallery of answers that nobody has chosen."""
    groups = [
        some
        for (exam, split), some in cases.items()
        if exam.shown and split == options.split and some
    ]
    shown = drawn(groups, options.gallery)
    if shown:
        heading = f"{pipeline.name}, {options.split}: {len(shown)} answers drawn at random"
        write_cases(shown, options.out, heading)


def _write(path: Path, text: str) -> None:
    with whole_file(path) as temporary:
        temporary.write_text(f"{text}\n", encoding="utf-8")
