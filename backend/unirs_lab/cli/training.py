"""``train``: a model of one's own."""

from __future__ import annotations

import os
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unirs.cli.options import Renderers, TrainingDevice
from unirs.cli.screen import Bars
from unirs_lab.cli import stages
from unirs_lab.cli.progress import training_report

if TYPE_CHECKING:
    from unirs_lab.training.options import MiniOptions
    from unirs_lab.training.options import Stage as StageName

WITHOUT_CHANGE_MODULE = "joint-without-change-module"
"""Folder of the ablation, beside those of the stages; its scores stand in the card."""

EXAMPLES = """
[bold]Examples[/bold]

unirs train mini

unirs train mini --stage change --stage joint --folder runs/mini

unirs train mini --rasters naip --rasters landsat --device cuda
"""


class Stage(str, Enum):
    """A stage of training; typer wants choices that may be repeated as an enumeration."""

    BASE = "base"
    CHANGE = "change"
    COLOURS = "colours"
    JOINT = "joint"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    train = typer.Typer(help="Train a model.")
    train.command(epilog=EXAMPLES)(mini)
    stages.register(train)
    app.add_typer(train, name="train", rich_help_panel="Making models")


def mini(
    stage: Annotated[
        list[Stage] | None,
        typer.Option(
            help="Only this stage, which needs the one before; repeatable.",
            show_default="one after the other",
        ),
    ] = None,
    folder: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="Takes everything; a second call goes on from there."),
    ] = Path("runs/mini"),
    rasters: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER", help="Dated rasters that join the generated scenes; repeatable."
        ),
    ] = None,
    scale: Annotated[
        float, typer.Option(min=0.001, metavar="X", help="Multiplies steps and items.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(metavar="N", help="Of weights and batches.")] = 0,
    processes: Renderers = None,
    device: TrainingDevice = "cpu",
    without_change_module: Annotated[
        bool,
        typer.Option("--without-change-module", help="Read pairs as two images (ablation)."),
    ] = False,
    without_clues: Annotated[
        bool, typer.Option("--without-clues", help="Train without clues (ablation).")
    ] = False,
) -> None:
    """Train the default model: general base, change module, colours of water, all together."""
    from unirs_lab.training.mini import train_mini
    from unirs_lab.training.options import MiniOptions

    options = scaled(
        MiniOptions(
            folder=folder,
            rasters=tuple(rasters or ()),
            device=device,
            processes=processes or os.cpu_count() or 1,
            seed=seed,
            variant=WITHOUT_CHANGE_MODULE if without_change_module else "joint",
            change_module=not without_change_module,
            clues=not without_clues,
        ),
        scale,
    )
    stages: tuple[StageName, ...] = tuple(each.value for each in stage or ()) or options.stages
    with Bars() as bars:
        report = training_report(bars)
        model = train_mini(options, stages, report)
    print(f"Wrote the model folder {model}; try: unirs evaluate generated --model {model}")


def scaled(options: MiniOptions, scale: float) -> MiniOptions:
    """The same training with more or fewer steps and items, so much that each stage still runs."""
    from unirs_lab.training.options import STEPS

    items = {kind: max(10, round(count * scale)) for kind, count in options.items.items()}
    names = [name for stage in STEPS.values() for name in stage]
    steps = {name: max(8, round(getattr(options, name) * scale)) for name in names}
    return replace(options, items=items, **steps)
