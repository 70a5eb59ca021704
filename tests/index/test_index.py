"""Tiles are described once, and found by words and by examples, on rasters of known colours."""

import sqlite3
from pathlib import Path

import pyogrio
import pytest

from unirs.errors import UniRSError
from unirs.index.building import build_index
from unirs.index.finding import find_tiles
from unirs.index.request import FindRequest, IndexRequest

from .conftest import COLOURS

RED, GREEN, BLUE = COLOURS


def build(engine, index, *sources, stop=None, on_tile=None, **options):
    sources = tuple((source,) if isinstance(source, str) else source for source in sources)
    request = IndexRequest(sources, index, **{"size": 8, **options})
    return build_index(engine, request, stop=stop, on_tile=on_tile)


def find(engine, index, text="", **options):
    return find_tiles(lambda: engine, FindRequest((index,), text, **options))


def captions(found):
    return [tile.caption for tile in found.tiles]


def refused(code):
    return pytest.raises(UniRSError, check=lambda error: error.code == code)


@pytest.fixture
def index(tmp_path):
    return tmp_path / "tiles.gpkg"


def test_tiles_are_found_by_words_that_no_caption_has(engine, index, write):
    build(engine, index, write("west.tif", RED, GREEN), write("east.tif", BLUE, GREEN))
    found = find(engine, index, "sea or river", rescore=0, limit=2)
    assert captions(found)[0] == BLUE
    tile = found.tiles[0]
    assert Path(tile.paths[0]).name == "east.tif"
    assert tile.extent == pytest.approx((500_000, 4_999_992, 500_008, 5_000_000))
    assert (tile.crs, tile.dates) == ("EPSG:32614", ("2020-05-01",))
    assert (found.searched, found.rescored, found.model) == (4, 0, None)


def test_the_images_decide_between_equal_captions(new_engine, index, write):
    build(new_engine(same="land"), index, write("town.tif", RED, GREEN, BLUE))
    found = find(new_engine(same="land"), index, BLUE)
    assert found.rescored == 3
    assert found.tiles[0].tile == 3
    assert found.tiles[0].fit > found.tiles[1].fit


def test_where_a_model_places_images_among_sentences_decides_without_asking_it(
    new_engine, index, write
):
    build(new_engine(same="land", places=True), index, write("town.tif", RED, GREEN, BLUE))
    found = find(None, index, "sea or river", rescore=0)
    assert (found.tiles[0].tile, found.rescored) == (3, 0)
    assert found.tiles[0].similarity > found.tiles[1].similarity + 0.1


def test_an_index_from_before_images_had_places_is_read_and_added_to(new_engine, index, write):
    build(new_engine(), index, write("town.tif", RED))
    with sqlite3.connect(index) as database:
        database.execute("ALTER TABLE unirs_tiles DROP COLUMN image_sentence")
    assert captions(find(None, index, "desert", rescore=0)) == [RED]
    build(new_engine(places=True), index, write("lake.tif", BLUE))
    assert captions(find(None, index, "water", rescore=0)) == [BLUE, RED]


def test_tiles_are_described_once(engine, index, write):
    west, east = write("west.tif", RED, GREEN), write("east.tif", BLUE)
    assert build(engine, index, west).added == 2
    summary = build(engine, index, west, east)
    assert (summary.added, summary.kept, engine.asked) == (1, 2, 3)
    assert "1 tile added to the index, beside 2 that it had" in summary.text


def test_a_stop_keeps_what_is_there_and_another_run_goes_on(engine, index, write):
    raster = write("town.tif", RED, GREEN, BLUE)
    done = []
    first = build(engine, index, raster, stop=lambda: len(done) >= 1, on_tile=done.append)
    assert first.stopped
    assert 0 < first.added < 3
    assert build(engine, index, raster).added == 3 - first.added


def test_an_index_is_a_layer_of_footprints(engine, index, write):
    build(engine, index, write("town.tif", RED, GREEN))
    info = pyogrio.read_info(index)
    assert (info["features"], info["crs"]) == (2, "EPSG:4326")
    min_x, min_y, max_x, max_y = info["total_bounds"]
    assert -99 <= min_x < max_x < -98.99
    assert 45 < min_y < max_y < 45.2
    with sqlite3.connect(index) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (10200,)  # for QGIS 3.22


