"""Calibration of scored answers, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from unirs_lab.evaluation.scores.calibration import (
    TEMPERATURES,
    calibration_error,
    expected_calibration_error,
    fit_temperature,
    probabilities,
    reliability,
    unsure_threshold,
)


def yes_no(confidences: list[float]) -> list[list[float]]:
    """Log-probabilities of two options, of which the first one has the given probability."""
    with np.errstate(divide="ignore"):
        return np.log([[chance, 1 - chance] for chance in confidences]).tolist()


def test_calibration_error_is_the_gap_within_each_bin() -> None:
    # bins of 1/15: 0.95 and 0.96 share the last but one; 0.6 is alone in its bin
    error = expected_calibration_error(yes_no([0.95, 0.96, 0.6]), [0, 1, 0])
    assert error == pytest.approx((0.91 + 0.4) / 3)
    assert expected_calibration_error(yes_no([1.0, 1.0]), [0, 0]) == pytest.approx(0, abs=1e-5)
    assert expected_calibration_error([], []) is None


def test_bins_hold_answers_of_similar_confidence() -> None:
    bins = reliability([0.95, 0.96, 0.6, 0.4], [True, False, True, True])
    assert [each.answers for each in bins] == [1, 1, 2]
    assert bins[2] == (pytest.approx(0.955), 0.5, 2)
    assert calibration_error(bins) == pytest.approx((0.6 + 0.4 + 2 * 0.455) / 4)
    assert calibration_error([]) is None


def test_answers_are_unsure_where_they_are_right_too_rarely() -> None:
    confidences = np.linspace(0, 1, 3000).tolist()
    rights = np.random.default_rng(0).random(3000) < np.array(confidences)
    assert unsure_threshold(confidences, rights.tolist()) == pytest.approx(0.6, abs=0.05)
    never = [confidence > 0.8 for confidence in confidences]
    assert unsure_threshold(confidences, never) == pytest.approx(0.8, abs=0.03)
    assert unsure_threshold(confidences, [True] * 3000) < 0.05
    assert unsure_threshold([0.9], [True]) == pytest.approx(0.6, abs=0.05), "one proves nothing"
    assert unsure_threshold([], []) is None


def test_the_most_probable_option_is_compared_wherever_it_is_listed() -> None:
    assert expected_calibration_error(yes_no([0.1]), [1]) == pytest.approx(0.1)
    assert expected_calibration_error(yes_no([0.1]), [0]) == pytest.approx(0.9)


def test_a_fitted_temperature_corrects_overconfidence() -> None:
    rng = np.random.default_rng(0)
    logits = rng.uniform(0, 3, 4000)
    references = (rng.random(4000) > 1 / (1 + np.exp(-logits))).astype(int).tolist()
    overconfident = yes_no((1 / (1 + np.exp(-2.5 * logits))).tolist())
    temperature = fit_temperature(overconfident, references)
    assert temperature == pytest.approx(2.5, rel=0.15)
    before = expected_calibration_error(overconfident, references)
    after = expected_calibration_error(overconfident, references, temperature)
    assert before > 0.1
    assert after < 0.03


def test_a_fit_has_the_smallest_negative_log_likelihood_of_many_options() -> None:
    scores = np.random.default_rng(1).normal(0, 3, (50, 4))
    references = [int(row.argmax()) if number % 3 else 0 for number, row in enumerate(scores)]
    log_probabilities = np.log(probabilities(scores.tolist())).tolist()

    def loss(temperature: float) -> float:
        chances = probabilities(log_probabilities, temperature)
        return -np.log(chances[np.arange(50), references]).mean()

    fitted = fit_temperature(log_probabilities, references)
    assert loss(fitted) == pytest.approx(min(map(loss, TEMPERATURES)))


def test_a_temperature_of_one_changes_nothing_and_order_never_changes() -> None:
    given = [[np.log(0.7), np.log(0.2), np.log(0.1)]]
    assert probabilities(given)[0] == pytest.approx([0.7, 0.2, 0.1])
    warmer = probabilities(given, 3)[0]
    assert warmer.sum() == pytest.approx(1)
    assert list(np.argsort(-warmer)) == [0, 1, 2]
    assert warmer[0] < 0.7


def test_answers_may_have_different_numbers_of_options() -> None:
    mixed = [[np.log(0.5), np.log(0.5)], [np.log(0.2), np.log(0.3), np.log(0.5)]]
    assert probabilities(mixed)[0] == pytest.approx([0.5, 0.5, 0])
    assert fit_temperature(mixed, [0, 2]) is not None


def test_without_answers_there_is_no_temperature_and_one_answer_gives_the_least() -> None:
    assert fit_temperature([], []) is None
    assert fit_temperature(yes_no([0.9]), [0]) == pytest.approx(0.05)
