"""Where in time the ground has changed for good, by what the vision encoder makes of each date.

Light, season and vehicles differ at every date; what is built or cleared differs from one date on.
For each interval, the dates before and after it are two groups: the variance between the groups
against that within them (the F statistic of an analysis of variance) is about 1 where nothing
lasting has happened, and many times that where something has. It needs no question.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

LEAST_DATES = 4
"""Fewer dates have no variance to compare with."""

_NEIGHBOURS = 3
"""Patches a side over which the statistic is averaged: one alone may differ by chance."""

_SEEN = 0.5
"""Share of a patch that must have data at every date."""

_TINY = 1e-6
"""Variance that is added to that within the groups: padding has none."""


def lasting_changes(
    features: Sequence[NDArray[np.float32]], valid: NDArray[np.bool_]
) -> list[float] | None:
    """The largest F statistic of the ground for each interval.

    Args:
        features: Of each date in order of time, ``[rows, columns, width]``.
        valid: ``[height, width]``, where all dates have data.

    Returns:
        One less than dates; ``None`` if there are too few dates, or no patch that all show.
    """
    seen = _shares(valid, features[0].shape[:2]) >= _SEEN
    if len(features) < LEAST_DATES or not seen.any():
        return None
    dates = np.stack([_alike(each, seen) for each in features])
    total = _spread(dates)
    found = []
    for first_after in range(1, len(dates)):
        within = _spread(dates[:first_after]) + _spread(dates[first_after:])
        ratio = (len(dates) - 2) * (total - within) / (within + _TINY)
        found.append(float(_averaged(np.where(seen, ratio, 0.0)).max()))
    return found


def _alike(features: NDArray[np.float32], seen: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Features of length 1 without what all patches of the date have in common, such as haze."""
    lengths = np.linalg.norm(features, axis=2, keepdims=True)
    unit = features / np.maximum(lengths, _TINY)
    return np.asarray(unit - unit[seen].mean(axis=0), np.float32)


def _spread(dates: NDArray[np.float32]) -> NDArray[np.float64]:
    """``[rows, columns]``: squared distances of dates to their mean, in all."""
    return np.square(dates - dates.mean(axis=0)).sum(axis=(0, 3), dtype=np.float64)


def _averaged(grid: NDArray[np.float64]) -> NDArray[np.float64]:
    wide = np.pad(grid, _NEIGHBOURS // 2, "edge")
    shape = (_NEIGHBOURS, _NEIGHBOURS)
    return np.lib.stride_tricks.sliding_window_view(wide, shape).mean(axis=(2, 3))


def _shares(valid: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Share of each cell of a grid over a mask that is in the mask."""
    shares = valid.astype(np.float64)
    for axis, cells in enumerate(shape):
        edges = np.linspace(0, shares.shape[axis], cells + 1).round().astype(int)
        parts = [
            shares.take(range(low, max(high, low + 1)), axis=axis, mode="clip").mean(axis=axis)
            for low, high in pairwise(edges)
        ]
        shares = np.stack(parts, axis=axis)
    return shares
