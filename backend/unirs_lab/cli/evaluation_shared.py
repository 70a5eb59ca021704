"""What the commands of ``evaluate`` share: options, and how results are shown."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unirs.cli.json_lines import stoppable
from unirs.cli.screen import clean, print_json, print_table

if TYPE_CHECKING:
    from unirs_lab.evaluation.run import Evaluation

ASKED, SHOWN = "What is asked", "What is shown"
"""The panels of the help."""

Clue = Annotated[
    bool,
    typer.Option(
        "--clue/--no-clue",
        help="Let the frozen base describe the images first.",
        rich_help_panel=ASKED,
    ),
]
BatchSize = Annotated[
    int, typer.Option(min=1, metavar="N", help="Questions at a time.", rich_help_panel=ASKED)
]
Markdown = Annotated[
    bool, typer.Option("--markdown", help="Print Markdown.", rich_help_panel=SHOWN)
]
Latex = Annotated[bool, typer.Option("--latex", help="Print LaTeX.", rich_help_panel=SHOWN)]


def going_on_in(folder: Path) -> AbstractContextManager[None]:
    """Allow an evaluation to be stopped, with a message on how to resume it."""
    kept = f"Stopped; what was answered is kept in {folder}, and the same command goes on there."
    return stoppable("evaluation_stopped", kept, json_lines=False)


def print_evaluation(result: Evaluation, *, markdown: bool, latex: bool, json: bool) -> None:
    """The result in the form that was asked for; what is shown is in the folder as well."""
    if json:
        print_json(result.record)
        return
    from unirs_lab.evaluation.tables import BEST_NOTE

    for table in result.tables:
        if markdown or latex:
            print(table.markdown() if markdown else table.latex(), end="\n\n")
            continue
        print(clean(table.title))
        print_table(table.headings, table.text_rows())
        best = [BEST_NOTE] if any(column.best for column in table.columns) else []
        for note in (*best, *table.notes):
            print(clean(note))
        print()
    if not (markdown or latex):
        print(f"Everything is in {clean(str(result.folder), one_line=True)}.")
