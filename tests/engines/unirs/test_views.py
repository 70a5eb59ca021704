"""Augmented views: probabilities and change maps are averaged, text is that of the first view."""

from dataclasses import replace

import numpy as np
import pytest

from unirs.engines.confidence import text_agreement
from unirs.engines.engine import Item
from unirs.engines.views import VIEWS
from unirs.inputs import Crop, InputKind, Question, Task, VisualInput

ROADS = Question(text="is there a road?", options=("yes", "no", "a few"))
CHANGE = Question(Task.CHANGE, max_new_tokens=6)


def with_views(question, count):
    return Question(question.task, question.text, question.options, True, 6, count)


@pytest.mark.parametrize("view", VIEWS)
def test_a_map_of_a_view_is_restored_onto_the_images(images, view):
    crop = images.crop(1, height=24, width=40)
    seen = view.of(VisualInput.single(crop)).crops[0]
    assert np.array_equal(view.restored(seen.pixels[:, :, 0]), crop.pixels[:, :, 0])


def test_the_views_are_the_eight_of_a_square_and_the_first_is_the_image_itself(images):
    visual = images.single(1)
    digests = [view.of(visual).digest for view in VIEWS]
    assert len(set(digests)) == len(VIEWS) == 8
    assert digests[0] == visual.digest


@pytest.mark.parametrize("kind", list(InputKind))
@pytest.mark.parametrize("count", [2, 8])
def test_probabilities_of_options_are_averaged_over_views(pipeline, images, kind, count):
    visual = getattr(images, kind.value)(3)
    alone = [pipeline.answer(view.of(visual), ROADS) for view in VIEWS[:count]]
    together = pipeline.answer(visual, with_views(ROADS, count))
    chances = [{score.text: score.probability for score in one.options} for one in alone]
    for option in together.options:
        mean = np.mean([each[option.text] for each in chances])
        assert option.probability == pytest.approx(mean, abs=1e-5)
    assert abs(chances[0]["yes"] - chances[1]["yes"]) > 1e-4, "equal views would prove nothing"
    assert together.text == together.options[0].text
    assert together.clue == alone[0].clue
    assert together.tokens.prompt == alone[0].tokens.prompt


def test_a_change_map_is_the_mean_of_the_restored_maps(pipeline, images):
    pair = VisualInput.pair(*(images.crop(seed, height=24, width=40) for seed in (1, 2)))
    maps = [view.restored(pipeline.answer(view.of(pair), CHANGE).change_map) for view in VIEWS]
    together = pipeline.answer(pair, with_views(CHANGE, 8))
    assert together.change_map == pytest.approx(np.mean(maps, axis=0), abs=1e-5)
    assert together.change_map.shape == (3, 5)
    assert together.change_map.dtype == np.float32
    assert not np.allclose(maps[0], maps[1], atol=1e-4)


def test_the_caption_is_that_of_the_first_view_and_the_verdict_is_averaged(
    pipeline, images, monkeypatch
):
    """One view of three finds a change with certainty, and the mean decides."""
    pair = images.pair()
    caption = pipeline.answer(pair, CHANGE)
    for unchanged, changed in (((0.0, 0.7, 0.7), True), ((0.0, 0.8, 0.8), False)):
        chances = iter(unchanged)
        monkeypatch.setattr(
            "unirs.engines.verdict.ChangeTest.unchanged",
            lambda _self, _scores, chances=chances: next(chances),
        )
        pieces = []
        answer = pipeline.answer(pair, with_views(CHANGE, 3), on_token=pieces.append)
        assert answer.text == caption.text == "".join(pieces)
        assert answer.changed is changed


def test_the_stages_of_the_other_views_are_one_stage(pipeline, images):
    stages: list[str] = []
    pipeline.answer(images.pair(), with_views(CHANGE, 3), on_stage=stages.append)
    assert stages == ["vision", "clue", "prefill", "decode", "score", "view"]


def test_a_stop_among_the_views_keeps_what_the_first_one_found(pipeline, images):
    stages: list[str] = []
    whole = pipeline.answer(images.pair(), CHANGE)
    stopped = pipeline.answer(
        images.pair(),
        with_views(CHANGE, 8),
        on_stage=stages.append,
        stop=lambda: "view" in stages,
    )
    assert stopped.stopped
    assert (stopped.text, stopped.changed) == (whole.text, whole.changed)


def test_text_is_that_of_the_first_view_and_is_compared_with_that_of_the_others(pipeline, images):
    question = Question(text="what is it?", max_new_tokens=6)
    texts = [pipeline.answer(view.of(images.single(7)), question).text for view in VIEWS[:3]]
    pieces = []
    answer = pipeline.answer(images.single(7), replace(question, views=3), on_token=pieces.append)
    assert answer.text == texts[0] == "".join(pieces)
    assert answer.agreement == pytest.approx(text_agreement(texts[0], texts[1:]))
    assert len(set(texts)) > 1, "equal texts would prove nothing"


def test_agreement_is_the_share_of_the_views_with_the_answer(pipeline, images):
    visual = images.single(3)
    best = [pipeline.answer(view.of(visual), ROADS).text for view in VIEWS]
    answer = pipeline.answer(visual, with_views(ROADS, 8))
    assert answer.agreement == best.count(answer.text) / 8
    assert pipeline.answer(visual, ROADS).agreement is None


def test_a_batch_averages_as_single_questions_do(pipeline, images):
    asked = [
        Item(images.pair(1), with_views(CHANGE, 3)),
        Item(images.single(1), with_views(ROADS, 8)),
        Item(images.single(2), Question(text="a road?", max_new_tokens=4)),
        Item(images.pair(2), with_views(ROADS, 2)),
    ]
    alone = [pipeline.answer(*item[:2]) for item in asked]
    for batch_size in (2, 32):
        together = list(pipeline.answers(asked, batch_size=batch_size))
        for one, other in zip(alone, together, strict=True):
            assert (one.text, one.changed, one.clue) == (other.text, other.changed, other.clue)
            chances = [[score.probability for score in each.options] for each in (one, other)]
            assert chances[0] == pytest.approx(chances[1], abs=1e-5)
            if one.change_map is not None:
                assert one.change_map == pytest.approx(other.change_map, abs=1e-5)


def test_a_view_keeps_date_and_source_and_has_no_extent(images):
    crop = Crop(images.crop(1).pixels, extent=(0, 0, 1, 1), crs="EPSG:32633", source="a.tif")
    seen = VIEWS[4].of(VisualInput.single(crop)).crops[0]
    assert (seen.source, seen.extent) == ("a.tif", None)
