"""A pair of dates, and the sentences about their differences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unirs.dates import ImageDate
from unirs.guard.colours import difference, matched
from unirs.guard.offset import offset_between
from unirs.guard.sky import is_hazier, white_share
from unirs.inputs import Crop, InputKind, VisualInput

FAR = 1.0
"""Pixels of the model from which on an offset matters."""

_LACKING = 0.05
"""Share without data from which on a date lacks something."""

_COARSER = 2.0
"""By how much the pixels of one date are larger than those of the other."""

_WHITE = 0.06
"""Share of the ground that is white on one date alone."""

_LEVELS, _EXPLAINED = 15.0, 0.4
"""Mean difference of the images in levels of 255, and the share that matching colours removes."""

_SEASON = 60
"""Days of the year between two dates of different seasons."""

_NAMES = ("The earlier date", "The later date")


Kind = Literal["offset", "nodata", "resolution", "white", "haze", "light", "season"]
"""What may differ."""


class Difference(NamedTuple):
    """A difference between two dates.

    Attributes:
        kind: What differs.
        sentence: The same with its size, for the user.
    """

    kind: Kind
    sentence: str


def compared(visual: VisualInput) -> VisualInput:
    """A pair with sentences about differences that are no change; anything else as it is."""
    if visual.kind is not InputKind.PAIR:
        return visual
    found = differences(*visual.crops)
    return replace(visual, differences=tuple(each.sentence for each in found))


def differences(before: Crop, after: Crop) -> Iterator[Difference]:
    """What differs between two crops on one grid without being a change of the ground."""
    both = data_of(before) & data_of(after)
    yield from _apart(before, after, both)
    yield from _lacking(before, after)
    yield from _coarser(before, after)
    if both.any():
        yield from _under_another_sky(before, after, both)
        yield from _in_another_light(before, after, both)
    if before.date and after.date:
        yield from _in_another_season(before.date, after.date)


def data_of(crop: Crop) -> NDArray[np.bool_]:
    """``[height, width]``, where a crop has data."""
    return np.ones(crop.pixels.shape[:2], bool) if crop.valid is None else crop.valid


def distance_text(pixels: float, pixel_size: float | None) -> str:
    """A distance on the grid of a crop, in metres where they are known."""
    return f"{pixels * pixel_size:.2g} m" if pixel_size else f"{pixels:.1f} pixels"


def _apart(before: Crop, after: Crop, both: NDArray[np.bool_]) -> Iterator[Difference]:
    offset = offset_between(before.pixels, after.pixels, both)
    if offset and offset.pixels > FAR:
        distance = distance_text(offset.pixels, before.pixel_size)
        yield Difference("offset", f"The dates lie {distance} apart; Align corrects that.")


def _lacking(before: Crop, after: Crop) -> Iterator[Difference]:
    shares = [f"{crop.nodata_share:.0%}" for crop in (before, after)]
    lacking = [crop.nodata_share >= _LACKING for crop in (before, after)]
    if all(lacking) and shares[0] == shares[1]:
        yield Difference("nodata", f"Both dates lack data on {shares[0]} of the ground.")
        return
    for name, share, is_lacking in zip(_NAMES, shares, lacking, strict=True):
        if is_lacking:
            yield Difference("nodata", f"{name} lacks data on {share} of the ground.")


def _coarser(before: Crop, after: Crop) -> Iterator[Difference]:
    """Only what the model's grid can show counts: two dates finer than it are alike."""
    grid, sizes = before.pixel_size, [before.source_pixel_size, after.source_pixel_size]
    known = [size for size in sizes if size is not None]
    if grid is None or len(known) < 2:
        return
    coarse, fine = max(known), min(known)
    if max(coarse, grid) >= _COARSER * max(fine, grid):
        name = _NAMES[known.index(coarse)]
        yield Difference(
            "resolution", f"{name} has pixels of {coarse:.2g} m, the other one of {fine:.2g} m."
        )


def _under_another_sky(before: Crop, after: Crop, both: NDArray[np.bool_]) -> Iterator[Difference]:
    for name, crop, other in zip(_NAMES, (before, after), (after, before), strict=True):
        share = white_share(crop.pixels, other.pixels, both)
        if share >= _WHITE:
            yield Difference(
                "white", f"{name} alone is white on {share:.0%} of the ground (clouds or snow?)."
            )
        if is_hazier(crop.pixels, other.pixels, both):
            yield Difference("haze", f"{name} seems hazier.")


def _in_another_light(before: Crop, after: Crop, both: NDArray[np.bool_]) -> Iterator[Difference]:
    levels = difference(before.pixels, after.pixels, both)
    if levels < _LEVELS:
        return
    like_before = matched(after.pixels, before.pixels, both, both)
    explained = 1 - difference(before.pixels, like_before, both) / levels
    if explained >= _EXPLAINED:
        yield Difference(
            "light",
            f"Light or colours differ; Match colours removes {explained:.0%} of the difference.",
        )


def _in_another_season(before: ImageDate, after: ImageDate) -> Iterator[Difference]:
    if before.month is None or after.month is None:
        return
    first, second = (date.first.timetuple().tm_yday for date in (before, after))
    days = min(abs(first - second), 365 - abs(first - second))
    if days >= _SEASON:
        yield Difference("season", f"The seasons are {round(days / 30.4)} months apart.")
