"""Views of a pair vote on its trend, and the words stay those of the pair as it lies."""

from collections.abc import Callable

import numpy as np
import pytest

from unirs.inference.decoding import Stopped
from unirs.inference.place_words import turn_places
from unirs.inference.trend import Trend, trend_of
from unirs.inference.views import VIEWS, View, answer_from_views
from unirs.inputs import NO_CHANGE, Answer, Crop, Question, StageSeconds, Task, VisualInput
from unirs_lab.data.rasters import CHANGE_CAPTIONS
from unirs_lab.world.captions import change_captions
from unirs_lab.world.facts import phrases
from unirs_lab.world.plan import GRASS, TREES, WATER

QUESTION = Question(Task.CHANGE)
SAME = "there is no difference"
PLACES = {
    (row, column): " ".join(filter(None, (vertical, horizontal))) or "center"
    for row, vertical in ((-1, "top"), (0, ""), (1, "bottom"))
    for column, horizontal in ((-1, "left"), (0, ""), (1, "right"))
}


def marked(place: tuple[int, int]) -> Crop:
    """A dark image, twice as wide as high, with one bright square in a ninth."""
    pixels = np.zeros((6, 12, 3), np.uint8)
    row, column = place
    pixels[(row + 1) * 2, (column + 1) * 4] = 255
    return Crop(pixels, extent=(0, 0, 12, 6), crs="EPSG:32633")


def mark(crop: Crop) -> tuple[int, int]:
    """Which ninth of an image is bright."""
    rows, columns = crop.pixels.shape[:2]
    row, column = (int(values[0]) for values in np.nonzero(crop.pixels[..., 0]))
    return row * 3 // rows - 1, column * 3 // columns - 1


class Batches:
    """Stands in for a ``BatchPipeline`` over a ``Painter``."""

    def __init__(self, painter, _batch_size, stop):
        self._painter, self._stop = painter, stop

    def answers(self, items):
        for visual, question in items:
            answer = self._painter.answer(visual, question, stop=self._stop)
            if answer.stopped:
                raise Stopped
            yield answer


class Painter:
    """Stands in for a pipeline: says of each view what a test wants it to say.

    Attributes:
        asked: Each question that was put.
    """

    def __init__(
        self,
        says: Callable[[View], str],
        likeliest: str = "",
        finds: Callable[[View], bool | None] = lambda _: None,
    ) -> None:
        self.asked: list[Question] = []
        self._finds = {view.of(PAIR).digest: finds(view) for view in VIEWS}
        self._says = {view.of(PAIR).digest: says(view) for view in VIEWS}
        self._likeliest = likeliest

    def answer(self, visual, question, *, on_stage=None, stop=None):
        if on_stage:
            on_stage("vision")
        self.asked.append(question)
        text = self._likeliest if question.options else self._says[visual.digest]
        stopped = bool(stop and stop())
        seconds = StageSeconds(decode=1, first_token=0.5, total=2)
        return Answer(
            text,
            Task.CHANGE,
            clue="a lake",
            changed=self._finds[visual.digest],
            stopped=stopped,
            seconds=seconds,
        )


@pytest.fixture
def painted(monkeypatch):
    monkeypatch.setattr("unirs.inference.batch.BatchPipeline", Batches)


PAIR = VisualInput.pair(
    *(Crop(np.random.default_rng(seed).integers(0, 255, (8, 8, 3), np.uint8)) for seed in (1, 2))
)


def says_by_time(forwards: str, backwards: str) -> Callable[[View], str]:
    return lambda view: backwards if view.backwards else forwards


def test_all_views_differ_and_the_first_is_the_pair_as_it_lies():
    assert len({view.of(PAIR).digest for view in VIEWS}) == len(VIEWS) == 16
    assert VIEWS[0].of(PAIR).digest == PAIR.digest


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("place", list(PLACES))
def test_a_place_in_a_view_is_found_in_the_pair(view, place):
    before, after = view.of(VisualInput.pair(marked(place), marked((0, 0)))).crops
    assert view.place(*mark(after if view.backwards else before)) == place
    assert mark(before if view.backwards else after) == (0, 0)
    assert before.extent is before.crs is None


