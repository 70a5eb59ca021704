"""The benchmark asks what training asked, keeps to its split, and judges rightly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from unirs import prompts
from unirs.answers import Answer
from unirs.errors import UniRSError
from unirs.inference import Pipeline
from unirs.inference.verdict import has_changed
from unirs.inputs import Question, Task, VisualInput
from unirs_lab.data.rasters import CHANGE_CAPTIONS
from unirs_lab.evaluation.examiner import water_direction
from unirs_lab.evaluation.mini import evaluate_mini
from unirs_lab.evaluation.report import as_json
from unirs_lab.world import EVENTS, pair, scene, seed_for, video

COUNT = {"scenes": 3, "pairs": 4, "videos": 2, "tiles": 3}
NAIP = Path(__file__).parents[4] / "shared" / "data" / "naip"


class Oracle:
    """Stands in for a pipeline and knows a split of the world: every answer is right, or none.

    Attributes:
        asked: What was asked, in order.
    """

    name, device, image_size, frame_count = "oracle", "cpu", 64, 8

    def __init__(self, knows: bool = True, split: str = "test") -> None:
        self.knows = knows
        self.asked: list[tuple[VisualInput, Question]] = []
        self._truth: dict[str, dict[str, str]] = {}
        for index in range(max(COUNT.values())):
            self._learn(seed_for(split, index))

    def _learn(self, seed: int) -> None:
        one, two, clip = scene(seed, 64), pair(seed, 64), video(seed, 64)
        self._truth[one.image.tobytes().hex()] = {
            "": one.captions[0],
            **{prompts.short_answer(asked.question): asked.answer for asked in one.questions},
        }
        self._truth[two.before.tobytes().hex() + two.after.tobytes().hex()] = {
            "": two.captions[0],
            **{prompts.short_answer(asked.question): asked.answer for asked in two.questions},
        }
        self._truth["".join(frame.tobytes().hex() for frame in clip.frames)] = {"": clip.event}

    def answer(self, visual: VisualInput, question: Question) -> Answer:
        self.asked.append((visual, question))
        known = self._truth["".join(crop.pixels.tobytes().hex() for crop in visual.crops)]
        text = known[question.text] if self.knows else "nonsense"
        return Answer(text=text, task=question.task)


def test_who_knows_all_scores_all() -> None:
    scores = evaluate_mini(Oracle(), count=COUNT).world  # type: ignore[arg-type]
    for key in ("presence", "comparison", "change_no_change", "video", "change_questions"):
        assert getattr(scores, key) == 1.0, key
    assert scores.change_cider_d is not None
    assert scores.change_cider_d > 100
    assert scores.questions["change_cider_d"] == COUNT["pairs"]
    assert scores.questions["video"] == COUNT["videos"]


def test_who_knows_nothing_scores_nothing() -> None:
    scores = evaluate_mini(Oracle(knows=False), count=COUNT).world  # type: ignore[arg-type]
    for key in ("presence", "comparison", "video", "change_questions"):
        assert getattr(scores, key) == 0.0, key
    changed = [pair(seed_for("test", index), 64).changed for index in range(COUNT["pairs"])]
    assert scores.change_no_change == sum(changed) / len(changed)
    assert scores.change_cider_d == pytest.approx(0)


def test_a_model_is_chosen_by_other_scenes_than_it_is_reported_on() -> None:
    oracles = {split: Oracle(split=split) for split in ("val", "test")}
    seen = {}
    for split, oracle in oracles.items():
        scores = evaluate_mini(oracle, split=split, count=COUNT)  # type: ignore[arg-type]
        assert scores.world.presence == 1.0
        assert as_json(scores)["split"] == split
        seen[split] = {visual.digest for visual, _ in oracle.asked}
    assert not seen["val"] & seen["test"]


def test_questions_are_put_as_in_training() -> None:
    oracle = Oracle()
    evaluate_mini(oracle, count=COUNT)  # type: ignore[arg-type]
    for _, question in oracle.asked:
        if question.task is Task.ASK:
            assert question.text.endswith(prompts.SHORT_ANSWER_SUFFIX)
            assert not question.options
        elif question.task is Task.CLASSIFY:
            assert question.options == tuple(EVENTS)
        else:
            assert question.text == ""
    assert all(question.clue for _, question in oracle.asked)
    assert {question.task for _, question in oracle.asked} == set(Task)


def test_the_ablation_asks_the_same_without_clues() -> None:
    oracle = Oracle()
    scores = evaluate_mini(oracle, count=COUNT, without_clues=True)  # type: ignore[arg-type]
    with_clue = [(v.digest, q.text) for v, q in oracle.asked if q.clue]
    without = [(v.digest, q.text) for v, q in oracle.asked if not q.clue]
    assert with_clue == without
    assert scores.without_clues == scores.world


@pytest.mark.parametrize(
    ("changed", "caption"),
    [
        (False, "The scene is the same as before."),
        (False, "there is no difference"),
        (False, "the two scenes seem identical"),
        (False, "There is no visible change."),
        (False, "There are no obvious changes between the two images."),
        (False, "No houses have been built."),
        (False, "The scene didn't change, and there is nothing new."),
        (True, "There is no change in the forest, but a road has been built."),
        (True, "Many trees have been removed; no houses are built."),
        (True, ""),
        (True, "some houses appear on the bare land"),
        (True, "the same road now leads to a new building"),
        (True, "a lake has vanished"),
    ],
)
def test_no_change_is_read_from_the_words(changed: bool, caption: str) -> None:
    assert has_changed(caption) is changed


def test_every_caption_of_the_world_is_read_rightly() -> None:
    for index in range(60):
        two = pair(seed_for("test", index), 64)
        for caption in two.captions:
            assert has_changed(caption) is two.changed, caption


@pytest.mark.parametrize(("way", "captions"), list(CHANGE_CAPTIONS.items()))
def test_the_direction_of_water_is_read_from_the_words(way: str, captions: tuple[str, ...]) -> None:
    assert {water_direction(f"{caption} .") for caption in captions} == {way}


def test_a_caption_that_says_nothing_of_water_has_no_direction() -> None:
    assert not water_direction("many houses are built")
    assert not water_direction("the lake has grown and the pond has shrunk")


def test_a_real_pipeline_gives_every_key_and_the_same_twice(pipeline: Pipeline) -> None:
    steps: list[tuple[int, int]] = []
    count = {"scenes": 2, "pairs": 2, "videos": 1}
    first = evaluate_mini(pipeline, count=count, on_progress=lambda *step: steps.append(step))
    pipeline.forget()
    assert evaluate_mini(pipeline, count=count) == first
    assert steps == [(done, 5) for done in range(1, 6)]
    record = as_json(first)
    for key in ("presence", "comparison", "rural_urban", "change_no_change", "video"):
        assert record[key] is None or 0 <= record[key] <= 1
    assert record["change_cider_d"] >= 0
    assert record["naip"]["water_presence"] is None
    assert "no folder" in record["naip"]["reason"]


def test_a_vote_of_views_is_scored_beside_the_result(pipeline: Pipeline) -> None:
    steps: list[tuple[int, int]] = []
    count = {"scenes": 0, "pairs": 2, "videos": 0}
    scores = evaluate_mini(
        pipeline, count=count, views=2, on_progress=lambda *step: steps.append(step)
    )
    assert scores.by_vote is not None
    assert scores.by_vote.views == 2
    assert scores.by_vote.change_no_change in (0, 0.5, 1)
    assert scores.by_vote.change_cider_d is not None
    assert scores.by_vote.naip_water_direction is None
    assert scores.world == evaluate_mini(pipeline, count=count).world
    assert steps == [(done, 4) for done in range(1, 5)]


def test_a_model_without_the_module_is_asked_the_same(
    pipeline: Pipeline, tiny_folder: Path
) -> None:
    count = {"scenes": 1, "pairs": 1, "videos": 0}
    scores = evaluate_mini(pipeline, count=count, without_change_module=tiny_folder)
    assert scores.without_change_module == scores.world
    assert scores.world.video is None


@pytest.mark.skipif(not NAIP.is_dir(), reason="the NAIP rasters of ../shared are not here")
def test_real_tiles_are_asked_about_water(pipeline: Pipeline) -> None:
    count = {"scenes": 0, "pairs": 0, "videos": 0, "tiles": 4}
    scores = evaluate_mini(pipeline, count=count, naip=NAIP, views=2)
    assert scores.naip is not None
    kinds = ("water_presence", "change_no_change", "water_direction")
    assert scores.naip.questions == dict.fromkeys(kinds, 4)
    assert scores.naip.water_presence is not None
    assert 0 < sum(scores.naip.changed_bodies) <= 4
    assert scores.by_vote is not None
    assert scores.by_vote.naip_change_no_change in (0, 0.25, 0.5, 0.75, 1)
    assert scores.by_vote.naip_water_direction in (0, 0.25, 0.5, 0.75, 1)


@pytest.mark.parametrize("count", [-1, {"scenes": -2}, {"scene": 3}])
def test_a_senseless_count_is_refused(pipeline: Pipeline, count: Any) -> None:
    with pytest.raises(UniRSError, match="count") as caught:
        evaluate_mini(pipeline, count=count)
    assert caught.value.code == "count_invalid"


def test_a_missing_folder_of_rasters_is_refused(pipeline: Pipeline, tmp_path: Path) -> None:
    with pytest.raises(UniRSError, match="GeoTIFF") as caught:
        evaluate_mini(pipeline, count=1, naip=tmp_path / "nowhere")
    assert caught.value.code == "rasters_missing"
