from __future__ import annotations

import math

import numpy as np
import pytest
import rasterio
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from PIL import Image
from pyproj import Transformer
from rasterio.enums import ColorInterp
from rasterio.transform import from_origin

from unirs.errors import UniRSError
from unirs.imagery import CropOptions, read_crop

LEFT, TOP = 500_000, 5_000_000


def ramp(rows=100, columns=120, bands=3):
    """Every value tells its column."""
    return np.tile(np.arange(columns, dtype=np.uint8), (bands, rows, 1))


def test_a_crop_at_native_size_is_the_raster_itself(write_raster):
    data = np.random.default_rng(0).integers(1, 255, (3, 60, 80), dtype=np.uint8)
    crop = read_crop(write_raster("a.tif", data), 80)
    assert np.array_equal(crop.pixels, data.transpose(1, 2, 0))
    assert crop.extent == (LEFT, TOP - 600, LEFT + 800, TOP)
    assert crop.crs == "EPSG:32633"
    assert crop.nodata_share == 0.0
    assert crop.source.endswith("a.tif")


def test_the_pixels_cover_exactly_the_extent(write_raster):
    extent = (LEFT + 205.0, TOP - 800, LEFT + 1005.0, TOP - 200)
    crop = read_crop(write_raster("a.tif", ramp()), 160, CropOptions(extent=extent))
    assert crop.extent == extent
    assert crop.pixels.shape == (120, 160, 3)
    centres = 205 / 10 + (np.arange(160) + 0.5) * 80 / 160 - 0.5  # columns of the raster
    assert np.abs(crop.pixels[60, :, 0] - centres).max() <= 0.51


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    size=st.integers(1, 90),
    width=st.floats(5, 1500),
    height=st.floats(5, 1500),
    x=st.floats(-1000, 1000),
    y=st.floats(-1000, 0),
)
def test_any_extent_gives_the_size_asked_for_or_a_sentence(write_raster, size, width, height, x, y):
    path = write_raster("a.tif", ramp())
    extent = (LEFT + x, TOP + y - height, LEFT + x + width, TOP + y)
    inside_x = min(x + width, 1200) - max(x, 0)
    inside_y = min(height - y, 1000) - max(-y, 0)
    if inside_x <= 0 or inside_y <= 0:
        refused("no_overlap", path, CropOptions(extent=extent), size)
        return
    assume(min(inside_x, inside_y) > max(width, height) / size)  # a pixel of data, at the least
    crop = read_crop(path, size, CropOptions(extent=extent))
    rows, columns, _ = crop.pixels.shape
    assert max(rows, columns) == size
    longer = max(width, height)
    assert abs(columns - max(1, size * width / longer)) <= 0.5 + 1e-6
    assert abs(rows - max(1, size * height / longer)) <= 0.5 + 1e-6
    share = 1 - inside_x * inside_y / (width * height)
    assert abs(crop.nodata_share - share) <= 2 / rows + 2 / columns


def test_finer_rasters_are_averaged(write_raster):
    board = (np.indices((64, 64)).sum(axis=0) % 2 * 200).astype(np.uint8)
    crop = read_crop(write_raster("a.tif", board[None]), 16)
    assert np.unique(crop.pixels).tolist() == [100]


def test_coarser_rasters_are_interpolated(write_raster):
    crop = read_crop(write_raster("a.tif", ramp(4, 4) * 40), 64)
    row = crop.pixels[32, :, 0].astype(int)
    assert crop.pixels.shape == (64, 64, 3)
    assert (np.diff(row) >= 0).all()
    assert len(np.unique(row)) > 20
    assert (row[0], row[-1]) == (0, 120)


def test_an_extent_in_another_crs_is_covered_whole(write_raster):
    path = write_raster("a.tif", ramp())
    wanted = (15.001, 45.147, 15.009, 45.152)
    crop = read_crop(path, 64, CropOptions(extent=wanted, extent_crs="EPSG:4326"))
    min_x, min_y, max_x, max_y = crop.extent
    to_utm = Transformer.from_crs("EPSG:4326", "EPSG:32633", always_xy=True)
    for step in np.linspace(0, 1, 21):
        across = wanted[0] + step * (wanted[2] - wanted[0])
        up = wanted[1] + step * (wanted[3] - wanted[1])
        sides = [(across, wanted[1]), (across, wanted[3]), (wanted[0], up), (wanted[2], up)]
        for x, y in map(to_utm.transform, *zip(*sides, strict=True)):
            assert min_x - 1e-6 <= x <= max_x + 1e-6
            assert min_y - 1e-6 <= y <= max_y + 1e-6
    assert (max_x - min_x) * (max_y - min_y) < 1.05 * 629.0 * 556.0  # and little more


