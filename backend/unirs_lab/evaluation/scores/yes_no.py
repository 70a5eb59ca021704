"""Yes/no answers: balanced accuracy, and whether probabilities mean what they say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BINS = 15

_TEMPERATURES = np.geomspace(0.05, 20, 601)
_LEAST = 1e-6
"""Nearest that a probability comes to 0 and 1, so that its logarithm is finite."""


def balanced_accuracy(truths: Sequence[str], rights: Sequence[bool]) -> float | None:
    """Mean over the true answers of the share of right answers, 0 to 1.

    Whoever always answers the same gets one half of two answers, however often each is true.

    Args:
        truths: The true answers.
        rights: Whether each was given.

    Returns:
        ``None`` unless there are two different true answers at least.
    """
    names = sorted(set(truths))
    if len(names) < 2:
        return None
    of, given = np.array(truths), np.array(rights)
    return float(np.mean([given[of == name].mean() for name in names]))


def calibration_error(confidences: Sequence[float], rights: Sequence[bool]) -> float | None:
    """Expected calibration error, 0 to 1 (Guo et al. 2017), over ``BINS`` bins of equal width.

    Args:
        confidences: Probability of each answer, 0 to 1.
        rights: Whether it was right.

    Returns:
        ``None`` where there are no answers.
    """
    if not confidences:
        return None
    given, right = np.array(confidences), np.array(rights, dtype=np.float64)
    bins = np.minimum((given * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, right - given, BINS)
    return float(np.abs(gaps).sum() / len(given))


def tempered(confidences: Sequence[float], temperature: float) -> list[float]:
    """Probabilities of one of two answers, their logits divided by a temperature."""
    return _sigmoid(_logits(confidences) / temperature).tolist()


def fitted_temperature(confidences: Sequence[float], rights: Sequence[bool]) -> float | None:
    """The temperature that makes probabilities of one of two answers most likely.

    Args:
        confidences: Probability of each answer, 0 to 1; the other answer has the rest.
        rights: Whether it was right.

    Returns:
        0.05 to 20: below 1 for a model that is too shy, above for one that is too sure; ``None``
        where there are no answers.
    """
    if not confidences:
        return None
    signed = np.where(np.array(rights), 1, -1) * _logits(confidences)
    losses = [np.logaddexp(0, -signed / temperature).mean() for temperature in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def _logits(confidences: Sequence[float]) -> NDArray[np.float64]:
    chances = np.clip(np.array(confidences, dtype=np.float64), _LEAST, 1 - _LEAST)
    return np.log(chances / (1 - chances))


def _sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-logits))
