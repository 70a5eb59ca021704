"""``evaluate real``: scores of a model on real images that it was never trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from unirs.cli.options import Device, Json, Model, Precision, refuse_several
from unirs.cli.screen import Bars
from unirs.models import DEFAULT_MODEL
from unirs_lab.cli.evaluation_shared import (
    ASKED,
    SHOWN,
    BatchSize,
    Clue,
    Latex,
    Markdown,
    going_on_in,
    print_evaluation,
)

EXAMPLES = """
[bold]Examples[/bold]

unirs evaluate real --data data/real --model models/unirs-small --gallery 30

unirs evaluate real --data data/real --split val --limit 100 --only rsicd_captions

The same command goes on where it was stopped, and asks nothing twice.
"""


def _optional_folder(name: str, what: str) -> Any:
    return typer.Option(
        metavar="FOLDER",
        help=what,
        show_default=f"{name} beside the data, if it is there",
        rich_help_panel=ASKED,
    )


def real(
    data: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="The collections of real images.", show_default=False),
    ],
    model: Model = DEFAULT_MODEL,
    device: Device = "auto",
    precision: Precision = "auto",
    split: Annotated[
        Literal["val", "test"],
        typer.Option(help="val to choose a model by, test to report it.", rich_help_panel=ASKED),
    ] = "test",
    limit: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Ask so many questions of each kind at most.",
            show_default="all",
            rich_help_panel=ASKED,
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIGURE",
            help="Only this row of the table, by its name in --json; may be repeated.",
            show_default="all",
            rich_help_panel=ASKED,
        ),
    ] = None,
    rsvqa_hr: Annotated[Path | None, _optional_folder("rsvqa-hr", "A copy of RSVQA-HR.")] = None,
    rsvqa_lr: Annotated[Path | None, _optional_folder("rsvqa-lr", "A copy of RSVQA-LR.")] = None,
    naip: Annotated[Path | None, _optional_folder("naip", "Dated NAIP rasters.")] = None,
    clue: Clue = True,
    batch_size: BatchSize = 32,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Takes answers, scores and tables.",
            show_default="runs/evaluate/real-SPLIT-MODEL",
            rich_help_panel=SHOWN,
        ),
    ] = None,
    gallery: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="N",
            help="Show so many answers, drawn at random.",
            rich_help_panel=SHOWN,
        ),
    ] = 0,
    markdown: Markdown = False,
    latex: Latex = False,
    json: Json = False,
) -> None:
    """Score a model on real images that it was never trained on, beside what is aimed at."""
    refuse_several(markdown=markdown, latex=latex, json=json)
    from unirs.inference import load_pipeline
    from unirs.models import find_model
    from unirs_lab.evaluation.asking import Report
    from unirs_lab.evaluation.real import Folders, RealOptions, evaluate_real

    def beside(given: Path | None, name: str) -> Path | None:
        neighbour = data.resolve().parent / name
        return given or (neighbour if neighbour.is_dir() else None)

    words = ["real", split, find_model(model).resolve().name, *["no-clue"] * (not clue)]
    folder = out or Path("runs", "evaluate", "-".join(words))
    options = RealOptions(
        folders=Folders(
            data, beside(rsvqa_hr, "rsvqa-hr"), beside(rsvqa_lr, "rsvqa-lr"), beside(naip, "naip")
        ),
        out=folder,
        split=split,
        limit=limit,
        only=tuple(only or ()),
        batch_size=batch_size,
        clue=clue,
        gallery=gallery,
    )
    with going_on_in(folder), Bars() as bars:
        result = evaluate_real(
            lambda: load_pipeline(model, device, precision),
            options,
            Report(bars.begin, bars.update, bars.say),
        )
    print_evaluation(result, markdown=markdown, latex=latex, json=json)
