"""The experiments from a base to the report, at the smallest scale."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

from unirs.cli import main
from unirs.engines.unirs import load_pipeline
from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs_lab.cli.experiments import experiments
from unirs_lab.experiments.ablations import ABLATIONS, PROMPT_AUGMENTATION, arms_of
from unirs_lab.experiments.arms import Arm
from unirs_lab.experiments.results import Results
from unirs_lab.experiments.running import arm_folder, run_experiments, scores_of
from unirs_lab.experiments.settings import Settings
from unirs_lab.experiments.verdicts import MOST_SEEDS
from unirs_lab.training.answer_objective import AnswerObjective
from unirs_lab.training.progress import Report

KEYS = {
    InputKind.SINGLE: {"presence", "vqa"},
    InputKind.PAIR: {"change_no_change", "change_cider_d"},
    InputKind.VIDEO: {"video"},
}


class KilledError(Exception):
    """Stands in for a kill."""


def watched(begun: list[str], stop_at: str = "") -> Report:
    """A report that notes what begins, and breaks off at the first stage that is ``stop_at``."""

    def stage(name: str) -> None:
        begun.append(name)
        if name == stop_at:
            raise KilledError

    return Report(stage=stage)


@pytest.fixture(scope="module")
def read() -> list[list[tuple[InputKind, str]]]:
    """Kind and name of every visual input that a step of joint tuning has read."""
    return []


@pytest.fixture(scope="module")
def finished(
    settings: Settings,
    read: list[list[tuple[InputKind, str]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Results:
    micro_batches = AnswerObjective.micro_batches

    def counted(self: AnswerObjective, step: int) -> Any:
        batches = micro_batches(self, step)
        own = [(each.content.kind, name) for each in batches for name in each.content.names]
        read.append(own)
        return batches

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AnswerObjective, "micro_batches", counted)
        return run_experiments(replace(settings, folder=tmp_path_factory.mktemp("experiments")))


@pytest.mark.slow
def test_every_arm_is_scored_on_what_it_has_learnt(finished: Results) -> None:
    assert tuple(finished.scores) == arms_of(ABLATIONS, 1)
    for arm, scores in finished.scores.items():
        for kind, keys in KEYS.items():
            assert keys <= set(scores) if kind in arm.kinds else not keys & set(scores), arm.name


@pytest.mark.slow
def test_an_arm_reads_the_inputs_of_its_budget_and_those_of_the_joint_arm(
    finished: Results, read: list[list[tuple[InputKind, str]]]
) -> None:
    steps = finished.settings.steps
    assert len(read) == steps * len(finished.scores)
    by_arm = {
        arm: [one for step in read[place * steps : (place + 1) * steps] for one in step]
        for place, arm in enumerate(finished.scores)
    }
    for arm, own in by_arm.items():
        assert Counter(kind for kind, _ in own) == Counter(arm.inputs(steps)), arm.name
        assert sorted(own) == sorted(one for one in by_arm[Arm()] if one[0] in arm.kinds)


@pytest.mark.slow
def test_models_are_what_their_arms_say(finished: Results) -> None:
    configs = {
        arm.name: load_pipeline(arm_folder(finished.settings, arm) / "model").config
        for arm in finished.scores
    }

    without_module = {name for name, config in configs.items() if not config.change_module}
    without_clues = {name for name, config in configs.items() if config.clue_source == "none"}
    assert without_module == {"joint-without-change-module", "pair-without-change-module"}
    assert without_clues == {"joint-without-clues"}


@pytest.mark.slow
def test_what_is_finished_is_not_done_again(finished: Results) -> None:
    begun: list[str] = []

    again = run_experiments(finished.settings, report=watched(begun))

    assert again.scores == finished.scores
    assert not {"LLM on the mixture", "change module on captions", "scoring"} & set(begun)


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_same_end(finished: Results, tmp_path: Path) -> None:
    settings = replace(finished.settings, folder=tmp_path)
    last = PROMPT_AUGMENTATION.arms[-1]
    begun: list[str] = []
    with pytest.raises(KilledError):
        run_experiments(settings, (PROMPT_AUGMENTATION,), watched([], f"arm {last.name}, seed 0"))

    results = run_experiments(settings, (PROMPT_AUGMENTATION,), watched(begun))

    assert [name for name in begun if name.startswith("arm ")] == [f"arm {last.name}, seed 0"]
    assert results.scores == {arm: finished.scores[arm] for arm in PROMPT_AUGMENTATION.arms}


@pytest.mark.slow
def test_more_test_items_score_again_and_train_nothing(finished: Results) -> None:
    settings = replace(finished.settings, evaluate=2)
    trained: list[int] = []

    one = PROMPT_AUGMENTATION
    report = Report(training=lambda at: trained.append(at.step))
    results = run_experiments(settings, (one,), report)

    assert set(results.scores) == set(one.arms)
    assert not trained
    path = arm_folder(settings, one.arms[0]) / "scores.json"
    assert json.loads(path.read_text())["evaluated"] == 2
    run_experiments(finished.settings, (one,))


@pytest.mark.slow
def test_other_settings_or_another_base_are_refused(finished: Results) -> None:
    with pytest.raises(UniRSError) as caught:
        run_experiments(replace(finished.settings, steps=3))

    assert caught.value.code == "settings_differ"
    assert str(finished.settings.folder) in caught.value.message


@pytest.mark.slow
def test_broken_scores_are_named(finished: Results) -> None:
    path = arm_folder(finished.settings, Arm()) / "scores.json"
    whole = path.read_text()
    for broken in ("{", "[]", '{"scores": 3}', '{"scores": {"video": null}, "evaluated": 1}'):
        path.write_text(broken)
        with pytest.raises(UniRSError, match="scores") as caught:
            run_experiments(finished.settings)
        assert caught.value.code == "results_broken"
    path.write_text(whole)


@pytest.mark.slow
def test_the_command_prints_the_results(
    finished: Results, capsys: pytest.CaptureFixture[str]
) -> None:
    own = finished.settings
    words = ["experiments", "--folder", own.folder, "--base", own.base, "--seeds", 1, "--steps", 2]
    words += ["--change-epochs", 1, "--evaluate", 1, "--device", "cpu"]

    def run(*more: str) -> str:
        assert main([str(word) for word in (*words, *more)]) == 0
        return capsys.readouterr().out

    record = json.loads(run("--json", "--only", "IX"))
    assert [table["table"] for table in record["tables"]] == ["IX"]
    assert run("--latex").count(r"\begin{table}") == 3
    assert run("--markdown") == (own.folder / "results" / "report.md").read_text()
    assert "Table VIII of the paper" in run()


def test_what_cannot_work_is_refused_before_anything_is_made(
    settings: Settings, tmp_path: Path
) -> None:
    good = replace(settings, folder=tmp_path / "experiments")
    (tmp_path / "file").touch()
    faults = {
        "model_missing": replace(good, base=tmp_path),
        "device_missing": replace(good, device="cuda:9"),
        "count_invalid": replace(good, seeds=0),
        "output_unwritable": replace(good, folder=tmp_path / "file" / "experiments"),
    }

    for code, faulty in faults.items():
        with pytest.raises(UniRSError) as caught:
            run_experiments(faulty)
        assert caught.value.code == code
    with pytest.raises(UniRSError, match=f"at most {MOST_SEEDS}"):
        run_experiments(replace(good, seeds=MOST_SEEDS + 1))
    assert not good.folder.exists()


def test_the_average_over_questions_counts_questions() -> None:
    # 9 of 10, 1 of 2 and 0 of 4 are 10 of 16
    rows = [
        {"name": "generated_presence", "value": 90.0, "items": 10},
        {"name": "generated_comparison", "value": 50.0, "items": 2},
        {"name": "generated_rural_urban", "value": 0.0, "items": 4},
        {"name": "generated_change_captions", "value": 12.0, "items": 3},
        {"name": "generated_video", "value": None, "items": 0},
    ]

    taken = scores_of(rows)

    assert taken["vqa"] == pytest.approx(62.5)
    assert taken["presence"] == pytest.approx(90.0)
    assert taken["change_cider_d"] == 12.0
    assert "video" not in taken


def test_the_command_runs_what_the_settings_say() -> None:
    command = {name: one.default for name, one in signature(experiments).parameters.items()}

    for field in ("folder", "base", "seeds", "steps", "change_epochs", "evaluate", "device"):
        assert command[field] == getattr(Settings(), field), field
