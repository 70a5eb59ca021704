"""The options that all ``evaluate`` commands share, and how these run and print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unirs.cli.json_lines import stoppable
from unirs.cli.options import Device, Json, Model, Precision, refuse_several
from unirs.cli.screen import Bars, clean, print_json, print_table
from unirs.models import DEFAULT_MODEL

if TYPE_CHECKING:
    from unirs.engines.unirs import Pipeline
    from unirs_lab.evaluation.asking import Observer, Options
    from unirs_lab.evaluation.report import Evaluation

ASKED, REPORTED = "Questions", "Reports"
"""The panels of the help."""

RESUMED = "The same command resumes an evaluation that was stopped, and asks nothing twice."


@dataclass(frozen=True)
class EvaluationOptions:
    """The options of every ``evaluate`` command, with their defaults and their help."""

    model: Model = DEFAULT_MODEL
    device: Device = "auto"
    precision: Precision = "auto"
    limit: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Ask at most N questions of each kind, taken evenly from all.",
            show_default="all",
            rich_help_panel=ASKED,
        ),
    ] = None
    clue: Annotated[
        bool,
        typer.Option(
            "--clue/--no-clue",
            help="Let the frozen base describe the images first.",
            rich_help_panel=ASKED,
        ),
    ] = True
    batch_size: Annotated[
        int, typer.Option(min=1, metavar="N", help="Questions in a batch.", rich_help_panel=ASKED)
    ] = 32
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Folder for answers, scores and tables.",
            show_default="runs/evaluate/NAME-SPLIT-MODEL",
            rich_help_panel=REPORTED,
        ),
    ] = None
    gallery: Annotated[
        bool,
        typer.Option(
            "--gallery", help="Write a page of right and wrong cases.", rich_help_panel=REPORTED
        ),
    ] = False
    sheet: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.png",
            help="Write a contact sheet of 30 answers, drawn at random with a fixed seed.",
            rich_help_panel=REPORTED,
        ),
    ] = None
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown.", rich_help_panel=REPORTED)
    ] = False
    latex: Annotated[
        bool, typer.Option("--latex", help="Print LaTeX.", rich_help_panel=REPORTED)
    ] = False
    json: Json = False

    def run(
        self,
        name: str,
        evaluate: Callable[[Callable[[], Pipeline], Options, Observer], Evaluation],
    ) -> None:
        """Evaluate the model, and print the result.

        Args:
            name: What is evaluated, for the default folder, such as ``"real-test"``.
            evaluate: From a function that loads the model, options and observer to the result.

        Raises:
            typer.BadParameter: Several forms of output are wanted.
            UniRSError: Of the evaluation; ``model_missing``.
        """
        refuse_several(markdown=self.markdown, latex=self.latex, json=self.json)
        from unirs.engines.unirs import load_pipeline
        from unirs.models import find_model
        from unirs_lab.evaluation.asking import Observer, Options

        words = [name, find_model(self.model).resolve().name, *["no-clue"] * (not self.clue)]
        folder = self.out or Path("runs", "evaluate", "-".join(words))
        options = Options(
            out=folder,
            batch_size=self.batch_size,
            limit=self.limit,
            clue=self.clue,
            gallery=self.gallery,
            sheet=self.sheet,
        )
        stopped = f"Stopped; all answers are kept in {folder}, and the same command resumes there."
        with stoppable("evaluation_stopped", stopped, json_lines=False), Bars() as bars:
            result = evaluate(
                lambda: load_pipeline(self.model, self.device, self.precision),
                options,
                Observer(bars.begin, bars.update, bars.note),
            )
        self._print(result)

    def _print(self, result: Evaluation) -> None:
        if self.json:
            print_json(result.record)
            return
        if self.markdown or self.latex:
            for table in result.tables:
                print(table.markdown() if self.markdown else table.latex(), end="\n\n")
            return
        from unirs_lab.evaluation.tables import BEST_NOTE

        for table in result.tables:
            print(clean(table.title))
            print_table(table.headings, table.text_rows())
            best = [BEST_NOTE] if any(column.best for column in table.columns) else []
            for note in (*best, *table.notes):
                print(clean(note))
            print()
        print(f"Answers and reports are in {clean(str(result.folder), one_line=True)}.")


def examples(*commands: str) -> str:
    """The epilog of a command's help."""
    return "\n\n".join(["", "[bold]Examples[/bold]", *commands, RESUMED, ""])


def folder_option(help_text: str, default: str) -> Any:
    """An optional folder of images."""
    return typer.Option(
        metavar="FOLDER", help=help_text, show_default=default, rich_help_panel=ASKED
    )
