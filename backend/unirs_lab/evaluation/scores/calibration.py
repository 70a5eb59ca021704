"""Calibration: whether the probabilities of scored answers match how often these are right.

A temperature divides the log-probabilities of the options before they are normalised again: above 1
for a model that is too confident, below 1 for one that is not confident enough. It never changes
which option is the most probable one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BINS = 15
"""Bins of equal width over the confidences 0 to 1."""

TEMPERATURES = np.geomspace(0.05, 20, 601)
"""Temperatures that a fit tries; each is 1 % higher than the one before."""

LEAST_LOG_PROBABILITY = float(np.log(1e-6))
"""Lower bound of a log-probability, so that one certain mistake does not decide a fit."""


def expected_calibration_error(
    log_probabilities: Sequence[Sequence[float]],
    references: Sequence[int],
    temperature: float = 1.0,
) -> float | None:
    """Expected calibration error of the most probable options (Guo et al. 2017), 0 to 1.

    Args:
        log_probabilities: For each answer, those of its options.
        references: For each answer, the index of the right option.
        temperature: Divides the log-probabilities.

    Returns:
        ``None`` without answers.
    """
    if not references:
        return None
    chances = probabilities(log_probabilities, temperature)
    confidences = chances.max(axis=1)
    right = chances.argmax(axis=1) == np.array(references)
    bins = np.minimum((confidences * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, right - confidences, BINS)
    return float(np.abs(gaps).sum() / len(references))


def fit_temperature(
    log_probabilities: Sequence[Sequence[float]], references: Sequence[int]
) -> float | None:
    """The temperature with the smallest negative log-likelihood of the right options.

    Args:
        log_probabilities: For each answer, those of its options.
        references: For each answer, the index of the right option.

    Returns:
        One of ``TEMPERATURES``, 0.05 to 20; ``None`` without answers.
    """
    if not references:
        return None
    scores = _padded(log_probabilities)
    right = scores[np.arange(len(references)), references]
    losses = [
        np.mean(np.logaddexp.reduce(scores / temperature, axis=1) - right / temperature)
        for temperature in TEMPERATURES
    ]
    return float(TEMPERATURES[int(np.argmin(losses))])


def probabilities(
    log_probabilities: Sequence[Sequence[float]], temperature: float = 1.0
) -> NDArray[np.float64]:
    """Probabilities of the options at a temperature.

    Args:
        log_probabilities: For each answer, those of its options.
        temperature: Divides the log-probabilities.

    Returns:
        ``[answers, options]``, each row sums to 1; 0 behind the options of an answer that has
        fewer of them than others.
    """
    scores = _padded(log_probabilities) / temperature
    chances: NDArray[np.float64] = np.exp(scores - np.logaddexp.reduce(scores, axis=1)[:, None])
    return chances


def _padded(log_probabilities: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """``[answers, options]`` with minus infinity behind the options of an answer."""
    scores = np.full((len(log_probabilities), max(map(len, log_probabilities))), -np.inf)
    for row, values in zip(scores, log_probabilities, strict=True):
        row[: len(values)] = np.maximum(values, LEAST_LOG_PROBABILITY)
    return scores
