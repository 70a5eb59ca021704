"""Dates of images: known to the day, the month or the year, and no date where none is sure."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unirs.dates import (
    ImageDate,
    chronological,
    date_of_metadata,
    date_of_name,
    date_of_path,
    date_of_writing,
    parse_date,
)

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2025, 12, 31))


def text(date: ImageDate | None) -> str | None:
    return date.isoformat() if date else None


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("city-2012-07-31-north", "2012-07-31"),
        ("2012_07_31", "2012-07-31"),
        ("2012.07.31 RGB", "2012-07-31"),
        ("20120731104512_ortho", "2012-07-31"),
        ("place_15-08-2019", "2019-08-15"),
        ("place_08-15-2019", "2019-08-15"),  # no month 15
        ("place_15082019", "2019-08-15"),
        ("place_15Aug2019", "2019-08-15"),
        ("place_15-aug-2019", "2019-08-15"),
        ("place_Aug 15, 2019", "2019-08-15"),
        ("place_2019Aug15", "2019-08-15"),
        ("place_31.07.2012", "2012-07-31"),
        ("place_5.6.2019", "2019-06-05"),
        ("Luftbild 31. Juli 2012", "2012-07-31"),
        ("Orthophoto du 1 août 2012", "2012-08-01"),
        ("place_05-06-2019", "2019"),  # May or June
        ("place_05062019", None),
        ("ndvi_2019-08", "2019-08"),
        ("ndvi_2019_08", "2019-08"),
        ("ndvi_201908", "2019-08"),
        ("ndvi_201008", None),  # or 8 October 2020
        ("ndvi_Aug2019", "2019-08"),
        ("August 2019", "2019-08"),
        ("Mai 2019", "2019-05"),
        ("planet_medres_normalized_analytic_2018-12_2019-05_mosaic", None),  # half a year
        ("1985", "1985"),
        ("city_1985", "1985"),
        ("Orthophoto 1985 (infrared)", "1985"),
        ("1985_city", None),
        ("city_1985-2020", None),
        ("change_1985_2020", None),
        ("X_20150705_V20120401", "2012-04-01"),  # processing comes after acquisition
        ("20121399", None),
        ("20120230_20120301", "2012-03-01"),
        ("29991231", None),  # nothing was taken in the future
        ("120120731", None),
        ("orthophoto", None),
        ("", None),
    ],
)
def test_names_tell_the_date_as_exactly_as_it_is_known(name, date):
    assert text(date_of_name(name)) == date


@pytest.mark.parametrize(
    "name",
    [
        *("DJI_2012", "DJI_2012.MRK", "IMG_2015", "DSC2001", "GOPR1999", "photo 2010", "P2010"),
        *("tile_2000", "tile_2000_10_12", "tile-x2000", "chip_1999", "patch 2010", "row 2000"),
        *("field_12_2000", "389225main_sw_1965_1024", "train_2019", "sample_2015_11"),
        *("dem_WGS_1984", "NAD1983", "EPSG_2056", "SIRGAS 2000", "OSGB_1936"),
        *("ortho 2000 px", "flight 2000 m", "tile_2048_10_12", "v2012"),
    ],
)
def test_numbers_of_something_else_are_no_dates(name):
    assert date_of_name(name) is None


@given(
    DAYS,
    st.sampled_from(
        ["%Y%m%d", "%Y-%m-%d", "%Y_%m_%d", "S2A_%Y%m%dT101031", "LC8015033%YJLGN00", "%d.%m.%Y"]
    ),
)
def test_any_day_in_any_known_form_is_found(day, form):
    name = f"{day:{form.replace('J', '%j')}}"
    assert text(date_of_name(name)) == day.isoformat()
    if not form.startswith("LC8"):
        assert text(date_of_name(f"scene_{name}_b4")) == day.isoformat()


@given(st.text(max_size=40))
def test_any_text_gives_a_past_date_or_none(name):
    for date in (date_of_name(name), parse_date(name), date_of_path(name)):
        assert date is None or dt.datetime(1900, 1, 1) <= date.first <= dt.datetime.now()


@pytest.mark.parametrize(
    ("typed", "date"),
    [
        ("1985", "1985"),
        (" 2019-08 ", "2019-08"),
        ("2019-08-15", "2019-08-15"),
        ("20190815", "2019-08-15"),
        ("15.08.2019", "2019-08-15"),
        ("15 Aug 2019", "2019-08-15"),
        ("2019-08-15T10:30:00Z", "2019-08-15"),
        ("05/06/2019", None),
        ("15", None),
        ("2999", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_date_is_read_as_people_type_it(typed, date):
    assert text(parse_date(typed)) == date


def test_the_time_of_the_day_orders_images_of_one_day():
    assert parse_date("2019-08-15 10:30:00").time == dt.time(10, 30)
    morning, evening = parse_date("2019-08-15T08:00:00Z"), parse_date("2019-08-15T18:00:00Z")
    assert chronological([evening, morning]) == [1, 0]
    assert morning.isoformat() == "2019-08-15"


@pytest.mark.parametrize(
    ("key", "value", "date"),
    [
        ("ACQUISITIONDATETIME", "2012-07-31 10:45:00", "2012-07-31"),
        ("acquisition_date", "20120731", "2012-07-31"),
        ("ACQUISITION_DATE", "2012-07", "2012-07"),
        ("DATE_ACQUIRED", "2012-07-31", "2012-07-31"),
        ("PRODUCT_START_TIME", "2012-07-31T10:45:00.024Z", "2012-07-31"),
        ("DATATAKE_1_DATATAKE_SENSING_START", "2012-07-31T10:45:00.024Z", "2012-07-31"),
        ("ACQUISITION_START_TIME", "2012-07-31T10:45:00.024", "2012-07-31"),
        ("MPH_SENSING_START", "31-JUL-2012 10:45:00.123456", "2012-07-31"),
        ("SENSING_TIME", "2012/07/31 10:45", "2012-07-31"),
        ("firstLineTime", "2012-07-31T10:45:00.123456Z", "2012-07-31"),
        ("NITF_IDATIM", "20120731104500", "2012-07-31"),
        ("NITF_IDATIM", "201207--------", "2012-07"),
        ("NITF_IDATIM", "2012----------", "2012"),
        ("NITF_IDATIM", "31104500ZJUL12", "2012-07-31"),
        ("acquisition_time", "2012-07-31T10:45:00Z", "2012-07-31"),
        ("NC_GLOBAL#time_coverage_start", "2012-07-31T10:45:00Z", "2012-07-31"),
        ("time_coverage_start", "2012", "2012"),
        ("EXIF_DateTimeOriginal", "2012:07:31 10:45:00", "2012-07-31"),
        ("RANGEBEGINNINGDATE", "2012-07-31", "2012-07-31"),
        ("ACQUISITIONDATETIME", "2999-07-31", None),
        ("GENERATION_TIME", "2012-07-31", None),
        ("NITF_FDT", "20120731104500", None),
        ("TIFFTAG_DATETIME", "2012:07:31 10:45:00", None),
    ],
)
def test_metadata_of_the_acquisition_tell_the_date(key, value, date):
    assert text(date_of_metadata({key: value})) == date


def test_the_acquisition_is_trusted_above_the_writing_of_the_file():
    tags = {"EXIF_DateTime": "2021:01:01 00:00:00", "EXIF_DateTimeOriginal": "2012:07:31 10:45:00"}
    assert text(date_of_metadata(tags)) == "2012-07-31"
    assert text(date_of_writing(tags)) == "2021-01-01"
    assert date_of_writing({"TIFFTAG_DATETIME": "0000:00:00 00:00:00"}) is None


@pytest.mark.parametrize(
    ("path", "date"),
    [
        ("/data/2012-07-31/red.tif", "2012-07-31"),
        ("/data/2012-07-31/2013.tif", "2013"),
        ("/data/2012/DJI_2013.tif", "2012"),
        ("/data/projects_2012/red.tif", None),
        ("/data/2012-07-31/more/red.tif", None),
        ("red.tif", None),
        ('NETCDF:"/data/ndvi_2012-07-31.nc":ndvi', "2012-07-31"),
    ],
)
def test_the_folder_tells_where_the_file_does_not(path, date):
    assert text(date_of_path(path)) == date


def test_a_date_is_kept_as_exactly_as_it_is_known():
    assert ImageDate(1985).isoformat() == "1985"
    assert ImageDate(1985, 7).isoformat() == "1985-07"
    assert str(ImageDate(1985, 7, 4)) == "1985-07-04"
    assert ImageDate(1985).last == dt.datetime(1985, 12, 31, 23, 59, 59, 999999)
    assert ImageDate(1985, 2).last.date() == dt.date(1985, 2, 28)


@pytest.mark.parametrize(
    "parts", [(1985, None, 1), (1985, 7, None, dt.time()), (1985, 13), (1985, 2, 30)]
)
def test_what_no_calendar_has_is_no_date(parts):
    with pytest.raises(ValueError, match=r"date|month|day"):
        ImageDate(*parts)


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["2020", "1985-07", "1985-06-30"], [2, 1, 0]),
        (["2020-01-01", "2020-01-01", "2019"], [2, 0, 1]),
        (["1985", "1985"], [0, 1]),
        (["1985", "1985-07"], None),
        (["1985-07-04", "1985-07"], None),
        (["1985", ""], None),
        ([], []),
    ],
)
def test_dates_are_ordered_only_where_the_order_is_certain(dates, order):
    assert chronological([parse_date(date) for date in dates]) == order