def test_an_extent_over_the_antimeridian_stays_in_one_piece(write_raster):
    transform = from_origin(178.0, 1.0, 0.02, 0.02)
    path = write_raster("a.tif", ramp(100, 100), crs="EPSG:4326", transform=transform)
    over = CropOptions(extent=(700_000, 0, 900_000, 90_000), extent_crs="EPSG:32660")
    crop = read_crop(path, 64, over)
    assert crop.extent[0] < 180 < crop.extent[2] < 181
    assert 0.2 < crop.nodata_share < 0.8


def test_ground_outside_the_raster_is_nodata_with_a_neutral_fill(write_raster):
    white = np.full((3, 100, 100), 255, np.uint8)
    extent = (LEFT - 1000, TOP - 1000, LEFT + 1000, TOP)
    crop = read_crop(write_raster("a.tif", white), 64, CropOptions(extent=extent))
    assert crop.pixels.shape == (32, 64, 3)
    assert crop.nodata_share == pytest.approx(0.5, abs=1 / 64)  # GDAL rounds edges outwards
    assert np.unique(crop.pixels[:, :31]).tolist() == [127]
    assert np.unique(crop.pixels[:, 32:]).tolist() == [255]


def test_pixels_are_square_on_the_ground_in_degrees_too(write_raster):
    transform = from_origin(10.0, 60.25, 0.01, 0.005)
    path = write_raster("a.tif", ramp(100, 100), crs="EPSG:4326", transform=transform)
    crop = read_crop(path, 100)
    rows, columns, _ = crop.pixels.shape
    assert columns == 100
    assert rows == pytest.approx(100, abs=1)  # one degree of longitude is half one of latitude
    assert crop.pixel_size == pytest.approx(
        1 / 100 * 111_320 * math.cos(math.radians(60)), rel=0.01
    )


@pytest.mark.parametrize(
    ("crs", "origin", "step", "metres"),
    [
        ("EPSG:32633", (500_000, 5_000_000), 10.0, 10.0),
        ("EPSG:2229", (6_500_000, 1_850_000), 10.0, 3.048),  # US survey feet
        ("EPSG:3857", (1_113_195, 8_399_738), 10.0, 5.0),  # Web Mercator at 60 degrees north
    ],
)
def test_pixel_size_is_in_metres_on_the_ground(write_raster, crs, origin, step, metres):
    transform = from_origin(*origin, step, step)
    crop = read_crop(write_raster("a.tif", ramp(50, 50), crs=crs, transform=transform), 50)
    assert crop.pixel_size == pytest.approx(metres, rel=3e-3)


def test_a_raster_without_crs_is_cropped_in_its_own_coordinates(write_raster):
    path = write_raster("a.png.tif", ramp(), crs=None, transform=None)
    whole = read_crop(path, 120)
    assert whole.extent == (0, -100, 120, 0)
    assert (whole.crs, whole.pixel_size) == (None, None)
    part = read_crop(path, 30, CropOptions(extent=(60, -30, 90, -10)))
    assert np.array_equal(part.pixels, ramp()[:, 10:30, 60:90].transpose(1, 2, 0))
    affine = write_raster("b.tif", ramp(), crs=None, transform=from_origin(7, 9, 1, 1))
    assert read_crop(affine, 30).extent == (7, -91, 127, 9)


def test_default_bands_follow_the_colour_interpretation(write_raster):
    data = np.stack([np.full((20, 20), value, np.uint8) for value in (10, 20, 30, 40)])
    bgr = (ColorInterp.blue, ColorInterp.green, ColorInterp.red, ColorInterp.undefined)
    plain = (ColorInterp.gray, *[ColorInterp.undefined] * 3)
    shown = read_crop(write_raster("bgr.tif", data, meaning=bgr), 20)
    assert shown.pixels[0, 0].tolist() == [30, 20, 10]
    shown = read_crop(write_raster("plain.tif", data, meaning=plain), 20)
    assert shown.pixels[0, 0].tolist() == [10, 20, 30]
    shown = read_crop(write_raster("two.tif", data[:2]), 20)
    assert shown.pixels[0, 0].tolist() == [10, 10, 10]


