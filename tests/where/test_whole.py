"""One answer about a large scene: what one window shows and the image of the whole does not."""

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from shapely import Point

from tests.where.conftest import SIDE
from unirs.answers import Answer, OptionScore, acquisition_dates, image_facts
from unirs.errors import UniRSError
from unirs.where.whole import answer_whole, whole_cost
from unirs.where.whole_request import WholeRequest


@pytest.fixture
def naming(new_engine):
    """An engine that names the colour of an image, as far as one of its pixels shows it."""

    class NamingEngine(new_engine):
        def answer(self, visual, question, **_):
            if question.options == ("yes", "no"):
                return super().answer(visual, question)
            crop = visual.crops[-1]
            self.asked.append((question.text, crop.extent))
            pixels = crop.pixels.reshape(-1, 3).astype(int)
            red = int((pixels[:, 0] - pixels[:, 1] > 150).sum())
            blue = int((pixels[:, 2] - pixels[:, 1] > 150).sum())
            text = "Boats." if red else "a lake" if blue else "fields"
            if question.text.startswith("How many"):
                text = "one" if red else "zero"
            return Answer(
                text=text,
                task=question.task,
                acquired=acquisition_dates(visual),
                crop=image_facts(visual),
            )

    return NamingEngine()


def place_of(column, row):
    """The middle of a square of 8 pixels in the rasters of ``write``."""
    return Point(500_000 + column + 4, 5_000_000 - row - 4)


def test_what_one_window_shows_and_the_whole_does_not_is_found(engine, write):
    path = write(size=(96, 96), red=[(40, 72, 8)])
    found = answer_whole(engine, WholeRequest(path, "Is there a boat?"))
    assert found.overall == "no"
    assert found.text.startswith("Yes, in ")
    assert "The image of the whole alone: “no”" in found.text
    yes = found.findings[0]
    assert yes.text == "yes"
    assert yes.places[0].contains(place_of(72, 40))


def test_what_is_nowhere_is_not_found(engine, write):
    found = answer_whole(engine, WholeRequest(write(size=(64, 64)), "Is there a boat?"))
    assert found.text.startswith("No, in none of ")
    assert [each.text for each in found.findings] == ["no"]


@pytest.fixture
def hasty(new_engine):
    """An engine that takes dark ground for boats, unless it is turned."""

    class HastyEngine(new_engine):
        def answer(self, visual, question, **_):
            if question.views == 1 and visual.crops[-1].pixels.max(axis=-1).min() < 50:
                scores = (OptionScore("yes", 0.9), OptionScore("no", 0.1))
                return replace(super().answer(visual, question), text="yes", options=scores)
            return super().answer(visual, question)

    return HastyEngine()


def darken(path, top, left, side=8):
    with rasterio.open(path, "r+") as dataset:
        window = rasterio.windows.Window(left, top, side, side)
        dataset.write(np.full((3, side, side), 20, np.uint8), window=window)
    return path


def test_what_a_second_look_does_not_confirm_is_left_out(hasty, write):
    path = darken(write(size=(64, 64), red=[(8, 8, 8)]), 40, 40)
    found = answer_whole(hasty, WholeRequest(path, "Is there a boat?"))
    yes = found.findings[0]
    assert len(yes.places) == 1
    assert yes.places[0].contains(place_of(8, 8))
    assert found.unconfirmed == 1
    assert "a second look did not confirm 1 place." in found.text
    assert sum(each.windows for each in found.findings) == 16 * 16


def test_where_no_place_is_confirmed_the_answer_is_no(hasty, write):
    path = darken(write(size=(64, 64)), 40, 40)
    found = answer_whole(hasty, WholeRequest(path, "Is there a boat?"))
    assert found.text.startswith("No, in none of 256 squares")
    assert [each.text for each in found.findings] == ["no"]


def test_the_places_are_given_in_degrees(engine, write):
    path = write(size=(64, 64), red=[(8, 16, 8)])
    found = answer_whole(engine, WholeRequest(path, "Is there a boat?"))
    assert "seen at 45.15" in found.text
    assert " W (" in found.text


def test_a_budget_is_kept(engine, write):
    path = write(size=(256, 256), red=[(200, 104, 8)])
    request = WholeRequest(path, "Is there a boat?", budget=40)
    found = answer_whole(engine, request)
    assert found.windows.asked <= 40
    assert found.windows.full > 1000
    assert whole_cost(engine, request).windows == 40


