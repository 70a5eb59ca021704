"""One plot for each ablation: what is judged, with every seed as a dot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unirs_lab.evaluation.tables import Figure as Number
from unirs_lab.experiments.ablations import Ablation, Measure
from unirs_lab.experiments.results import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#7b8794", "#d08c2f", "#3f8f6b", "#2f6690")
"""Of the lines, from the first to the last."""

BESIDE = 0.22
"""How far from the mean the seeds stand, so that none is hidden."""


def plot(results: Results, ablation: Ablation) -> Figure:
    """Means as dashes, sample standard deviations as whiskers, seeds as dots.

    No bars: their length would mislead where the axis does not begin at zero.

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
    for place, (line, colour) in enumerate(zip(ablation.lines, COLOURS, strict=False)):
        values = results.values(line, measure)
        number = Number.of(values)
        axis.errorbar(place, number.mean, number.spread, fmt="_", ms=26, capsize=5, color=colour)
        axis.plot([place + BESIDE] * len(values), values, "o", color=colour, markersize=4)
    axis.set_xlim(-0.6, len(names) - 0.4)
    axis.set_xticks(range(len(names)), names, fontsize=8)
    axis.set_ylabel(f"{measure.label} ({measure.unit})", fontsize=9)
    axis.margins(y=0.2)
    axis.grid(axis="y", alpha=0.3)


def _name(headings: tuple[str, ...], cells: tuple[str, ...]) -> str:
    """What a bar is called: where a line is a set of switches, those that are on."""
    if len(headings) == 1:
        return f"{cells[0]}\n{headings[0].lower()}"
    on = [name.lower() for name, cell in zip(headings, cells, strict=True) if cell == "yes"]
    return " +\n".join(on) or "neither"
