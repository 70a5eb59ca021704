"""Where the answer is yes: windows, votes, places and files, on rasters with known places."""

import json
import math
from dataclasses import replace

import numpy as np
import pyogrio
import pytest
import rasterio
from affine import Affine
from shapely.geometry import box, shape

from unirs.errors import UniRSError
from unirs.inputs import CropOptions
from unirs.where.request import WhereRequest
from unirs.where.search import find_places

QUESTION = "Is there red ground?"


def search(engine, *paths, question=QUESTION, on_window=None, stop=None, **options):
    request = WhereRequest(tuple(map(str, paths)), question, **options)
    return find_places(engine, request, on_window=on_window, stop=stop)


def test_places_are_found_where_they_are(engine, write):
    raster = write(red=[(18, 34, 4)])
    places = search(engine, raster)
    (place,) = places.places
    known = box(500_034, 4_999_978, 500_038, 4_999_982)
    assert place.geometry.contains(known)
    assert place.geometry.area <= 16 * 16
    assert place.area == pytest.approx(place.geometry.area, rel=0.01)
    assert 0.7 < place.probability <= place.highest <= 1
    assert places.crs == "EPSG:32614"


def test_ground_that_is_surely_no_is_left(engine, write):
    raster = write(red=[(2, 2, 4)])
    places = search(engine, raster)
    assert places.windows.full == 15 * 15
    assert places.windows.asked < 0.3 * places.windows.full
    every = search(engine, raster, doublings=0, leave_below=0)
    assert every.windows.asked == places.windows.full
    assert len(every.places) == len(places.places) == 1


def test_no_window_is_asked_twice(engine, write):
    search(engine, write(red=[(0, 0, 64)]))
    extents = [extent for _, extent in engine.asked]
    assert len(set(extents)) == len(extents)


def test_windows_stay_within_the_extent(engine, write):
    raster = write(size=(50, 37), red=[(0, 0, 50)])
    places = search(engine, raster)
    for _, (min_x, min_y, max_x, max_y) in engine.asked:
        assert min_x >= 500_000 - 1e-6
        assert max_x <= 500_037 + 1e-6
        assert min_y >= 4_999_950 - 1e-6
        assert max_y <= 5_000_000 + 1e-6
    assert sum(place.geometry.area for place in places.places) == pytest.approx(50 * 37)


def test_the_sentence_names_squares_area_and_places(engine, write):
    text = search(engine, write(size=(64, 64), red=[(0, 0, 32), (50, 50, 4)])).text
    assert text.startswith("yes, in ")
    assert "of 256 squares of 4 m" in text
    assert "m² in 2 places" in text or "ha in 2 places" in text
    nothing = search(engine, write("green.tif"))
    assert nothing.text.startswith("no, in none of ")
    assert nothing.places == ()


def test_map_and_polygons_are_written(engine, write, tmp_path):
    files = {"map": tmp_path / "p.tif", "polygons": tmp_path / "where.gpkg"}
    places = search(engine, write(red=[(18, 34, 4)]), **files)
    with rasterio.open(files["map"]) as dataset:
        percent = dataset.read(1)
        assert dataset.crs.to_epsg() == 32614
        assert dataset.bounds == (500_000, 4_999_936, 500_064, 5_000_000)
        assert percent[dataset.index(500_036, 4_999_980)] > 90
    meta, _, geometries, columns = pyogrio.raw.read(files["polygons"])
    facts = dict(zip(meta["fields"], columns, strict=True))
    assert meta["crs"] == "EPSG:32614"
    assert len(geometries) == 1
    assert facts["probability"][0] == pytest.approx(places.places[0].probability)
    assert facts["area_m2"][0] == pytest.approx(places.places[0].area)
    assert facts["question"][0] == QUESTION
    assert (places.map, places.polygons) == (files["map"], files["polygons"])


def test_a_layer_without_places_is_empty(engine, write, tmp_path):
    search(engine, write(), polygons=tmp_path / "where.gpkg")
    assert pyogrio.read_info(tmp_path / "where.gpkg")["features"] == 0


def test_the_result_is_json(engine, write):
    facts = json.loads(json.dumps(search(engine, write(red=[(18, 34, 4)])).to_json()))
    assert facts["question"] == QUESTION
    assert shape(facts["places"][0]["geometry"]).area > 0
    assert "probabilities" not in facts


def test_ground_without_data_is_skipped(engine, write):
    raster = write(nodata=[(0, 0, 32)], red=[(40, 40, 8)])
    places = search(engine, raster, doublings=0)
    assert places.windows.without_data > 0
    assert np.isnan(places.probabilities[0, 0])
    assert len(places.places) == 1


def test_a_raster_without_any_data_is_refused(engine, write):
    with pytest.raises(UniRSError) as error:
        search(engine, write(nodata=[(0, 0, 64)]))
    assert error.value.code == "all_nodata"


def test_a_raster_without_crs_is_searched_in_its_own_units(engine, write):
    places = search(engine, write(crs=None, red=[(18, 34, 4)]))
    (place,) = places.places
    assert place.area is None
    assert "units" in places.text
    assert "m²" not in places.text


def test_a_rotated_raster_is_searched(engine, write):
    turned = Affine.translation(500_000, 5_000_000) * Affine.rotation(30) * Affine.scale(1, -1)
    raster = write(transform=turned, red=[(30, 30, 4)])
    places = search(engine, raster, size=8)
    (place,) = places.places
    assert place.geometry.buffer(1).contains(
        shape({"type": "Point", "coordinates": turned * (32, 32)})
    )
    assert places.windows.without_data > 0


