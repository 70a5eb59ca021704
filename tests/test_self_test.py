import json
from dataclasses import replace

import pytest

from unirs.answers import Answer
from unirs.engines.unirs import load_pipeline
from unirs.inputs import InputKind
from unirs.self_test import CASES, run_self_test

TRUTHS = [case.expected for case in CASES]


class Candidate:
    """Gives the answers that it is made with, in their order."""

    name, device = "candidate", "cpu"
    image_size, frame_count = 64, 4

    def __init__(self, answers):
        self._answers = iter(answers)

    def answer(self, visual, question, *, stop=None):  # noqa: ARG002
        stopped = bool(stop and stop())
        return Answer("" if stopped else next(self._answers), question.task, stopped=stopped)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_truth_of_each_case_is_one_of_its_options(case):
    assert case.expected in case.request.options


def test_the_cases_cover_every_kind_of_input():
    assert {case.request.kind for case in CASES} == set(InputKind)
    assert len({case.name for case in CASES}) == len(CASES)


def test_no_single_answer_passes():
    assert len(set(TRUTHS)) > 2


def test_a_model_that_knows_the_truth_passes():
    counts = []
    report = run_self_test(Candidate(TRUTHS), on_case=lambda *count: counts.append(count))
    assert report.passed
    assert counts == [(done, len(CASES)) for done in range(len(CASES))]
    assert [case.answer for case in report.cases] == TRUTHS


def test_one_wrong_answer_fails_and_is_named():
    report = run_self_test(Candidate([*TRUTHS[:-1], "something else"]))
    assert not report.passed
    assert [case.passed for case in report.cases] == [True] * (len(CASES) - 1) + [False]
    assert report.cases[-1].answer == "something else"


def test_a_stopped_test_has_not_passed():
    report = run_self_test(Candidate(TRUTHS), stop=lambda: True)
    assert (report.stopped, report.passed, report.cases) == (True, False, ())


def test_the_report_is_json():
    report = run_self_test(Candidate(TRUTHS))
    facts = report.to_json()
    assert json.loads(json.dumps(facts)) == facts
    assert facts["passed"] is True
    assert not replace(report, stopped=True).to_json()["passed"]


@pytest.mark.slow
def test_the_default_model_passes():
    report = run_self_test(load_pipeline(device="cpu"))
    assert report.passed, report.cases
