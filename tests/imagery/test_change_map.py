from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.errors import NotGeoreferencedWarning

from unirs.dates import ImageDate
from unirs.errors import UniRSError
from unirs.imagery import mask_nodata, read_crop, write_change_map, write_crop, write_overlay
from unirs.imagery.export import new_geotiff
from unirs.inputs import Crop

EXTENT = (500_000.0, 4_999_000.0, 502_000.0, 5_000_000.0)


@pytest.fixture
def crop():
    pixels = np.full((60, 120, 3), 90, np.uint8)
    return Crop(pixels, EXTENT, "EPSG:32633", 16.7, date=ImageDate(2020, 8, 11), source="after.tif")


def change_in_the_north_east():
    change = np.zeros((5, 10), np.float32)
    change[0, -1] = 1.0
    change[0, 0] = 0.237
    return change


def test_a_change_map_lies_where_its_crop_lies(crop, tmp_path):
    write_change_map(change_in_the_north_east(), crop, tmp_path / "map.tif")
    with rasterio.open(tmp_path / "map.tif") as dataset:
        values = dataset.read(1)
        assert tuple(dataset.bounds) == EXTENT
        assert dataset.crs.to_epsg() == 32633
        assert (dataset.dtypes, dataset.nodata) == (("uint8",), 255)
        assert values.shape == (5, 10)
        assert (values[0, -1], values[0, 0], values[4, 4]) == (100, 24, 0)
        row, column = dataset.index(EXTENT[2] - 1, EXTENT[3] - 1)
        assert values[row, column] == 100
        table = dataset.colormap(1)
    assert table[0][0] > 250
    assert table[0][2] > 190  # pale
    assert table[100][:3] == (128, 0, 38)  # dark red
    assert [path.name for path in tmp_path.iterdir()] == ["map.tif"]


def lacking(crop, valid):
    return replace(crop, pixels=np.where(valid[..., None], crop.pixels, 127), valid=valid)


def values_of_map(change, crops, path):
    write_change_map(mask_nodata(change, crops), crops[-1], path)
    with rasterio.open(path) as dataset:
        assert dataset.nodata == 255
        assert tuple(dataset.bounds) == EXTENT
        return dataset.read(1)


def test_nothing_has_changed_where_either_date_has_no_imagery(crop, tmp_path):
    """An extent larger than the rasters, whose edges run through patches of twelve pixels."""
    west, east = np.ones((2, 60, 120), bool)
    west[:, 100:] = False
    east[:, :20] = False
    pair = lacking(crop, west), lacking(crop, east)
    values = values_of_map(np.full((5, 10), 0.9, np.float32), pair, tmp_path / "map.tif")
    assert values.shape == (60, 120)
    assert (values[:, :20] == 255).all()
    assert (values[:, 24:96] == 90).all()
    assert (values[:, 100:] == 255).all()


def test_one_pixel_without_data_is_all_that_is_unknown(crop, tmp_path):
    valid = np.ones((60, 120), bool)
    valid[30, 40] = False
    values = values_of_map(
        change_in_the_north_east(), (crop, lacking(crop, valid)), tmp_path / "map.tif"
    )
    assert np.argwhere(values == 255).tolist() == [[30, 40]]
    assert (values[:12, 108:] == 100).all()


@pytest.mark.parametrize(("filled", "known"), [(5, True), (7, False)])
def test_a_patch_counts_if_more_than_half_of_it_has_data(crop, tmp_path, filled, known):
    valid = np.ones((60, 120), bool)
    valid[:, 120 - filled :] = False  # of the last patches' twelve columns
    values = values_of_map(
        np.ones((5, 10), np.float32), (crop, lacking(crop, valid)), tmp_path / "map.tif"
    )
    assert (values[:, :108] == 100).all()
    assert (values[:, 108 : 120 - filled] == (100 if known else 255)).all()
    assert (values[:, 120 - filled :] == 255).all()


