"""Parts: every tile once, neighbours together, names that follow from the tiles, no memory."""

from __future__ import annotations

import json
import pickle
import tracemalloc

import pytest
import shapely

from unirs.batch.sources import read_sources, survey, write_sources
from unirs.batch.tiling import PART_TILES, parts
from unirs.errors import UniRSError


def tiles_of(plan):
    return [tile for part in parts(plan, survey(plan)) for tile in part.tiles()]


def write_polygon(path, *polygons, crs="EPSG:32633"):
    name = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    shapes = [shapely.geometry.mapping(polygon) for polygon in polygons]
    features = [{"type": "Feature", "properties": {}, "geometry": shape} for shape in shapes]
    path.write_text(json.dumps({"type": "FeatureCollection", **name, "features": features}))


def test_tiles_cover_a_raster_each_once_by_pixels(make_plan, write_raster):
    write_raster("a.tif", 100, 70)
    tiles = tiles_of(make_plan("a.tif", tiles={"size": "32 px"}))
    extents = [tile.extent for tile in tiles]
    assert len(set(extents)) == len({tile.id for tile in tiles}) == 4 * 3
    assert extents[0] == (500_000, 4_999_680, 500_320, 5_000_000)
    covered = shapely.union_all([shapely.box(*extent) for extent in extents])
    assert covered.covers(shapely.box(500_000, 4_999_000, 500_700, 5_000_000))
    assert {tile.crs for tile in tiles} == {"EPSG:32633"}


@pytest.mark.parametrize("crs", ["EPSG:32633", "EPSG:4326"])
def test_metres_are_metres_in_any_crs(make_plan, write_raster, crs):
    """At 60° north a degree of longitude is half as long as one of latitude."""
    pixel = 10 if crs == "EPSG:32633" else 0.0001
    write_raster("a.tif", 400, 400, crs=crs, west=15.0, north=60.0, pixel=pixel)
    min_x, min_y, max_x, max_y = tiles_of(make_plan("a.tif", tiles={"size": "1 km"}))[0].extent
    shape = (max_x - min_x) / (max_y - min_y)
    assert shape == pytest.approx(2.0 if crs == "EPSG:4326" else 1.0, rel=0.01)


def test_metres_of_a_map_that_hardly_distorts_are_even(make_plan, write_raster):
    """Else ten tiles of 200 m over 2,000 m would need an eleventh, as UTM is 0.04 % short."""
    write_raster("a.tif", 200, 200)
    tiles = tiles_of(make_plan("a.tif", tiles={"size": "200 m"}))
    assert len(tiles) == 100
    assert tiles[1].extent == (500_200, 4_999_800, 500_400, 5_000_000)


def test_overlap_and_whole_rasters(make_plan, write_raster):
    write_raster("a.tif", 64, 64)
    overlapping = tiles_of(make_plan("a.tif", tiles={"size": 32, "overlap": 16}))
    assert len(overlapping) == 9
    assert overlapping[1].extent[0] - overlapping[0].extent[0] == 160
    (whole,) = tiles_of(make_plan("a.tif", tiles={"size": "whole"}))
    assert whole.extent == (500_000, 4_999_360, 500_640, 5_000_000)


@pytest.mark.parametrize(("side", "part"), [(12, (5, 6)), (40, (7, 7)), (100, (16, 16))])
def test_parts_are_compact_and_small_rasters_share_one(make_plan, write_raster, side, part):
    write_raster("large.tif", side * 8, side * 8)
    for number in range(10):
        write_raster(f"small-{number}.tif", 8, 8)
    plan = make_plan(".", tiles={"size": 8})
    found = list(parts(plan, survey(plan)))
    assert sum(map(len, found)) == side * side + 10
    assert all(len(part) <= PART_TILES for part in found)
    first = found[0].blocks[0]
    assert (first.rows, first.columns) == part
    assert max(len(part.blocks) for part in found) >= 8


def test_names_follow_from_the_tiles(make_plan, write_raster):
    write_raster("a.tif", 300, 300)
    plan = make_plan("a.tif", tiles={"size": 8})
    names = [part.name for part in parts(plan, survey(plan))]
    assert len(set(names)) == len(names) > 1
    assert names == [part.name for part in parts(plan, survey(plan))]
    other = make_plan("a.tif", tiles={"size": 8, "overlap": 1})
    assert not set(names) & {part.name for part in parts(other, survey(other))}
    assert all(name.replace("-", "").isalnum() for name in names)


def test_ids_sort_as_the_grid_does(make_plan, write_raster):
    write_raster("a.tif", 120, 20)
    ids = [tile.id for tile in tiles_of(make_plan("a.tif", tiles={"size": 10}))]
    assert ids == sorted(ids)


