"""The table for programs and for people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from unirs_lab.evaluation.real.figures import Figure
from unirs_lab.evaluation.real.measures import Result
from unirs_lab.evaluation.tables import MISSING, Column, Table

_COLUMNS = (
    Column("Figure"),
    Column("Result", decimals=1),
    Column("Aim"),
    Column("Met"),
    Column("Answers", decimals=0),
)
_MET = {True: "yes", False: "no", None: MISSING}


def as_json(results: Mapping[Figure, Result]) -> list[dict[str, Any]]:
    """One object for each row."""
    return [
        {
            "name": figure.name,
            "title": figure.title,
            "value": result.value,
            "aim": figure.aim.value,
            "at_most": figure.aim.at_most,
            "met": _met(figure, result),
            "items": result.items,
            "protocol": figure.protocol,
            "details": result.details,
        }
        for figure, result in results.items()
    ]


def as_table(title: str, results: Mapping[Figure, Result], limit: int | None) -> Table:
    """The rows, with their protocols below.

    Args:
        title: What stands on top.
        results: What each figure came to.
        limit: How many questions of each exam were asked at most, for a note.
    """
    rows = tuple(
        (
            figure.title,
            result.value,
            str(figure.aim),
            _MET[_met(figure, result)],
            result.items,
        )
        for figure, result in results.items()
    )
    return Table(title, _COLUMNS, rows, tuple(_notes(results, limit)))


def _met(figure: Figure, result: Result) -> bool | None:
    return None if result.value is None else figure.aim.met_by(result.value)


def _notes(results: Mapping[Figure, Result], limit: int | None) -> Iterator[str]:
    titles: defaultdict[str, list[str]] = defaultdict(list)
    for figure in results:
        titles[figure.protocol].append(figure.title)
    for protocol, alike in titles.items():
        yield f"{'; '.join(alike)}: {protocol}."
    for result in results.values():
        if result.details.get("temperature") is not None:
            yield (
                f"A temperature of {result.details['temperature']:.2f}, from "
                f"{result.details['tuned_on']} answers of the validation split, would make the "
                f"calibration error {result.details['after_temperature']:.1f}."
            )
    missing = [figure.title for figure, result in results.items() if not result.items]
    if missing:
        yield (
            f"Not asked, because no folder was given or the split has no such questions: "
            f"{'; '.join(missing)}."
        )
    if limit is not None:
        yield (
            f"At most {limit} questions of each kind were asked: the figures do not compare with "
            "those of all questions."
        )
