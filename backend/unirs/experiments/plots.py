"""One plot for each ablation: what is judged, with every seed as a dot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unirs.evaluation.tables import Figure as Number
from unirs.experiments.ablations import Ablation, Measure
from unirs.experiments.results import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#9aa5b1", "#5b8db8", "#e0a458", "#2f6690")
"""Of the lines, from the first to the last."""


def plot(results: Results, ablation: Ablation) -> Figure:
    """Means as bars, sample standard deviations as whiskers, seeds as dots.

    Args:
        results: Scores of all arms that the ablation needs.
        ablation: What is shown: one panel for each measure that is judged.
    """
    from matplotlib.figure import Figure

    judged = tuple(dict.fromkeys(effect.measure for effect in ablation.effects))
    figure = Figure(figsize=(2.4 + 2.8 * len(judged), 3.8), layout="constrained")
    figure.suptitle(ablation.title, fontsize=11)
    axes = figure.subplots(1, len(judged), squeeze=False)[0]
    for axis, measure in zip(axes, judged, strict=True):
        _panel(axis, results, ablation, measure)
    return figure


def _panel(axis: Axes, results: Results, ablation: Ablation, measure: Measure) -> None:
    names = [_name(ablation.headings, line.cells) for line in ablation.lines]
    runs = [results.values(line, measure) for line in ablation.lines]
    for place, values in enumerate(runs):
        number = Number.of(values)
        axis.bar(place, number.mean, 0.6, yerr=number.spread, capsize=4, color=COLOURS[place])
        axis.plot([place] * len(values), values, "o", color="black", markersize=3.5, alpha=0.7)
    shown = [value for values in runs for value in values]
    room = max(2.0, 0.35 * (max(shown) - min(shown)))
    axis.set_ylim(max(0.0, min(shown) - 3 * room), max(shown) + room)
    axis.set_xticks(range(len(names)), names, fontsize=8)
    axis.set_ylabel(f"{measure.label} ({measure.unit})", fontsize=9)
    axis.grid(axis="y", alpha=0.3)


def _name(headings: tuple[str, ...], cells: tuple[str, ...]) -> str:
    """What a bar is called: where a line is a set of switches, those that are on."""
    if len(headings) == 1:
        return f"{cells[0]}\n{headings[0].lower()}"
    on = [name.lower() for name, cell in zip(headings, cells, strict=True) if cell == "yes"]
    return " +\n".join(on) or "neither"