def test_only_tiles_that_meet_the_polygon(make_plan, write_raster, tmp_path):
    write_raster("a.tif", 64, 64)
    corner = shapely.box(500_010, 4_999_990, 500_150, 4_999_995)
    write_polygon(tmp_path / "clip.geojson", corner)
    plan = make_plan("a.tif", tiles={"size": 8, "clip": "clip.geojson"})
    tiles = tiles_of(plan)
    assert len(tiles) == sum(len(part) for part in parts(plan, survey(plan))) == 2
    assert all(shapely.box(*tile.extent).intersects(corner) for tile in tiles)


def test_the_polygon_may_have_another_crs(make_plan, write_raster, tmp_path):
    write_raster("a.tif", 64, 64, west=500_000, north=5_000_000)
    # The central meridian of the zone is at 15° east and x = 500,000.
    write_polygon(tmp_path / "clip.geojson", shapely.box(15.0, 44, 15.001, 46), crs=None)
    tiles = tiles_of(make_plan("a.tif", tiles={"size": 8, "clip": "clip.geojson"}))
    assert {tile.extent[0] for tile in tiles} == {500_000.0}
    assert len(tiles) == 8


@pytest.mark.parametrize(
    ("shapes", "code"),
    [([], "clip_empty"), ([shapely.Point(15, 45)], "clip_empty")],
    ids=["nothing", "points"],
)
def test_an_empty_polygon_is_refused(make_plan, write_raster, tmp_path, shapes, code):
    write_raster("a.tif")
    write_polygon(tmp_path / "clip.geojson", *shapes)
    with pytest.raises(UniRSError) as error:
        tiles_of(make_plan("a.tif", tiles={"clip": "clip.geojson"}))
    assert error.value.code == code


def test_a_raster_without_crs_fails_alone_where_it_has_to_be_clipped(
    make_plan, write_raster, tmp_path
):
    write_raster("a.tif", 16, 16)
    write_raster("picture.tif", 16, 16, crs=None)
    write_polygon(tmp_path / "clip.geojson", shapely.box(499_000, 4_999_000, 501_000, 5_001_000))
    tiles = tiles_of(make_plan(".", tiles={"size": 16, "clip": "clip.geojson"}))
    failed = [tile for tile in tiles if tile.failure]
    assert len(tiles) == 2
    assert [tile.failure.code for tile in failed] == ["crs_missing"]


def test_each_raster_keeps_its_crs(make_plan, write_raster):
    write_raster("a.tif", 16, 16)
    write_raster("b.tif", 16, 16, crs="EPSG:4326", west=10, north=50, pixel=0.001)
    write_raster("c.tif", 16, 16, crs=None)
    tiles = tiles_of(make_plan(".", tiles={"size": 16}))
    assert [tile.crs for tile in tiles] == ["EPSG:32633", "EPSG:4326", None]
    assert tiles[2].extent == (0, -16, 16, 0)


def test_a_broken_raster_is_one_failed_tile(make_plan, write_raster, tmp_path):
    write_raster("a.tif", 16, 16)
    (tmp_path / "b.tif").write_bytes(b"no raster")
    good, bad = tiles_of(make_plan(".", tiles={"size": 16}))
    assert good.failure is None
    assert (bad.extent, bad.failure.code) == (None, "raster_unreadable")
    assert "b.tif" in bad.failure.message


def test_sources_are_kept_as_they_were(make_plan, write_raster, tmp_path):
    write_raster("a.tif", 16, 16)
    (tmp_path / "b.tif").write_bytes(b"no raster")
    plan = make_plan(".", tiles={"size": 16})
    write_sources(tmp_path / "sources.jsonl", survey(plan))
    names = [part.name for part in parts(plan, survey(plan))]
    write_raster("0-new.tif", 16, 16)
    kept = list(read_sources(tmp_path / "sources.jsonl"))
    assert [part.name for part in parts(plan, kept)] == names
    (tmp_path / "sources.jsonl").write_text("{")
    with pytest.raises(UniRSError, match="list of rasters"):
        list(read_sources(tmp_path / "sources.jsonl"))


def test_a_part_travels_as_a_few_bytes(make_plan, write_raster):
    write_raster("a.tif", 16 * 8, 16 * 8)
    plan = make_plan("a.tif", tiles={"size": 8})
    part = next(parts(plan, survey(plan)))
    assert len(pickle.dumps(part)) < 2000
    assert pickle.loads(pickle.dumps(part)) == part  # noqa: S301 (our own)


def test_a_million_tiles_cost_no_memory(make_plan, write_raster):
    write_raster("huge.tif", 256_000, 256_000, sparse=True)
    plan = make_plan("huge.tif")
    sources = list(survey(plan))
    tracemalloc.start()
    count = sum(len(part) for part in parts(plan, sources))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 1_000_000
    assert peak < 2**20


def test_a_wrong_size_is_noticed(make_plan, write_raster):
    write_raster("huge.tif", 256_000, 256_000, sparse=True)
    plan = make_plan("huge.tif", tiles={"size": 1})
    with pytest.raises(UniRSError) as error:
        list(survey(plan))
    assert error.value.code == "tile_count"