@pytest.mark.parametrize("place", [place for place in PLACES.values() if place != "center"])
@pytest.mark.parametrize("number", [0, 1])
def test_the_words_for_a_place_turn_with_the_image(place, number):
    row, column = next(where for where, name in PLACES.items() if name == place)
    quarter = View(quarter_turns=1)
    said = f"the lake {phrases(place)[number]} has grown"
    assert f"the {PLACES[quarter.place(row, column)]} " in turn_places(said, quarter.place)
    for _ in range(4):
        said = turn_places(said, quarter.place)
    assert said == f"the lake {phrases(place)[number]} has grown"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a lake appears at the top", "a lake appears on the right"),
        ("a lake appears on the right side", "a lake appears at the bottom side"),
        ("houses in the upper left part", "houses in the upper right part"),
        ("a road in the northern part", "a road in the eastern part"),
        ("a road north of the town", "a road east of the town"),
        ("a lake in the center", "a lake in the center"),
        ("the topsoil was removed", "the topsoil was removed"),
    ],
)
def test_other_ways_to_say_a_place_turn_too_and_other_words_do_not(text, expected):
    assert turn_places(text, View(quarter_turns=1).place) == expected


@pytest.mark.parametrize(
    ("kinds", "trend"),
    [
        (("houses built", "building built", "road built", "parking built"), Trend.MORE),
        (("trees planted", "lake appeared", "lake grown"), Trend.MORE),
        (("houses removed", "building removed", "road removed"), Trend.LESS),
        (("trees removed", "lake dried", "lake shrunk"), Trend.LESS),
    ],
)
def test_the_trend_is_read_from_every_caption_of_the_world(kinds, trend):
    mask = np.zeros((9, 9), np.bool_)
    mask[:3, :3] = True
    grown = {"trees planted": TREES, "lake appeared": WATER, "lake grown": WATER}
    gone = {"trees removed": TREES, "lake dried": WATER, "lake shrunk": WATER}
    for kind in kinds:
        before = np.full((9, 9), gone.get(kind, GRASS), np.uint8)
        after = np.full((9, 9), grown.get(kind, GRASS), np.uint8)
        for houses in (1, 3):
            for caption in change_captions(kind, (before, after), mask, houses):
                assert trend_of(caption) is trend, caption


@pytest.mark.parametrize(
    ("way", "trend"),
    [("grown", Trend.MORE), ("shrunk", Trend.LESS), ("unchanged", Trend.SAME)],
)
def test_the_trend_of_water_is_read_from_every_caption_of_real_tiles(way, trend):
    assert {trend_of(caption) for caption in CHANGE_CAPTIONS[way]} == {trend}


@pytest.mark.parametrize(
    "caption", ["houses have been built and trees have been removed", "the colours differ", ""]
)
def test_what_says_both_or_neither_is_mixed(caption):
    assert trend_of(caption) is Trend.MIXED


def test_backwards_in_time_more_becomes_less_and_nothing_else():
    assert [trend.reversed for trend in Trend] == [Trend.LESS, Trend.MORE, Trend.SAME, Trend.MIXED]
    assert {trend_of(caption) for caption in NO_CHANGE} == {Trend.SAME}


@pytest.mark.usefixtures("painted")
def test_where_the_pair_as_it_lies_agrees_its_own_words_are_the_answer():
    painter = Painter(says_by_time("the lake has grown", "the lake has shrunk"))
    said, views = [], []
    answer = answer_from_views(
        painter, PAIR, QUESTION, 16, on_token=said.append, on_view=lambda *view: views.append(view)
    )
    assert answer.text == "the lake has grown"
    assert (answer.vote.views, answer.vote.agreeing) == (16, 16)
    assert said == ["the lake has grown"]
    assert views == [(number, 16) for number in range(2, 17)]
    assert len(painter.asked) == 16
    assert answer.seconds == StageSeconds(decode=16, first_token=32, total=32)


@pytest.mark.usefixtures("painted")
def test_most_views_outvote_the_pair_as_it_lies_in_the_likeliest_words():
    def says(view):
        if view == View():
            return SAME
        if view.backwards:
            return "the lake has shrunk"
        return "the lake at the top has grown" if view.mirrored else "the lake has grown"

    painter = Painter(says, likeliest="the lake on the left has grown")
    answer = answer_from_views(painter, PAIR, QUESTION, 16)
    assert answer.text == "the lake on the left has grown"
    assert answer.vote.agreeing == 15
    assert set(painter.asked[-1].options) == {
        "the lake has grown",
        *("the lake at the top has grown", "the lake at the bottom has grown"),
        *("the lake on the left has grown", "the lake on the right has grown"),
    }


