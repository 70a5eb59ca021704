"""The rule by which an effect holds, does not hold, or is not decided."""

from __future__ import annotations

from math import gamma, pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unirs_lab.experiments.verdicts import MOST_SEEDS, T_95, judge, sentence

SCORES = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=2, max_size=MOST_SEEDS)


def test_a_case_worked_by_hand() -> None:
    # variances 1 and 4, pooled spread sqrt(2.5), margin 2.776 * sqrt(2.5) * sqrt(2 / 3)
    verdict = judge(off=[1.0, 2.0, 3.0], on=[8.0, 10.0, 6.0])

    assert verdict.difference == pytest.approx(6.0)
    assert verdict.spread == pytest.approx(1.5811, abs=1e-4)
    assert verdict.margin == pytest.approx(3.5838, abs=1e-4)
    assert (verdict.rises, verdict.seeds, verdict.decision) == (3, 3, "holds")


@pytest.mark.parametrize(
    ("on", "decision"),
    [
        ([4.3, 5.3, 6.3], "holds"),
        ([4.2, 5.2, 6.2], "not decided at this size"),
        ([-0.2, 0.8, 1.8], "not decided at this size"),
        ([-2.3, -1.3, -0.3], "does not hold"),
    ],
)
def test_the_border_lies_where_the_interval_meets_zero(on: list[float], decision: str) -> None:
    # both spreads are 1: the margin is 2.776 * sqrt(2 / 3) = 2.2666
    assert judge([2.0, 3.0, 4.0], on).decision == decision


def test_a_single_seed_decides_nothing() -> None:
    verdict = judge([50.0], [90.0])

    assert verdict.decision == "not decided at this size"
    assert verdict.spread is None
    assert verdict.margin is None


@given(SCORES)
def test_turning_an_effect_round_turns_its_verdict_round(scores: list[tuple[float, float]]) -> None:
    off, on = zip(*scores, strict=True)
    opposite = {"holds": "does not hold", "does not hold": "holds"}

    forth, back = judge(off, on), judge(on, off)

    assert back.decision == opposite.get(forth.decision, forth.decision)
    assert back.difference == pytest.approx(-forth.difference)


@pytest.mark.parametrize(("freedom", "quantile"), T_95.items())
def test_the_quantiles_leave_five_percent_outside(freedom: int, quantile: float) -> None:
    t = np.linspace(-quantile, quantile, 200_001)
    scale = gamma((freedom + 1) / 2) / (sqrt(freedom * pi) * gamma(freedom / 2))
    density = scale * (1 + t**2 / freedom) ** (-(freedom + 1) / 2)

    inside = float(((density[1:] + density[:-1]) / 2 * np.diff(t)).sum())

    assert inside == pytest.approx(0.95, abs=5e-5)


def test_a_sentence_has_all_figures() -> None:
    verdict = judge(off=[1.0, 2.0, 3.0], on=[8.0, 10.0, 6.0])

    assert sentence("change module", "CIDEr-D", 7.84, verdict) == (
        "Change module: holds. +6.00 points of CIDEr-D ± 3.58 (pooled spread 1.58), higher in 3 "
        "of 3 seeds; in the paper +7.84."
    )
