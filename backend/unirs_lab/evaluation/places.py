"""How well a model finds places, and with how few questions: ``unirs evaluate where``."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np

from unirs.engines.unirs import Pipeline
from unirs.errors import UniRSError
from unirs.files import keep_settings, make_folder
from unirs.where.places import Places
from unirs.where.request import WhereRequest
from unirs.where.search import find_places
from unirs_lab.evaluation.asking import Observer, Options, model_facts
from unirs_lab.evaluation.figures import Aim
from unirs_lab.evaluation.known_ground import KnownGround, mosaics, pairs
from unirs_lab.evaluation.question_kinds import Split
from unirs_lab.evaluation.report import Evaluation, write_reports
from unirs_lab.evaluation.tables import Column, Table

FOUND, ASKED = Aim(75), Aim(40, at_most=True)
"""Aims: F1 of the cells that are found, and questions of those that the full grid takes, in %."""

RESULTS = "searches.jsonl"
_POINTS = 32
"""Points across a cell at which it is looked up whether places cover it."""


@dataclass(frozen=True)
class Search:
    """What came of one search.

    Attributes:
        name: Of the ground.
        question: What was asked.
        found: Cells where it is yes that are found.
        wrong: Cells where it is no that are found.
        missed: Cells where it is yes that are not found.
        asked: Windows that were asked about.
        full: Windows that the full grid takes at the finest size.
    """

    name: str
    question: str
    found: int
    wrong: int
    missed: int
    asked: int
    full: int

    @classmethod
    def of(cls, ground: KnownGround, places: Places) -> Search:
        """The score of places on known ground."""
        is_found = _covered(places, ground.truth.shape) >= ground.covered
        yes, no = ground.truth == 1, ground.truth == 0
        return cls(
            ground.name,
            ground.question,
            int((is_found & yes).sum()),
            int((is_found & no).sum()),
            int((~is_found & yes).sum()),
            places.windows.asked,
            places.windows.full,
        )


def evaluate_places(
    root: Path,
    load: Callable[[], Pipeline],
    options: Options,
    observer: Observer | None = None,
    *,
    split: Split = "test",
    **request: Any,
) -> Evaluation:
    """Search mosaics and pairs whose places are known.

    Args:
        root: Folder of the collections ``ucmerced`` and ``levir-cd``.
        load: Loads the model.
        options: How it is evaluated; ``limit`` is the number of searches of each collection.
        observer: Receives stages, counts and notes.
        split: ``"val"`` to choose settings, ``"test"`` to report.
        request: Further fields of ``WhereRequest``.

    Raises:
        UniRSError: Of the readers and of the search; ``settings_differ``.
    """
    observer = observer or Observer()
    observer.stage("Reading the data")
    with tempfile.TemporaryDirectory(prefix="unirs-where-") as folder:
        grounds = _grounds(root, split, Path(folder), options.limit)
        observer.stage("Loading the model")
        pipeline = load()
        facts = {"split": split, **model_facts(pipeline), "clues": options.clue, **request}
        make_folder(options.out)
        keep_settings(options.out, facts)
        searches = []
        observer.stage("Searching")
        done = _read(options.out / RESULTS)
        for number, ground in enumerate(grounds, start=1):
            search = done.get(ground.name) or _search(pipeline, ground, options, request)
            if ground.name not in done:
                _append(search, options.out / RESULTS)
            searches.append(search)
            observer.asking(number, len(grounds))
    groups = _groups(searches)
    record = {
        "benchmark": "where",
        **facts,
        "figures": {name: _figures(group) for name, group in groups.items()},
        "searches": [asdict(search) for search in searches],
    }
    heading = f"Places found, {split}: {pipeline.name}"
    evaluation = Evaluation(record, (_table(heading, groups),), options.out)
    write_reports(evaluation, (), heading, options, observer)
    return evaluation


def _grounds(root: Path, split: Split, folder: Path, limit: int | None) -> list[KnownGround]:
    mosaic = chain(
        mosaics(root, split, "scattered", folder), mosaics(root, split, "districts", folder)
    )
    return [*islice(pairs(root, split, folder), limit), *islice(mosaic, limit)]


def _search(
    pipeline: Pipeline, ground: KnownGround, options: Options, request: dict[str, Any]
) -> Search:
    clue = None if options.clue else False
    wanted = WhereRequest(tuple(map(str, ground.rasters)), ground.question, clue=clue, **request)
    return Search.of(ground, find_places(pipeline, wanted))


def _covered(places: Places, shape: tuple[int, ...]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The share of each cell that places cover."""
    if places.probabilities is None:
        raise ValueError("places without probabilities")
    found = np.nan_to_num(places.probabilities) >= places.threshold
    rows, columns = (
        ((np.arange(cells * _POINTS) + 0.5) * squares / (cells * _POINTS)).astype(int)
        for cells, squares in zip(shape, found.shape, strict=True)
    )
    points = found[rows[:, None], columns]
    return points.reshape(shape[0], _POINTS, shape[1], _POINTS).mean(axis=(1, 3))


def _groups(searches: Sequence[Search]) -> dict[str, list[Search]]:
    """Searches by what they are about: each layout of mosaics, and pairs."""
    groups: dict[str, list[Search]] = {}
    titles = {"scattered": "UC Merced, scattered", "districts": "UC Merced, districts"}
    for search in searches:
        layout = search.name.split("/")[0].rsplit("-", 1)[-1]
        groups.setdefault(titles.get(layout, "LEVIR-CD, pairs"), []).append(search)
    return groups


def _figures(searches: Sequence[Search]) -> dict[str, float]:
    """Over all cells and all windows of some searches, in percent."""
    found, wrong, missed = (
        sum(getattr(search, name) for search in searches) for name in ("found", "wrong", "missed")
    )
    asked, full = sum(search.asked for search in searches), sum(search.full for search in searches)
    return {
        "f1": 100 * 2 * found / max(1, 2 * found + wrong + missed),
        "precision": 100 * found / max(1, found + wrong),
        "recall": 100 * found / max(1, found + missed),
        "questions": 100 * asked / max(1, full),
        "cells": found + missed,
    }


def _table(title: str, groups: dict[str, list[Search]]) -> Table:
    columns = (
        Column("Ground"),
        Column("F1 (%)", decimals=1),
        Column("Precision (%)", decimals=1),
        Column("Recall (%)", decimals=1),
        Column("Cells with yes", decimals=0),
        Column("Questions (% of the full grid)", decimals=1),
    )
    every = [search for group in groups.values() for search in group]
    rows = tuple(_rows({**groups, "all": every}))
    notes = (f"Aims: F1 {FOUND} %, questions {ASKED} %.",)
    return Table(title, columns, rows, notes)


def _rows(groups: dict[str, list[Search]]) -> Iterator[tuple[Any, ...]]:
    for name, group in groups.items():
        each = _figures(group)
        shares = (each["f1"], each["precision"], each["recall"])
        yield (name, *shares, each["cells"], each["questions"])


def _read(path: Path) -> dict[str, Search]:
    """The searches of an evaluation that was stopped, by name; a torn last line is left out."""
    if not path.is_file():
        return {}
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            try:
                search = Search(**json.loads(line))
            except (ValueError, TypeError) as error:
                raise UniRSError(
                    "answers_broken", f"{path} is damaged; delete it, and evaluate again."
                ) from error
            found[search.name] = search
    return found


def _append(search: Search, path: Path) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(search)) + "\n")
