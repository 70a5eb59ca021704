"""``experiments``: the paper's ablations at small size."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from unirs.cli.options import Json, TrainingDevice, refuse_several
from unirs.cli.screen import Bars, print_json, print_table
from unirs_lab.cli.progress import training_report

EXAMPLES = """
[bold]Examples[/bold]

unirs experiments

unirs experiments --only IX --seeds 5 --markdown
"""


class Number(str, Enum):
    """A table of the paper; typer wants choices that may be repeated as an enumeration."""

    VIII = "VIII"
    IX = "IX"
    X = "X"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(epilog=EXAMPLES, rich_help_panel="Making models")(experiments)


def experiments(
    folder: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER", help="Takes everything; the same command resumes from there."
        ),
    ] = Path("runs/experiments"),
    base: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER", help="Base model, such as from [bold]unirs train base[/bold]."
        ),
    ] = Path("runs/base/model"),
    only: Annotated[
        list[Number] | None,
        typer.Option(
            help="Only this table of the paper: joint training, change module, clues; repeatable.",
            show_default="all three",
        ),
    ] = None,
    seeds: Annotated[int, typer.Option(metavar="N", help="Runs of each arm.")] = 3,
    steps: Annotated[int, typer.Option(metavar="N", help="Steps of each run.")] = 200,
    change_epochs: Annotated[
        int, typer.Option(metavar="N", help="Epochs of the change module, once a seed.")
    ] = 10,
    evaluate: Annotated[
        int, typer.Option(metavar="N", help="Test scenes, pairs and videos, each.")
    ] = 100,
    device: TrainingDevice = "auto",
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the whole report.")] = False,
    latex: Annotated[bool, typer.Option("--latex", help="Print the tables for LaTeX.")] = False,
    json: Json = False,
) -> None:
    """Repeat the paper's three ablations on generated scenes, and judge which effects hold."""
    refuse_several(markdown=markdown, latex=latex, json=json)
    from unirs_lab.experiments.ablations import ABLATIONS
    from unirs_lab.experiments.running import run_experiments
    from unirs_lab.experiments.settings import Settings
    from unirs_lab.experiments.writing import as_latex, as_markdown

    numbers = {number.value for number in only or Number}
    settings = Settings(
        folder=folder,
        base=base,
        seeds=seeds,
        steps=steps,
        change_epochs=change_epochs,
        evaluate=evaluate,
        device=device,
    )
    with Bars() as bars:
        report = training_report(bars)
        chosen = tuple(ablation for ablation in ABLATIONS if ablation.number in numbers)
        results = run_experiments(settings, chosen, report)
    if json:
        print_json(results.as_json())
    elif markdown:
        print(as_markdown(results), end="")
    elif latex:
        print(as_latex(results), end="")
    else:
        for ablation in results.ablations:
            table = results.table(ablation)
            print(f"{table.title} (Table {ablation.number} of the paper)")
            print_table(table.headings, table.text_rows())
            print(*results.sentences(ablation), "", sep="\n")
        print(f"Wrote {folder / 'results'}")