def test_grey_ground_is_not_taken_for_nodata(crop, tmp_path):
    valid = np.ones((60, 120), bool)
    valid[:, 60:] = False
    grey = replace(crop, pixels=np.full((60, 120, 3), 127, np.uint8), valid=valid)
    values = values_of_map(change_in_the_north_east(), (grey, grey), tmp_path / "map.tif")
    assert (values[:, :60] != 255).all()


@pytest.mark.parametrize("extent", [None, (0.0, -60.0, 120.0, 0.0)])
def test_a_plain_picture_has_a_change_map_too(tmp_path, extent):
    plain = Crop(np.zeros((60, 120, 3), np.uint8), extent)
    with warnings.catch_warnings():
        warnings.simplefilter("error", NotGeoreferencedWarning)
        write_change_map(change_in_the_north_east(), plain, tmp_path / "map.tif")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(tmp_path / "map.tif") as dataset:
            assert dataset.crs is None
            assert dataset.read(1)[0, -1] == 100


def test_an_overlay_shows_the_change_and_leaves_the_rest(crop, tmp_path):
    write_overlay(change_in_the_north_east(), crop, tmp_path / "overlay.png")
    picture = np.asarray(Image.open(tmp_path / "overlay.png").convert("RGB")).astype(int)
    height, width, _ = picture.shape
    assert width == 1024
    assert height > 512  # a legend below the image
    assert np.abs(picture[400:500, 300:700] - 90).max() <= 1
    red, green, blue = picture[20, -20]
    assert red > green + 20 > blue - 20
    assert np.ptp(picture[520:, :, 0]) > 100


def stop_while_writing(target, crop):
    with new_geotiff(target, crop, (5, 10), count=1) as dataset:
        dataset.write(np.zeros((5, 10), np.uint8), 1)
        raise KeyboardInterrupt


def test_output_appears_whole_or_not_at_all(crop, tmp_path):
    target = tmp_path / "map.tif"
    target.write_text("what was there")
    with pytest.raises(KeyboardInterrupt):
        stop_while_writing(target, crop)
    assert target.read_text() == "what was there"
    write_change_map(np.zeros((5, 10), np.float32), crop, target)
    assert target.read_bytes()[:2] == b"II"
    assert [path.name for path in tmp_path.iterdir()] == ["map.tif"]


def test_a_saved_crop_reads_back_as_itself(crop, tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, crop.pixels.shape, dtype=np.uint8)
    saved = Crop(noise, EXTENT, "EPSG:32633", date=crop.date)
    write_crop(saved, tmp_path / "crop.tif")
    again = read_crop(tmp_path / "crop.tif", 120)
    assert np.array_equal(again.pixels, noise)
    assert (again.extent, again.crs, again.date) == (EXTENT, "EPSG:32633", crop.date)
    write_crop(saved, tmp_path / "crop.png")
    assert np.array_equal(np.asarray(Image.open(tmp_path / "crop.png")), noise)
    write_crop(saved, tmp_path / "crop.jpg")
    assert Image.open(tmp_path / "crop.jpg").format == "JPEG"


@pytest.mark.parametrize(
    "name", ["none/crop.tif", "none/crop.png", "crop.docx", "crop", "folder.tif"]
)
def test_what_cannot_be_written_is_refused_with_a_sentence(crop, tmp_path, name):
    (tmp_path / "folder.tif").mkdir()
    with pytest.raises(UniRSError) as caught:
        write_crop(crop, tmp_path / name)
    assert caught.value.code == "output_unwritable"
    assert [path.name for path in tmp_path.iterdir()] == ["folder.tif"]


def test_a_format_that_can_only_be_read_is_refused(tmp_path):
    crop = Crop(np.zeros((4, 4, 3), np.uint8))

    with pytest.raises(UniRSError) as caught:
        write_crop(crop, tmp_path / "crop.psd")

    assert caught.value.code == "output_unwritable"
