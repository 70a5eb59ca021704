"""What stored values mean: gaps, scale and offset, palettes, photographs that lie on their side."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from PIL import Image, ImageOps
from rasterio.enums import ColorInterp, Resampling
from rasterio.transform import from_origin

from unirs.imagery import CropOptions, read_crop, read_pair

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("profile", [{}, {"nodata": -9999}, {"nodata": np.nan}])
@pytest.mark.parametrize(("size", "share"), [(256, 0.01), (100, 0.0), (400, 0.01)])
def test_broken_pixels_are_gaps_that_do_not_spread(write_raster, value, profile, size, share):
    data = np.tile(np.linspace(0, 1, 256, dtype=np.float32), (1, 256, 1))
    data[0, ::10, ::10] = value
    crop = read_crop(write_raster("a.tif", data, **profile), size)
    assert crop.nodata_share == pytest.approx(share, abs=0.004)
    assert (np.diff(crop.pixels[15, :, 0].astype(int)) >= -1).mean() > 0.95  # still a ramp


def test_a_gap_in_one_band_is_a_gap_in_all(write_raster):
    data = np.random.default_rng(0).uniform(1, 2, (3, 40, 40)).astype(np.float32)
    data[1, 10, 10], data[2, 20, 20] = np.nan, -9999
    crop = read_crop(write_raster("a.tif", data, nodata=-9999), 40)
    assert crop.nodata_share * 1600 == pytest.approx(2)


def with_scales(path, scales, offsets):
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = scales, offsets
    return path


@pytest.mark.parametrize("stretch", ["auto", "percentile", "minmax"])
@pytest.mark.parametrize(
    ("dtype", "scale", "add", "other_scale", "other_offset"),
    [
        (np.uint16, 1e-4, 1000, 1e-4, -0.1),
        (np.int16, 1e-4, 0, 2e-4, 0.0),
        (np.uint8, 0.004, 30, 0.004, -0.12),
    ],
)
def test_another_scale_or_offset_is_no_change(
    write_raster, dtype, scale, add, other_scale, other_offset, stretch
):
    stored = np.random.default_rng(0).integers(0, 100, (3, 60, 60)) * 2
    other = np.rint((stored * scale - other_offset) / other_scale)
    assert np.allclose(other, stored * scale / other_scale + add)
    a = write_raster("a_2020.tif", stored.astype(dtype))
    b = write_raster("b_2021.tif", other.astype(dtype))
    with_scales(a, (scale,) * 3, (0.0,) * 3)
    with_scales(b, (other_scale,) * 3, (other_offset,) * 3)
    for size in (60, 25, 90):
        before, after = read_pair(a, b, size, CropOptions(stretch=stretch))
        assert np.array_equal(before.pixels, after.pixels)
        assert before.pixels.std() > 10


def test_scale_and_offset_leave_one_raster_as_it_is(write_raster):
    data = np.random.default_rng(0).integers(1, 255, (3, 40, 40), dtype=np.uint8)
    path = with_scales(write_raster("a.tif", data), (0.01, 0.02, 0.03), (1.0, -1.0, 0.0))
    assert np.array_equal(read_crop(path, 40).pixels, data.transpose(1, 2, 0))


@pytest.mark.parametrize("scale", [0.0, np.nan])
def test_a_scale_that_means_nothing_is_passed_over(write_raster, scale):
    data = np.random.default_rng(0).integers(1, 255, (3, 40, 40), dtype=np.uint8)
    path = with_scales(write_raster("a.tif", data), (scale,) * 3, (0.0,) * 3)
    assert np.array_equal(read_crop(path, 40).pixels, data.transpose(1, 2, 0))


COLOURS = {0: (0, 90, 0, 255), 1: (0, 110, 0, 255), 2: (0, 100, 20, 255), 3: (10, 100, 0, 255)}


@pytest.mark.parametrize("overviews", [(), (2, 4, 8)])
@pytest.mark.parametrize(
    "profile", [{"dtype": np.uint8}, {"dtype": np.uint16}, {"dtype": np.uint8, "nbits": 4}]
)
def test_a_palette_keeps_its_colours_at_every_size(tmp_path, profile, overviews):
    dtype = profile.pop("dtype") if isinstance(profile.get("dtype"), type) else np.uint8
    blocks = np.kron(np.arange(4).reshape(2, 2), np.ones((64, 64), int)).astype(dtype)
    options = {"width": 128, "height": 128, "count": 1, "dtype": dtype, "crs": "EPSG:32633"}
    place = from_origin(500_000, 5_000_000, 10, 10)
    path = tmp_path / "a.tif"
    with rasterio.open(path, "w", driver="GTiff", transform=place, **options, **profile) as dataset:
        dataset.write_colormap(1, COLOURS)
        dataset.write(blocks, 1)
    if overviews:
        with rasterio.open(path, "r+") as dataset:
            dataset.build_overviews(overviews, Resampling.nearest)
    for size in (8, 16, 32, 64, 128, 200):
        crop = read_crop(path, size)
        seen = {tuple(colour) for colour in crop.pixels[2:-2:2, 2:-2:2].reshape(-1, 3).tolist()}
        assert {colour[:3] for colour in COLOURS.values()} <= seen
        assert crop.pixels[1, 1].tolist() == [0, 90, 0]
        assert crop.pixels[-2, -2].tolist() == [10, 100, 0]


def test_a_band_that_is_called_a_palette_and_has_none_is_grey(write_raster, tmp_path):
    data = np.full((1, 20, 20), 77, np.uint8)
    path, view = write_raster("a.tif", data), tmp_path / "a.vrt"
    rasterio.shutil.copy(path, view, driver="VRT")
    view.write_text(view.read_text().replace("Gray", "Palette"))
    with rasterio.open(view) as dataset:
        assert dataset.colorinterp == (ColorInterp.palette,)
    assert (read_crop(view, 20).pixels == 77).all()


def test_no_overview_coarser_than_the_grid_along_either_axis_is_read(write_raster):
    """At 70° north a degree is a third as wide as high: rows are read as they are."""
    rows = np.tile((np.arange(256) % 2 * 200).astype(np.uint8)[:, None], (1, 1, 256))
    path = write_raster(
        "a.tif", rows, crs="EPSG:4326", transform=from_origin(10, 70.5, 1 / 256, 1 / 256)
    )
    with rasterio.open(path, "r+") as dataset:
        dataset.build_overviews((2, 4, 8), Resampling.average)
    crop = read_crop(path, 230)  # 1.1 rows and 3.3 columns to a pixel
    assert crop.pixels.shape[1] < 100
    assert crop.pixels.std() > 40  # the overview is grey all over


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(("name", "share"), [("a.jpg", 3), ("a.png", 0), ("a.tif", 0)])
def test_photographs_are_turned_upright_as_in_training(tmp_path, orientation, name, share):
    ramp = np.zeros((48, 64, 3), np.uint8)
    ramp[:24, :32], ramp[:24, 32:], ramp[24:, :32] = (250, 0, 0), (0, 250, 0), (0, 0, 250)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(ramp).save(tmp_path / name, exif=exif)
    with Image.open(tmp_path / name) as picture:
        upright = np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))
    crop = read_crop(tmp_path / name, 64)
    assert crop.pixels.shape == upright.shape
    assert np.abs(crop.pixels.astype(int) - upright).mean() <= share
    around = CropOptions(extent=(0, -16, 16, 0))
    assert (
        np.abs(read_crop(tmp_path / name, 16, around).pixels.astype(int) - upright[:16, :16]).mean()
        < 4
    )


def test_photographs_of_one_size_that_were_turned_differently_make_a_pair(tmp_path):
    for name, orientation, size in (("a.jpg", 1, (48, 64)), ("b.jpg", 6, (64, 48))):
        exif = Image.Exif()
        exif[0x0112] = orientation
        Image.new("RGB", size, (9, 9, 9)).save(tmp_path / name, exif=exif)
    before, after = read_pair(tmp_path / "a.jpg", tmp_path / "b.jpg", 64)
    assert before.pixels.shape == after.pixels.shape == (64, 48, 3)
