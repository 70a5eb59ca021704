"""The options of ``unirs batch``: each is a key of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from unirs.cli.options import (
    ANSWER,
    IMAGE,
    MODEL,
    Align,
    AllowRemote,
    Bands,
    Clue,
    MatchColours,
    bands_of,
    split,
)
from unirs.cli.questions import read_classes

QUESTIONS, TILES, OUTPUT = "Questions", "Tiles", "Output"
"""The panels of the help."""


@dataclass(frozen=True)
class PlanOptions:
    """All of a plan but its inputs. What is not given has the default of the plan."""

    caption: Annotated[
        bool,
        typer.Option("--caption", help="Describe each tile.", rich_help_panel=QUESTIONS),
    ] = False
    ask: Annotated[
        list[str] | None,
        typer.Option(
            metavar="QUESTION",
            help="Ask this about each tile; may be given several times.",
            show_default=False,
            rich_help_panel=QUESTIONS,
        ),
    ] = None
    options: Annotated[
        str | None,
        typer.Option(
            metavar="yes,no",
            help="Score these comma-separated answers to the questions.",
            rich_help_panel=QUESTIONS,
        ),
    ] = None
    classify: Annotated[
        bool,
        typer.Option("--classify", help="Classify each tile.", rich_help_panel=QUESTIONS),
    ] = False
    classes: Annotated[
        str | None,
        typer.Option(
            metavar="a,b,c|FILE",
            help="The classes, or a text file with one per line.",
            rich_help_panel=QUESTIONS,
        ),
    ] = None
    change: Annotated[
        bool,
        typer.Option(
            "--change", help="Describe what changed in each pair.", rich_help_panel=QUESTIONS
        ),
    ] = False
    pairs: Annotated[
        Literal["earliest-latest", "yearly", "each-to-next"] | None,
        typer.Option(
            help="Make pairs of the rasters of one place, by their dates.",
            show_default=False,
            rich_help_panel=QUESTIONS,
        ),
    ] = None
    tile_size: Annotated[
        str | None,
        typer.Option(
            metavar='256|"500 m"|whole',
            help="Pixels or metres; whole: each raster is one tile. Default: 256 pixels.",
            rich_help_panel=TILES,
        ),
    ] = None
    overlap: Annotated[
        str | None,
        typer.Option(
            metavar='32|"50 m"', help="Of neighbours, as the size.", rich_help_panel=TILES
        ),
    ] = None
    clip: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Only tiles that meet polygons of this.", rich_help_panel=TILES
        ),
    ] = None
    minimum_data: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=1.0,
            metavar="0.2",
            help="Leave out tiles with less than this share of pixels with data.",
            rich_help_panel=TILES,
        ),
    ] = None
    bands: Bands = None
    stretch: Annotated[
        Literal["auto", "none", "percentile", "minmax"] | None,
        typer.Option(
            help="How values are stretched to 8 bits.", show_default=False, rich_help_panel=IMAGE
        ),
    ] = None
    match_colours: MatchColours = False
    align: Align = False
    asset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Asset of STAC items.", rich_help_panel=IMAGE),
    ] = None
    storage: Annotated[
        list[str] | None,
        typer.Option(
            metavar="/vsis3/BUCKET/",
            help="Object storage that files named by a table may be read from.",
            show_default=False,
            rich_help_panel=IMAGE,
        ),
    ] = None
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Name, folder, hf:OWNER/NAME or server:URL#MODEL; see [bold]unirs models[/bold].",
            rich_help_panel=MODEL,
        ),
    ] = None
    device: Annotated[
        str | None,
        typer.Option(metavar="auto|cpu|cuda[:N]", help="Where to run it.", rich_help_panel=MODEL),
    ] = None
    precision: Annotated[
        Literal["auto", "float32", "bfloat16", "float16", "int8", "int4"] | None,
        typer.Option(help="Number type of the weights.", show_default=False, rich_help_panel=MODEL),
    ] = None
    batch_size: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Images side by side.", rich_help_panel=MODEL),
    ] = None
    allow_remote: AllowRemote = False
    clue: Clue = None
    views: Annotated[
        int | None,
        typer.Option(
            min=1, max=8, metavar="N", help="Augmented views of an image.", rich_help_panel=ANSWER
        ),
    ] = None
    max_tokens: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Longest answer.", rich_help_panel=ANSWER),
    ] = None
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Folder of GeoParquet files, of this plan alone.",
            rich_help_panel=OUTPUT,
        ),
    ] = None
    export: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT.gpkg|.fgb|.csv", help="One file with all answers.", rich_help_panel=OUTPUT
        ),
    ] = None

    def given(self) -> list[str]:
        """Names of the options that were given."""
        names = [one.name for one in fields(self) if getattr(self, one.name) != one.default]
        return [f"--{name.replace('_', '-')}" for name in names]


def plan_values(rasters: list[str], options: PlanOptions) -> dict[str, Any]:
    """The keys of a plan.

    Raises:
        typer.BadParameter: No question, no output, or options without their question.
        UniRSError: ``classes_unreadable``.
    """
    if options.output is None:
        raise typer.BadParameter("name the folder of the answers", param_hint="--output")
    if options.options and not options.ask:
        raise typer.BadParameter("needs a question, --ask", param_hint="--options")
    if options.classes and not options.classify:
        raise typer.BadParameter("needs --classify", param_hint="--classes")
    questions = _questions(options)
    if not questions:
        raise typer.BadParameter(
            "give at least one of them", param_hint="--caption, --ask, --classify or --change"
        )
    return {
        "inputs": _given(
            rasters=rasters,
            asset=options.asset,
            storage=options.storage,
            bands=bands_of(options.bands),
            stretch=options.stretch,
            match_colours=options.match_colours or None,
            align=options.align or None,
        ),
        "pairs": options.pairs,
        "tiles": _given(
            size=options.tile_size,
            overlap=options.overlap,
            clip=options.clip,
            minimum_data=options.minimum_data,
        ),
        "ask": _given(
            questions=questions,
            model=options.model,
            device=options.device,
            precision=options.precision,
            batch_size=options.batch_size,
            allow_remote=options.allow_remote,
        ),
        "output": _given(folder=options.output, export=options.export),
    }


def _questions(options: PlanOptions) -> list[dict[str, Any]]:
    shared = _given(clue=options.clue, views=options.views, max_tokens=options.max_tokens)
    asked: list[Mapping[str, Any]] = [
        *({"task": "caption"} for _ in range(options.caption)),
        *(
            {"task": "ask", "question": question, "options": split(options.options)}
            for question in options.ask or ()
        ),
        *(
            {"task": "classify", "classes": read_classes(options.classes)}
            for _ in range(options.classify)
        ),
        *({"task": "change"} for _ in range(options.change)),
    ]
    return [{**one, **shared} for one in asked]


def _given(**values: Any) -> dict[str, Any]:
    """Without those that were not given."""
    return {key: value for key, value in values.items() if value is not None}