def test_bands_can_be_chosen(write_raster):
    data = np.stack([np.full((20, 20), value, np.uint8) for value in (10, 20, 30, 40)])
    path = write_raster("a.tif", data)
    assert read_crop(path, 20, CropOptions(bands=(4, 2, 1))).pixels[0, 0].tolist() == [40, 20, 10]
    assert read_crop(path, 20, CropOptions(bands=(4,))).pixels[0, 0].tolist() == [40, 40, 40]
    assert read_crop(path, 20, CropOptions(bands=(3,))).pixels[0, 0].tolist() == [30, 30, 30]


def test_a_palette_is_expanded_and_its_colours_averaged(write_raster):
    index = np.tile(np.array([[0, 1]], np.uint8), (40, 20))[None]
    index[0, :, :20] = 1
    colours = {0: (200, 0, 0, 255), 1: (0, 100, 50, 255), 2: (9, 9, 9, 0)}
    path = write_raster("a.tif", index, colours=colours)
    assert read_crop(path, 40).pixels[5, 5].tolist() == [0, 100, 50]
    assert read_crop(path, 40).pixels[5, 30].tolist() == [200, 0, 0]
    assert read_crop(path, 10).pixels[5, 8].tolist() == [100, 50, 25]
    index[0, :, :20] = 9  # not in the table as given, and nodata
    nodata = write_raster("b.tif", index, colours=colours, nodata=9)
    crop = read_crop(nodata, 40)
    assert crop.nodata_share == 0.5
    assert np.unique(crop.pixels[:, :20]).tolist() == [127]


def test_transparent_colours_of_a_palette_are_nodata(tmp_path):
    index = np.ones((20, 20), np.uint8)
    index[:10, :10] = 2
    index[10:, :10] = 3
    picture = Image.fromarray(index)
    picture.putpalette([200, 0, 0, 0, 100, 50, 9, 9, 9, 8, 8, 8])
    picture.save(tmp_path / "a.png", transparency=bytes([255, 255, 0, 0]))
    crop = read_crop(tmp_path / "a.png", 10)
    assert crop.nodata_share == 0.5
    assert crop.pixels[5, 2].tolist() == [127, 127, 127]
    assert crop.pixels[5, 8].tolist() == [0, 100, 50]


HALF = np.s_[:, :10]


def half_alpha(dtype, full):
    data = np.full((4, 20, 20), 100, dtype)
    data[:, 15] = 200
    data[3] = full
    data[3][HALF] = 0
    return data


def half_zero():
    data = np.full((3, 20, 20), 100, np.uint8)
    data[:, :, :10] = 0
    data[0, :, 10:] = 0  # one band that is 0 is a value; all of them are nodata
    return data


def half_broken(value):
    data = np.full((1, 20, 20), 100, np.float32)
    data[0, 5, 15] = 200
    data[0][HALF] = value
    return data


RGBA = (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha)
MASK = np.where(np.arange(20) < 10, 0, 255).astype(np.uint8) * np.ones((20, 1), np.uint8)


