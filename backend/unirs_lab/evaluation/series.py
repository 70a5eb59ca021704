"""How well a model finds when something happened, on generated series: ``unirs evaluate when``."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from unirs.dates import parse_date
from unirs.engines.unirs import Pipeline
from unirs.files import make_folder
from unirs.imagery.export import write_crop
from unirs.inputs import Crop
from unirs.when.asking import find_when
from unirs.when.request import WhenRequest
from unirs_lab.evaluation.asking import Observer, Options, model_facts
from unirs_lab.evaluation.figures import Aim
from unirs_lab.evaluation.question_kinds import Split
from unirs_lab.evaluation.report import Evaluation, write_reports
from unirs_lab.evaluation.tables import Column, Table
from unirs_lab.world import SceneSeries, SeriesQuestion, seed_for, series

DATES = 8
SERIES = 40
RIGHT = Aim(85)
"""Aim: questions about a change that did happen whose interval is found, in %."""

CRS = "EPSG:32614"


@dataclass(frozen=True)
class Found:
    """One question about one series.

    Attributes:
        series: Index of the seed.
        question: What was asked.
        kind: Row of the table.
        truth: Index of the first date at which it is yes; ``None`` if it never is.
        first: The one that was found.
        probability: Of just that.
    """

    series: int
    question: str
    kind: str
    truth: int | None
    first: int | None
    probability: float


def evaluate_series(
    load: Callable[[], Pipeline],
    options: Options,
    observer: Observer | None = None,
    *,
    split: Split = "test",
) -> Evaluation:
    """Ask when about generated series whose events are known.

    Args:
        load: Loads the model.
        options: How it is evaluated; ``limit`` is the number of series.
        observer: Receives stages, counts and notes.
        split: Whose seeds: ``"val"`` to choose settings, ``"test"`` to report.
    """
    observer = observer or Observer()
    observer.stage("Loading the model")
    pipeline = load()
    make_folder(options.out)
    count = options.limit or SERIES
    found: list[Found] = []
    observer.stage("Asking")
    for index in range(count):
        made = series(seed_for(split, index), pipeline.image_size, DATES)
        found += _asked(pipeline, index, made, clue=None if options.clue else False)
        observer.asking(index + 1, count)
    heading = f"When, generated series, {split}: {pipeline.name}"
    record = {
        "benchmark": "when",
        "split": split,
        **model_facts(pipeline),
        "figures": dict(_figures(found)),
        "questions": [asdict(each) for each in found],
    }
    evaluation = Evaluation(record, (_table(heading, found),), options.out)
    write_reports(evaluation, (), heading, options, observer)
    return evaluation


def _asked(
    pipeline: Pipeline, index: int, made: SceneSeries, *, clue: bool | None
) -> Iterator[Found]:
    with tempfile.TemporaryDirectory(prefix="unirs-when-") as folder:
        paths = tuple(_written(made, Path(folder)))
        for question in made.questions:
            found = find_when(pipeline, WhenRequest(paths, question.text, clue=clue))
            yield Found(
                index,
                question.text,
                _kind(made, question),
                question.first,
                found.first,
                found.probability,
            )


def _written(made: SceneSeries, folder: Path) -> Iterator[str]:
    """The frames as GeoTIFFs, a year apart."""
    for number, frame in enumerate(made.frames):
        year = str(2001 + number)
        side = frame.shape[0] * made.pixel_size
        extent = (500_000.0, 5_000_000.0 - side, 500_000.0 + side, 5_000_000.0)
        path = folder / f"{year}.tif"
        write_crop(Crop(frame, extent, CRS, date=parse_date(year)), path)
        yield str(path)


def _kind(made: SceneSeries, question: SeriesQuestion) -> str:
    if question.of_change and question.first is not None:
        return "a change that happened"
    if question.of_change and made.event is not None:
        return "another change than the one that happened"
    return "what is there from then on" if question.first is not None else "nothing happened"


def _figures(found: list[Found]) -> Iterator[tuple[str, dict[str, float]]]:
    """By kind: how many were asked, and the share with the right interval, in percent."""
    for kind in dict.fromkeys(each.kind for each in found):
        right = [each.first == each.truth for each in found if each.kind == kind]
        yield kind, {"asked": len(right), "right": 100 * sum(right) / len(right)}


def _table(title: str, found: list[Found]) -> Table:
    columns = (
        Column("Asked about"),
        Column("Questions", decimals=0),
        Column("Right interval, or rightly never (%)", decimals=1),
    )
    rows = tuple((kind, each["asked"], each["right"]) for kind, each in _figures(found))
    return Table(title, columns, rows, (f"Aim for a change that happened: {RIGHT} %.",))