def test_an_open_question_is_answered_by_kind_with_places(naming, write):
    path = write(size=(64, 64), red=[(8, 16, 8), (40, 40, 16)])
    found = answer_whole(naming, WholeRequest(path, "What is there?"))
    counts = {each.text: each.windows for each in found.findings}
    assert counts == {"fields": 64 - 5, "Boats.": 5}
    boats = found.findings[1].places
    assert len(boats) == 2
    assert any(each.contains(place_of(40, 40)) for each in boats)
    assert "“Boats” in 5, seen at 45.15" in found.text


def test_numbers_are_summed(naming, write):
    path = write(size=(64, 64), red=[(8, 16, 8), (40, 40, 8), (56, 0, 8)])
    found = answer_whole(naming, WholeRequest(path, "How many boats are there?"))
    assert found.total == 3
    assert found.text.startswith("3 in all; of 64 windows of 8 m")


def test_no_ground_counts_twice(naming, write):
    """With a small budget coarse windows are asked first, where something is rare finer ones."""
    path = write(size=(128, 128), red=[(64, 64, 16)])
    found = answer_whole(naming, WholeRequest(path, "What is there?", budget=60))
    assert naming.asked
    assert found.windows.asked <= 60
    boats = next(each for each in found.findings if each.text == "Boats.")
    assert boats.places[0].area <= 32 * 32
    sizes = Counter(round(max_x - min_x) for _, (min_x, _, max_x, _) in naming.asked)
    assert sizes[SIDE] > 0
    assert found.windows.asked == sum(sizes.values()) - 2  # two were about the whole


def test_ground_without_data_is_not_read_window_by_window(engine, tmp_path):
    """As in a sparse mosaic: one square of 40,000 pixels."""
    side, path = 40_000, tmp_path / "mosaic.tif"
    profile = {"driver": "GTiff", "count": 3, "dtype": "uint8", "nodata": 0, "tiled": True}
    with rasterio.open(
        path,
        "w",
        width=side,
        height=side,
        crs="EPSG:32614",
        transform=from_origin(500_000, 5_000_000, 1, 1),
        sparse_ok=True,
        **profile,
    ) as dataset:
        pixels = np.full((3, 1024, 1024), 10, np.uint8)
        pixels[1], pixels[:2, 480:544, 480:544] = 150, [[[220]], [[10]]]
        dataset.write(pixels, window=rasterio.windows.Window(20_480, 10_240, 1024, 1024))
    overview = np.zeros((3, side // 16, side // 16), np.uint8)
    overview[:, 640:704, 1280:1344] = pixels[:, ::16, ::16]
    with rasterio.open(
        f"{path}.ovr", "w", width=side // 16, height=side // 16, **profile
    ) as dataset:
        dataset.write(overview)
    found = answer_whole(engine, WholeRequest(str(path), "Is there a boat?", size=256))
    assert found.text.startswith("Yes, in ")
    assert found.windows.asked < 200
    assert found.windows.full > 90_000
    spot = Point(500_000 + 20_480 + 512, 5_000_000 - 10_240 - 512)
    assert found.findings[0].places[0].distance(spot) < 256


def test_the_edge_of_the_data_is_no_place(new_engine, write):
    """Models take ground without data for water, or sand."""

    class ShoreEngine(new_engine):
        def answer(self, visual, question, **_):
            empty = visual.crops[-1].nodata_share
            answer = super().answer(visual, question)
            yes = 0.95 if empty > 0.3 else 0.02
            scores = (OptionScore("yes", yes), OptionScore("no", 1 - yes))
            return replace(answer, text="yes" if yes > 0.5 else "no", options=scores)

    path = write(size=(64, 64), nodata=[(0, 0, 34), (0, 36, 28), (44, 0, 20)])
    found = answer_whole(ShoreEngine(), WholeRequest(path, "Is there a beach?"))
    assert found.text.startswith("No, in none of ")


def test_a_stop_keeps_the_answers_so_far(naming, write):
    path = write(size=(128, 128), red=[(8, 16, 8)])
    asked = naming.asked
    found = answer_whole(naming, WholeRequest(path, "What is there?"), stop=lambda: len(asked) > 20)
    assert found.stopped
    assert 0 < found.windows.asked < 40


def test_it_is_json(naming, write):
    path = write(size=(64, 64), red=[(8, 16, 8)])
    facts = json.loads(
        json.dumps(answer_whole(naming, WholeRequest(path, "What is there?")).to_json())
    )
    assert facts["findings"][1]["places"][0]["type"] == "Polygon"
    assert facts["answer"].endswith(".")


@pytest.mark.parametrize(
    ("path", "question", "code"),
    [("a.tif", " ", "question_empty"), ("flight.mp4", "Is there a car?", "input_count")],
)
def test_what_cannot_be_asked_is_refused(path, question, code):
    with pytest.raises(UniRSError) as caught:
        WholeRequest(path, question)
    assert caught.value.code == code