def test_pairs_have_both_dates_and_a_verdict(engine, index, write):
    pair = write("new.tif", BLUE, GREEN, date="2021-05-01"), write("old.tif", GREEN, GREEN)
    build(engine, index, pair)
    water = find(engine, index, "flooded with water").tiles[0]
    assert [Path(path).name for path in water.paths] == ["old.tif", "new.tif"]
    assert water.dates == ("2020-05-01", "2021-05-01")
    assert water.changed


def test_tiles_like_one_of_them_are_found_by_their_images(new_engine, index, write):
    engine = new_engine(same="land")
    build(engine, index, write("west.tif", RED, GREEN), write("east.tif", BLUE, GREEN))
    found = find(None, index, tile=2)
    assert (found.by, found.tiles[0].tile, found.model) == ("images", 4, None)
    assert 2 not in [tile.tile for tile in found.tiles]
    with refused("tile_missing"):
        find(None, index, tile=5)


def test_tiles_like_a_raster_are_found(engine, index, write):
    build(engine, index, write("town.tif", RED, GREEN, BLUE))
    found = find(engine, index, example=(write("lake.tif", BLUE),))
    assert (found.by, found.sought, captions(found)[0]) == ("images", "lake.tif", BLUE)


def test_features_of_another_model_are_not_compared(new_engine, index, write):
    build(new_engine(), index, write("town.tif", RED))
    with refused("index_of_other_model"):
        build(new_engine(digest="cd" * 32), index, write("lake.tif", BLUE))
    with refused("index_of_other_model"):
        find(new_engine(digest="cd" * 32), index, example=(write("lake.tif", BLUE),))


def test_without_features_captions_are_compared_and_the_result_states_it(new_engine, index, write):
    build(new_engine(features=False), index, write("town.tif", RED, BLUE, BLUE))
    found = find(None, index, tile=2)
    assert (found.by, found.tiles[0].tile) == ("captions", 3)


def test_rasters_that_moved_are_counted_and_found_nevertheless(engine, index, write):
    raster = Path(write("town.tif", RED, BLUE))
    build(engine, index, str(raster))
    raster.rename(raster.with_name("moved.tif"))
    found = find(engine, index, "water")
    assert (found.missing, found.rescored, captions(found)[0]) == (2, 0, BLUE)


def test_an_image_that_cannot_be_compared_is_no_advantage(engine, index, write):
    rasters = [Path(write(name, GREEN, BLUE)) for name in ("west.tif", "east.tif")]
    build(engine, index, *map(str, rasters))
    rasters[1].unlink()
    found = find(engine, index, "lake")
    assert (found.missing, found.rescored) == (2, 2)
    assert Path(found.tiles[0].paths[0]) == rasters[0]
    scores = [tile.score for tile in found.tiles]
    assert scores == sorted(scores, reverse=True)


def test_a_raster_that_cannot_be_read_does_not_stop_the_others(engine, index, write, tmp_path):
    broken = tmp_path / "broken.tif"
    broken.write_bytes(b"II*\0 and no more")
    summary = build(engine, index, str(broken), write("town.tif", RED))
    assert (summary.added, summary.skipped[0].code) == (1, "raster_unreadable")
    with refused("raster_unreadable"):
        build(engine, tmp_path / "other.gpkg", str(broken))


def test_too_many_tiles_are_refused_with_the_time(engine, index, write):
    raster = write("town.tif", RED, GREEN, BLUE)
    with refused("too_many_windows"):
        build(engine, index, raster, max_tiles=2)


def test_what_is_no_index_is_refused(engine, index, write, tmp_path):
    with refused("index_missing"):
        find(engine, index, "water")
    other = tmp_path / "other.gpkg"
    other.write_bytes(b"no database")
    with refused("index_invalid"):
        find(engine, other, "water")
    build(engine, index, write("town.tif", RED))
    with sqlite3.connect(index) as database:
        database.execute("UPDATE unirs_tiles SET sentence_model = 'another'")
    with refused("index_invalid"):
        find(engine, index, "water")


def test_the_result_is_written_best_first(engine, index, write, tmp_path):
    build(engine, index, write("town.tif", RED, BLUE, GREEN))
    find(engine, index, "water", output=tmp_path / "found.gpkg")
    _, _, shapes, fields = pyogrio.raw.read(tmp_path / "found.gpkg")
    assert len(shapes) == 3
    assert fields[0].tolist() == [1, 2, 3]
    assert fields[2][0] == BLUE


def test_nothing_and_two_things_cannot_be_looked_for(index):
    with refused("question_empty"):
        FindRequest((index,), " ")
    with refused("question_conflict"):
        FindRequest((index,), "water", tile=1)
