"""``train``: a model of one's own."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unirs.cli.options import Renderers, TrainingDevice
from unirs.cli.screen import Bars
from unirs.errors import UniRSError
from unirs_lab.cli import stages
from unirs_lab.cli.progress import training_report

if TYPE_CHECKING:
    from unirs.inference import Pipeline
    from unirs_lab.evaluation.card import TrainingFacts
    from unirs_lab.training.options import MiniOptions
    from unirs_lab.training.options import Stage as StageName

WITHOUT_CHANGE_MODULE = "joint-without-change-module"
"""Folder of the ablation, beside those of the stages; its scores stand in the card."""

EXAMPLES = """
[bold]Examples[/bold]

unirs train mini

unirs train mini --stage change --stage joint --folder runs/mini

unirs train mini --rasters naip --rasters landsat --device cuda --publish models/mine
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
    publish: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Score the result and write it as a small model folder."
        ),
    ] = None,
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
    if publish:
        _check_target(publish, options, stages)
    with Bars() as bars:
        report = training_report(bars)
        model = train_mini(options, stages, report)
    if publish:
        model = _publish(model, publish, options)
    print(f"Wrote the model folder {model}; try: unirs evaluate mini --model {model}")


def scaled(options: MiniOptions, scale: float) -> MiniOptions:
    """The same training with more or fewer steps and items, so much that each stage still runs."""
    from unirs_lab.training.options import STEPS

    items = {kind: max(10, round(count * scale)) for kind, count in options.items.items()}
    names = [name for stage in STEPS.values() for name in stage]
    steps = {name: max(8, round(getattr(options, name) * scale)) for name in names}
    return replace(options, items=items, **steps)


def _check_target(target: Path, options: MiniOptions, stages: tuple[str, ...]) -> None:
    """Refuse before hours of training what could not be published after them."""
    from unirs.files import make_folder

    if "joint" not in stages or options.variant != "joint":
        raise UniRSError(
            "publish_unfinished",
            "Only the model behind the joint stage, with its change module, can be published; "
            "leave --publish out, or train that stage.",
        )
    make_folder(target)


def _publish(trained: Path, target: Path, options: MiniOptions) -> Path:
    """Score a trained model and write it small, with a card that says how it came to be."""
    from unirs.inference import load_pipeline
    from unirs_lab.evaluation.card import model_card
    from unirs_lab.evaluation.mini import evaluate_mini
    from unirs_lab.evaluation.report import as_json
    from unirs_lab.training.publish import publish

    pipeline = load_pipeline(trained, options.device)
    ablation = options.folder / WITHOUT_CHANGE_MODULE / "model"
    without_change_module = ablation if ablation.is_dir() else None
    with Bars() as bars:
        bars.begin("Scoring")
        scores = evaluate_mini(
            pipeline,
            naip=next(iter(options.rasters), None),
            without_clues=True,
            without_change_module=without_change_module,
            on_progress=bars.update,
        )
    publish(
        trained, target, model_card(_training_facts(pipeline, target, options), as_json(scores))
    )
    return target


def _command(options: MiniOptions) -> list[str]:
    """What repeats a training of all stages; folders go by their names."""
    rasters = [word for path in options.rasters for word in ("--rasters", path.name)]
    return ["unirs", "train", "mini", *rasters, "--seed", str(options.seed)]


def _training_facts(pipeline: Pipeline, target: Path, options: MiniOptions) -> TrainingFacts:
    from unirs.model.folder import read_folder
    from unirs_lab.evaluation.card import TrainingFacts
    from unirs_lab.training.curves import Curves
    from unirs_lab.training.options import STEPS
    from unirs_lab.world import EVENTS

    info = read_folder(pipeline.bundle.folder)
    names = [name for stage in options.stages for name in STEPS[stage]]
    curves = [
        Curves.open(path, first_step=sys.maxsize) for path in options.folder.rglob("curves.csv")
    ]
    return TrainingFacts(
        name=target.name,
        parameters=info.parameters,
        image_size=pipeline.image_size,
        frame_count=pipeline.frame_count,
        items={kind.value: count for kind, count in options.items.items()},
        rasters=tuple(
            f"tiles of the dated rasters in `{path.name}` (licence: that of their source)"
            for path in options.rasters
        ),
        steps={name.removesuffix("_steps"): getattr(options, name) for name in names},
        hours=sum(each.seconds for each in curves) / 3600,
        machine=f"{os.cpu_count()} CPU cores" if options.device == "cpu" else options.device,
        command=shlex.join(_command(options)),
        events=tuple(EVENTS),
    )
