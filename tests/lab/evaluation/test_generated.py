"""Generated images: what is asked, that splits share no scene, and how answers are judged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from unirs import prompts
from unirs.engines.unirs import Pipeline
from unirs.engines.verdict import has_changed
from unirs.errors import UniRSError
from unirs.inputs import InputKind, Task
from unirs_lab.data.rasters import CHANGE_CAPTIONS
from unirs_lab.data.samples import Sample
from unirs_lab.data.visuals import read_visual
from unirs_lab.evaluation import generated_questions as generated
from unirs_lab.evaluation.asking import Observer, Options
from unirs_lab.evaluation.cases import Case, judge
from unirs_lab.evaluation.figure_tables import GENERATED
from unirs_lab.evaluation.figures import Figure, evaluate_figures
from unirs_lab.evaluation.predictions import Prediction
from unirs_lab.evaluation.question_kinds import DrawnQuestions, Sources, Split
from unirs_lab.world import EVENTS, pair, seed_for

KINDS = (generated.SCENES, generated.PAIRS, generated.VIDEOS)
COUNT = 4
NAIP = Path(__file__).parents[4] / "shared" / "data" / "naip"
SOURCES = Sources(size=64)


def draw(kind: DrawnQuestions, split: Split = "test", count: int = COUNT) -> list[Sample]:
    return kind.draw(SOURCES, split, count)


def figures(answer: Callable[[Sample], str]) -> dict[str, float | None]:
    """Every figure of generated images, of a model that answers like this."""
    cases: dict[tuple[DrawnQuestions, Split], list[Case]] = {}
    for kind in KINDS:
        samples = draw(kind)
        predictions = [
            Prediction(one.id, one.group, one.instruction, None, answer(one), one.answers)
            for one in samples
        ]
        cases[kind, "test"] = judge(samples, predictions)
    asked = [one for one in GENERATED.figures if set(one.kinds) <= set(KINDS)]
    return {figure.name: figure.result(cases, "test").value for figure in asked}


def test_right_answers_reach_every_figure() -> None:
    found = figures(lambda sample: sample.answers[0])
    assert found.pop("generated_captions") > 100
    assert found.pop("generated_change_captions") > 100
    assert set(found.values()) == {100}


def test_wrong_answers_reach_none() -> None:
    found = figures(lambda _: "nonsense")
    changed = [pair(seed_for("test", index), 64).changed for index in range(COUNT)]
    assert found.pop("generated_change") == pytest.approx(100 * np.mean(changed))
    assert list(found.values()) == pytest.approx([0] * len(found))


def test_a_model_is_chosen_by_other_scenes_than_it_is_reported_on() -> None:
    digests = {
        split: {read_visual(one, 8).digest for kind in KINDS for one in draw(kind, split)}
        for split in ("val", "test")
    }
    assert not digests["val"] & digests["test"]


def test_questions_are_asked_as_in_training() -> None:
    for kind in KINDS:
        questions = kind.prepare(SOURCES, "test", Options(Path("out"), limit=2))
        for sample in questions.samples:
            question = questions.question(sample)
            assert question.clue
            if sample.kind is InputKind.VIDEO:
                assert (question.task, question.options) == (Task.CLASSIFY, tuple(EVENTS))
            elif sample.instruction == prompts.CHANGE_INSTRUCTION:
                assert question.task is Task.CHANGE
            elif sample.group == "caption":
                assert question.text == prompts.CAPTION_INSTRUCTION
            else:
                assert question.text.endswith(prompts.SHORT_ANSWER_SUFFIX)
                assert not question.options


def test_questions_about_one_image_share_it() -> None:
    samples = draw(generated.SCENES, count=2)
    assert len({id(one.edit) for one in samples}) == 2
    assert {len(read_visual(one, 8).crops) for one in samples} == {1}
    assert read_visual(draw(generated.PAIRS, count=1)[0], 8).crops[1].pixels.shape == (64, 64, 3)


def test_a_video_gives_as_many_frames_as_the_model_takes() -> None:
    (sample,) = draw(generated.VIDEOS, count=1)
    every, four = read_visual(sample, 8), read_visual(sample, 4)
    assert len(every.crops) == 8
    chosen = [every.crops[place].pixels for place in (0, 2, 4, 7)]
    assert all(np.array_equal(a.pixels, b) for a, b in zip(four.crops, chosen, strict=True))


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


def test_every_generated_caption_is_read_rightly() -> None:
    for index in range(60):
        two = pair(seed_for("test", index), 64)
        for caption in two.captions:
            assert has_changed(caption) is two.changed, caption
    for way, captions in CHANGE_CAPTIONS.items():
        assert {has_changed(caption) for caption in captions} == {way != "unchanged"}


@pytest.fixture
def run(pipeline: Pipeline, tmp_path: Path) -> Callable[..., dict[str, dict]]:
    def evaluate(
        observer: Observer | None = None, sources: Sources = SOURCES, **options: object
    ) -> dict[str, dict]:
        only = options.pop("only", ())
        result = evaluate_figures(
            GENERATED,
            sources,
            lambda: pipeline,
            Options(**{"out": tmp_path / "out", **options}),
            observer,
            only=only,
        )
        return {row["name"]: row for row in result.record["figures"]}

    return evaluate


def test_a_real_pipeline_gives_every_figure_and_the_same_twice(run, tmp_path) -> None:
    steps: list[tuple[int, int]] = []
    first = run(Observer(asking=lambda *step: steps.append(step)), limit=2)
    assert list(first) == [figure.name for figure in GENERATED.figures]
    assert steps
    assert first["generated_video"]["items"] == first["generated_change"]["items"] == 2
    assert {name for name, row in first.items() if not row["items"]} <= {
        *("naip_water", "naip_change", "landsat_water", "landsat_change"),
        *("generated_rural_urban", "generated_count"),  # not every scene has such a question
    }
    steps.clear()
    assert run(Observer(asking=lambda *step: steps.append(step)), limit=2) == first
    assert not steps, "nothing is asked twice"
    assert run(limit=2, out=tmp_path / "anew") == first


def test_a_higher_limit_asks_only_what_is_new(run) -> None:
    notes: list[str] = []
    run(limit=1, only=("generated_video",))
    more = run(Observer(note=notes.append), limit=3, only=("generated_video",))
    assert more["generated_video"]["items"] == 3
    assert notes == ["1 of 3 are answered already."]


@pytest.mark.skipif(not NAIP.is_dir(), reason="the NAIP rasters of ../shared are not here")
def test_real_tiles_are_asked_about_water(run) -> None:
    rows = run(sources=Sources(naip=NAIP, size=64), limit=4, only=("naip_water", "naip_change"))
    assert rows["naip_water"]["items"] == rows["naip_change"]["items"] == 4
    assert rows["naip_water"]["value"] in (0, 25, 50, 75, 100)


def test_a_missing_folder_of_rasters_is_refused(run, tmp_path: Path) -> None:
    with pytest.raises(UniRSError, match="GeoTIFF") as caught:
        run(sources=Sources(naip=tmp_path / "nowhere"), limit=1, only=("naip_water",))
    assert caught.value.code == "rasters_missing"


def test_figures_of_both_tables_are_the_same_ones() -> None:
    from unirs_lab.evaluation.figure_tables import REAL

    shared: set[Figure] = set(REAL.figures) & set(GENERATED.figures)
    assert {figure.name for figure in shared} == {
        *("naip_water", "naip_change", "generated_presence", "generated_comparison"),
        *("generated_change", "generated_video"),
    }
