"""Real images: what is asked, how figures are computed, and that nothing is asked twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.lab.data.real_collections import write_collections
from unirs.engines.unirs import Pipeline
from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs_lab.data.examples import write_example
from unirs_lab.data.real.edits import LOOKS
from unirs_lab.data.samples import Sample
from unirs_lab.data.visuals import read_mask, read_visual
from unirs_lab.evaluation import real_questions as real
from unirs_lab.evaluation.asking import Observer, Options, question_for
from unirs_lab.evaluation.cases import Case, judge
from unirs_lab.evaluation.figure_tables import REAL
from unirs_lab.evaluation.figures import Aim, evaluate_figures
from unirs_lab.evaluation.measures import agreement, calibration, change_map_f1
from unirs_lab.evaluation.predictions import Prediction
from unirs_lab.evaluation.question_kinds import (
    CollectionQuestions,
    EvaluationQuestions,
    Sources,
    Split,
)
from unirs_lab.evaluation.report import Evaluation
from unirs_lab.evaluation.scores.vqa import normalise


def right(sample: Sample) -> str:
    return f" {sample.answers[0].upper()}. "


REAL_FIGURES = [
    figure
    for figure in REAL.figures
    if all(isinstance(kind, CollectionQuestions) for kind in figure.kinds)
]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    root = tmp_path_factory.mktemp("data")
    return Sources(
        write_collections(root / "real"),
        write_example("rsvqa-hr", root / "hr", 2, size=64),
        write_example("rsvqa-lr", root / "lr", 2, size=64),
        size=64,
    )


def scored(answer: str) -> tuple[tuple[str, float], ...]:
    """A scored answer with a probability of 0.9, and the other one of yes and no."""
    return (answer, 0.9), ("yes" if answer == "no" else "no", 0.1)


def answered(
    kind: EvaluationQuestions, samples: list[Sample], answer: Callable[[Sample], str]
) -> list[Case]:
    """The cases of a model that answers like this."""
    predictions = [
        Prediction(one.id, one.group, one.instruction, None, answer(one), one.answers)
        for one in samples
    ]
    if kind.options:
        predictions = [
            replace(each, options=scored(normalise(each.answer)), confidence=0.9)
            for each in predictions
        ]
    if kind is real.LEVIR_TILES:
        predictions = [
            replace(each, change_map=tuple(map(tuple, read_mask(one.mask, one.edit).astype(float))))
            for one, each in zip(samples, predictions, strict=True)
        ]
    return judge(samples, predictions)


def values(sources: Sources, answer: Callable[[Sample], str]) -> dict[str, float | None]:
    """Every figure of a model that answers like this."""
    parts = {part for figure in REAL_FIGURES for part in figure.parts("test")}
    cases = {
        (kind, split): answered(kind, kind.read(sources, split), answer) for kind, split in parts
    }
    return {figure.name: figure.result(cases, "test").value for figure in REAL_FIGURES}


def test_right_answers_reach_every_figure(sources) -> None:
    found = values(sources, right)
    captions = {found.pop(name) for name in ("rsicd_captions", "ucmerced_captions")}
    assert min(captions) > 100
    assert found.pop("calibration_error") == pytest.approx(10)
    assert found.pop("options_confidence") == pytest.approx(10)
    assert found.pop("verdict_confidence") is found.pop("text_confidence") is None, "none given"
    assert set(found.values()) == {100}


def test_a_constant_no_gets_half_of_balanced_figures(sources) -> None:
    found = values(sources, lambda _: "no")
    for name in ("ucmerced_yes_no", "rsvqa_hr_presence", "rsvqa_lr_presence", "levir_changed"):
        assert found[name] == 50, name
    for name in ("rsicd_scenes", "eurosat_scenes", "rsicd_captions", "ucmerced_count"):
        assert found[name] == 0, name
    assert found["nothing_changed"] == found["same_answer"] == 100


def test_only_questions_with_an_answer_are_asked(sources) -> None:
    asked = real.UCMERCED_QUESTIONS.read(sources, "test")
    assert [(one.group, one.answers[0]) for one in asked] == [
        *(("presence", "no"), ("presence", "yes"), ("count", "about forty"))
    ], "neither places nor “several”"
    assert all(one.instruction.endswith("a single word or phrase.") for one in asked)
    scenes = real.RSICD_SCENES.read(sources, "test")
    assert [one.answers for one in scenes] == [("airport",)], "one scene is not known"
    assert len(real.RSICD_CAPTIONS.read(sources, "test")) == 2
    assert len(real.RSICD_SCENES.options) == 30
    assert {one.group for one in real.RSVQA_LR.read(sources, "test")} == {"presence"}
    assert real.RSVQA_LR.read(sources, "val") == [], "nothing is chosen by it"
    assert real.RSVQA_HR.read(Sources(sources.real), "test") == []


def test_a_question_has_ten_wordings(sources) -> None:
    asked = real.UCMERCED_WORDINGS.read(sources, "test")
    assert len({one.instruction for one in asked}) == len(asked) == 30
    assert asked[0].instruction == "Is there any sign of airplanes in this scene?"
    assert asked[29].instruction == "I want to know how many buildings are in the picture."
    # the fifth wording of presence gets another answer, in words that come to the same elsewhere
    other = answered(
        real.UCMERCED_WORDINGS,
        asked,
        lambda one: "no" if one.id.endswith("/0/4") else "Yes, there are 12",
    )
    assert agreement(other).value == pytest.approx(100 * 29 / 30)
    assert agreement(other).details["all_the_same"] == pytest.approx(100 * 2 / 3)
    assert agreement([]).value is None


def test_tiles_are_changed_from_a_stated_share_on(sources) -> None:
    tiles = real.LEVIR_TILES.read(sources, "test")
    assert len(tiles) == 8
    for tile in tiles:
        share = read_mask(tile.mask, tile.edit).mean()
        assert tile.answers == ("yes" if share else "no",)
        assert tile.group == (
            "change" if share >= real.CHANGED else "unclear" if share else "no change"
        )
        assert read_visual(tile, 8).crops[1].pixels.shape == (256, 256, 3)
    assert {tile.group for tile in tiles} >= {"change", "no change"}
    unclear = [replace(tile, group="unclear") for tile in tiles]
    assert calibration(answered(real.LEVIR_TILES, unclear, lambda _: "no"), []).items == 0
    assert change_map_f1(answered(real.LEVIR_TILES, unclear, lambda _: "no")).items == 8


def test_a_pair_is_made_of_every_image(sources) -> None:
    pairs = real.OTHER_DATES.read(sources, "test")
    assert len(pairs) == 4
    assert all(one.kind is InputKind.PAIR and one.group in LOOKS for one in pairs)
    assert len(read_visual(pairs[0], 8).crops) == 2


def test_aims_are_lower_or_upper_bounds() -> None:
    assert Aim(90).met_by(90)
    assert not Aim(90).met_by(89.9)
    assert Aim(5, at_most=True).met_by(4)
    assert not Aim(5, at_most=True).met_by(6)


@pytest.fixture
def run(pipeline: Pipeline, sources: Sources, tmp_path: Path) -> Callable[..., Evaluation]:
    def evaluate(
        observer: Observer | None = None,
        split: Split = "test",
        only: tuple[str, ...] = (),
        **options: Any,
    ) -> Evaluation:
        chosen = Options(**{"out": tmp_path / "out", "clue": False, **options})
        return evaluate_figures(
            REAL, sources, lambda: pipeline, chosen, observer, split=split, only=only
        )

    return evaluate


def rows(result: Evaluation) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in result.record["figures"]}


@pytest.mark.slow
def test_the_whole_table_comes_from_one_call_and_is_kept(run, tmp_path) -> None:
    asked: list[tuple[int, int]] = []
    wanted = {"limit": 3, "gallery": True, "sheet": tmp_path / "out" / "sheet.png"}
    first = run(Observer(asking=lambda *counts: asked.append(counts)), **wanted)
    assert list(rows(first)) == [figure.name for figure in REAL.figures]
    assert {name for name, row in rows(first).items() if row["value"] is None} <= {
        *("naip_water", "naip_change"),  # their folder is not given
        # three questions do not always hold a yes and a no
        *("rsvqa_hr_presence", "rsvqa_hr_comparison", "rsvqa_lr_presence", "levir_changed"),
    }
    assert "naip" in first.tables[0].markdown().lower()
    assert {row["items"] for name, row in rows(first).items() if "captions" in name} == {2}
    assert rows(first)["same_answer"]["items"] == 30, "ten wordings count as one question"
    assert rows(first)["calibration_error"]["details"]["temperature"] > 0
    page, sheet = tmp_path / "out" / "gallery.html", tmp_path / "out" / "sheet.png"
    drawn = page.read_text(), sheet.read_bytes()
    assert drawn[0].count("<article") > 6
    assert json.loads((tmp_path / "out" / "scores.json").read_text()) == first.record
    assert (tmp_path / "out" / "tables.md").is_file()
    assert asked

    asked.clear()
    again = run(Observer(asking=lambda *counts: asked.append(counts)), **wanted)
    assert again.record == first.record
    assert not asked, "nothing is asked twice"
    assert (page.read_text(), sheet.read_bytes()) == drawn, "always the same draw"


def test_a_higher_limit_asks_only_what_is_new(run, tmp_path) -> None:
    notes: list[str] = []
    run(limit=1, only=("eurosat_scenes",), split="val")
    result = run(Observer(note=notes.append), only=("eurosat_scenes",), split="val")
    asked = rows(result)["eurosat_scenes"]["items"]
    assert asked > 1
    assert notes == [f"1 of {asked} are answered already."]
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if path.is_dir()) == [
        "eurosat-scenes-val"
    ]


def test_every_tile_has_its_own_change_map(run, pipeline, sources, tmp_path) -> None:
    run(only=("levir_map_f1",))
    path = tmp_path / "out" / "levir-tiles-test" / "predictions.jsonl"
    stored = {line["id"]: line for line in map(json.loads, path.read_text().splitlines())}
    for tile in real.LEVIR_TILES.read(sources, "test")[:3]:
        question = question_for(
            tile, clue=False, max_new_tokens=8, options=real.LEVIR_TILES.options
        )
        alone = pipeline.answer(read_visual(tile, 8), question).change_map
        assert np.allclose(stored[tile.id]["change_map"], alone, atol=1e-3)


def test_invalid_options_are_refused_before_the_model_is_loaded(sources, tmp_path) -> None:
    def code(given: Sources = sources, only: tuple[str, ...] = (), **options: Any) -> str:
        def refuse() -> Pipeline:
            pytest.fail("the model is loaded although something else is wrong")

        with pytest.raises(UniRSError) as caught:
            evaluate_figures(REAL, given, refuse, Options(tmp_path / "out", **options), only=only)
        return caught.value.code

    assert code(only=("everything",)) == "figure_unknown"
    assert code(limit=0) == "limit_invalid"
    assert code(batch_size=0) == "batch_size_invalid"
    assert code(Sources(tmp_path / "nowhere")) == "dataset_layout"


def test_another_model_does_not_resume_in_the_folder(run, pipeline, monkeypatch) -> None:
    run(limit=1, only=("eurosat_scenes",))
    monkeypatch.setitem(vars(pipeline.bundle), "digest", "of another model")
    with pytest.raises(UniRSError) as caught:
        run(limit=1, only=("eurosat_scenes",))
    assert caught.value.code == "settings_differ"
