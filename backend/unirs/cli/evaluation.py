"""``evaluate``: scores of a model on what it was never trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from unirs.cli.options import Device, Json, Model, Precision
from unirs.cli.screen import Bars, Watch, print_json, print_table
from unirs.inference import DEFAULT_MODEL

EXAMPLES = """
[bold]Examples[/bold]

unirs evaluate mini

unirs evaluate mini --naip naip --without-clues --json
"""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    evaluate = typer.Typer(help="Score a model.")
    evaluate.command(epilog=EXAMPLES)(mini)
    app.add_typer(evaluate, name="evaluate", rich_help_panel="Making models")


def mini(
    count: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Scenes, pairs, videos and tiles, each.",
            show_default="300, 300, 150, 200",
        ),
    ] = None,
    naip: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Dated NAIP rasters; their held-out tiles are asked about water."
        ),
    ] = None,
    without_clues: Annotated[
        bool, typer.Option("--without-clues", help="Ask everything again without clues.")
    ] = False,
    without_change_module: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Ask a model everything that was trained without the module."
        ),
    ] = None,
    model: Model = DEFAULT_MODEL,
    device: Device = "auto",
    precision: Precision = "auto",
    json: Json = False,
) -> None:
    """Score a model on generated scenes that no training has seen."""
    with Watch(f"Loading {model}"):
        from unirs.evaluation.mini import evaluate_mini
        from unirs.evaluation.report import COLUMNS, as_json, rows
        from unirs.inference import load_pipeline

        pipeline = load_pipeline(model, device, precision)
    with Bars() as bars:
        bars.begin("Asking")
        scores = evaluate_mini(
            pipeline,
            count=count,
            naip=naip,
            without_clues=without_clues,
            without_change_module=without_change_module,
            on_progress=bars.update,
        )
    record = as_json(scores)
    if json:
        print_json(record)
    else:
        print_table(COLUMNS, rows(record))
