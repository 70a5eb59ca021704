"""Pairs and series: one grid, in order of time, under one stretch."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from pyproj import Transformer
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import from_origin

from unirs.dates import ImageDate
from unirs.errors import UniRSError
from unirs.imagery import CropOptions, read_pair, read_series
from unirs.inputs import VisualInput

LEFT, TOP = 500_000, 5_000_000


def flat(value, dtype=np.uint8, side=20):
    return np.full((3, side, side), value, dtype)


def waves(x, y):
    """A pattern fixed to the ground, with waves of 200 m."""
    return (127 + 60 * np.sin((x - LEFT) / 32) + 60 * np.sin((y - TOP) / 32)).astype(np.uint8)


def centres(transform, rows, columns):
    column, row = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    return transform * (column, row)


def test_dates_of_different_crs_resolution_and_offset_land_on_one_grid(write_raster):
    utm = from_origin(LEFT, TOP, 10, 10)
    degrees = from_origin(14.998, 45.155, 0.00007, 0.00005)
    longitude, latitude = centres(degrees, 240, 240)
    to_utm = Transformer.from_crs("EPSG:4326", "EPSG:32633", always_xy=True)
    before = waves(*centres(utm, 120, 120))[None]
    after = waves(*to_utm.transform(longitude, latitude))[None]
    pair = read_pair(
        write_raster("a_20200101.tif", before, transform=utm),
        write_raster(
            "b_20210101.tif", after, crs="EPSG:4326", transform=degrees, overviews=(4, 16)
        ),
        128,
        CropOptions(extent=(LEFT + 100, TOP - 1000, LEFT + 1000, TOP - 100)),
    )
    assert pair[0].crs == pair[1].crs == "EPSG:32633"
    VisualInput.pair(*pair)  # refuses what does not share a grid
    difference = np.abs(pair[0].pixels.astype(int) - pair[1].pixels)
    assert max(crop.nodata_share for crop in pair) == 0
    assert difference.mean() < 2.5  # a shift of half a pixel makes 6


def test_a_pair_covers_what_its_dates_have_in_common(write_raster):
    shifted = from_origin(LEFT + 100, TOP - 50, 10, 10)
    pair = read_pair(
        write_raster("a_2020.tif", flat(10)),
        write_raster("b_2021.tif", flat(20), transform=shifted),
        32,
    )
    assert pair[0].extent == pair[1].extent == (LEFT + 100, TOP - 200, LEFT + 200, TOP - 50)
    assert pair[0].nodata_share == pair[1].nodata_share == 0


@pytest.mark.parametrize(
    ("names", "order"),
    [
        (("b_20210101.tif", "a_20200101.tif"), (20, 10)),
        (("b_20200101.tif", "a_20210101.tif"), (10, 20)),
        (("b.tif", "a_20200101.tif"), (10, 20)),
        (("b/20200101.tif", "a/20200101.tif"), (10, 20)),
    ],
)
def test_the_earlier_date_comes_first_if_dates_tell(write_raster, names, order):
    paths = [write_raster(name, flat(value)) for name, value in zip(names, (10, 20), strict=True)]
    pair = read_pair(*paths, 20)
    assert tuple(int(crop.pixels[0, 0, 0]) for crop in pair) == order
    assert (pair[0].date is None) == (names[0] == "b.tif")


def test_a_series_is_in_order_of_date(write_raster):
    years = (2015, 1985, 2020, 1990)
    paths = [write_raster(f"{year}.tif", flat(year - 1900)) for year in years]
    series = read_series(paths, 20)
    assert [crop.date for crop in series] == [ImageDate(year) for year in sorted(years)]
    assert [int(crop.pixels[0, 0, 0]) for crop in series] == [85, 90, 115, 120]
    assert len({crop.extent for crop in series}) == 1


@pytest.mark.parametrize("stretch", ["auto", "percentile", "minmax"])
def test_the_stretch_of_a_pair_makes_no_change_of_its_own(write_raster, stretch):
    before = np.random.default_rng(0).integers(300, 900, (3, 40, 40), dtype=np.uint16)
    after = before.copy()
    after[:, :10] = 4000
    a, b = (write_raster("a_2020.tif", before), write_raster("b_2021.tif", after))
    first, second = read_pair(a, b, 40, CropOptions(stretch=stretch))
    assert np.array_equal(first.pixels[10:], second.pixels[10:])
    assert second.pixels[:10].min() > first.pixels[:10].max()


def test_dates_of_different_data_types_are_stretched_by_themselves(write_raster):
    ramp = np.tile(np.arange(100), (3, 100, 1))
    pair = read_pair(
        write_raster("a_2020.tif", (ramp * 2).astype(np.uint8)),
        write_raster("b_2021.tif", (ramp * 100).astype(np.uint16)),
        100,
    )
    assert pair[0].pixels.max() == 198
    assert pair[1].pixels.max() == 255


def refused(code, paths, options=None):
    with pytest.raises(UniRSError) as caught:
        read_series(paths, 16, options or CropOptions())
    assert caught.value.code == code
    assert caught.value.message.endswith(".")


def test_dates_that_do_not_go_together_are_refused_with_a_sentence(write_raster):
    here = write_raster("here.tif", flat(10))
    there = write_raster("there.tif", flat(10), transform=from_origin(LEFT + 200, TOP, 10, 10))
    plane = write_raster("plane.tif", flat(10), crs=None)
    larger = write_raster("larger.tif", flat(10, side=30), crs=None)
    empty = write_raster("empty.tif", flat(0), nodata=0)
    refused("dates_no_overlap", [here, there])
    refused("crs_missing", [here, plane])
    refused("crs_missing", [plane, larger])
    refused("all_nodata", [here, empty])
    refused("too_few_frames", [here])
    refused("no_overlap", [here, there], CropOptions(extent=(LEFT, TOP - 100, LEFT + 100, TOP)))


def test_dates_without_crs_make_a_pair_if_they_have_one_grid(write_raster):
    a = write_raster("a.tif", flat(10), crs=None, transform=None)
    b = write_raster("b.tif", flat(20), crs=None, transform=None)
    with warnings.catch_warnings():
        warnings.simplefilter("error", NotGeoreferencedWarning)  # and nothing is said on the side
        pair = read_pair(a, b, 20)
    assert [int(crop.pixels[0, 0, 0]) for crop in pair] == [10, 20]
