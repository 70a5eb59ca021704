"""A table of figures for one model: what is asked, what is computed, how it is reported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from unirs.engines.unirs import Pipeline
from unirs.errors import UniRSError
from unirs_lab.evaluation.asking import Observer, Options, ask_all, model_facts
from unirs_lab.evaluation.cases import Case, judge
from unirs_lab.evaluation.measures import Compute, Result
from unirs_lab.evaluation.question_kinds import EvaluationQuestions, Sources, Split
from unirs_lab.evaluation.reliability_plot import write_reliability_png
from unirs_lab.evaluation.report import Evaluation, write_reports
from unirs_lab.evaluation.scores.calibration import Bin
from unirs_lab.evaluation.tables import MISSING, Column, Table

Part = tuple[EvaluationQuestions, Split]
"""One kind of question on one split."""

_COLUMNS = (
    Column("Figure"),
    Column("Result", decimals=1),
    Column("Aim"),
    Column("Met"),
    Column("Answers", decimals=0),
)
_MET = {True: "yes", False: "no", None: MISSING}


@dataclass(frozen=True)
class Aim:
    """The value that a figure should reach.

    Attributes:
        value: In the figure's unit.
        at_most: Whether the figure should not exceed it; else it should not fall below it.
    """

    value: float
    at_most: bool = False

    def met_by(self, value: float) -> bool:
        """Whether a value reaches it."""
        return value <= self.value if self.at_most else value >= self.value

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.value:g}"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One row of a table.

    Attributes:
        name: Name for programs, and for ``--only``.
        title: Title for people, with the unit.
        protocol: How it is measured, as a sentence without a full stop.
        kinds: The questions that are asked.
        compute: From the cases of each kind to the result.
        aim: The value that it should reach; ``None`` without one.
        tuned_on: Kinds that are asked on the validation split as well; their cases come last.
    """

    name: str
    title: str
    protocol: str
    kinds: tuple[EvaluationQuestions, ...]
    compute: Compute = field(repr=False)
    aim: Aim | None = None
    tuned_on: tuple[EvaluationQuestions, ...] = ()

    def parts(self, split: Split) -> list[Part]:
        """Everything that is asked for it."""
        return [(kind, split) for kind in self.kinds] + [(kind, "val") for kind in self.tuned_on]

    def result(self, cases: Mapping[Part, Sequence[Case]], split: Split) -> Result:
        """The figure on a split."""
        return self.compute(*(cases[part] for part in self.parts(split)))


@dataclass(frozen=True)
class FigureTable:
    """Figures that are reported together.

    Attributes:
        name: Name of the command, and of the benchmark in the record.
        title: Title of the table.
        figures: The rows in order.
        shown: Kinds of questions whose answers galleries and contact sheets show.
    """

    name: str
    title: str
    figures: tuple[Figure, ...]
    shown: tuple[EvaluationQuestions, ...]

    def chosen(self, names: Sequence[str]) -> list[Figure]:
        """The figures with some names, or all without names.

        Raises:
            UniRSError: ``figure_unknown``.
        """
        known = [figure.name for figure in self.figures]
        for name in names:
            if name not in known:
                raise UniRSError(
                    "figure_unknown",
                    f"There is no figure {name!r}; choose from: {', '.join(known)}.",
                )
        return [figure for figure in self.figures if not names or figure.name in names]