def test_sizes_are_metres_also_in_degrees(engine, write):
    metre = 1 / 111_000
    raster = write(
        crs="EPSG:4326",
        transform=Affine(metre * 2, 0, 10, 0, -metre, 60),
        size=(64, 64),
        red=[(30, 30, 4)],
    )
    places = search(engine, raster, size=8)
    (place,) = places.places
    assert place.area == pytest.approx(
        place.geometry.area * 111_000**2 * math.cos(math.radians(60)), rel=0.02
    )
    west, south, east, north = engine.asked[-1][1]
    assert (east - west) * 111_000 * math.cos(math.radians(60)) == pytest.approx(8, rel=0.02)
    assert (north - south) * 111_000 == pytest.approx(8, rel=0.02)


def test_only_the_extent_asked_for_is_searched(engine, write):
    raster = write(red=[(0, 0, 8), (50, 50, 8)])
    crop = CropOptions(extent=(500_032, 4_999_936, 500_064, 4_999_968))
    assert len(search(engine, raster, crop=crop).places) == 1


def test_two_dates_are_searched_together(engine, write):
    before, after = write("2012.tif"), write("2020.tif", red=[(18, 34, 4)])
    places = search(engine, before, after, question="new buildings")
    assert len(places.places) == 1
    assert {text for text, _ in engine.asked} == {"Are there new buildings in the later image?"}
    assert places.by_template


def test_two_dates_of_other_seasons_come_with_a_warning(engine, write):
    places = search(engine, write("2012-01.tif"), write("2020-07.tif"))
    assert places.to_json()["warnings"] == ["The seasons are 6 months apart."]
    assert search(engine, write("2012-01.tif")).warnings == ()


def test_change_maps_place_the_votes_of_pairs(new_engine, write):
    pair = write("2012.tif"), write("2020.tif", red=[(18, 34, 4)])
    (coarse,) = search(new_engine(), *pair).places
    (fine,) = search(new_engine(maps=True), *pair).places
    assert fine.geometry.area < coarse.geometry.area / 4
    assert fine.geometry.intersects(box(500_034, 4_999_978, 500_038, 4_999_982))


def test_a_window_whose_change_map_shows_nothing_does_not_appear_as_yes(new_engine, write):
    class Faint(new_engine):
        def answer(self, visual, question, **options):
            answer = super().answer(visual, question, **options)
            return replace(answer, change_map=answer.change_map * 0.3)

    windows = []
    pair = write("2012.tif"), write("2020.tif", red=[(18, 34, 4)])
    places = search(Faint(maps=True), *pair, on_window=windows.append)
    assert not places.places
    assert max(window.probability for window in windows) < places.threshold


def test_an_engine_without_probabilities_votes_with_yes_and_no(new_engine, write):
    places = search(new_engine(scores=False), write(red=[(18, 34, 4)]))
    assert len(places.places) == 1
    assert set(np.unique(places.probabilities)) <= {
        np.float32(votes / of) for of in range(1, 5) for votes in range(of + 1)
    }


def test_windows_appear_as_they_are_answered(engine, write):
    windows = []
    places = search(engine, write(red=[(18, 34, 4)]), on_window=windows.append)
    assert len(windows) == places.windows.asked
    assert [window.level for window in windows] == sorted(window.level for window in windows)
    assert all(0 <= window.probability <= 1 for window in windows)
    assert windows[-1].done == windows[-1].total


def test_a_stop_keeps_what_is_there(engine, write, tmp_path):
    windows = []
    raster = write(red=[(0, 0, 32)])
    places = search(
        engine,
        raster,
        on_window=windows.append,
        stop=lambda: len(windows) >= 30,
        polygons=tmp_path / "where.gpkg",
    )
    assert places.stopped
    assert places.text.startswith("so far yes")
    assert places.places
    assert pyogrio.read_info(tmp_path / "where.gpkg")["features"] == len(places.places)


def test_a_stop_before_the_first_answer_finds_nothing(engine, write):
    places = search(engine, write(), stop=lambda: True)
    assert places.stopped
    assert places.windows.asked == 0
    assert places.places == ()


def test_too_many_windows_are_refused_with_their_time(engine, write):
    with pytest.raises(UniRSError) as error:
        search(engine, write(), size=0.05, max_windows=10_000)
    assert error.value.code == "too_many_windows"
    assert error.value.details["windows"] > 1_000_000
    assert "some " in error.value.message
    assert len(engine.asked) < 20


def test_more_windows_than_memory_holds_are_refused_at_once(engine, write):
    with pytest.raises(UniRSError) as error:
        search(engine, write(), size=0.001, max_windows=10**15)
    assert error.value.code == "too_many_windows"
    assert not engine.asked


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"size": 0.0}, "windows_invalid"),
        ({"size": math.nan}, "windows_invalid"),
        ({"threshold": 0.0}, "windows_invalid"),
        ({"leave_below": 2.0}, "windows_invalid"),
        ({"doublings": -1}, "windows_invalid"),
        ({"question": "What is here?"}, "question_open"),
    ],
)
def test_what_cannot_be_searched_is_refused(engine, write, options, code):
    with pytest.raises(UniRSError) as error:
        search(engine, write(), **options)
    assert error.value.code == code


def test_outputs_with_other_endings_are_refused(engine, write, tmp_path):
    for options in ({"map": tmp_path / "p.png"}, {"polygons": tmp_path / "p.shp"}):
        with pytest.raises(UniRSError) as error:
            search(engine, write(), **options)
        assert error.value.code == "output_unwritable"


def test_three_rasters_are_refused(engine, write):
    with pytest.raises(UniRSError) as error:
        search(engine, *[write(f"{year}.tif") for year in (2012, 2016, 2020)])
    assert error.value.code == "input_count"
