"""``evaluate``: scores of a model on images that no training has used."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from unirs.cli.options import takes_options
from unirs.cli.screen import print_table
from unirs_lab.cli.evaluation_options import (
    ASKED,
    REPORTED,
    EvaluationOptions,
    examples,
    folder_option,
)

if TYPE_CHECKING:
    from unirs_lab.evaluation.figures import FigureTable
    from unirs_lab.evaluation.question_kinds import Sources

BENCHMARKS = {
    "rsvqa-lr": ("Questions about Sentinel-2 tiles (RSVQA-LR).", {"all_types"}),
    "rsvqa-hr": ("Questions about aerial images (RSVQA-HR, its test set 2).", {"all_types"}),
    "crsvqa": ("Questions that people asked about single images (CRSVQA).", set[str]()),
    "levir-cc": ("Captions of changes (LEVIR-CC, LEVIR-MCI).", {"tokenisation"}),
    "era": ("Events in videos (ERA).", {"scored"}),
}
"""What each benchmark asks, and the options that only some of them have."""

REAL_EXAMPLES = examples(
    "unirs evaluate real --data data/real --sheet answers.png",
    "unirs evaluate real --data data/real --split val --limit 100 --only rsicd_captions",
)
GENERATED_EXAMPLES = examples(
    "unirs evaluate generated",
    "unirs evaluate generated --naip data/naip --split val --limit 100 --json",
)

WHERE_EXAMPLES = examples(
    "unirs evaluate where --data data/real",
    "unirs evaluate where --data data/real --split val --limit 2",
)

WHEN_EXAMPLES = examples("unirs evaluate when", "unirs evaluate when --split val --limit 5")
RETRIEVAL_EXAMPLES = examples(
    "unirs evaluate retrieval --data data/real",
    "unirs evaluate retrieval --data data/real --split val --rescore 100",
)
GUARD_EXAMPLES = examples("unirs evaluate guard --data data/real")

Split = Annotated[
    Literal["val", "test"],
    typer.Option(help="val to choose a model, test to report it.", rich_help_panel=ASKED),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FIGURE",
        help="Only this row of the table, by its name in --json; repeatable.",
        show_default="all",
        rich_help_panel=ASKED,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    evaluate = typer.Typer(help="Score a model.")
    for name in BENCHMARKS:
        _add_benchmark(evaluate, name)
    evaluate.command(epilog=GENERATED_EXAMPLES)(generated)
    evaluate.command(epilog=REAL_EXAMPLES)(real)
    evaluate.command(epilog=WHERE_EXAMPLES)(where)
    evaluate.command(epilog=WHEN_EXAMPLES)(when)
    evaluate.command(epilog=RETRIEVAL_EXAMPLES)(retrieval)
    evaluate.command(epilog=GUARD_EXAMPLES)(guard)
    app.add_typer(evaluate, name="evaluate", rich_help_panel="Making models")


def _add_benchmark(evaluate: typer.Typer, name: str) -> None:
    """Add the command of one benchmark, without the options that only others have."""
    what, own = BENCHMARKS[name]
    others = set().union(*(options for _, options in BENCHMARKS.values())) - own
    command: Callable[..., None] = partial(_benchmark, name)
    epilog = examples(
        f"unirs evaluate {name} data/{name} --model models/unirs-3b --gallery",
        f"unirs evaluate {name} data/{name} --model models/unirs-3b --no-clue --limit 500",
    )
    decorated = takes_options(EvaluationOptions, without=others)(command)
    evaluate.command(name, help=what, epilog=epilog)(decorated)


def _benchmark(
    name: str,
    root: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="Folder of the data set.", show_default=False),
    ],
    common: EvaluationOptions,
    split: Annotated[
        str,
        typer.Option(
            metavar="SPLIT",
            help="Split of the data set.",
            show_default="the one that the paper scores",
            rich_help_panel=ASKED,
        ),
    ] = "",
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
    tokenisation: Annotated[
        Literal["chg2cap", "ptb", "plain"],
        typer.Option(
            help="How captions become words; published figures use chg2cap.",
            rich_help_panel=REPORTED,
        ),
    ] = "chg2cap",
) -> None:
    from unirs_lab.evaluation.benchmark_run import BenchmarkOptions, evaluate_benchmark
    from unirs_lab.evaluation.benchmarks import benchmark

    one = benchmark(name)
    chosen = BenchmarkOptions(root, split, scored, all_types, tokenisation)
    words = [name, split or one.split, *["scored"] * scored]
    common.run(
        "-".join(words),
        lambda load, options, observer: evaluate_benchmark(one, chosen, load, options, observer),
    )


@takes_options(EvaluationOptions)
def real(
    data: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER", help="Folder of the collections of real images.", show_default=False
        ),
    ],
    common: EvaluationOptions,
    split: Split = "test",
    only: Only = None,
    rsvqa_hr: Annotated[
        Path | None, folder_option("A copy of RSVQA-HR.", "rsvqa-hr beside the data, if present")
    ] = None,
    rsvqa_lr: Annotated[
        Path | None, folder_option("A copy of RSVQA-LR.", "rsvqa-lr beside the data, if present")
    ] = None,
    naip: Annotated[
        Path | None, folder_option("Dated NAIP rasters.", "naip beside the data, if present")
    ] = None,
) -> None:
    """Score a model on real images that no training has used, beside the aims."""
    from unirs_lab.evaluation.figure_tables import REAL
    from unirs_lab.evaluation.question_kinds import Sources

    def beside(given: Path | None, name: str) -> Path | None:
        neighbour = data.resolve().parent / name
        return given or (neighbour if neighbour.is_dir() else None)

    sources = Sources(
        real=data,
        rsvqa_hr=beside(rsvqa_hr, "rsvqa-hr"),
        rsvqa_lr=beside(rsvqa_lr, "rsvqa-lr"),
        naip=beside(naip, "naip"),
    )
    _fill(REAL, sources, common, split, only)


@takes_options(EvaluationOptions)
def generated(
    common: EvaluationOptions,
    split: Split = "test",
    only: Only = None,
    naip: Annotated[
        Path | None,
        folder_option("Dated NAIP rasters; held-out dates are asked about water.", "none"),
    ] = None,
    landsat: Annotated[
        Path | None, folder_option("Dated Landsat rasters in false colours, likewise.", "none")
    ] = None,
) -> None:
    """Score a model on generated images that no training has used."""
    from unirs_lab.evaluation.figure_tables import GENERATED
    from unirs_lab.evaluation.question_kinds import Sources

    _fill(GENERATED, Sources(naip=naip, landsat=landsat), common, split, only)


@takes_options(EvaluationOptions, without=("batch_size", "gallery", "sheet"))
def where(
    data: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER",
            help="Folder of the collections of real images, with ucmerced and levir-cd.",
            show_default=False,
        ),
    ],
    common: EvaluationOptions,
    split: Split = "test",
    leave_below: Annotated[
        float | None,
        typer.Option(min=0, max=1, metavar="P", help="As of unirs where.", show_default=False),
    ] = None,
    doublings: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="As of unirs where.", show_default=False)
    ] = None,
) -> None:
    """Score how well places are found, and with how few questions, on known ground."""
    from unirs_lab.evaluation.places import evaluate_places

    given = {"leave_below": leave_below, "doublings": doublings}
    request = {name: value for name, value in given.items() if value is not None}
    common.run(
        "-".join(["where", split, *(f"{name}-{value}" for name, value in request.items())]),
        lambda load, options, observer: evaluate_places(
            data, load, options, observer, split=split, **request
        ),
    )


@takes_options(EvaluationOptions, without=("batch_size", "gallery", "sheet"))
def when(common: EvaluationOptions, split: Split = "test") -> None:
    """Score how well it is found when something happened, on generated series of eight dates."""
    from unirs_lab.evaluation.series import evaluate_series

    common.run(
        f"when-{split}",
        lambda load, options, observer: evaluate_series(load, options, observer, split=split),
    )


@takes_options(EvaluationOptions, without=("gallery", "sheet"))
def retrieval(
    data: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER",
            help="Folder of the collections of real images, with rsicd.",
            show_default=False,
        ),
    ],
    common: EvaluationOptions,
    split: Split = "test",
    rescore: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="N",
            help="For N sentences, compare the best images anew, as unirs find does.",
            rich_help_panel=ASKED,
        ),
    ] = 0,
) -> None:
    """Score how well images, and generated pairs, are found by sentences."""
    from unirs_lab.evaluation.retrieval import evaluate_retrieval

    common.run(
        f"retrieval-{split}",
        lambda load, options, observer: evaluate_retrieval(
            data, load, options, observer, split=split, rescore=rescore
        ),
    )


def guard(
    data: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER",
            help="Folder of the collections of real images, with ucmerced and levir-cd.",
            show_default=False,
        ),
    ],
    split: Split = "test",
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Images of each.", show_default=False)
    ] = None,
) -> None:
    """Score the warnings about pairs; no model is asked."""
    from unirs_lab.evaluation.guard import evaluate_guard

    table = evaluate_guard(data, split, limit)
    print_table(table.headings, table.text_rows())
    for note in table.notes:
        print(note)


def _fill(
    table: FigureTable, sources: Sources, common: EvaluationOptions, split: Any, only: Any
) -> None:
    from unirs_lab.evaluation.figures import evaluate_figures

    common.run(
        f"{table.name}-{split}",
        lambda load, options, observer: evaluate_figures(
            table, sources, load, options, observer, split=split, only=only or ()
        ),
    )
