"""Calibration: whether the probabilities of scored answers match how often these are right.

A temperature divides the log-probabilities of the options before they are normalised again: above 1
for a model that is too confident, below 1 for one that is not confident enough. It never changes
which option is the most probable one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from unirs.answers import UNSURE_BELOW

BINS = 15
"""Bins of equal width over the confidences 0 to 1."""

TEMPERATURES = np.geomspace(0.05, 20, 601)
"""Temperatures that a fit tries; each is 1 % higher than the one before."""

LEAST_LOG_PROBABILITY = float(np.log(1e-6))
"""Lower bound of a log-probability, so that one certain mistake does not decide a fit."""


EXPECTED_PER_BIN = 5
"""Answers that are taken for calibrated in each bin, beside those that were counted, so that a few
answers do not decide a threshold."""


class Bin(NamedTuple):
    """Answers of similar confidence.

    Attributes:
        confidence: Their mean confidence, 0 to 1.
        right: Share of them that is right.
        answers: How many they are.
    """

    confidence: float
    right: float
    answers: int


def reliability(confidences: Sequence[float], rights: Sequence[bool]) -> list[Bin]:
    """How often answers of each confidence are right, in bins of equal width; empty ones left out.

    Args:
        confidences: Of each answer, 0 to 1.
        rights: Whether it is right.
    """
    numbers = np.minimum((np.array(confidences) * BINS).astype(int), BINS - 1)
    counts = np.bincount(numbers, minlength=BINS)
    sums = np.bincount(numbers, confidences, BINS), np.bincount(numbers, rights, BINS), counts
    return [
        Bin(confidence / count, right / count, count)
        for confidence, right, count in zip(*(each.tolist() for each in sums), strict=True)
        if count
    ]


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """Expected calibration error (Guo et al. 2017), 0 to 1; ``None`` without answers."""
    answers = sum(each.answers for each in bins)
    gaps = sum(each.answers * abs(each.right - each.confidence) for each in bins)
    return gaps / answers if answers else None


def unsure_threshold(confidences: Sequence[float], rights: Sequence[bool]) -> float | None:
    """The confidence from which on answers are right in at least ``UNSURE_BELOW`` of the cases.

    How often an answer is right is taken to grow with its confidence (isotonic regression).

    Args:
        confidences: Of each answer, 0 to 1.
        rights: Whether it is right.

    Returns:
        0 to 1; ``None`` without answers.
    """
    if not confidences:
        return None
    middles = ((np.arange(BINS) + 0.5) / BINS).tolist()
    answers = [
        *zip(confidences, map(float, rights), strict=True),
        *zip(middles, middles, strict=True),
    ]
    weights = [1.0] * len(confidences) + [float(EXPECTED_PER_BIN)] * BINS
    order = sorted(range(len(answers)), key=lambda place: answers[place][0])
    blocks: list[list[float]] = []  # first confidence, weight, sum of what is right
    for place in order:
        confidence, right = answers[place]
        blocks.append([confidence, weights[place], weights[place] * right])
        while len(blocks) > 1 and blocks[-2][2] / blocks[-2][1] >= blocks[-1][2] / blocks[-1][1]:
            _, weight, rights_of = blocks.pop()
            blocks[-1][1] += weight
            blocks[-1][2] += rights_of
    return next(first for first, weight, sum_ in blocks if sum_ / weight >= UNSURE_BELOW)


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
    right = chances.argmax(axis=1) == np.array(references)
    return calibration_error(reliability(chances.max(axis=1).tolist(), right.tolist()))


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
