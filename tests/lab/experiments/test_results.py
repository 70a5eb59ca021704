"""Arms, budgets, and the tables that are made of scores."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from unirs.inputs import InputKind
from unirs_lab.experiments.ablations import (
    ABLATIONS,
    CHANGE_CAPTIONS,
    CHANGE_MODULE,
    JOINT_TRAINING,
    VIDEO_CLASS,
    VQA,
    arms_of,
)
from unirs_lab.experiments.arms import JOINT, PAIR, SINGLE, VIDEO, Arm
from unirs_lab.experiments.results import Results
from unirs_lab.experiments.settings import Settings
from unirs_lab.experiments.writing import write_results

CAPTIONS = {"joint": [139.0, 141.0, 137.0], "pair": [120.0, 120.5, 119.5]}


def scores_of(arm: Arm) -> dict[str, float]:
    scores: dict[str, float] = {}
    if InputKind.SINGLE in arm.kinds:
        scores |= dict.fromkeys(("presence", "comparison", "rural_urban", "vqa"), 90.0 + arm.seed)
    if InputKind.PAIR in arm.kinds:
        captions = CAPTIONS.get(arm.name, [100.0, 130.0, 110.0])[arm.seed]
        scores |= {"change_no_change": 95.0, "change_cider_d": captions}
    if InputKind.VIDEO in arm.kinds:
        scores["video"] = 80.0 if arm.kinds == (InputKind.VIDEO,) else 82.0
    return scores


@pytest.fixture
def results(tmp_path: Path) -> Results:
    scores = {arm: scores_of(arm) for arm in arms_of(ABLATIONS, 3)}
    return Results(Settings(folder=tmp_path), ABLATIONS, scores)


def test_seven_runs_a_seed_serve_all_tables() -> None:
    arms = arms_of(ABLATIONS, 3)

    assert len(arms) == len(set(arms)) == 21
    assert [arm.seed for arm in arms] == sorted(arm.seed for arm in arms)
    assert {arm.name for arm in arms} == {
        "joint",
        "single",
        "pair",
        "video",
        "joint-without-change-module",
        "pair-without-change-module",
        "joint-without-clues",
    }
    assert all(JOINT in ablation.arms for ablation in ABLATIONS)


@pytest.mark.parametrize("arm", arms_of(ABLATIONS, 1), ids=lambda arm: arm.name)
def test_an_arm_differs_from_the_joint_arm_by_its_overrides_alone(arm: Arm) -> None:
    settings, start = Settings(), Path("runs/start")

    own, joint = (settings.joint(one.overrides, start) for one in (arm, JOINT))

    assert {InputKind(name) for name in own.data} == set(arm.kinds)
    assert own.batch_size * own.steps == sum(arm.inputs(own.steps).values())
    assert (own.change_module, own.with_clues) == (arm.change_module, arm.clues)
    varied = {"data", "batch_size", "change_module", "with_clues"}
    assert own.model_dump(exclude=varied) == joint.model_dump(exclude=varied)
    assert all(arm.inputs(6)[kind] == JOINT.inputs(6)[kind] for kind in arm.kinds)


def test_individual_training_stands_in_one_line_of_three_arms(results: Results) -> None:
    individual, joint = JOINT_TRAINING.lines

    assert [individual.arm(m) for m in (VQA, CHANGE_CAPTIONS, VIDEO_CLASS)] == [SINGLE, PAIR, VIDEO]
    assert results.values(individual, CHANGE_CAPTIONS) == [120.0, 120.5, 119.5]
    assert results.values(joint, CHANGE_CAPTIONS) == [139.0, 141.0, 137.0]


def test_means_and_spreads_are_those_worked_by_hand(results: Results) -> None:
    # 139, 141, 137: mean 139, squared deviations 0 + 4 + 4, over n - 1: spread 2
    # 100, 130, 110: mean 113.33, squared deviations 177.78 + 277.78 + 11.11, spread 15.28
    lines = results.table(CHANGE_MODULE).text_rows()

    assert [line[-1] for line in lines] == [
        "113.3 ± 15.3",
        "113.3 ± 15.3",
        "120.0 ± 0.5",
        "139.0 ± 2.0",
    ]
    assert [line[:2] for line in lines] == [["no", "no"], ["yes", "no"], ["no", "yes"], ["yes"] * 2]


def test_every_form_has_the_same_numbers(results: Results) -> None:
    write_results(results)

    folder = results.settings.folder / "results"
    record = json.loads((folder / "results.json").read_text())
    module = next(table for table in record["tables"] if table["table"] == "IX")
    both = module["lines"][-1]
    assert both["scores"]["change_cider_d"] == {"mean": 139.0, "spread": 2.0}
    assert both["Change module"] == "yes"
    with (folder / "change-module.csv").open(newline="") as stream:
        rows = list(csv.reader(stream))
    assert [float(number) for number in rows[-1][-2:]] == [139.0, 2.0]
    assert "139.0 ± 2.0" in (folder / "change-module.md").read_text()
    assert r"139.0 $\pm$ 2.0" in (folder / "change-module.tex").read_text()
    for ablation in ABLATIONS:
        assert (folder / f"{ablation.name}.png").read_bytes().startswith(b"\x89PNG")
        assert results.table(ablation).markdown() in (folder / "report.md").read_text()


def test_the_record_names_budgets_and_verdicts(results: Results) -> None:
    record = results.as_json()

    joint = next(arm for arm in record["arms"] if (arm["arm"], arm["seed"]) == ("joint", 2))
    pair = next(arm for arm in record["arms"] if (arm["arm"], arm["seed"]) == ("pair", 2))
    assert joint["steps"] == pair["steps"] == results.settings.steps
    assert joint["inputs"]["pair"] == pair["inputs"]["pair"]
    assert set(pair["inputs"]) == {"pair"}
    effects = {each["effect"]: each for table in record["tables"] for each in table["effects"]}
    assert effects["change module, joint training"]["difference"] == pytest.approx(25.667, abs=1e-3)
    assert effects["joint training, captions"]["decision"] == "holds"
    assert effects["joint training, questions"]["decision"] == "not decided at this size"
    assert "confidence interval" in record["rule"]


def test_unfinished_seeds_are_left_out(results: Results) -> None:
    first = {arm: scores for arm, scores in results.scores.items() if arm.seed == 0}

    early = replace(results, scores=first)

    assert early.seeds == 1
    assert early.table(CHANGE_MODULE).text_rows()[-1][-1] == "139.0"
    assert "Seeds: 1;" in early.protocol()
    write_results(early)
