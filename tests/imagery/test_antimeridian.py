"""Ground on both sides of the 180° meridian, and longitudes that count from 0 to 360."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import Transformer
from rasterio.transform import from_bounds, from_origin

from unirs.errors import UniRSError
from unirs.imagery import CropOptions, read_crop, read_pair

HALF = 20037508.342789244
LONGITUDES = np.arange(-179.5, 180) % 360 / 2  # a byte tells a longitude, to 2°
WORLD = np.tile(LONGITUDES.astype(np.uint8), (1, 180, 1))


def world(write_raster, name="world.tif", start=-180, crs="EPSG:4326"):
    """The whole world, 1° a pixel, in which every pixel tells its longitude (halved, 0 to 180)."""
    data = np.roll(WORLD, -(start + 180), axis=2)
    if crs == "EPSG:4326":
        return write_raster(name, data, crs=crs, transform=from_origin(start, 90, 1, 1))
    x = start / 180 * HALF
    transform = from_bounds(x, -HALF, x + 2 * HALF, HALF, 360, 180)
    return write_raster(name, data, crs=crs, transform=transform)


def longitudes(crop):
    """What the columns of a crop tell, at its middle row."""
    return crop.pixels[crop.pixels.shape[0] // 2, :, 0].astype(int) * 2


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857"])
@pytest.mark.parametrize("start", [-180, 0])
@pytest.mark.parametrize(
    "box",
    [(170, -20, 190, -10), (-190, -20, -170, -10), (170, -20, -170, -10), (178, 40, 181, 42)],
)
def test_a_box_across_the_line_is_small_and_whole(write_raster, crs, start, box):
    path = world(write_raster, start=start, crs=crs)
    crop = read_crop(path, 60, CropOptions(extent=box, extent_crs="EPSG:4326"))
    degree = 1 if crs == "EPSG:4326" else HALF / 180
    west, east = box[0] % 360, box[2] % 360
    assert crop.extent[0] % (360 * degree) == pytest.approx(west * degree)
    assert crop.extent[2] - crop.extent[0] == pytest.approx((east - west) * degree)
    assert crop.nodata_share == 0
    told = longitudes(crop)
    assert west - 2 <= told[0] <= west + 2
    assert east - 3 <= told[-1] <= east + 2
    assert (np.diff(told) >= 0).all()


@pytest.mark.parametrize("extent_crs", [None, "EPSG:4326"])
@pytest.mark.parametrize(("start", "west"), [(0, -120), (0, 240), (-180, 240), (-180, -120)])
def test_longitudes_are_the_same_whether_they_count_from_0_or_from_180(
    write_raster, start, west, extent_crs
):
    path = world(write_raster, start=start)
    box = (west, 30, west + 20, 40)
    crop = read_crop(path, 20, CropOptions(extent=box, extent_crs=extent_crs))
    assert crop.extent[0] == (240 if start == 0 else -120)
    assert crop.nodata_share == 0
    assert 238 <= longitudes(crop)[0] <= 242
    assert 256 <= longitudes(crop)[-1] <= 260


def test_a_box_across_the_edge_of_a_raster_from_0_to_360_is_whole(write_raster):
    crop = read_crop(world(write_raster, start=0), 20, CropOptions(extent=(-10, 30, 10, 40)))
    assert crop.nodata_share == 0
    told = longitudes(crop)
    assert told[0] >= 348
    assert told[-1] <= 12


def test_all_of_the_world_stays_the_world(write_raster):
    for crs in ("EPSG:4326", "EPSG:3857"):
        box = CropOptions(extent=(-180, -60, 180, 60), extent_crs="EPSG:4326")
        crop = read_crop(world(write_raster, crs=crs), 360, box)
        assert crop.extent[2] - crop.extent[0] == pytest.approx(
            360 if crs == "EPSG:4326" else 2 * HALF
        )
        assert crop.nodata_share == 0


def test_a_zone_across_the_line_is_seen_in_a_raster_of_the_world(write_raster):
    to_zone = Transformer.from_crs("EPSG:4326", "EPSG:32660", always_xy=True)
    x, y = to_zone.transform(180, 0)
    box = (x - 400_000, y, x + 400_000, y + 300_000)
    for start in (-180, 0):
        path = world(write_raster, start=start)
        crop = read_crop(path, 40, CropOptions(extent=box, extent_crs="EPSG:32660"))
        assert crop.extent[0] % 360 == pytest.approx(176.4, abs=0.1)
        assert crop.extent[2] - crop.extent[0] == pytest.approx(7.2, abs=0.1)
        assert (crop.nodata_share, len(np.unique(longitudes(crop)))) == (0, 4)


@pytest.mark.parametrize(("left", "right"), [(179, -181), (-181, 179)])
def test_dates_that_overlap_across_the_line_are_a_pair(write_raster, left, right):
    data = np.tile(np.arange(100, dtype=np.uint8), (1, 100, 1))
    paths = [
        write_raster(name, data, crs="EPSG:4326", transform=from_origin(west, 1, 0.02, 0.02))
        for name, west in (("a_2019.tif", left), ("b_2020.tif", right))
    ]
    before, after = read_pair(*paths, 100)
    assert before.extent == pytest.approx((left, -1, left + 2, 1))
    assert np.array_equal(before.pixels, after.pixels)


def test_dates_in_zones_on_both_sides_of_the_line_are_a_pair(write_raster):
    data = np.full((1, 200, 200), 9, np.uint8)
    paths = []
    for name, zone in (("a_2019.tif", "EPSG:32660"), ("b_2020.tif", "EPSG:32601")):
        x, y = Transformer.from_crs("EPSG:4326", zone, always_xy=True).transform(180, 10)
        transform = from_origin(x - 10_000, y + 10_000, 100, 100)
        paths.append(write_raster(name, data, crs=zone, transform=transform))
    for given in (paths, paths[::-1]):
        before, after = read_pair(*given, 50)
        assert max(before.nodata_share, after.nodata_share) < 0.05
        assert before.extent[2] - before.extent[0] == pytest.approx(20_000, rel=0.01)


def test_metres_that_are_called_degrees_are_refused(write_raster):
    path = write_raster("a.tif", WORLD, crs="EPSG:4326")
    with pytest.raises(UniRSError) as caught:
        read_crop(path, 10)
    assert caught.value.code == "crs_invalid"
    assert "no degrees" in caught.value.message


@pytest.mark.parametrize("top", [90, 90.5])
def test_grids_whose_pixels_are_centred_on_the_poles_are_read(write_raster, top):
    path = write_raster("a.tif", WORLD, crs="EPSG:4326", transform=from_origin(0, top, 1, 1.005))
    assert read_crop(path, 36).pixels.shape[1] == 36


def test_swapped_limits_are_still_refused(write_raster):
    path = world(write_raster)
    for box, crs in (
        ((10, 0, 5, 5), "EPSG:4326"),
        ((10, 5, 20, 0), "EPSG:4326"),
        ((9, 0, 5, 5), None),
    ):
        with pytest.raises(UniRSError) as caught:
            read_crop(path, 10, CropOptions(extent=box, extent_crs=crs))
        assert caught.value.code == "extent_empty"
