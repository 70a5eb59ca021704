"""``evaluate``: scores of a model on what it was never trained on."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import typer

from unirs.cli.options import Device, Json, Model, Precision, refuse_several
from unirs.cli.screen import Bars, Watch, print_json, print_table
from unirs.models import DEFAULT_MODEL
from unirs_lab.cli.evaluation_real import EXAMPLES, real
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

MINI_EXAMPLES = """
[bold]Examples[/bold]

unirs evaluate mini

unirs evaluate mini --naip naip --without-clues --json
"""

BENCHMARKS = {
    "rsvqa-lr": ("Questions about Sentinel-2 tiles (RSVQA-LR).", {"all_types"}),
    "rsvqa-hr": ("Questions about aerial images (RSVQA-HR, its test set 2).", {"all_types"}),
    "crsvqa": ("Questions that people asked about single images (CRSVQA).", set[str]()),
    "levir-cc": ("Captions of changes (LEVIR-CC, LEVIR-MCI).", {"tokenisation"}),
    "era": ("Events in videos (ERA).", {"scored"}),
}
"""What each benchmark asks, and the options that only some of them have."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    evaluate = typer.Typer(help="Score a model.")
    for name, (what, own) in BENCHMARKS.items():
        evaluate.command(name, help=what, epilog=_examples(name))(_command(name, own))
    evaluate.command(epilog=MINI_EXAMPLES)(mini)
    evaluate.command(epilog=EXAMPLES)(real)
    app.add_typer(evaluate, name="evaluate", rich_help_panel="Making models")


def _examples(name: str) -> str:
    return f"""
[bold]Examples[/bold]

unirs evaluate {name} data/{name} --model models/unirs-3b --gallery

unirs evaluate {name} data/{name} --model models/unirs-3b --no-clue --limit 500 --markdown

The same command goes on where it was stopped, and asks nothing twice.
"""


def _command(name: str, own: set[str]) -> Callable[..., None]:
    """The command of one benchmark: ``run`` without the options that are of others."""

    def command(**values: Any) -> None:
        run(name, **values)

    hints = get_type_hints(run, include_extras=True)
    others = set().union(*(options for _, options in BENCHMARKS.values())) - own
    parameters = [
        parameter.replace(annotation=hints[parameter.name])
        for parameter in inspect.signature(run).parameters.values()
        if parameter.name not in {"name", *others}
    ]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    return command


def run(
    name: str,
    root: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="Where the dataset lies.", show_default=False),
    ],
    model: Model = DEFAULT_MODEL,
    device: Device = "auto",
    precision: Precision = "auto",
    split: Annotated[
        str,
        typer.Option(
            metavar="SPLIT",
            help="Which part of it.",
            show_default="the one that the paper scores",
            rich_help_panel=ASKED,
        ),
    ] = "",
    limit: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Ask so many at most, from all over the split.",
            show_default="all",
            rich_help_panel=ASKED,
        ),
    ] = None,
    clue: Clue = True,
    all_types: Annotated[
        bool,
        typer.Option(
            "--all-types",
            help="Ask for numbers and areas as well; they do not count in the average.",
            rich_help_panel=ASKED,
        ),
    ] = False,
    scored: Annotated[
        bool,
        typer.Option(
            "--scored",
            help="Score the classes as a closed set instead of generating, as the paper does.",
            rich_help_panel=ASKED,
        ),
    ] = False,
    batch_size: BatchSize = 32,
    tokenisation: Annotated[
        Literal["chg2cap", "ptb", "plain"],
        typer.Option(
            help="How captions become words; published figures take the first.",
            rich_help_panel=SHOWN,
        ),
    ] = "chg2cap",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Takes predictions, scores and tables.",
            show_default="runs/evaluate/BENCHMARK-SPLIT-MODEL",
            rich_help_panel=SHOWN,
        ),
    ] = None,
    gallery: Annotated[
        bool,
        typer.Option(
            "--gallery", help="Show right and wrong cases on a page.", rich_help_panel=SHOWN
        ),
    ] = False,
    markdown: Markdown = False,
    latex: Latex = False,
    json: Json = False,
) -> None:
    """Score a model on one benchmark, beside the paper's figures."""
    refuse_several(markdown=markdown, latex=latex, json=json)
    from unirs.inference import load_pipeline
    from unirs.models import find_model
    from unirs_lab.evaluation.asking import Report
    from unirs_lab.evaluation.benchmarks import benchmark
    from unirs_lab.evaluation.run import Options, evaluate

    asked = benchmark(name)
    words = [name, split or asked.split, find_model(model).resolve().name]
    words += ["no-clue"] * (not clue) + ["scored"] * scored
    folder = out or Path("runs", "evaluate", "-".join(words))
    options = Options(
        root=root,
        out=folder,
        split=split,
        batch_size=batch_size,
        limit=limit,
        clue=clue,
        scored=scored,
        all_groups=all_types,
        tokenisation=tokenisation,
        gallery=gallery,
    )
    with going_on_in(folder), Bars() as bars:
        result = evaluate(
            asked,
            lambda: load_pipeline(model, device, precision),
            options,
            Report(bars.begin, bars.update, bars.say),
        )
    print_evaluation(result, markdown=markdown, latex=latex, json=json)


def mini(
    split: Annotated[
        Literal["val", "test"],
        typer.Option(help="val to choose a model by, test to report it."),
    ] = "test",
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
            metavar="FOLDER", help="Dated NAIP rasters, whose held-out dates are asked about water."
        ),
    ] = None,
    views: Annotated[
        int,
        typer.Option(
            min=1,
            max=16,
            metavar="N",
            help="Describe changes once more, by a vote of so many views.",
        ),
    ] = 1,
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
        from unirs.inference import load_pipeline
        from unirs_lab.evaluation.mini import evaluate_mini
        from unirs_lab.evaluation.report import COLUMNS, as_json, rows

        pipeline = load_pipeline(model, device, precision)
    with Bars() as bars:
        bars.begin("Asking")
        scores = evaluate_mini(
            pipeline,
            split=split,
            count=count,
            naip=naip,
            views=views,
            without_clues=without_clues,
            without_change_module=without_change_module,
            on_progress=bars.update,
        )
    record = as_json(scores)
    if json:
        print_json(record)
    else:
        print_table(COLUMNS, rows(record))
