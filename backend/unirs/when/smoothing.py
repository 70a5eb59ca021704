"""Scores of single dates and of neighbours, put together over time.

What is asked for is true or not at each date: a hidden Markov model with two states. The answer
about a date is evidence for its state, the one about neighbours for a turn between them. Dates
without an answer are no evidence, so that their neighbours decide.

Models give a low probability to what is small or rarely asked, also where it is true. Where no
date by itself is a yes, the dates are therefore compared with each other. Where it is measured how
far the ground has changed for good (``ground``), that decides whether there is a turn, and the
answers about neighbours are compared with each other as well.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

APPEARS, GOES = 0.15, 0.05
"""Probability of a turn to true, and of one to false, from one date to the next."""

BETWEEN_WEIGHT = 2.0
"""How much an answer about neighbours counts, where the ground is not measured."""

CLEAR = 4.0
"""Ratio of the odds of the highest and the lowest score of a series, below a half, from which on
they are compared with each other."""

LASTING = 4.0
"""F statistic of the ground from which on a turn is more likely than none."""

_SHARPNESS, _AGAINST, _FOR = 4.0, -1.0, 4.0
"""Log-odds of a turn for each factor of e in that statistic, the lowest and the highest ones: what
goes slowly differs little at any one date. These and all other numbers here were chosen on
generated series of validation seeds: docs/evaluation.md."""

_LEAST = 1e-3
"""Probabilities are kept this far from 0 and 1: no answer is certain."""


@dataclass(frozen=True)
class Evidence:
    """What the answers are.

    Attributes:
        at: Probability that it is true at each date; ``None`` where that was not asked.
        between: Probability of a turn from each date to the next, one less than dates.
        starts_false: Whether it is false at the first date by definition: nothing has happened yet.
        ground: F statistic of lasting changes of the ground for each interval; ``None`` if it is
            not measured.
    """

    at: Sequence[float | None]
    between: Sequence[float | None]
    starts_false: bool
    ground: Sequence[float] | None = None


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
    emission = np.array([_emission(value) for value in compared(evidence.at, _clear(evidence))])
    turns = list(_turns(evidence))
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


def compared(scores: Sequence[float | None], clear: float = CLEAR) -> list[float | None]:
    """Scores of dates as evidence: where none is a yes, relative to each other.

    Their middle then becomes a half, in odds, if the odds of the highest are ``clear`` times those
    of the lowest.
    """
    known = [_odds(_bounded(value)) for value in scores if value is not None]
    low, high = min(known), max(known)
    middle = math.sqrt(low * high) if high < 1 and high / low >= clear else 1.0
    return [None if value is None else _relative(_bounded(value), middle) for value in scores]


def _clear(evidence: Evidence) -> float:
    """Where the ground has changed, scores of what has happened are always relative."""
    has_changed = evidence.ground is not None and max(evidence.ground) >= LASTING
    return 1.0 if has_changed and evidence.starts_false else CLEAR


def _relative(value: float, middle: float) -> float:
    odds = _odds(value) / middle
    return odds / (1 + odds)


def _emission(value: float | None) -> NDArray[np.float64]:
    """Log-likelihoods of an answer about a date, where it is false and where it is true."""
    if value is None:
        return np.zeros(2)
    return np.log([1 - value, value])


def _turns(evidence: Evidence) -> Iterator[NDArray[np.float64]]:
    """Log-probabilities from each state to each, with the evidence for a turn, by interval."""
    prior = np.log([[1 - APPEARS, APPEARS], [GOES, 1 - GOES]])
    for turned in _turned(evidence):
        yes, no = -np.logaddexp(0.0, [-turned, turned])
        yield prior + np.array([[no, yes], [yes, no]])


def _turned(evidence: Evidence) -> Iterator[float]:
    """Log-odds of a turn in each interval; 0 where nothing is known."""
    known = [math.log(_odds(_bounded(value))) for value in evidence.between if value is not None]
    usual = statistics.median(known) if known and evidence.ground is not None else 0.0
    for index, value in enumerate(evidence.between):
        asked = math.log(_odds(_bounded(value))) - usual if value is not None else 0.0
        if evidence.ground is None:
            yield BETWEEN_WEIGHT * asked
        else:
            lasting = _SHARPNESS * math.log(max(evidence.ground[index], 1e-3) / LASTING)
            yield asked + min(max(lasting, _AGAINST), _FOR)


def _bounded(value: float) -> float:
    return min(max(value, _LEAST), 1 - _LEAST)


def _odds(value: float) -> float:
    return value / (1 - value)


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
