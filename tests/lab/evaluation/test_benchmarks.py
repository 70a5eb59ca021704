"""What each benchmark asks of an example in its published layout, and how answers are scored."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from unirs.errors import UniRSError
from unirs.inputs import InputKind, Task
from unirs.prompts import CHANGE_INSTRUCTION, ERA_CLASSES, SHORT_ANSWER_SUFFIX
from unirs_lab.data.examples import write_example
from unirs_lab.data.samples import Sample
from unirs_lab.evaluation.benchmarks import BENCHMARKS, Benchmark, Findings, benchmark
from unirs_lab.evaluation.predictions import Prediction
from unirs_lab.evaluation.published import PUBLISHED
from unirs_lab.evaluation.scores.tokenisation import tokenisation

Read = Callable[[str], tuple[Benchmark, list[Sample]]]

WRONG = "a sentence that is right nowhere"


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """A benchmark with the samples of an example."""
    roots: dict[str, Path] = {}

    def samples(name: str) -> tuple[Benchmark, list[Sample]]:
        one = benchmark(name)
        if name not in roots:
            data = "levir-mci" if name == "levir-cc" else name
            count = 12 if name == "crsvqa" else 6
            roots[name] = write_example(data, tmp_path_factory.mktemp(name), count, size=64)
        return one, one.read(roots[name], one.split)

    return samples


def predict(samples: list[Sample], answer: Callable[[Sample], str]) -> list[Prediction]:
    return [
        Prediction(one.id, one.group, one.instruction, None, answer(one), one.answers)
        for one in samples
    ]


def find(read: Read, name: str, answer: Callable[[Sample], str]) -> Findings:
    one, samples = read(name)
    return one.score(samples, predict(samples, answer), tokenisation("plain"))


def right(sample: Sample) -> str:
    return sample.answers[0]


@pytest.mark.parametrize("name", ["rsvqa-lr", "rsvqa-hr", "crsvqa", "era"])
def test_all_right_is_a_hundred_percent_and_all_wrong_is_none(read: Read, name: str) -> None:
    for answer, percent in ((right, 100), (lambda _: WRONG, 0)):
        findings = find(read, name, answer)
        assert {figure for figure in findings.figures if figure is not None} == {percent}
        assert {case.right for case in findings.cases} == {percent == 100}
    assert len(findings.cases) == len(read(name)[1])
    assert len(findings.figures) == len(PUBLISHED[name].columns)


def test_the_five_benchmarks_of_the_paper_ask_what_it_asked(read: Read) -> None:
    assert set(BENCHMARKS) == {"rsvqa-lr", "rsvqa-hr", "crsvqa", "levir-cc", "era"}
    asked = {name: one.question(samples[0], clue=True, scored=False)
             for name, (one, samples) in ((name, read(name)) for name in BENCHMARKS)}  # fmt: skip
    for name in ("rsvqa-lr", "rsvqa-hr", "crsvqa"):
        assert asked[name].text.endswith(SHORT_ANSWER_SUFFIX)
    assert asked["levir-cc"].text == CHANGE_INSTRUCTION
    assert asked["levir-cc"].task is Task.CHANGE, "which comes with the model's verdict"
    assert asked["era"].text.startswith("Classify the given video")
    assert all(name in asked["era"].text for name in ERA_CLASSES)
    assert not any(question.options for question in asked.values()), "the paper generates"
    assert benchmark("rsvqa-hr").split == "test_phili"
    assert benchmark("rsvqa-lr").left_out == ("count", "area")


def test_events_can_be_scored_as_a_closed_set(read: Read) -> None:
    one, samples = read("era")
    asked = one.question(samples[0], clue=False, scored=True)
    assert (asked.task, asked.options, asked.clue) == (Task.CLASSIFY, ERA_CLASSES, False)


def test_numbers_and_areas_are_scored_apart() -> None:
    groups = ("presence", "comparison", "count", "area")
    samples = [Sample(g, InputKind.SINGLE, (Path("x"),), "?", ("yes",), g) for g in groups]
    predictions = predict(samples, lambda one: WRONG if one.group == "count" else right(one))
    findings = benchmark("rsvqa-hr").score(samples, predictions, tokenisation("plain"))
    assert findings.scores["average"] == {"share": 1, "right": 2, "asked": 2}
    assert findings.scores["by_type"]["count"]["share"] == 0
    assert findings.scores["by_type"]["area"]["share"] == 1
    assert all(group in findings.tables[0].markdown() for group in groups)


def test_events_come_with_recall_precision_and_confusion(read: Read) -> None:
    event = read("era")[1][0].group
    findings = find(read, "era", lambda _: f"{event.upper()}.")
    assert findings.classes is not None
    assert findings.scores["by_class"][event]["recall"] == 1
    assert findings.scores["by_class"][event]["precision"] < 1
    assert "Precision" in findings.tables[0].markdown()


def with_maps(samples: list[Sample], predictions: list[Prediction]) -> list[Prediction]:
    """Maps that see every change in the upper half."""
    up = ((1.0, 1.0), (0.0, 0.0))
    return [replace(each, change_map=up) for each in predictions if samples]


def test_captions_are_scored_with_verdicts_and_change_maps(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    # METEOR takes seconds to start; ``test_run.py`` goes the whole way
    monkeypatch.setattr("unirs_lab.evaluation.scores.captions.meteor", lambda *_: 0.5)
    one, samples = read("levir-cc")
    assert all(sample.kind is InputKind.PAIR and len(sample.answers) == 5 for sample in samples)
    predictions = with_maps(samples, predict(samples, right))
    findings = one.score(samples, predictions, tokenisation("plain"))
    assert findings.scores["change_or_no_change"]["share"] == 1
    assert findings.scores["bleu_4"] == pytest.approx(100, abs=0.1)
    assert findings.scores["change_maps"]["pairs"] == len(samples)
    assert all(case.note.startswith("CIDEr-D") for case in findings.cases)
    assert [table.title for table in findings.tables][1:] == ["Change or no change", "Change maps"]

    silent = one.score(
        samples, predict(samples, lambda _: "nothing has changed"), tokenisation("plain")
    )
    assert silent.scores["change_or_no_change"]["right"] == sum(
        sample.group == "no change" for sample in samples
    )
    assert silent.scores["change_maps"] is None, "without maps there is nothing to score"


def test_masks_are_read_where_there_are_some(tmp_path: Path) -> None:
    one = benchmark("levir-cc")
    root = write_example("levir-mci", tmp_path / "mci", 2, size=64)
    assert all(sample.mask for sample in one.read(root, "test"))
    for mask in root.glob("images/test/label/*"):
        mask.unlink()
    samples = one.read(root, "test")
    assert not any(sample.mask for sample in samples)
    shutil.rmtree(root / "images" / "train")
    assert len(one.captions(root)) == 3 * 2 * 5, "the vocabulary is that of all splits"


def test_an_unknown_benchmark_is_refused() -> None:
    with pytest.raises(UniRSError, match="rsvqa-lr") as caught:
        benchmark("imagenet")
    assert caught.value.code == "benchmark_unknown"


def test_cases_belong_to_their_answers(read: Read) -> None:
    _, samples = read("rsvqa-lr")
    lucky = {sample.id for sample in samples[::3]}
    findings = find(read, "rsvqa-lr", lambda one: right(one) if one.id in lucky else WRONG)
    assert np.flatnonzero([case.right for case in findings.cases]).tolist() == list(
        range(0, len(samples), 3)
    )
