"""Real images: what is asked, how the rows come about, and that nothing is asked twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.lab.data.real_collections import write_collections
from unirs.errors import UniRSError
from unirs.inference import Pipeline
from unirs.inputs import InputKind
from unirs_lab.data.examples import write_example
from unirs_lab.data.real.edits import LOOKS
from unirs_lab.data.samples import Sample
from unirs_lab.data.visuals import read_mask, read_visual
from unirs_lab.evaluation.asking import Report
from unirs_lab.evaluation.gallery import Case
from unirs_lab.evaluation.predictions import Prediction
from unirs_lab.evaluation.real import NAMES, Folders, RealOptions, evaluate_real, exams
from unirs_lab.evaluation.real.exams import Exam
from unirs_lab.evaluation.real.figures import FIGURES, Aim, Answers, ExamFigure
from unirs_lab.evaluation.real.measures import agreement, calibration, change_map_f1
from unirs_lab.evaluation.run import Evaluation

EXAM_FIGURES = [figure for figure in FIGURES if isinstance(figure, ExamFigure)]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    root = tmp_path_factory.mktemp("data")
    return Folders(
        write_collections(root / "real"),
        write_example("rsvqa-hr", root / "hr", 2, size=64),
        write_example("rsvqa-lr", root / "lr", 2, size=64),
    )


def say(exam: Exam, samples: list[Sample], answer: Callable[[Sample], str]) -> list[Case]:
    said = [
        Prediction(one.id, one.group, one.instruction, None, answer(one), one.answers)
        for one in samples
    ]
    if exam.options:
        said = [replace(each, probability=0.9) for each in said]
    if exam is exams.LEVIR_TILES:
        said = [
            replace(each, change_map=tuple(map(tuple, read_mask(one.mask, one.edit).astype(float))))
            for one, each in zip(samples, said, strict=True)
        ]
    return [Case(*each) for each in zip(samples, said, exam.judge(samples, said), strict=True)]


def values(folders: Folders, answer: Callable[[Sample], str]) -> dict[str, float | None]:
    """Every figure, if a model answered like this."""
    parts = {part for figure in EXAM_FIGURES for part in figure.parts("test")}
    cases = {(exam, split): say(exam, exam.read(folders, split), answer) for exam, split in parts}
    answers = Answers("test", cases, {})
    return {figure.name: figure.result(answers).value for figure in EXAM_FIGURES}


def test_whoever_knows_everything_gets_everything(folders) -> None:
    found = values(folders, lambda sample: f" {sample.answers[0].upper()}. ")
    captions = {found.pop(name) for name in ("rsicd_captions", "ucmerced_captions")}
    assert min(captions) > 100
    assert found.pop("calibration_error") == pytest.approx(10)
    assert set(found.values()) == {100}


def test_whoever_always_says_no_gets_half_of_what_is_balanced(folders) -> None:
    found = values(folders, lambda _: "no")
    for name in ("ucmerced_yes_no", "rsvqa_hr_presence", "rsvqa_lr_presence", "levir_changed"):
        assert found[name] == 50, name
    for name in ("rsicd_scenes", "eurosat_scenes", "rsicd_captions", "ucmerced_count"):
        assert found[name] == 0, name
    assert found["nothing_changed"] == found["same_answer"] == 100


def test_only_what_has_an_answer_is_asked(folders) -> None:
    asked = exams.UCMERCED_QUESTIONS.read(folders, "test")
    assert [(one.group, one.answers[0]) for one in asked] == [
        *(("presence", "no"), ("presence", "yes"), ("count", "about forty"))
    ], "neither places nor “several”"
    assert all(one.instruction.endswith("a single word or phrase.") for one in asked)
    scenes = exams.RSICD_SCENES.read(folders, "test")
    assert [one.answers for one in scenes] == [("airport",)], "one scene is not known"
    assert len(exams.RSICD_CAPTIONS.read(folders, "test")) == 2
    assert len(exams.RSICD_SCENES.options) == 30
    assert {one.group for one in exams.RSVQA_LR.read(folders, "test")} == {"presence"}
    assert exams.RSVQA_LR.read(folders, "val") == [], "nothing is chosen by it"
    assert exams.RSVQA_HR.read(Folders(folders.real), "test") == []


def test_a_question_comes_in_ten_wordings(folders) -> None:
    asked = exams.UCMERCED_WORDINGS.read(folders, "test")
    assert len({one.instruction for one in asked}) == len(asked) == 30
    assert asked[0].instruction == "Is there any sign of airplanes in this scene?"
    assert asked[29].instruction == "I want to know how many buildings are in the picture."
    # the fifth wording of presence gets another answer, in words that come to the same elsewhere
    other = say(
        exams.UCMERCED_WORDINGS,
        asked,
        lambda one: "no" if one.id.endswith("/0/4") else "Yes, there are 12",
    )
    assert agreement(other).value == pytest.approx(100 * 29 / 30)
    assert agreement(other).details["all_the_same"] == pytest.approx(100 * 2 / 3)
    assert agreement([]).value is None


def test_tiles_are_changed_from_a_stated_share_on(folders) -> None:
    tiles = exams.LEVIR_TILES.read(folders, "test")
    assert len(tiles) == 8
    for tile in tiles:
        share = read_mask(tile.mask, tile.edit).mean()
        assert tile.answers == ("yes" if share else "no",)
        assert tile.group == (
            "change" if share >= exams.CHANGED else "unclear" if share else "no change"
        )
        assert read_visual(tile, 8).crops[1].pixels.shape == (256, 256, 3)
    assert {tile.group for tile in tiles} >= {"change", "no change"}
    unclear = [replace(tile, group="unclear") for tile in tiles]
    assert calibration(say(exams.LEVIR_TILES, unclear, lambda _: "no"), []).items == 0
    assert change_map_f1(say(exams.LEVIR_TILES, unclear, lambda _: "no")).items == 8


def test_a_pair_is_made_of_every_image(folders) -> None:
    pairs = exams.OTHER_DATES.read(folders, "test")
    assert len(pairs) == 4
    assert all(one.kind is InputKind.PAIR and one.group in LOOKS for one in pairs)
    assert len(read_visual(pairs[0], 8).crops) == 2


def test_aims_are_met_from_above_or_from_below() -> None:
    assert Aim(90).met_by(90)
    assert not Aim(90).met_by(89.9)
    assert Aim(5, at_most=True).met_by(4)
    assert not Aim(5, at_most=True).met_by(6)


@pytest.fixture
def run(pipeline: Pipeline, folders: Folders, tmp_path: Path) -> Callable[..., Evaluation]:
    def evaluate(report: Report | None = None, **options: Any) -> Evaluation:
        chosen = {"folders": folders, "out": tmp_path / "out", "clue": False, **options}
        return evaluate_real(lambda: pipeline, RealOptions(**chosen), report)

    return evaluate


def rows(result: Evaluation) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in result.record["figures"]}


@pytest.mark.slow
def test_the_whole_table_comes_from_one_call_and_is_kept(run, tmp_path) -> None:
    told: list[tuple[int, int]] = []
    first = run(Report(asking=lambda *counts: told.append(counts)), limit=3, gallery=6)
    assert tuple(rows(first)) == NAMES
    assert {name for name, row in rows(first).items() if row["value"] is None} <= {
        "naip_water",  # its folder is not given
        # three questions do not always hold a yes and a no
        *("rsvqa_hr_presence", "rsvqa_hr_comparison", "rsvqa_lr_presence", "levir_changed"),
    }
    assert "naip" in first.tables[0].markdown().lower()
    assert {row["items"] for name, row in rows(first).items() if "captions" in name} == {2}
    assert rows(first)["same_answer"]["items"] == 30, "ten wordings count as one question"
    assert rows(first)["calibration_error"]["details"]["temperature"] > 0
    page = (tmp_path / "out" / "gallery.html").read_text()
    assert page.count("<article") == 6
    assert json.loads((tmp_path / "out" / "scores.json").read_text()) == first.record
    assert (tmp_path / "out" / "tables.md").is_file()
    assert told

    told.clear()
    again = run(Report(asking=lambda *counts: told.append(counts)), limit=3, gallery=6)
    assert again.record == first.record
    assert not told, "nothing is asked twice"
    assert (tmp_path / "out" / "gallery.html").read_text() == page, "always the same draw"


def test_a_higher_limit_asks_only_what_is_new(run, tmp_path) -> None:
    notes: list[str] = []
    run(limit=1, only=("eurosat_scenes",), split="val")
    result = run(Report(note=notes.append), only=("eurosat_scenes",), split="val")
    asked = rows(result)["eurosat_scenes"]["items"]
    assert asked > 1
    assert notes == [f"1 of {asked} are answered already."]
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if path.is_dir()) == [
        "eurosat-scenes-val"
    ]


def test_every_tile_is_looked_at_by_itself(run, pipeline, folders, tmp_path) -> None:
    run(only=("levir_map_f1",))
    path = tmp_path / "out" / "levir-tiles-test" / "predictions.jsonl"
    said = {line["id"]: line for line in map(json.loads, path.read_text().splitlines())}
    for tile in exams.LEVIR_TILES.read(folders, "test")[:3]:
        question = exams.LEVIR_TILES.question(tile, clue=False)
        alone = pipeline.answer(read_visual(tile, 8), question).change_map
        assert np.allclose(said[tile.id]["change_map"], alone, atol=1e-3)


def test_what_makes_no_sense_is_refused_before_the_model_is_loaded(folders, tmp_path) -> None:
    def code(**options: Any) -> str:
        def refuse() -> Pipeline:
            pytest.fail("the model is loaded although something else is wrong")

        chosen = {"folders": folders, "out": tmp_path / "out", **options}
        with pytest.raises(UniRSError) as caught:
            evaluate_real(refuse, RealOptions(**chosen))
        return caught.value.code

    assert code(only=("everything",)) == "figure_unknown"
    assert code(limit=0) == "limit_invalid"
    assert code(batch_size=0) == "batch_size_invalid"
    assert code(folders=Folders(tmp_path / "nowhere")) == "dataset_layout"


def test_another_model_does_not_go_on_in_the_folder(run, pipeline, monkeypatch) -> None:
    run(limit=1, only=("eurosat_scenes",))
    monkeypatch.setitem(vars(pipeline.bundle), "digest", "of another model")
    with pytest.raises(UniRSError) as caught:
        run(limit=1, only=("eurosat_scenes",))
    assert caught.value.code == "settings_differ"
