"""``train change`` and ``train joint``: the paper's two stages at full size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unirs.cli.options import MODEL
from unirs.cli.screen import Bars
from unirs.errors import UniRSError
from unirs_lab.cli.plans import print_plan
from unirs_lab.cli.progress import training_report

if TYPE_CHECKING:
    from unirs_lab.training.costs import Sizes
    from unirs_lab.training.hardware import Gpu
    from unirs_lab.training.options import Report
    from unirs_lab.training.settings import ChangeSettings, JointSettings, StageSettings

PAPER_GPU = "rtx-4090"
PLAN = "Planning"

CHANGE_EXAMPLES = """
[bold]Examples[/bold]

unirs train change --plan --gpu rtx-4090

unirs train change --base models/vila-3b --data levir-cc=data/LEVIR-CC --folder runs/change

unirs train change --base unirs-base --data levir-cc=data/LEVIR-CC --preset tiny --set epochs=3
"""

JOINT_EXAMPLES = """
[bold]Examples[/bold]

unirs train joint --plan --gpu a100-80 --gpus 4

unirs train joint --base models/vila-3b --change runs/change/model --clues runs/clues
--data geochat=data/GeoChat --data levir-cc=data/LEVIR-CC --data era=data/ERA

torchrun --nproc-per-node 4 -m unirs train joint --settings mine.yaml --folder runs/joint
"""

Base = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Base model, from [bold]unirs convert[/bold]."),
]
Data = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=FOLDER", help="Where a dataset lies; repeatable."),
]
Preset = Annotated[str, typer.Option(metavar="paper|tiny", help="What the settings start from.")]
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
    typer.Option(metavar="auto|cpu|cuda[:N]", help="Where to train.", rich_help_panel=MODEL),
]
Planned = Annotated[
    bool,
    typer.Option("--plan", help="Print memory, time and disk, and leave.", rich_help_panel=PLAN),
]
GpuName = Annotated[
    str | None,
    typer.Option(
        metavar="rtx-4090|a100-40|a100-80|h100|h200",
        help="Plan for this GPU.",
        show_default="the one that is here",
        rich_help_panel=PLAN,
    ),
]
Utilisation = Annotated[
    float,
    typer.Option(
        min=0.01, max=1.0, metavar="X", help="Of its peak that is reached.", rich_help_panel=PLAN
    ),
]


def register(train: typer.Typer) -> None:
    """Add the commands of this module to ``train``."""
    train.command(epilog=CHANGE_EXAMPLES)(change)
    train.command(epilog=JOINT_EXAMPLES)(joint)


def change(
    base: Base = None,
    data: Data = None,
    folder: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="Takes everything; a second call goes on from there."),
    ] = Path("runs/change"),
    preset: Preset = "paper",
    settings: File = None,
    values: Values = None,
    device: Device = None,
    plan: Planned = False,
    gpu: GpuName = None,
    utilisation: Utilisation = 0.35,
) -> None:
    """Stage 1: train the change extraction module under a caption decoder, on pairs."""
    from unirs_lab.training.settings import ChangeSettings, load_settings

    given = _given(base, data, device)
    chosen = load_settings(ChangeSettings, preset, settings, values or (), given)
    if plan:
        _plan_change(chosen, gpu, utilisation)
        return
    from unirs_lab.training.change_stage import train_change

    with _reporting(chosen) as report:
        model = train_change(chosen, folder, report)
    print(f"Wrote the model folder {model}; next: unirs train joint --change {model}")


def joint(
    base: Base = None,
    change: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Model of stage 1.")] = None,
    clues: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Clues, from [bold]unirs data clues[/bold]."),
    ] = None,
    data: Data = None,
    folder: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="Takes everything; a second call goes on from there."),
    ] = Path("runs/joint"),
    preset: Preset = "paper",
    settings: File = None,
    values: Values = None,
    device: Device = None,
    plan: Planned = False,
    gpu: GpuName = None,
    gpus: Annotated[
        int, typer.Option(min=1, metavar="N", help="Plan for so many.", rich_help_panel=PLAN)
    ] = 1,
    utilisation: Utilisation = 0.35,
) -> None:
    """Stage 2: tune the LLM on a mixture of tasks; all else is frozen."""
    from unirs_lab.training.settings import JointSettings, load_settings

    given = {**_given(base, data, device), **_named(change=change, clues=clues)}
    chosen = load_settings(JointSettings, preset, settings, values or (), given)
    if plan:
        _plan_joint(chosen, gpu, gpus, utilisation)
        return
    from unirs_lab.training.checks import take_place
    from unirs_lab.training.joint_stage import train_joint

    with _reporting(chosen) as report:
        model = train_joint(chosen, folder, report)
    if take_place(chosen).main:
        print(f"Wrote the model folder {model}; try: unirs ask IMAGE QUESTION --model {model}")


def _given(base: Path | None, data: list[str] | None, device: str | None) -> dict[str, Any]:
    """What options say, by the names of settings."""
    given = _named(base=base) | ({"machine.device": device} if device else {})
    for each in data or ():
        name, sign, root = each.partition("=")
        if not (sign and name and root):
            raise UniRSError(
                "settings_invalid", f'"{each}" names no dataset and folder; write NAME=FOLDER.'
            )
        given[f"data.{name}.root"] = root
    return given


def _named(**paths: Path | None) -> dict[str, Any]:
    return {name: str(path) for name, path in paths.items() if path is not None}


@contextmanager
def _reporting(settings: StageSettings) -> Iterator[Report]:
    """Progress bars in the first of several processes."""
    from unirs_lab.training.checks import take_place
    from unirs_lab.training.options import Report

    if not take_place(settings).main:
        yield Report()
        return
    with Bars() as bars:
        yield training_report(bars)


def _plan_change(settings: ChangeSettings, gpu: str | None, utilisation: float) -> None:
    from unirs_lab.training.plan import plan_change
    from unirs_lab.training.workload import load_of

    sizes, name = _sizes(settings)
    plan = plan_change(settings, sizes, load_of(settings), _gpu(gpu), utilisation)
    print_plan(plan, f"Stage 1 of {name}")
    if not plan.fits:
        raise _too_much("set batch_size lower")


def _plan_joint(settings: JointSettings, gpu: str | None, gpus: int, utilisation: float) -> None:
    from unirs_lab.training.checks import require_sense
    from unirs_lab.training.plan import Plan, advice, plan_joint
    from unirs_lab.training.workload import load_of

    sizes, name = _sizes(settings)
    load, device = load_of(settings), _gpu(gpu)

    def planned(chosen: JointSettings, count: int) -> Plan:
        return plan_joint(chosen, sizes, load, device, count, utilisation)

    require_sense(settings, gpus)
    plan = planned(settings, gpus)
    print_plan(plan, f"Stage 2 ({settings.tuning}) of {name}")
    if not plan.fits:
        raise _too_much(advice(planned, settings, gpus))


def _too_much(advice: str) -> UniRSError:
    return UniRSError("memory_short", f"This does not fit into the GPU's memory; {advice}.")


def _sizes(settings: StageSettings) -> tuple[Sizes, str]:
    """Sizes and name of the base; the paper's where none is given."""
    from unirs.model import PRESETS, load_config
    from unirs.models.store import find_model
    from unirs_lab.training.costs import Sizes

    if settings.base is None:
        return Sizes.of(PRESETS["unirs-3b"]()), "unirs-3b"
    folder = find_model(settings.base)
    return Sizes.of(load_config(folder)), folder.name


def _gpu(name: str | None) -> Gpu:
    """The GPU that is named, or the one that is here, or the paper's."""
    import torch

    from unirs_lab.training.hardware import gpu_named, gpu_of

    if name is None and torch.cuda.is_available():
        return gpu_of(torch.device("cuda"))
    return gpu_named(name or PAPER_GPU)