@pytest.mark.usefixtures("painted")
def test_a_single_way_to_say_it_is_not_weighed():
    painter = Painter(lambda view: SAME if view == View() else "the colours differ")
    assert answer_from_views(painter, PAIR, QUESTION, 8).text == "the colours differ"
    assert len(painter.asked) == 8


@pytest.mark.usefixtures("painted")
def test_of_equally_many_views_the_pair_as_it_lies_wins():
    painter = Painter(lambda view: SAME if view.quarter_turns % 2 == 0 else "a lake has appeared")
    assert answer_from_views(painter, PAIR, QUESTION, 8).text == SAME


@pytest.mark.usefixtures("painted")
@pytest.mark.parametrize("changed", [True, False])
def test_the_models_own_scores_vote_on_whether_anything_has_changed(changed):
    """The captions are one and the same; what most views score is what comes out."""
    painter = Painter(lambda _: "the scene", finds=lambda view: changed is (view.quarter_turns < 3))
    answer = answer_from_views(painter, PAIR, QUESTION, 16)
    assert answer.changed is changed
    assert answer.vote.agreeing == 12


@pytest.mark.usefixtures("painted")
def test_what_only_views_backwards_in_time_say_is_no_answer():
    def says(view):
        if view.backwards:
            return "the lake has shrunk"
        return SAME if view.quarter_turns % 2 else "the colours differ"

    answer = answer_from_views(Painter(says), PAIR, QUESTION, 16)
    assert answer.text == "the colours differ"
    assert answer.vote.agreeing == 4


@pytest.mark.usefixtures("painted")
@pytest.mark.parametrize("stopped_at", [1, 3, 17])
def test_a_stop_keeps_what_the_first_view_said(stopped_at):
    painter = Painter(lambda view: SAME if view == View() else f"houses built {view.quarter_turns}")
    said = []
    answer = answer_from_views(
        painter,
        PAIR,
        QUESTION,
        16,
        on_token=said.append,
        stop=lambda: len(painter.asked) == stopped_at,
    )
    assert (answer.text, answer.stopped, answer.vote) == (SAME, True, None)
    assert len(painter.asked) == stopped_at
    assert answer.seconds.total == 2
    assert said == []


@pytest.mark.parametrize(
    ("visual", "question", "views"),
    [
        (VisualInput.single(PAIR.crops[0]), QUESTION, 2),
        (PAIR, Question(Task.CHANGE, options=("yes", "no")), 2),
        (PAIR, QUESTION, 0),
        (PAIR, QUESTION, 17),
    ],
)
def test_only_free_descriptions_of_pairs_have_views(visual, question, views):
    with pytest.raises(ValueError, match="1 to 16"):
        answer_from_views(Painter(lambda _: SAME), visual, question, views)


def test_a_real_pipeline_answers_the_same_from_all_views_again(pipeline, images):
    pair = images.pair(1)
    question = Question(Task.CHANGE, max_new_tokens=8)
    first = pipeline.answer(pair, question)
    alone = [pipeline.answer(view.of(pair), question).text for view in VIEWS]
    voted = answer_from_views(pipeline, pair, question, 16)
    assert voted.clue == first.clue
    assert voted.vote.views == 16
    assert 1 <= voted.vote.agreeing <= 16
    assert voted.text in {
        turn_places(text, view.place) for text, view in zip(alone, VIEWS, strict=True)
    }
    asked = []
    answer_from_views(pipeline, pair, question, 16, stop=lambda: bool(asked.append(0)))
    half = len(asked) // 2
    asked.clear()
    stopped = answer_from_views(
        pipeline, pair, question, 16, stop=lambda: asked.append(0) or len(asked) > half
    )
    assert (stopped.text, stopped.stopped, stopped.vote) == (first.text, True, None)
    pipeline.forget()
    assert answer_from_views(pipeline, pair, question, 16).text == voted.text
    assert pipeline.answer(pair, question).text == first.text
