"""The guard: what differs between two dates without being a change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.town import town
from unirs.dates import ImageDate
from unirs.guard import offset_between
from unirs.guard.visuals import compared
from unirs.inputs import Crop, VisualInput

TOWN = town(400)
FULL = np.ones((224, 224), bool)


def view(right: int = 0, down: int = 0):
    """224 pixels of the town, with its content so far to the right and down."""
    return TOWN[88 - down : 312 - down, 88 - right : 312 - right]


def warnings_of(before, after, **facts):
    """The sentences about two images; facts go to the later one."""
    before, after = Crop(before, pixel_size=2.0), replace(Crop(after, pixel_size=2.0), **facts)
    return compared(VisualInput.pair(before, after)).warnings


def with_cloud(image, rows=slice(60, 130)):
    cloudy = image.copy()
    cloudy[rows, 40:140] = 235
    return cloudy


@pytest.mark.parametrize(("right", "down"), [(0, 0), (3, -2), (-12, 7), (1, 0)])
def test_an_offset_is_measured_also_in_another_light_and_beside_changes(right, down):
    later = view(right, down) // 2 + 60
    later[100:150, 20:90] = 200  # something new
    offset = offset_between(view(), later)
    assert (offset.right, offset.down) == (
        pytest.approx(right, abs=0.15),
        pytest.approx(down, abs=0.15),
    )


def test_a_part_of_a_pixel_is_measured():
    soft = view().astype(float) * 0.5 + view(1, 0) * 0.5
    assert offset_between(view(), soft.astype(np.uint8)).right == pytest.approx(0.5, abs=0.2)


@pytest.mark.parametrize(
    "other", [town(seed=1)[:224, :224], np.full((224, 224, 3), 90, np.uint8), view(60, 0)],
    ids=["another place", "nothing to see", "too far"],
)  # fmt: skip
def test_where_nothing_is_in_common_no_offset_is_measured(other):
    assert offset_between(view(), other) is None


def test_images_that_are_too_small_have_no_offset():
    assert offset_between(view()[:20], view()[:20]) is None


def test_only_what_has_data_on_both_dates_counts():
    before, after = view().copy(), view(4, 0).copy()
    before[:, :80] = after[:, :80] = 127  # the same edge on both dates, as nodata has it
    valid = FULL.copy()
    valid[:, :80] = False
    assert offset_between(before, after, valid).right == pytest.approx(4, abs=0.15)


def test_dates_that_are_alike_have_no_warnings():
    assert warnings_of(view(), view()) == ()


def test_an_offset_is_stated_in_metres_and_without_their_size_in_pixels():
    (sentence,) = warnings_of(view(), view(3, 4))
    assert sentence.startswith("The dates lie 10 m apart")
    pair = VisualInput.pair(Crop(view()), Crop(view(3, 4)))
    assert compared(pair).warnings[0].startswith("The dates lie 5.0 px apart")


def test_half_a_pixel_is_no_offset():
    soft = view().astype(float) * 0.5 + view(1, 0) * 0.5
    assert warnings_of(view(), soft.astype(np.uint8)) == ()


def test_another_light_is_stated_with_the_share_that_matching_removes():
    (sentence,) = warnings_of(view(), (view() * 0.6).astype(np.uint8))
    assert sentence.startswith("Light or colours differ; Match colours removes 100%")


def test_a_change_is_no_other_light():
    changed = view().copy()
    changed[60:160, 60:160] = (150, 40, 40)
    assert warnings_of(view(), changed) == ()


def test_clouds_are_found_on_the_date_that_has_them():
    (sentence,) = warnings_of(view(), with_cloud(view()))
    assert sentence.startswith("The later date alone is white on 14% of the ground")
    (sentence,) = warnings_of(with_cloud(view()), view())
    assert sentence.startswith("The earlier date alone is white")
    assert warnings_of(with_cloud(view()), with_cloud(view())) == (), "white on both dates"


def test_new_white_roofs_are_no_clouds():
    roofs = view().copy()
    for row in range(10, 220, 20):
        roofs[row : row + 6, 20:200] = 235
    assert not any("white" in sentence for sentence in warnings_of(view(), roofs))


def test_haze_is_found():
    hazy = (view() * 0.65 + 0.35 * 200).astype(np.uint8)
    assert "The later date seems hazier." in warnings_of(view(), hazy)
    assert "The earlier date seems hazier." in warnings_of(hazy, view())


def test_what_a_date_lacks_is_stated():
    valid = FULL.copy()
    valid[:56] = False
    (sentence,) = warnings_of(view(), view(), valid=valid)
    assert sentence == "The later date lacks data on 25% of the ground."
    pair = VisualInput.pair(*[Crop(view(), valid=valid)] * 2)
    assert compared(pair).warnings == ("Both dates lack data on 25% of the ground.",)
    nothing = warnings_of(view(), view(), valid=~FULL)
    assert nothing == ("The later date lacks data on 100% of the ground.",)


@pytest.mark.parametrize(("sizes", "is_stated"), [
    ((0.6, 10.0), True), ((10.0, 0.6), True), ((0.5, 1.9), False), ((None, 10.0), False),
    ((2.5, 4.0), False),
])  # fmt: skip
def test_coarser_pixels_count_where_the_grid_can_show_the_difference(sizes, is_stated):
    before, after = (Crop(view(), pixel_size=2.0, source_pixel_size=size) for size in sizes)
    sentences = compared(VisualInput.pair(before, after)).warnings
    assert [sentence.split(" m,")[0] for sentence in sentences] == is_stated * [
        f"The {'later' if sizes == (0.6, 10.0) else 'earlier'} date has pixels of 10"
    ]


@pytest.mark.parametrize(("before", "after", "months"), [
    (ImageDate(2012, 7, 31), ImageDate(2020, 8, 31), None),
    (ImageDate(2012, 12, 15), ImageDate(2020, 1, 20), None),
    (ImageDate(2010, 1), ImageDate(2020, 7), 6),
    (ImageDate(2010, 6, 29), ImageDate(2015, 9, 26), 3),
    (ImageDate(2010), ImageDate(2020, 7), None),
])  # fmt: skip
def test_another_season_is_stated_where_the_months_are_known(before, after, months):
    dates = [Crop(view(), date=date) for date in (before, after)]
    sentences = compared(VisualInput.pair(*dates)).warnings
    expected = f"The seasons are {months} months apart."
    assert list(sentences) == ([expected] if months else [])


def test_other_inputs_stay_as_they_are():
    for visual in (VisualInput.single(Crop(view())), VisualInput.video([Crop(view())] * 3)):
        assert compared(visual) is visual
