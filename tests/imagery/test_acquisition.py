from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
import rasterio
from PIL import Image

from unirs.errors import UniRSError
from unirs.imagery import acquisition_date, read_crop, read_pair

PIXELS = np.full((1, 8, 8), 9, np.uint8)


@pytest.mark.parametrize(
    ("tags", "domains"),
    [
        ({"ACQUISITIONDATETIME": "2012-07-31 10:45:00"}, {}),
        ({"DATE_ACQUIRED": "2012-07-31"}, {}),
        ({"NC_GLOBAL#time_coverage_start": "2012-07-31T10:45:00Z"}, {}),
        ({}, {"IMAGERY": {"ACQUISITIONDATETIME": "2012-07-31 10:45:00"}}),
        ({}, {"IMD": {"firstLineTime": "2012-07-31T10:45:00.123456Z"}}),
        ({}, {"ENVI": {"acquisition_time": "2012-07-31T10:45:00Z"}}),
        ({"TIFFTAG_DATETIME": "2019:01:01 00:00:00", "DATE_ACQUIRED": "2012-07-31"}, {}),
    ],
)
def test_metadata_of_the_acquisition_come_before_the_name(write_raster, tags, domains):
    path = write_raster("a_20200101.tif", PIXELS, tags=tags, domains=domains)
    assert str(acquisition_date(path)) == "2012-07-31"
    assert str(read_crop(path, 8).date) == "2012-07-31"


def test_the_name_comes_before_the_time_at_which_a_program_wrote_the_file(write_raster):
    tags = {"TIFFTAG_DATETIME": "2021:02:02 10:00:00"}
    assert str(acquisition_date(write_raster("2012-07-31.tif", PIXELS, tags=tags))) == "2012-07-31"
    assert str(acquisition_date(write_raster("2012/red.tif", PIXELS, tags=tags))) == "2012"
    written = acquisition_date(write_raster("red.tif", PIXELS, tags=tags))
    assert (str(written), written.time) == ("2021-02-02", dt.time(10))


def test_a_pair_is_in_the_order_of_its_names_whenever_its_files_were_written(write_raster):
    tags = [{"TIFFTAG_DATETIME": f"2021:0{month}:02 10:00:00"} for month in (2, 1)]
    early = write_raster("2012-07-31.tif", PIXELS, tags=tags[0])
    late = write_raster("2020-08-31.tif", PIXELS + 1, tags=tags[1])
    assert [str(crop.date) for crop in read_pair(late, early, 8)] == ["2012-07-31", "2020-08-31"]


def test_a_year_and_a_day_in_it_keep_the_order_given(write_raster):
    paths = [write_raster(name, PIXELS) for name in ("a_2012-07-31.tif", "b_2012.tif")]
    for given in (paths, paths[::-1]):
        assert [crop.source for crop in read_pair(*given, 8)] == list(map(str, given))


def test_an_envi_header_tells_the_date(tmp_path):
    profile = {"width": 8, "height": 8, "count": 1, "dtype": "uint8", "crs": "EPSG:32633"}
    transform = rasterio.transform.from_origin(500_000, 5_000_000, 10, 10)
    with rasterio.open(
        tmp_path / "a.img", "w", driver="ENVI", transform=transform, **profile
    ) as file:
        file.write(PIXELS)
    with (tmp_path / "a.hdr").open("a") as header:
        header.write("acquisition time = 2012-07-31T10:45:00Z\n")
    assert str(acquisition_date(tmp_path / "a.img")) == "2012-07-31"


def test_a_photograph_tells_the_date(tmp_path):
    exif = Image.Exif()
    exif[0x0132] = "2021:01:01 00:00:00"
    exif.get_ifd(0x8769)[0x9003] = "2012:07:31 10:45:00"
    Image.new("RGB", (16, 16)).save(tmp_path / "DJI_2013.jpg", exif=exif)
    assert str(acquisition_date(tmp_path / "DJI_2013.jpg")) == "2012-07-31"


def test_a_missing_raster_has_no_date_but_an_error(tmp_path):
    with pytest.raises(UniRSError) as caught:
        acquisition_date(tmp_path / "20120731.tif")
    assert caught.value.code == "raster_missing"
