"""Dates corrected towards the first one: offsets and colours."""

from __future__ import annotations

import numpy as np
import pytest
from rasterio.transform import from_origin

from tests.town import town
from unirs.imagery import CropOptions, read_dates, read_pair, read_series

LEFT, TOP = 500_000, 5_000_000
EXTENT = (LEFT + 200, TOP - 2400, LEFT + 2400, TOP - 200)
ALIGN = CropOptions(EXTENT, align=True)


@pytest.fixture
def pair(write_raster):
    """One town on two dates; the later georeference is 60 m too far west and 40 m too far north."""
    bands = town().transpose(2, 0, 1)
    later = from_origin(LEFT - 60, TOP + 40, 10, 10)
    return (
        write_raster("a_20100701.tif", bands, transform=from_origin(LEFT, TOP, 10, 10)),
        write_raster("b_20200701.tif", bands, transform=later),
    )


def difference(before, after):
    return np.abs(before.pixels.astype(int) - after.pixels).mean()


def test_a_date_that_lies_off_is_moved_and_the_grid_stays(pair):
    before, after = read_pair(*pair, 220, ALIGN)
    assert difference(before, after) < 1, "also at the edges, where it is read anew"
    assert difference(*read_pair(*pair, 220, CropOptions(EXTENT))) > 10
    assert before.extent == after.extent == EXTENT
    assert after.nodata_share == 0
    assert before.warnings == ()
    assert after.warnings == ("The later date was moved by 72 m.",)


def test_what_fits_already_is_left_as_it_is(pair):
    before, _ = pair
    first, second = read_pair(before, before, 220, ALIGN)
    assert np.array_equal(first.pixels, second.pixels)
    assert second.warnings == ()


def test_a_date_of_another_place_is_left_with_a_sentence(pair, write_raster):
    other = write_raster(
        "c_20210701.tif",
        town(seed=1).transpose(2, 0, 1),
        transform=from_origin(LEFT, TOP, 10, 10),
    )
    plain = read_pair(pair[0], other, 220, CropOptions(EXTENT))[1]
    after = read_pair(pair[0], other, 220, ALIGN)[1]
    assert np.array_equal(after.pixels, plain.pixels)
    assert after.warnings[0].startswith("The later date cannot be aligned")


def test_the_dates_of_a_series_are_moved_each_by_its_own_offset(pair):
    first, second, third = read_series([pair[0], pair[1], pair[0]], 220, ALIGN)
    assert sorted([first.warnings, second.warnings, third.warnings], key=len)[:2] == [(), ()]
    assert max(difference(first, second), difference(first, third)) < 1


@pytest.mark.parametrize("seen", [0, 1])
def test_dates_without_data_have_nothing_to_be_corrected(write_raster, pair, seen):
    empty = write_raster(
        "c_20150701.tif",
        np.zeros((3, 260, 260), np.uint8),
        nodata=0,
        transform=from_origin(LEFT, TOP, 10, 10),
    )
    paths = [empty, pair[0]] if seen else [empty, empty]
    dates = read_dates(paths, 64, CropOptions(EXTENT, match_colours=True, align=True))
    assert sum(date.crop is not None for date in dates) == seen


def test_a_date_of_another_light_takes_the_colours_of_the_first_date(write_raster):
    bands = town().transpose(2, 0, 1)
    darker = (bands * 0.6).astype(np.uint8)
    place = {"transform": from_origin(LEFT, TOP, 10, 10)}
    paths = [
        write_raster("a_20100701.tif", bands, **place),
        write_raster("b_20200701.tif", darker, **place),
    ]
    matched = CropOptions(EXTENT, match_colours=True)
    assert difference(*read_pair(*paths, 220, CropOptions(EXTENT))) > 20
    assert difference(*read_pair(*paths, 220, matched)) < 2
    before, after = read_pair(*paths, 220, matched)
    assert after.warnings == ("The later date has the colours of the first one.",)
    assert np.array_equal(before.pixels, read_pair(*paths, 220, CropOptions(EXTENT))[0].pixels)


def test_matched_colours_leave_ground_without_data_neutral(write_raster):
    bands = town().transpose(2, 0, 1).copy()
    holed = (bands * 0.6).astype(np.uint8)
    holed[:, 100:140] = 0
    place = {"transform": from_origin(LEFT, TOP, 10, 10)}
    paths = [
        write_raster("a_20100701.tif", bands, **place),
        write_raster("b_20200701.tif", holed, nodata=0, **place),
    ]
    _, after = read_pair(*paths, 220, CropOptions(EXTENT, match_colours=True))
    assert (after.pixels[~after.valid] == 127).all()
    assert (~after.valid).any()


def test_the_size_of_the_pixels_of_each_file_is_known(pair, write_raster):
    coarse = write_raster(
        "c_20210701.tif", town(65).transpose(2, 0, 1), transform=from_origin(LEFT, TOP, 40, 40)
    )
    sizes = [crop.source_pixel_size for crop in read_pair(pair[0], coarse, 55, CropOptions(EXTENT))]
    assert sizes == [pytest.approx(10, rel=0.01), pytest.approx(40, rel=0.01)]


def test_a_drawn_crop_states_the_pixels_of_its_layer(write_raster):
    bands = town().transpose(2, 0, 1)
    for stated, size in (("0.6", 0.6), ("-1", 10), ("nan", 10), ("wide", 10)):
        path = write_raster(f"{stated}.tif", bands, tags={"SOURCE_PIXEL_SIZE": stated})
        before, _ = read_pair(path, path, 64)
        assert before.source_pixel_size == pytest.approx(size, rel=0.01)
