"""The guard between the neighbours of a series."""

from __future__ import annotations

import numpy as np

from tests.town import town
from unirs.dates import ImageDate
from unirs.guard.series import series_sentences
from unirs.inputs import Crop

TOWN = town(400)


def date(right: int = 0, brighter: float = 0.0, month: int = 6) -> Crop:
    """A date of the town, moved to the right and in another light."""
    pixels = TOWN[88:312, 88 - right : 312 - right].astype(float) + 255 * brighter
    return Crop(pixels.clip(0, 255).astype(np.uint8), pixel_size=2.0, date=ImageDate(2012, month))


def sentences(*dates: Crop) -> list[str]:
    return list(series_sentences(dates, [str(2012 + number) for number in range(len(dates))]))


def test_neighbours_that_are_alike_have_no_sentence():
    assert sentences(date(), date(), date()) == []


def test_one_sentence_a_kind_names_the_interval_with_the_largest_difference():
    found = sentences(date(), date(3), date(3), date(15), date(15, month=12))
    assert found == [
        "Neighbouring dates lie up to 24 m apart (2014 – 2015, +1); Align corrects that.",
        "Seasons of neighbouring dates are up to 6 months apart (2015 – 2016).",
    ]


def test_many_intervals_are_counted():
    found = sentences(*[date(brighter=0.4 * (number % 2)) for number in range(6)])
    assert found
    assert all(", +4)" in each for each in found)
