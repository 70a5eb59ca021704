"""Polygons of rasters of probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from unirs.imagery.polygons import find_regions, in_degrees

EXTENT = (500_000.0, 5_000_000.0, 501_000.0, 5_001_000.0)
LOCAL = 'LOCAL_CS["site",UNIT["metre",1]]'


def regions(probabilities, crs="EPSG:32614", threshold=0.5):
    return find_regions(np.asarray(probabilities, np.float32), EXTENT, crs, threshold)


def test_regions_are_connected_ground_from_the_threshold_on():
    probabilities = np.zeros((10, 10))
    probabilities[0, :2] = 0.5, 0.9
    probabilities[5, 5] = 0.7
    probabilities[9] = np.nan
    first, second = regions(probabilities)
    assert first.polygon.bounds == (500_000, 5_000_900, 500_200, 5_001_000)
    assert (first.mean, first.highest) == pytest.approx((0.7, 0.9))
    assert second.mean == pytest.approx(0.7)
    assert [first.area, second.area] == pytest.approx([20_000, 10_000], rel=2e-3)


def test_holes_belong_to_no_region():
    probabilities = np.ones((10, 10))
    probabilities[4:6, 4:6] = 0
    (region,) = regions(probabilities)
    assert region.polygon.area == pytest.approx(960_000)
    assert region.mean == 1


def test_without_a_place_on_earth_areas_are_unknown():
    for crs in (None, LOCAL):
        (region,) = regions(np.ones((2, 2)), crs)
        assert region.area is None
    assert regions(np.zeros((2, 2))) == []


def test_polygons_in_degrees_are_longitude_and_latitude():
    (region,) = regions(np.ones((2, 2)))
    (polygon,) = in_degrees([region.polygon], "EPSG:32614")
    assert polygon.centroid.coords[0] == pytest.approx((-98.9936, 45.1580), abs=1e-3)