@pytest.mark.parametrize(
    ("data", "profile"),
    [
        (half_alpha(np.uint8, 255), {"meaning": RGBA}),
        (half_alpha(np.uint8, 20), {"meaning": RGBA}),
        (half_alpha(np.uint16, 65535), {"meaning": RGBA}),
        (half_alpha(np.uint8, 255)[[0, 3]], {"meaning": (ColorInterp.gray, ColorInterp.alpha)}),
        (half_zero(), {"nodata": 0}),
        (half_broken(np.nan), {}),
        (half_broken(np.nan), {"nodata": -9999}),
        (half_broken(np.inf), {}),
        (half_broken(-9999), {"nodata": -9999}),
        (np.full((3, 20, 20), 100, np.uint8), {"mask": MASK}),
    ],
    ids=[
        "alpha",
        "half-transparent",
        "alpha16",
        "grey-alpha",
        "nodata",
        "nan",
        "nan-nodata",
        "inf",
        "float-nodata",
        "mask",
    ],
)
@pytest.mark.parametrize("size", [20, 10])
def test_every_way_to_say_nodata_is_understood(write_raster, data, profile, size):
    crop = read_crop(write_raster("a.tif", data, **profile), size)
    assert crop.nodata_share == 0.5
    assert np.unique(crop.pixels[:, : size // 2]).tolist() == [127]
    assert (crop.pixels[:, size // 2 :] != 127).any()


def test_single_broken_values_do_not_spread(write_raster):
    data = np.full((1, 32, 32), 100, np.float32)
    data[0, 5::8, 5::8] = np.nan
    crop = read_crop(write_raster("a.tif", data), 8)
    assert crop.nodata_share == 0


def test_an_external_mask_is_understood(write_raster):
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False):
        path = write_raster("a.tif", np.full((3, 20, 20), 100, np.uint8), mask=MASK)
    assert path.with_name("a.tif.msk").exists()
    assert read_crop(path, 20).nodata_share == 0.5


def test_a_virtual_path_of_gdal_is_read(write_raster, tmp_path):
    import zipfile

    path = write_raster("a.tif", ramp())
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(path, "a.tif")
    crop = read_crop(f"/vsizip/{tmp_path}/a.zip/a.tif", 120)
    assert np.array_equal(crop.pixels, read_crop(path, 120).pixels)


def refused(code, path, options=None, size=16):
    with pytest.raises(UniRSError) as caught:
        read_crop(path, size, options or CropOptions())
    assert caught.value.code == code
    assert caught.value.message.endswith(".")
    assert "\n" not in caught.value.message


def test_what_cannot_be_read_is_refused_with_a_sentence(write_raster, tmp_path):
    good = write_raster("good.tif", ramp())
    nonsense = tmp_path / "nonsense.tif"
    nonsense.write_bytes(b"II*\0" + bytes(range(200)))
    refused("raster_missing", tmp_path / "none.tif")
    refused("raster_unreadable", nonsense)
    refused("raster_unreadable", tmp_path)
    refused("raster_unreadable", f"/vsizip/{good}/a.tif")
    refused("raster_unreadable", "https://example.org/a.tif")
    refused("raster_unreadable", "/vsicurl/https://example.org/a.tif")
    refused("bands_unsupported", good, CropOptions(bands=(1, 2, 4)))
    refused("bands_unsupported", good, CropOptions(bands=(0,)))
    refused("bands_unsupported", write_raster("c.tif", np.ones((1, 9, 9), np.complex64)))
    refused("all_nodata", write_raster("n.tif", np.zeros((1, 9, 9), np.uint8), nodata=0))
    refused("all_nodata", write_raster("f.tif", np.full((1, 9, 9), np.nan, np.float32)))


def test_corrupt_blocks_are_refused_with_a_sentence(write_raster):
    noise = np.random.default_rng(0).integers(0, 255, (1, 256, 256), dtype=np.uint8)
    path = write_raster(
        "a.tif", noise, compress="deflate", tiled=True, blockxsize=128, blockysize=128
    )
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4000] = bytes(4000)
    path.write_bytes(content)
    refused("raster_unreadable", path, size=256)


def test_extents_that_cannot_be_met_are_refused_with_a_sentence(write_raster):
    good = write_raster("good.tif", ramp())
    plane = write_raster("plane.tif", ramp(), crs=None)
    beside = (LEFT - 500.0, TOP - 500.0, LEFT + 0.0, TOP + 0.0)
    refused("no_overlap", good, CropOptions(extent=beside))
    refused("no_overlap", good, CropOptions(extent=(0, 0, 1, 1), extent_crs="EPSG:4326"))
    refused("no_overlap", good, CropOptions(extent=(0, 95, 1, 96), extent_crs="EPSG:4326"))
    refused("crs_invalid", good, CropOptions(extent=beside, extent_crs="EPSG:nonsense"))
    refused("crs_invalid", good, CropOptions(extent=beside, extent_crs="IAU_2015:30100"))
    refused("crs_missing", plane, CropOptions(extent=(0, 0, 1, 1), extent_crs="EPSG:4326"))


@pytest.mark.parametrize(
    "extent", [(0, 0, 0, 5), (0, 5, 9, 5), (9, 0, 0, 5), (0, 0, math.nan, 5), (0, 0, math.inf, 5)]
)
def test_an_extent_without_area_is_refused(extent):
    with pytest.raises(UniRSError, match="no area") as caught:
        CropOptions(extent=extent)
    assert caught.value.code == "extent_empty"


def test_two_bands_are_no_image():
    with pytest.raises(UniRSError) as caught:
        CropOptions(bands=(1, 2))
    assert caught.value.code == "bands_unsupported"
