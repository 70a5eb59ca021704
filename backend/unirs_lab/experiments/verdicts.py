"""Whether an effect holds: a rule that is stated before the numbers are seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import mean, variance
from typing import Literal

Decision = Literal["holds", "does not hold", "not decided at this size"]

T_95 = {2: 4.303, 4: 2.776, 6: 2.447, 8: 2.306, 10: 2.228, 12: 2.179, 14: 2.145, 16: 2.120}
"""Two-sided 95 % quantile of Student's t, by degrees of freedom."""

MOST_SEEDS = max(T_95) // 2 + 1

RULE = (
    "An effect holds if the 95 % confidence interval of the difference of the two means is above "
    "zero, does not hold if it is below zero, and is not decided at this size otherwise. The "
    "interval is Student's, from the pooled sample standard deviation of the seeds of both sides; "
    "it is about other seeds, on the same test scenes."
)


@dataclass(frozen=True)
class Verdict:
    """What the seeds show about an effect.

    Attributes:
        difference: Mean with it less mean without it, in the measure's unit.
        spread: Pooled sample standard deviation; ``None`` for a single seed.
        margin: Half the width of the interval around the difference; ``None`` likewise.
        rises: Seeds in which the score is higher with it.
        seeds: Seeds in all.
        decision: By ``RULE``.
    """

    difference: float
    spread: float | None
    margin: float | None
    rises: int
    seeds: int
    decision: Decision


def judge(off: Sequence[float], on: Sequence[float]) -> Verdict:
    """Compare the scores without and with something.

    Args:
        off: One score for each seed, without it.
        on: The scores with it, of the same seeds in the same order.
    """
    difference = mean(on) - mean(off)
    seeds = len(on)
    rises = sum(with_it > without for without, with_it in zip(off, on, strict=True))
    if seeds < 2:
        return Verdict(difference, None, None, rises, seeds, "not decided at this size")
    spread = sqrt((variance(off) + variance(on)) / 2)
    margin = T_95[2 * seeds - 2] * spread * sqrt(2 / seeds)
    decision: Decision = "not decided at this size"
    if difference - margin > 0:
        decision = "holds"
    elif difference + margin < 0:
        decision = "does not hold"
    return Verdict(difference, spread, margin, rises, seeds, decision)


def sentence(name: str, measure: str, published: float, verdict: Verdict) -> str:
    """A verdict in words, with its figures and the paper's difference."""
    figures = f"{verdict.difference:+.2f} points of {measure}"
    if verdict.margin is not None:
        figures += f" ± {verdict.margin:.2f} (pooled spread {verdict.spread:.2f})"
    return (
        f"{name[0].upper()}{name[1:]}: {verdict.decision}. {figures}, higher in {verdict.rises} of "
        f"{verdict.seeds} seeds; in the paper {published:+.2f}."
    )
