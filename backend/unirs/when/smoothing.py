"""Scores of single dates and of neighbours, put together over time.

What is asked for is true or not at each date: a hidden Markov model with two states. The answer
about a date is evidence for its state, the one about neighbours for a turn between them. Dates
without an answer are no evidence, so that their neighbours decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

APPEARS, GOES = 0.15, 0.05
"""Probability of a turn to true, and of one to false, from one date to the next."""

AT_WEIGHT, BETWEEN_WEIGHT = 1.0, 1.0
"""How much the answers about dates and about neighbours count; answers of one model are not
independent of each other. Chosen on generated series of validation seeds."""

_LEAST = 1e-3
"""Probabilities are kept this far from 0 and 1: no answer is certain."""


@dataclass(frozen=True)
class Evidence:
    """What the answers are.

    Attributes:
        at: Probability that it is true at each date; ``None`` where that was not asked.
        between: Probability of a turn from each date to the next, one less than dates.
        starts_false: Whether it is false at the first date by definition: nothing has happened yet.
        either_way: Whether a turn is one to true or to false; else it is one to true.
    """

    at: Sequence[float | None]
    between: Sequence[float | None]
    starts_false: bool
    either_way: bool


@dataclass(frozen=True)
class Smoothed:
    """What follows from the evidence.

    Attributes:
        at: Probability that it is true at each date.
        first: Probability for each date that it is the first one at which it is true; one more at
            the end, that it never is. The sum is 1.
    """

    at: tuple[float, ...]
    first: tuple[float, ...]


def smooth(evidence: Evidence) -> Smoothed:
    """Put the scores of a series together."""
    emission = np.array([_emission(value) for value in evidence.at])
    turns = [_turn(value, evidence.either_way) for value in evidence.between]
    start = np.array([0.0, -np.inf]) if evidence.starts_false else np.log([0.5, 0.5])
    forward = _forward(start, emission, turns)
    backward = _backward(emission, turns)
    total = np.logaddexp(*forward[-1])
    at = np.exp(forward[:, 1] + backward[:, 1] - total)
    false_until = start[0]
    first = [np.exp(start[1] + emission[0, 1] + backward[0, 1] - total)]
    for index, turn in enumerate(turns, start=1):
        false_until = false_until + emission[index - 1, 0]
        here = false_until + turn[0, 1] + emission[index, 1] + backward[index, 1]
        first.append(np.exp(here - total))
        false_until = false_until + turn[0, 0]
    first.append(max(0.0, 1.0 - float(np.sum(first))))
    return Smoothed(tuple(map(float, at)), tuple(map(float, first)))


def _emission(value: float | None) -> NDArray[np.float64]:
    """Log-likelihoods of an answer about a date, where it is false and where it is true."""
    if value is None:
        return np.zeros(2)
    true = min(max(value, _LEAST), 1 - _LEAST)
    return AT_WEIGHT * np.log([1 - true, true])


def _turn(value: float | None, either_way: bool) -> NDArray[np.float64]:
    """Log-probabilities from each state to each, with the answer about the two dates."""
    prior = np.log([[1 - APPEARS, APPEARS], [GOES, 1 - GOES]])
    if value is None:
        return prior
    turned = min(max(value, _LEAST), 1 - _LEAST)
    yes, no = BETWEEN_WEIGHT * np.log([turned, 1 - turned])
    return prior + np.array([[no, yes], [yes if either_way else no, no]])


def _forward(
    start: NDArray[np.float64], emission: NDArray[np.float64], turns: list[NDArray[np.float64]]
) -> NDArray[np.float64]:
    rows = [start + emission[0]]
    for values, turn in zip(emission[1:], turns, strict=True):
        rows.append(np.logaddexp(rows[-1][0] + turn[0], rows[-1][1] + turn[1]) + values)
    return np.array(rows)


def _backward(
    emission: NDArray[np.float64], turns: list[NDArray[np.float64]]
) -> NDArray[np.float64]:
    rows = [np.zeros(2)]
    for values, turn in zip(emission[:0:-1], turns[::-1], strict=True):
        later = values + rows[-1]
        rows.append(np.logaddexp(turn[:, 0] + later[0], turn[:, 1] + later[1]))
    return np.array(rows[::-1])
