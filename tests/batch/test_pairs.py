"""Pairs of one place: earliest and latest, yearly, each to the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from unirs.batch.sources import survey
from unirs.errors import UniRSError

DATES = ["2010-07-01", "2012-01-15", "2012-06-20", "2015-07-10"]


@pytest.fixture
def place(write_raster):
    """Dates of one place, and of its neighbour, which overlaps a little."""
    for date in DATES:
        write_raster(f"here/{date}.tif", 50, 50)
    write_raster("there/2011-01-01.tif", 50, 50, west=500_450)
    write_raster("there/2013-01-01.tif", 50, 50, west=500_460)


def pairs(sources):
    return [tuple(Path(path).stem for path in source.paths) for source in sources]


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("rule", "here"),
    [
        ("earliest-latest", [(DATES[0], DATES[3])]),
        ("each-to-next", [tuple(DATES[0:2]), tuple(DATES[1:3]), tuple(DATES[2:4])]),
        ("yearly", [(DATES[0], DATES[2]), (DATES[2], DATES[3])]),  # the June of 2012
    ],
)
def test_rules(make_plan, rule, here):
    found = list(survey(make_plan(".", pairs=rule)))
    assert pairs(found) == [*here, ("2011-01-01", "2013-01-01")]
    assert all(source.dates == pair for source, pair in zip(found, pairs(found), strict=True))
    assert found[-1].extent == (500_460, 4_999_500, 500_950, 5_000_000)


def test_a_raster_that_belongs_to_no_pair_has_the_reason(make_plan, write_raster, tmp_path):
    write_raster("a/2010-07-01.tif", 50, 50)
    write_raster("a/2011-07-01.tif", 50, 50)
    write_raster("alone/2010-07-01.tif", 50, 50, west=600_000)
    write_raster("undated.tif", 50, 50)
    write_raster("picture-2010-01-01.tif", 50, 50, crs=None)
    (tmp_path / "broken-2010-01-01.tif").write_bytes(b"no raster")
    found = list(survey(make_plan(".", pairs="earliest-latest")))
    reasons = {
        Path(source.paths[0]).name: source.failure.code for source in found if source.failure
    }
    assert reasons == {
        "undated.tif": "date_missing",
        "picture-2010-01-01.tif": "crs_missing",
        "broken-2010-01-01.tif": "raster_unreadable",
        "2010-07-01.tif": "pair_missing",
    }
    assert pairs(source for source in found if not source.failure) == [("2010-07-01", "2011-07-01")]


def test_dates_too_rough_to_order_are_not_guessed(make_plan, write_raster):
    write_raster("2010.tif", 50, 50)
    write_raster("2010-07-01.tif", 50, 50)
    with pytest.raises(UniRSError) as error:  # of the first raster, for there is no other
        list(survey(make_plan(".", pairs="each-to-next")))
    assert error.value.code == "date_unclear"


def test_two_rasters_of_one_day_are_one_date(make_plan, write_raster):
    for name in ("a-2010-07-01.tif", "b-2010-07-01.tif", "a-2012-07-01.tif"):
        write_raster(name, 50, 50)
    found = survey(make_plan(".", pairs="each-to-next"))
    assert pairs(found) == [("a-2010-07-01", "a-2012-07-01")]


def test_dates_of_one_place_may_have_different_crs(make_plan, write_raster):
    write_raster("2010-07-01.tif", 50, 50)
    west, north = 15.0, 45.1536
    write_raster("2012-07-01.tif", 50, 64, crs="EPSG:4326", west=west, north=north, pixel=1e-4)
    (source,) = survey(make_plan(".", pairs="earliest-latest"))
    assert source.failure is None
    assert source.crs == "EPSG:32633"
