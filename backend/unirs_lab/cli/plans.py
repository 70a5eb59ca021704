"""A training's plan as a person reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from unirs.cli.screen import print_table
from unirs.files import file_size

if TYPE_CHECKING:
    from unirs_lab.training.plan import Item, Plan


def print_plan(plan: Plan, title: str) -> None:
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
