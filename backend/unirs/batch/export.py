"""From the part files of a batch to one file for a GIS: sorted, without duplicates, with styles.

Parts are read one at a time and written as they are read: a million rows need little memory.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

from unirs.batch.contents import read_contents
from unirs.batch.kept_rows import KeptRows
from unirs.batch.reviews import Reviews
from unirs.batch.style import answer_style, doubt_style
from unirs.batch.summary import QuestionSummary
from unirs.batch.vector_file import WRITERS
from unirs.errors import UniRSError
from unirs.files import require_space, whole_file

BYTES_PER_ROW = 500
"""Rough size of a row in a GeoPackage, to check for space before writing."""


@dataclass(frozen=True)
class Export:
    """A file that was written.

    Attributes:
        path: The file.
        styles: Style files beside it.
        parts: Number of part files that it holds.
        duplicates: Rows that were left out because a tile was answered twice.
        questions: What came out, for each question that was exported.
        reviews: Decisions of a review in the file that was replaced, which were taken over.
    """

    path: Path
    styles: tuple[Path, ...]
    parts: int
    duplicates: int
    questions: tuple[QuestionSummary, ...]
    reviews: int


def export(folder: Path, target: Path, question: int | None = None) -> Export:
    """Write the answers of a batch into one file. The batch may be running.

    Args:
        folder: Output of the batch.
        target: ``.gpkg`` (a layer for each question, styles, a summary), ``.fgb`` (one question)
            or ``.csv``; replaced if it exists, but what was decided in a review of it is kept.
        question: Number of the only question to export, from 1.

    Raises:
        UniRSError: ``export_format``, ``export_empty``, ``question_unknown``, ``question_needed``,
            ``disk_full``, ``output_unwritable``, and those of ``read_contents`` and ``KeptRows``.
    """
    from pyogrio.errors import DataLayerError, DataSourceError

    kind = target.suffix.lower()
    if kind not in WRITERS:
        raise UniRSError(
            "export_format",
            f"{target.name} names no format for an export; give it the extension "
            f"{' or '.join(WRITERS)}.",
        )
    contents = read_contents(folder)
    for error in contents.broken:
        raise error
    rows = replace(KeptRows.of(contents), reviews=Reviews.read(target))
    if not rows.questions:
        raise UniRSError(
            "export_empty", f"{folder} holds no answers yet; wait for the first part of the batch."
        )
    questions = _chosen(rows.questions, question, one=kind == ".fgb")
    require_space(target.absolute().parent, len(rows) * BYTES_PER_ROW, "The export")
    with whole_file(target, DataLayerError, DataSourceError, sqlite3.Error) as temporary:
        WRITERS[kind](rows, questions, temporary)
    styles = _write_styles(target, questions) if kind == ".fgb" else ()
    chosen = tuple(questions.values())
    return Export(target, styles, len(rows.parts), rows.duplicates, chosen, len(rows.reviews))


def _chosen(
    questions: dict[int, QuestionSummary], question: int | None, *, one: bool
) -> dict[int, QuestionSummary]:
    """The questions to export.

    Args:
        questions: Those that there are, by their number from 0.
        question: The number that was given, from 1.
        one: Whether the format holds only one.
    """
    numbers = ", ".join(str(number + 1) for number in questions)
    if question is not None:
        if question - 1 not in questions:
            raise UniRSError(
                "question_unknown",
                f"There are no answers to a question {question}, but to {numbers}; choose one of "
                "these.",
            )
        return {question - 1: questions[question - 1]}
    if one and len(questions) > 1:
        raise UniRSError(
            "question_needed",
            f"This format holds one layer, but there are answers to the questions {numbers}; "
            "choose one with --question, or write a .gpkg.",
        )
    return questions


def _write_styles(target: Path, questions: dict[int, QuestionSummary]) -> tuple[Path, ...]:
    """Style files: the one that QGIS loads with the layer, and the map of doubt."""
    (summary,) = questions.values()
    styles = {target.with_suffix(".qml"): answer_style(summary)}
    if summary.has_confidence:
        styles[target.with_name(f"{target.stem}-doubt.qml")] = doubt_style()
    for path, text in styles.items():
        with whole_file(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
    return tuple(styles)
