"""Change maps to places."""

from __future__ import annotations

import numpy as np
import pytest
from rasterio.warp import transform_bounds

from unirs.imagery import write_change_map
from unirs.inputs import Crop
from unirs.tool_server.places import changed_places, to_geojson

EXTENT = (500_000.0, 5_000_000.0, 501_000.0, 5_001_000.0)


def write(path, change, crs="EPSG:32614"):
    crop = Crop(np.zeros((100, 100, 3), np.uint8), extent=EXTENT if crs else None, crs=crs)
    write_change_map(np.asarray(change, np.float32), crop, path)
    return path


def test_places_lie_where_the_map_shows_change(tmp_path):
    change = np.zeros((10, 10))
    change[1:4, 2:4] = 0.9  # 200 × 300 m
    change[8, 8] = 0.6
    change[5, 5] = 0.4
    change[9, 0] = np.nan
    places = changed_places(write(tmp_path / "map.tif", change))
    assert [round(place.mean * 100) for place in places] == [90, 60]
    assert [place.area for place in places] == pytest.approx([60_000, 10_000], rel=2e-3)
    bounds = transform_bounds("EPSG:32614", "EPSG:4326", 500_200, 5_000_600, 500_400, 5_000_900)
    assert places[0].summary().extent_wgs84 == pytest.approx(bounds, abs=1e-5)


def test_geojson_has_closed_rings_in_longitude_and_latitude(tmp_path):
    change = np.ones((10, 10))
    change[4:6, 4:6] = 0
    found = to_geojson(changed_places(write(tmp_path / "map.tif", change)))
    (feature,) = found["features"]
    outer, hole = feature["geometry"]["coordinates"]
    assert outer[0] == outer[-1]
    assert all(-99.1 < x < -98.9 and 45.1 < y < 45.2 for x, y in [*outer, *hole])
    assert feature["properties"] == {
        "area_m2": pytest.approx(960_000, rel=2e-3),
        "mean_probability": 1,
    }


def test_no_change_has_no_places_and_no_georeference_has_none_to_give(tmp_path):
    assert changed_places(write(tmp_path / "map.tif", np.zeros((4, 4)))) == []
    assert changed_places(write(tmp_path / "plain.tif", np.ones((4, 4)), crs=None)) is None
