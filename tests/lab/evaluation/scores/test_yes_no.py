"""Scores of yes/no answers, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from unirs_lab.evaluation.scores.yes_no import (
    balanced_accuracy,
    calibration_error,
    fitted_temperature,
    tempered,
)


def test_balance_gives_each_true_answer_the_same_weight() -> None:
    truths = ["no", "no", "no", "no", "yes"]
    assert balanced_accuracy(truths, [True] * 4 + [False]) == pytest.approx(0.5)
    assert balanced_accuracy(truths, [True, True, True, False, True]) == pytest.approx(0.875)
    assert balanced_accuracy(["no", "no"], [True, True]) is None, "nothing to balance"
    assert balanced_accuracy([], []) is None


def test_calibration_error_is_the_gap_within_each_bin() -> None:
    # bins of 1/15: 0.95 and 0.96 share the last but none; 0.6 lies alone
    confidences, rights = [0.95, 0.96, 0.6], [True, False, True]
    assert calibration_error(confidences, rights) == pytest.approx((0.91 + 0.4) / 3)
    assert calibration_error([1.0, 1.0], [True, True]) == pytest.approx(0)
    assert calibration_error([], []) is None


def test_a_temperature_mends_what_is_too_sure() -> None:
    rng = np.random.default_rng(0)
    logits = rng.uniform(0, 3, 4000)
    rights = (rng.random(4000) < 1 / (1 + np.exp(-logits))).tolist()
    sure = (1 / (1 + np.exp(-2.5 * logits))).tolist()
    temperature = fitted_temperature(sure, rights)
    assert temperature == pytest.approx(2.5, rel=0.15)
    before, after = (
        calibration_error(each, rights) for each in (sure, tempered(sure, temperature))
    )
    assert before > 0.1
    assert after < 0.03
    assert tempered([0.5, 1.0], 2)[0] == pytest.approx(0.5)
    assert fitted_temperature([], []) is None
    assert fitted_temperature([0.9], [True]) == pytest.approx(0.05), "the least that is tried"
