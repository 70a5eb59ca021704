"""The result of an evaluation, and the files that report it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unirs.files import make_folder, whole_file
from unirs_lab.evaluation.asking import Observer, Options
from unirs_lab.evaluation.cases import Case
from unirs_lab.evaluation.gallery import write_contact_sheet, write_gallery
from unirs_lab.evaluation.tables import Table


@dataclass(frozen=True)
class Evaluation:
    """The result of an evaluation.

    Attributes:
        record: JSON values: model, settings and scores.
        tables: The same for people.
        folder: Folder of answers and reports.
    """

    record: dict[str, Any]
    tables: tuple[Table, ...]
    folder: Path


def write_reports(
    evaluation: Evaluation,
    groups: Sequence[Sequence[Case]],
    heading: str,
    options: Options,
    observer: Observer,
) -> None:
    """Write scores and tables beside the answers, and the gallery and contact sheet if wanted.

    Args:
        evaluation: What is reported.
        groups: Cases that may be shown, one group for each kind of question.
        heading: Title of the gallery and of the contact sheet.
        options: Which of the two are wanted.
        observer: Receives the stages.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    texts = {
        "scores.json": json.dumps(evaluation.record, indent=2),
        "tables.md": "\n\n".join(table.markdown() for table in evaluation.tables),
        "tables.tex": "\n\n".join(table.latex() for table in evaluation.tables),
    }
    make_folder(evaluation.folder)
    for name, text in texts.items():
        with whole_file(evaluation.folder / name) as temporary:
            temporary.write_text(f"{text}\n", encoding="utf-8")
    shown = [group for group in groups if group]
    if options.gallery and shown:
        observer.stage("Drawing the gallery")
        write_gallery([case for group in shown for case in group], evaluation.folder, heading)
    if options.sheet is not None and shown:
        observer.stage("Drawing the contact sheet")
        write_contact_sheet(shown, options.sheet, heading)
