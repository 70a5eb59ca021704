"""Rasters that lie crooked on the ground come out north-up, in their place."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.rpc import RPC
from rasterio.transform import from_origin

from unirs.imagery import CropOptions, read_crop

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")

SIDE = 100
WEST, NORTH, STEP = 15.0, 45.0, 0.001


def quarters():
    """Dark, with a bright upper left quarter and a medium upper right one."""
    data = np.full((1, SIDE, SIDE), 10, np.uint8)
    data[0, :50, :50] = 250
    data[0, :50, 50:] = 150
    return data


def assert_upright(crop):
    rows, columns, _ = crop.pixels.shape
    north, south = rows // 4, rows * 3 // 4
    west, east = columns // 4, columns * 3 // 4
    grey = crop.pixels[..., 0].astype(int)
    assert abs(grey[north, west] - 250) < 3
    assert abs(grey[north, east] - 150) < 3
    assert abs(grey[south, west] - 10) < 3
    assert abs(grey[south, east] - 10) < 3


def test_south_up_rasters_are_turned_over(write_raster):
    transform = Affine(10, 0, 500_000, 0, 10, 4_000_000)
    crop = read_crop(write_raster("a.tif", quarters()[:, ::-1], transform=transform), SIDE)
    assert crop.extent == (500_000, 4_000_000, 501_000, 4_001_000)
    assert_upright(crop)


def test_rotated_rasters_are_turned_north(write_raster):
    transform = Affine.translation(500_000, 5_000_000) * Affine.rotation(30) * Affine.scale(10, -10)
    path = write_raster("a.tif", quarters(), transform=transform)
    crop = read_crop(path, 200)
    corners = [transform * corner for corner in ((0, 0), (SIDE, 0), (0, SIDE), (SIDE, SIDE))]
    assert crop.extent == pytest.approx(
        (
            min(x for x, _ in corners),
            min(y for _, y in corners),
            max(x for x, _ in corners),
            max(y for _, y in corners),
        )
    )
    for column, row, value in ((25, 25, 250), (75, 25, 150), (25, 75, 10), (75, 75, 10)):
        x, y = transform * (column, row)
        around = CropOptions(extent=(x - 50, y - 50, x + 50, y + 50))
        assert np.abs(read_crop(path, 8, around).pixels.astype(int) - value).max() < 3
    turned_square = 1 / (np.cos(np.pi / 6) + np.sin(np.pi / 6)) ** 2
    assert crop.nodata_share == pytest.approx(1 - turned_square, abs=0.02)


def gcps():
    return [
        GroundControlPoint(row, column, WEST + column * STEP, NORTH - row * STEP)
        for row in (0, SIDE)
        for column in (0, SIDE)
    ]


def rpcs():
    """A sensor model that is linear in longitude, latitude and height, for ground at 120 m."""
    half = SIDE / 2
    one, by_longitude, by_latitude, by_height = np.eye(20)[:4]
    return RPC(
        height_off=120.0,
        height_scale=500.0,
        lat_off=NORTH - half * STEP,
        lat_scale=half * STEP,
        long_off=WEST + half * STEP,
        long_scale=half * STEP,
        line_off=half - 0.5,
        line_scale=half,
        samp_off=half - 0.5,
        samp_scale=half,
        line_num_coeff=list(-by_latitude),
        line_den_coeff=list(one),
        samp_num_coeff=list(by_longitude + 0.5 * by_height),
        samp_den_coeff=list(one),
    )


@pytest.mark.parametrize("overviews", [(), (2, 4)])
@pytest.mark.parametrize("size", [SIDE, 20])
@pytest.mark.parametrize("kind", ["gcps", "rpcs"])
def test_control_points_and_sensor_models_place_a_raster(write_raster, kind, size, overviews):
    path = write_raster("a.tif", quarters(), crs=None, transform=None, overviews=overviews)
    with rasterio.open(path, "r+") as dataset:
        if kind == "gcps":
            dataset.gcps = (gcps(), rasterio.crs.CRS.from_epsg(4326))
        else:
            dataset.rpcs = rpcs()
    crop = read_crop(path, size)
    assert crop.crs == "EPSG:4326"
    assert crop.extent == pytest.approx((WEST, NORTH - 0.1, WEST + 0.1, NORTH), abs=1.5 * STEP)
    assert_upright(crop)


def test_control_points_count_beside_a_transform_that_says_nothing(write_raster, tmp_path):
    path = write_raster("a.tif", quarters(), crs=None, transform=None)
    view = tmp_path / "a.vrt"
    with rasterio.open(path, "r+") as dataset:
        dataset.gcps = (gcps(), rasterio.crs.CRS.from_epsg(4326))
    rasterio.shutil.copy(path, view, driver="VRT")
    identity = "<GeoTransform>0, 1, 0, 0, 0, 1</GeoTransform><GCPList"
    view.write_text(view.read_text().replace("<GCPList", identity))
    assert_upright(read_crop(view, SIDE))


@pytest.mark.parametrize("transform", [None, from_origin(3, 5, 0.5, 0.5)])
def test_overviews_without_a_crs_lie_where_their_raster_lies(write_raster, transform):
    path = write_raster("a.tif", quarters(), crs=None, transform=transform, overviews=(2, 4))
    assert_upright(read_crop(path, 20))
