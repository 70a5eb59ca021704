"""Laying tiles over an extent: pure arithmetic, tried on many random extents."""

from __future__ import annotations

import math
import random

import pytest

from unirs.tiles import Box, TilingError, lay_grid

CASES = [random.Random(seed) for seed in range(300)]


def _some_grid(rng):
    scale = 10 ** rng.uniform(-5, 6)
    x_min, y_min = rng.uniform(-1e3, 1e3) * scale, rng.uniform(-1e3, 1e3) * scale
    extent = Box(
        x_min, y_min, x_min + scale * rng.uniform(0.1, 9), y_min + scale * rng.uniform(0.1, 9)
    )
    width, height = scale * rng.uniform(0.2, 4), scale * rng.uniform(0.2, 4)
    share = rng.choice([0, rng.uniform(0, 0.9)])
    return extent, lay_grid(extent, width, height, share * width, share * height)


@pytest.mark.parametrize("rng", CASES[:100], ids=range(100))
def test_tiles_cover_the_extent_and_no_row_or_column_is_beyond_it(rng):
    extent, grid = _some_grid(rng)
    first, last = grid.tile(0, 0).box, grid.tile(grid.rows - 1, grid.columns - 1).box
    slack_x, slack_y = 1e-5 * grid.width, 1e-5 * grid.height
    assert (first.x_min, first.y_max) == (extent.x_min, extent.y_max)
    assert last.x_max >= extent.x_max - slack_x
    assert last.y_min <= extent.y_min + slack_y
    if grid.columns > 1:
        assert grid.tile(0, grid.columns - 2).box.x_max < extent.x_max
    if grid.rows > 1:
        assert grid.tile(grid.rows - 2, 0).box.y_min > extent.y_min


@pytest.mark.parametrize("rng", CASES[100:200], ids=range(100))
def test_every_point_of_the_extent_lies_in_a_tile(rng):
    extent, grid = _some_grid(rng)
    tiles = [tile.box for tile in grid]
    assert len(tiles) == len(grid)
    for _ in range(20):
        x, y = rng.uniform(extent.x_min, extent.x_max), rng.uniform(extent.y_min, extent.y_max)
        near = 1e-5 * min(grid.width, grid.height)
        assert any(
            box.x_min - near <= x <= box.x_max + near and box.y_min - near <= y <= box.y_max + near
            for box in tiles
        )


@pytest.mark.parametrize("rng", CASES[200:], ids=range(100))
def test_neighbours_share_exactly_the_overlap(rng):
    _, grid = _some_grid(rng)
    for row, column in (
        (row, column) for row in range(grid.rows) for column in range(grid.columns)
    ):
        box = grid.tile(row, column).box
        assert box.x_max - box.x_min == pytest.approx(grid.width, rel=1e-6)
        assert box.y_max - box.y_min == pytest.approx(grid.height, rel=1e-6)
        east, south = grid.tile(row, column + 1).box, grid.tile(row + 1, column).box
        shared = grid.width - grid.step_x, grid.height - grid.step_y
        assert box.x_max - east.x_min == pytest.approx(shared[0], abs=1e-6 * grid.width)
        assert south.y_max - box.y_min == pytest.approx(shared[1], abs=1e-6 * grid.height)


def test_rounding_adds_no_tiles_to_an_extent_of_whole_tiles():
    extent = Box(0.1, 0.7, 0.1 + 0.1 * 7, 0.7 + 0.1 * 3)
    grid = lay_grid(extent, 0.1, 0.1)
    assert (grid.columns, grid.rows) == (7, 3)


def test_a_tile_larger_than_the_extent_is_the_only_one():
    assert len(lay_grid(Box(0, 0, 10, 10), 100, 100, 99, 99)) == 1


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        ("size", (Box(0, 0, 1, 1), 0, 1)),
        ("size", (Box(0, 0, 1, 1), 1, math.nan)),
        ("size", (Box(0, 0, 1, 1), math.inf, 1)),
        ("overlap", (Box(0, 0, 1, 1), 1, 1, 1, 0)),
        ("overlap", (Box(0, 0, 1, 1), 1, 1, 0, -0.1)),
        ("overlap", (Box(0, 0, 1, 1), 1, 1, math.nan, 0)),
        ("extent", (Box(0, 0, 0, 1), 1, 1)),
        ("extent", (Box(1, 0, 0, 1), 1, 1)),
        ("extent", (Box(0, 0, math.inf, 1), 1, 1)),
        ("count", (Box(0, 0, 1e5, 1e5), 1, 1)),
        ("count", (Box(0, 0, 1e300, 1e300), 1e-300, 1e-300)),
    ],
)
def test_a_grid_that_makes_no_sense_is_refused(code, arguments):
    with pytest.raises(TilingError) as refused:
        lay_grid(*arguments)
    assert refused.value.code == code
