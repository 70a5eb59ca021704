from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unirs.errors import UniRSError
from unirs.imagery import acquisition_date, read_crop
from unirs.imagery.dates import date_of_name

PIXELS = np.full((1, 8, 8), 9, np.uint8)
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2025, 12, 31))


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("m_4709963_se_14_1_20120731", dt.date(2012, 7, 31)),
        ("city-2012-07-31-north", dt.date(2012, 7, 31)),
        ("2012_07_31", dt.date(2012, 7, 31)),
        ("20120731104512_ortho", dt.date(2012, 7, 31)),
        ("S2A_MSIL2A_20200811T101031_N0214_R022_T32TQM_20200811T130251", dt.date(2020, 8, 11)),
        ("T32TQM_20200811T101031_B04_10m", dt.date(2020, 8, 11)),
        ("LC08_L1TP_015033_20190704_20190721_01_T1", dt.date(2019, 7, 4)),
        ("LC80150332019185LGN00", dt.date(2019, 7, 4)),
        ("LT51980291987366XXX03", None),  # 1987 had no day 366
        ("MOD09GA.A2019185.h10v05.006", dt.date(2019, 7, 4)),
        ("1985", dt.date(1985, 1, 1)),
        ("city_1985", dt.date(1985, 1, 1)),
        ("1985_city", None),
        ("20121399", None),
        ("20120230_20120301", dt.date(2012, 3, 1)),
        ("29991231", None),  # nothing was taken in the future
        ("tile_2048_10_12", None),
        ("389225main_sw_1965_1024", None),
        ("120120731", None),
        ("orthophoto", None),
    ],
)
def test_file_names_tell_the_date(name, date):
    assert date_of_name(name) == date


@given(
    DAYS,
    st.sampled_from(["%Y%m%d", "%Y-%m-%d", "%Y_%m_%d", "S2A_%Y%m%dT101031", "LC8015033%Y%jLGN00"]),
)
def test_any_day_in_any_known_form_is_found(day, form):
    name = f"{day:{form}}"
    assert date_of_name(name) == day
    if not form.startswith("LC8"):
        assert date_of_name(f"scene_{name}_b4") == day


@given(st.text(max_size=40))
def test_any_name_gives_a_past_date_or_none(name):
    date = date_of_name(name)
    assert date is None or dt.date(1900, 1, 1) <= date <= dt.date.today()


@pytest.mark.parametrize(
    ("tags", "domains"),
    [
        ({"TIFFTAG_DATETIME": "2012:07:31 10:45:00"}, {}),
        ({"ACQUISITIONDATETIME": "2012-07-31 10:45:00"}, {}),
        ({"acquisition_date": "20120731"}, {}),
        ({"DATE_ACQUIRED": "2012-07-31"}, {}),
        ({"PRODUCT_START_TIME": "2012-07-31T10:45:00.024Z"}, {}),
        ({"SENSING_TIME": "2012/07/31 10:45"}, {}),
        ({}, {"IMAGERY": {"ACQUISITIONDATETIME": "2012-07-31 10:45:00"}}),
        ({}, {"IMD": {"firstLineTime": "2012-07-31T10:45:00.123456Z"}}),
        ({"TIFFTAG_DATETIME": "2019:01:01 00:00:00", "DATE_ACQUIRED": "2012-07-31"}, {}),
    ],
)
def test_metadata_tell_the_date_and_come_before_the_name(write_raster, tags, domains):
    path = write_raster("a_20200101.tif", PIXELS, tags=tags, domains=domains)
    assert acquisition_date(path) == dt.date(2012, 7, 31)
    assert read_crop(path, 8).date == dt.date(2012, 7, 31)


def test_metadata_without_a_date_leave_it_to_the_name(write_raster):
    tags = {"TIFFTAG_DATETIME": "0000:00:00 00:00:00"}
    assert acquisition_date(write_raster("20200101.tif", PIXELS, tags=tags)) == dt.date(2020, 1, 1)


def test_the_folder_tells_the_date_last(write_raster):
    assert acquisition_date(write_raster("2012-07-31/red.tif", PIXELS)) == dt.date(2012, 7, 31)
    assert acquisition_date(write_raster("2012-07-31/2013.tif", PIXELS)) == dt.date(2013, 1, 1)
    assert acquisition_date(write_raster("none/red.tif", PIXELS)) is None


def test_a_missing_raster_has_no_date_but_an_error(tmp_path):
    with pytest.raises(UniRSError) as caught:
        acquisition_date(tmp_path / "20120731.tif")
    assert caught.value.code == "raster_missing"
