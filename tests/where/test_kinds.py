"""From what to what places have changed, on rasters with known places."""

import pyogrio
import pytest
from shapely.geometry import box

from unirs.errors import UniRSError
from unirs.where.ground import Ground
from unirs.where.kinds import extent_around
from unirs.where.places import Place
from unirs.where.request import WhereRequest
from unirs.where.search import find_places

KINDS = ("red", "green")


def search(engine, *paths, stop=None, on_place=None, **options):
    request = WhereRequest(tuple(map(str, paths)), "Has anything changed?", **options)
    return find_places(engine, request, on_place=on_place, stop=stop)


@pytest.fixture
def pair(write):
    return write("2012.tif"), write("2020.tif", red=[(0, 0, 16), (48, 48, 16)])


def test_each_place_is_asked_what_it_was_and_is(engine, pair, tmp_path):
    seen = []
    file = tmp_path / "changes.gpkg"
    places = search(
        engine,
        *pair,
        from_to=True,
        kinds=KINDS,
        polygons=file,
        on_place=lambda *counts: seen.append(counts),
    )
    assert len(places.places) == 2
    assert seen == [(1, 2), (2, 2)]
    for place in places.places:
        assert (place.before.text, place.after.text) == ("green", "red")
        assert place.after.probability > 0.9
    assert places.text.endswith("in 2 places; 2 from green to red")
    json = places.to_json()["places"][0]
    assert (json["from"]["text"], json["to"]["text"]) == ("green", "red")
    table = pyogrio.read_dataframe(file)
    assert list(table["from_kind"]) == ["green"] * 2
    assert list(table["to_probability"]) == pytest.approx(
        [p.after.probability for p in places.places]
    )


def test_without_kinds_nothing_more_is_asked(engine, pair, tmp_path):
    file = tmp_path / "places.gpkg"
    places = search(engine, *pair, polygons=file)
    assert len(engine.asked) == places.windows.asked
    assert places.to_json()["places"][0]["from"] is None
    assert "from_kind" not in pyogrio.read_dataframe(file)


def test_a_kind_that_the_model_is_not_sure_of_is_not_stated(engine, pair, monkeypatch):
    monkeypatch.setattr(
        "unirs.answers.Answer.unsure", property(lambda answer: answer.text == "red")
    )
    (place, _) = search(engine, *pair, from_to=True, kinds=KINDS).places
    assert (place.before.text, place.after) == ("green", None)


def test_a_stop_keeps_the_places_and_the_kinds_so_far(engine, pair):
    counts = []
    places = search(
        engine,
        *pair,
        from_to=True,
        kinds=KINDS,
        on_place=lambda *each: counts.append(each),
        stop=lambda: bool(counts),
    )
    assert places.stopped
    assert [place.after and place.after.text for place in places.places] == ["red", None]


@pytest.mark.parametrize(
    ("paths", "kinds", "code"),
    [
        (("a.tif",), KINDS, "input_count"),
        (("a.tif", "b.tif"), ("water",), "options_invalid"),
        (("a.tif", "b.tif"), ("water", "water "), "options_invalid"),
        (("a.tif", "b.tif"), ("water", " "), "options_invalid"),
    ],
)
def test_kinds_that_cannot_be_chosen_from_are_refused(paths, kinds, code):
    with pytest.raises(UniRSError) as caught:
        WhereRequest(paths, "Has anything changed?", from_to=True, kinds=kinds)
    assert caught.value.code == code


def test_a_place_is_shown_with_what_lies_around_it_within_the_extent():
    ground = Ground((0, 0, 1000, 800), "EPSG:32614", (1.0, 1.0), True, 0.5)

    def around(*bounds):
        return extent_around(Place(0.9, 0.9, None, box(*bounds)), ground)

    assert around(400, 400, 500, 440) == (350, 320, 550, 520)
    assert around(400, 400, 404, 404) == (386, 386, 418, 418), "64 pixels at least"
    assert around(0, 760, 100, 800) == (0, 600, 200, 800), "moved to the inside"
    assert around(0, 0, 1000, 800) == (-500, -600, 1500, 1400), "larger than the extent"
