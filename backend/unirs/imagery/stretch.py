"""Values of any data type to 8-bit RGB.

========== ==============================================================================
none       values as they are, rounded and cut off at 0 and 255
percentile the 2nd to 98th percentile of each band to 0..255
minmax     the smallest to the largest value of each band to 0..255
auto       none for 8-bit data, percentile for everything else
========== ==============================================================================

The dates of a pair or series are stretched by joint limits, so that the stretch itself is no
change. Values of rasters with scale and offset are those of the quantity, in the stored units of
the first date, so that another offset is no change either. Where dates differ in data type, number
of bands or in having a scale, and so in units, each such group has its own limits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from unirs.imagery.warp import Samples
from unirs.inputs import NEUTRAL, Stretch

_PERCENTILES = (2.0, 98.0)


def to_rgb(dates: Sequence[Samples], stretch: Stretch) -> list[NDArray[np.uint8]]:
    """An image ``[height, width, 3]`` for each date; pixels without data hold the neutral fill.

    Args:
        dates: Samples with at least one valid pixel each.
        stretch: How values become 8-bit.
    """
    groups: dict[object, list[Samples]] = defaultdict(list)
    dates = [_in_stored_units(samples, dates) for samples in dates]
    for samples in dates:
        groups[_units(samples)].append(samples)
    limits = {units: _limits(group, stretch) for units, group in groups.items()}
    return [_image(samples, limits[_units(samples)]) for samples in dates]


def _units(samples: Samples) -> object:
    return samples.dtype, len(samples.values), samples.scales is None


def _in_stored_units(samples: Samples, dates: Sequence[Samples]) -> Samples:
    """Values by the scale and offset of the first date in these units, which leaves its own be."""
    first = next(date for date in dates if _units(date) == _units(samples))
    if first.scales is None:
        return samples
    scale, offset = first.scales[:, :1, None], first.scales[:, 1:, None]
    return replace(samples, values=(samples.values - offset) / scale)


def _limits(group: Sequence[Samples], stretch: Stretch) -> NDArray[np.float64]:
    """Values of each band, ``[bands, 2]``, that become 0 and 255."""
    if stretch == "auto":
        stretch = "none" if group[0].dtype == np.uint8 else "percentile"
    if stretch == "none":
        return np.array([(0.0, 255.0)] * len(group[0].values))
    values = np.concatenate([samples.values[:, samples.valid] for samples in group], axis=1)
    extremes = np.stack([values.min(axis=1), values.max(axis=1)], axis=1)
    if stretch == "minmax":
        return extremes
    limits = np.percentile(values, _PERCENTILES, axis=1).T
    spread = limits[:, :1] < limits[:, 1:]
    return np.where(spread, limits, extremes)  # a band that is constant but for a few pixels


def _image(samples: Samples, limits: NDArray[np.float64]) -> NDArray[np.uint8]:
    low, high = limits[:, 0, None, None], limits[:, 1, None, None]
    span = np.where(high > low, high - low, 1.0)
    with np.errstate(invalid="ignore", over="ignore"):  # values that are not valid
        scaled = np.where(high > low, (samples.values - low) * (255.0 / span), NEUTRAL)
    scaled = np.where(samples.valid, scaled, NEUTRAL)
    scaled = np.round(scaled, 6)  # what differs by the rounding of a scale is the same
    grey_or_rgb = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
    rgb = np.broadcast_to(grey_or_rgb, (3, *samples.valid.shape))
    return np.ascontiguousarray(rgb.transpose(1, 2, 0))
