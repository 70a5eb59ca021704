"""A pair of dates, and the sentences about their differences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ..dates import ImageDate
from ..sentences import sentence
from .colours import difference, matched
from .offset import offset_between
from .sky import is_hazier, white_share

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

_EACH = ("before", "after")


Kind = Literal["offset", "nodata", "resolution", "white", "haze", "light", "season"]
"""What may differ."""


_CORRECTIONS = {"offset": "align", "light": "match_colours"}


class DatedImage(Protocol):
    """What is compared of a date, such as a ``Crop``; its fields are explained there."""

    @property
    def pixels(self) -> NDArray[np.uint8]: ...  # noqa: D102
    @property
    def valid(self) -> NDArray[np.bool_] | None: ...  # noqa: D102
    @property
    def date(self) -> ImageDate | None: ...  # noqa: D102
    @property
    def pixel_size(self) -> float | None: ...  # noqa: D102
    @property
    def source_pixel_size(self) -> float | None: ...  # noqa: D102


@dataclass(frozen=True)
class Difference:
    """A difference between two dates.

    Attributes:
        kind: What differs.
        size: How much, comparable with others of its kind.
        values: The same as parts of a sentence.
        of: Which date it is about, ``"before"`` or ``"after"``; empty for both.
    """

    kind: Kind
    size: float = 1.0
    values: dict[str, str] = field(default_factory=dict)
    of: str = ""

    @property
    def correction(self) -> str:
        """What corrects it, by its name in a request; empty if nothing does."""
        return _CORRECTIONS.get(self.kind, "")

    @property
    def sentence(self) -> str:
        """For the user."""
        return sentence(f"{self.kind}_{self.of}" if self.of else self.kind, **self.values)


def differences(before: DatedImage, after: DatedImage) -> Iterator[Difference]:
    """What differs between two images on one grid without being a change of the ground."""
    both = data_of(before) & data_of(after)
    yield from _apart(before, after, both)
    yield from _lacking(before, after)
    yield from _coarser(before, after)
    if both.any():
        yield from _under_another_sky(before, after, both)
        yield from _in_another_light(before, after, both)
    if before.date and after.date:
        yield from _in_another_season(before.date, after.date)


def data_of(image: DatedImage) -> NDArray[np.bool_]:
    """``[height, width]``, where an image has data."""
    return np.ones(image.pixels.shape[:2], bool) if image.valid is None else image.valid


def distance_text(pixels: float, pixel_size: float | None) -> str:
    """A distance on the grid of an image, in metres where they are known."""
    return f"{pixels * pixel_size:.2g} m" if pixel_size else f"{pixels:.1f} px"


def _apart(before: DatedImage, after: DatedImage, both: NDArray[np.bool_]) -> Iterator[Difference]:
    offset = offset_between(before.pixels, after.pixels, both)
    if offset and offset.pixels > FAR:
        distance = distance_text(offset.pixels, before.pixel_size)
        yield Difference("offset", offset.pixels, {"distance": distance})


def _lacking(before: DatedImage, after: DatedImage) -> Iterator[Difference]:
    shares = [1.0 - float(data_of(image).mean()) for image in (before, after)]
    texts = [f"{share:.0%}" for share in shares]
    lacking = [share >= _LACKING for share in shares]
    if all(lacking) and texts[0] == texts[1]:
        yield Difference("nodata", shares[0], {"share": texts[0]})
        return
    for of, share, text in zip(_EACH, shares, texts):
        if share >= _LACKING:
            yield Difference("nodata", share, {"share": text}, of)


def _coarser(before: DatedImage, after: DatedImage) -> Iterator[Difference]:
    """Only what the model's grid can show counts: two dates finer than it are alike."""
    grid, sizes = before.pixel_size, [before.source_pixel_size, after.source_pixel_size]
    known = [size for size in sizes if size is not None]
    if grid is None or len(known) < 2:
        return
    coarse, fine = max(known), min(known)
    if max(coarse, grid) >= _COARSER * max(fine, grid):
        values = {"coarse": f"{coarse:.2g} m", "fine": f"{fine:.2g} m"}
        yield Difference("resolution", coarse / fine, values, _EACH[known.index(coarse)])


def _under_another_sky(
    before: DatedImage, after: DatedImage, both: NDArray[np.bool_]
) -> Iterator[Difference]:
    for of, image, other in zip(_EACH, (before, after), (after, before)):
        share = white_share(image.pixels, other.pixels, both)
        if share >= _WHITE:
            yield Difference("white", share, {"share": f"{share:.0%}"}, of)
        if is_hazier(image.pixels, other.pixels, both):
            yield Difference("haze", of=of)


def _in_another_light(
    before: DatedImage, after: DatedImage, both: NDArray[np.bool_]
) -> Iterator[Difference]:
    levels = difference(before.pixels, after.pixels, both)
    if levels < _LEVELS:
        return
    like_before = matched(after.pixels, before.pixels, both, both)
    explained = 1 - difference(before.pixels, like_before, both) / levels
    if explained >= _EXPLAINED:
        yield Difference("light", explained, {"share": f"{explained:.0%}"})


def _in_another_season(before: ImageDate, after: ImageDate) -> Iterator[Difference]:
    if before.month is None or after.month is None:
        return
    first, second = (date.first.timetuple().tm_yday for date in (before, after))
    days = min(abs(first - second), 365 - abs(first - second))
    if days >= _SEASON:
        yield Difference("season", days, {"months": f"{round(days / 30.4)}"})
