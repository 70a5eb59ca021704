"""``train``: the stages that make a model, one command each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unirs.cli.options import MODEL
from unirs.cli.screen import Bars
from unirs.errors import UniRSError
from unirs_lab.cli.progress import training_report
from unirs_lab.cli.training_plans import (
    GpuCount,
    GpuName,
    Planned,
    Utilisation,
    plan_change_stage,
    plan_joint_stage,
)

if TYPE_CHECKING:
    from unirs_lab.training.progress import Report
    from unirs_lab.training.settings import StageSettings

VISION_EXAMPLES = """
[bold]Examples[/bold]

unirs train vision --preset small --data real=data/real --data naip=data/naip
"""

BASE_EXAMPLES = """
[bold]Examples[/bold]

unirs train base --preset tiny --data geochat=data/geochat --data era=data/era
"""

CHANGE_EXAMPLES = """
[bold]Examples[/bold]

unirs train change --plan --gpu rtx-4090

unirs train change --base models/vila-3b --data levir-cc=data/LEVIR-CC --folder runs/change

unirs train change --base unirs-base --data levir-cc=data/LEVIR-CC --preset tiny --set epochs=3
"""

JOINT_EXAMPLES = """
[bold]Examples[/bold]

unirs train joint --preset small --data my.jsonl --folder runs/mine

unirs train joint --plan --gpu a100-80 --gpus 4

unirs train joint --base models/vila-3b --from runs/change/model --clues runs/clues
--data geochat=data/GeoChat --data levir-cc=data/LEVIR-CC --data era=data/ERA

torchrun --nproc-per-node 4 -m unirs train joint --settings mine.yaml --folder runs/joint
"""

Base = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Base model, from [bold]unirs convert[/bold]."),
]
Data = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=FOLDER", help="Folder of a data set; repeatable."),
]
Folder = Annotated[
    Path,
    typer.Option(metavar="FOLDER", help="Takes everything; the same command resumes from there."),
]
Preset = Annotated[
    str, typer.Option(metavar="NAME", help="What the settings start from: paper, small or tiny.")
]
File = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="YAML with what differs from the preset."),
]
Values = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="One setting, over the file; repeatable."),
]
Device = Annotated[
    str | None,
    typer.Option(metavar="auto|cpu|cuda[:N]", help="Device to train on.", rich_help_panel=MODEL),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    train = typer.Typer(help="Train a model.")
    train.command(epilog=VISION_EXAMPLES)(vision)
    train.command(epilog=BASE_EXAMPLES)(base)
    train.command(epilog=CHANGE_EXAMPLES)(change)
    train.command(epilog=JOINT_EXAMPLES)(joint)
    app.add_typer(train, name="train", rich_help_panel="Making models")


def vision(
    data: Data = None,
    folder: Folder = Path("runs/vision"),
    preset: Preset = "small",
    settings: File = None,
    values: Values = None,
    device: Device = None,
) -> None:
    """Train a vision tower and change module on scenes, words, masks and changes."""
    from unirs_lab.training.settings import VisionSettings
    from unirs_lab.training.settings_files import load_settings
    from unirs_lab.training.vision_stage import train_vision

    given = _given(data, device)
    chosen = load_settings(VisionSettings, preset, settings, values or (), given)
    with _reporting(chosen) as report:
        model = train_vision(chosen, folder, report)
    print(f"Wrote the model folder {model}; next: unirs train joint --from {model}")


def base(
    data: Data = None,
    folder: Folder = Path("runs/base"),
    preset: Preset = "tiny",
    settings: File = None,
    values: Values = None,
    device: Device = None,
) -> None:
    """Train a small base model from random weights, which writes the clues of another one."""
    from unirs_lab.training.base_stage import train_base
    from unirs_lab.training.settings import BaseSettings
    from unirs_lab.training.settings_files import load_settings

    given = _given(data, device)
    chosen = load_settings(BaseSettings, preset, settings, values or (), given)
    with _reporting(chosen) as report:
        model = train_base(chosen, folder, report)
    print(f"Wrote the model folder {model}; next: unirs data clues NAME FOLDER --model {model}")


def change(
    base: Base = None,
    data: Data = None,
    folder: Folder = Path("runs/change"),
    preset: Preset = "paper",
    settings: File = None,
    values: Values = None,
    device: Device = None,
    plan: Planned = False,
    gpu: GpuName = None,
    utilisation: Utilisation = 0.35,
) -> None:
    """Train the change extraction module under a caption decoder, on pairs."""
    from unirs_lab.training.settings import ChangeSettings
    from unirs_lab.training.settings_files import load_settings

    given = _given(data, device, base=base)
    chosen = load_settings(ChangeSettings, preset, settings, values or (), given)
    if plan:
        plan_change_stage(chosen, gpu, utilisation)
        return
    from unirs_lab.training.change_stage import train_change

    with _reporting(chosen) as report:
        model = train_change(chosen, folder, report)
    print(f"Wrote the model folder {model}; next: unirs train joint --from {model}")


def joint(
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="NAME_OR_FOLDER",
            help="Model of the change or the vision stage, or a finished one that learns more.",
        ),
    ] = None,
    base: Base = None,
    clues: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Clues, from [bold]unirs data clues[/bold]."),
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=FOLDER",
            help="Folder of a data set, repeatable; or one's own FILE.jsonl alone.",
        ),
    ] = None,
    folder: Folder = Path("runs/joint"),
    preset: Preset = "paper",
    settings: File = None,
    values: Values = None,
    card: Annotated[
        Path | None,
        typer.Option(metavar="FILE.md", help="Model card, instead of the one about the run."),
    ] = None,
    device: Device = None,
    plan: Planned = False,
    gpu: GpuName = None,
    gpus: GpuCount = 1,
    utilisation: Utilisation = 0.35,
) -> None:
    """Tune the language model, or an adapter on it, on a mixture of tasks."""
    from unirs_lab.training.settings import JointSettings
    from unirs_lab.training.settings_files import load_settings

    given = _given(data, device, start=start, base=base, clues=clues)
    chosen = load_settings(JointSettings, preset, settings, values or (), given)
    if plan:
        plan_joint_stage(chosen, gpu, gpus, utilisation)
        return
    from unirs_lab.training.checks import take_place
    from unirs_lab.training.joint_stage import train_joint

    text = card.read_text(encoding="utf-8") if card else None
    with _reporting(chosen) as report:
        model = train_joint(chosen, folder, report, text)
    if take_place(chosen).main:
        print(f"Wrote the model folder {model}; try: unirs ask IMAGE QUESTION --model {model}")


def _given(
    data: list[str] | None, device: str | None, **places: Path | str | None
) -> dict[str, Any]:
    """The values of options, by the names of settings."""
    given: dict[str, Any] = {name: str(path) for name, path in places.items() if path is not None}
    if device:
        given["machine.device"] = device
    for each in data or ():
        name, sign, root = each.partition("=")
        if not sign and name.endswith(".jsonl") and len(data or ()) == 1:
            given["own_data"] = name
        elif sign and name and root:
            given[f"data.{name}.root"] = root
        else:
            raise UniRSError(
                "settings_invalid",
                f'"{each}" names no data set and folder; write NAME=FOLDER, or one FILE.jsonl '
                "alone.",
            )
    return given


@contextmanager
def _reporting(settings: StageSettings) -> Iterator[Report]:
    """Progress bars in the first of several processes."""
    from unirs_lab.training.checks import take_place
    from unirs_lab.training.progress import Report

    if not take_place(settings).main:
        yield Report()
        return
    with Bars() as bars:
        yield training_report(bars)
