"""``train … --plan``: what a run will need, as a person reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from unirs.cli.screen import print_table
from unirs.errors import UniRSError
from unirs.files import file_size

if TYPE_CHECKING:
    from unirs_lab.training.costs import Gpu, Sizes
    from unirs_lab.training.plan import Item, Plan
    from unirs_lab.training.settings import ChangeSettings, JointSettings

PAPER_GPU = "rtx-4090"
PLAN = "Planning"

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
        min=0.01,
        max=1.0,
        metavar="X",
        help="Share of its peak that is reached.",
        rich_help_panel=PLAN,
    ),
]
GpuCount = Annotated[
    int, typer.Option(min=1, metavar="N", help="Plan for N of them.", rich_help_panel=PLAN)
]


def plan_change_stage(settings: ChangeSettings, gpu: str | None, utilisation: float) -> None:
    """Print what a run of the change stage will need.

    Raises:
        UniRSError: ``memory_short`` if it does not fit.
    """
    from unirs_lab.training.costs import load_of
    from unirs_lab.training.plan import plan_change

    sizes, name = _sizes(settings)
    plan = plan_change(settings, sizes, load_of(settings), _gpu(gpu), utilisation)
    _print_plan(plan, f"Change stage of {name}")
    if not plan.fits:
        raise _too_much("set batch_size lower")


def plan_joint_stage(
    settings: JointSettings, gpu: str | None, gpus: int, utilisation: float
) -> None:
    """Print what a run of joint tuning will need.

    Raises:
        UniRSError: ``memory_short`` if it does not fit.
    """
    from unirs_lab.training.checks import require_sense
    from unirs_lab.training.costs import load_of
    from unirs_lab.training.plan import advice, plan_joint

    sizes, name = _sizes(settings)
    load, device = load_of(settings), _gpu(gpu)

    def planned(chosen: JointSettings, count: int) -> Plan:
        return plan_joint(chosen, sizes, load, device, count, utilisation)

    require_sense(settings, gpus)
    plan = planned(settings, gpus)
    _print_plan(plan, f"Joint tuning ({settings.tuning}) of {name}")
    if not plan.fits:
        raise _too_much(advice(planned, settings, gpus))


def _too_much(advice: str) -> UniRSError:
    return UniRSError("memory_short", f"This does not fit into the GPU's memory; {advice}.")


def _sizes(settings: ChangeSettings | JointSettings) -> tuple[Sizes, str]:
    """Sizes and name of the model that learns; the paper's base where none is given."""
    from unirs.model import PRESETS, load_config
    from unirs.models.store import find_model
    from unirs_lab.training.costs import Sizes
    from unirs_lab.training.settings import JointSettings

    model = settings.base
    if isinstance(settings, JointSettings) and settings.tuning == "adapter":
        model = settings.start
    if model is None:
        return Sizes.of(PRESETS["unirs-3b"]()), "unirs-3b"
    folder = find_model(str(model))
    return Sizes.of(load_config(folder)), folder.name


def _gpu(name: str | None) -> Gpu:
    """The GPU that is named, or the one that is here, or the paper's."""
    import torch

    from unirs_lab.training.costs import gpu_named, gpu_of

    if name is None and torch.cuda.is_available():
        return gpu_of(torch.device("cuda"))
    return gpu_named(name or PAPER_GPU)


def _print_plan(plan: Plan, title: str) -> None:
    """Print what a run will need, line by line with how it comes about."""
    gpus = f"{plan.gpus} × {plan.gpu.title}" if plan.gpus > 1 else plan.gpu.title
    print(f"{title} on {gpus}: an estimate, nothing was loaded\n")
    print_table(("", "", "Estimate", "How"), _rows(plan))
    print("\nAssumed: " + ";\n         ".join(plan.assumptions) + ".")


def _rows(plan: Plan) -> Iterator[tuple[str, str, str, str]]:
    from unirs_lab.training.plan import USABLE, total

    usable = f"of {file_size(USABLE * plan.gpu.memory)} that are usable"
    yield from _part("Work", plan.work, _number)
    yield from _part("Memory of each GPU", plan.memory, file_size)
    yield "", "in all", file_size(total(plan.memory)), usable
    yield from _part("Time", plan.time, _time)
    yield "", "in all", _time(total(plan.time)), ""
    yield from _part("Disk", plan.disk, file_size)
    yield "", "in all", file_size(total(plan.disk)), "besides datasets and base"


def _part(
    name: str, items: tuple[Item, ...], shown: Callable[[float], str]
) -> Iterator[tuple[str, str, str, str]]:
    for item in items:
        yield name, item.name, shown(item.amount), item.how
        name = ""


def _number(amount: float) -> str:
    return f"{amount:,.0f}"


def _time(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds / 60:.1f} min"