def evaluate_figures(
    table: FigureTable,
    sources: Sources,
    load: Callable[[], Pipeline],
    options: Options,
    observer: Observer | None = None,
    *,
    split: Split = "test",
    only: Sequence[str] = (),
) -> Evaluation:
    """Fill a table for one model.

    Args:
        table: What is measured.
        sources: Where the images are.
        load: Loads the model; called once everything else has been checked.
        options: How the model is evaluated.
        observer: Receives stages, counts and notes.
        split: ``"val"`` to choose a model, ``"test"`` to report it.
        only: Names of figures; all without names.

    Returns:
        The evaluation, which has also been written to the folder; ``figures`` of its record has an
        object for each row.

    Raises:
        UniRSError: ``figure_unknown``; those of the readers, and of ``ask_all``.
    """
    observer = observer or Observer()
    figures = table.chosen(only)
    observer.stage("Reading the data")
    parts = dict.fromkeys(part for figure in figures for part in figure.parts(split))
    sets = {(kind, of): kind.prepare(sources, of, options) for kind, of in parts}
    asked = {part: questions for part, questions in sets.items() if questions.samples}
    pipeline, answers = ask_all([*asked.values()], load, options.batch_size, observer)
    cases: dict[Part, list[Case]] = {part: [] for part in sets}
    for (part, questions), predictions in zip(asked.items(), answers, strict=True):
        cases[part] = judge(questions.samples, predictions)
    results = {figure: figure.result(cases, split) for figure in figures}
    record = {
        "benchmark": table.name,
        "split": split,
        **model_facts(pipeline),
        "device": pipeline.device,
        "clues": options.clue,
        "limit": options.limit,
        "figures": _as_json(results),
    }
    heading = f"{table.title}, {split}: {pipeline.name}"
    evaluation = Evaluation(record, (_as_table(heading, results, options.limit),), options.out)
    shown = [cases[kind, split] for kind in table.shown if cases.get((kind, split))]
    write_reports(evaluation, shown, heading, options, observer)
    drawn = {
        figure.title.partition(",")[0]: [Bin(**each) for each in bins]
        for figure, result in results.items()
        if (bins := result.details.get("bins"))
    }
    if drawn:
        write_reliability_png(drawn, options.out / "reliability.png")
    return evaluation


def _as_json(results: Mapping[Figure, Result]) -> list[dict[str, Any]]:
    return [
        {
            "name": figure.name,
            "title": figure.title,
            "value": result.value,
            "aim": figure.aim and figure.aim.value,
            "at_most": bool(figure.aim and figure.aim.at_most),
            "met": _met(figure, result),
            "items": result.items,
            "protocol": figure.protocol,
            "details": result.details,
        }
        for figure, result in results.items()
    ]


def _as_table(title: str, results: Mapping[Figure, Result], limit: int | None) -> Table:
    rows = tuple(
        (
            figure.title,
            result.value,
            str(figure.aim or ""),
            _MET[_met(figure, result)],
            result.items,
        )
        for figure, result in results.items()
    )
    return Table(title, _COLUMNS, rows, tuple(_notes(results, limit)))


def _met(figure: Figure, result: Result) -> bool | None:
    if figure.aim is None or result.value is None:
        return None
    return figure.aim.met_by(result.value)


def _notes(results: Mapping[Figure, Result], limit: int | None) -> Iterator[str]:
    titles: defaultdict[str, list[str]] = defaultdict(list)
    for figure in results:
        titles[figure.protocol].append(figure.title)
    for protocol, alike in titles.items():
        yield f"{'; '.join(alike)}: {protocol}."
    for result in results.values():
        if result.details.get("temperature") is not None:
            yield (
                f"A temperature of {result.details['temperature']:.2f}, fitted on "
                f"{result.details['tuned_on']} answers of the validation split, would make the "
                f"calibration error {result.details['after_temperature']:.1f}."
            )
        if result.details.get("right_if_sure") is not None:
            yield (
                f"Confidence below {result.details['unsure_below']:.2f} is not sure "
                f"({result.details['kind']}; chosen on the validation split): "
                f"{result.details['unsure']:.1f} % of the answers, the others are right in "
                f"{result.details['right_if_sure']:.1f} %."
            )
    missing = [figure.title for figure, result in results.items() if not result.items]
    if missing:
        yield (
            "Not asked, because no folder was given or the split has no such questions: "
            f"{'; '.join(missing)}."
        )
    if limit is not None:
        yield (
            f"At most {limit} questions of each kind were asked: the figures do not compare with "
            "those of all questions."
        )
