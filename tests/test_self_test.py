import json
from dataclasses import replace

import pytest

from unirs.answers import Answer
from unirs.inputs import InputKind
from unirs.self_test import CASES, build_case, run_self_test


class Candidate:
    """Answers the cases as it was told to."""

    name, device = "candidate", "cpu"

    def __init__(self, answers):
        self._answers = iter(answers)

    def answer(self, visual, question, *, stop=None):  # noqa: ARG002
        stopped = bool(stop and stop())
        return Answer("" if stopped else next(self._answers), question.task, stopped=stopped)


@pytest.fixture(scope="module")
def truths():
    return [build_case(case)[2] for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_has_an_image_and_a_truth_among_its_options(case):
    visual, question, expected = build_case(case)
    assert visual.kind is case.kind
    assert expected in question.options
    assert build_case(case)[0].digest == visual.digest


def test_the_cases_cover_every_kind_of_input():
    assert {case.kind for case in CASES} == set(InputKind)
    assert len({case.name for case in CASES}) == len(CASES)


def test_no_single_answer_passes(truths):
    assert len(set(truths)) > 2


def test_a_model_that_knows_the_truth_passes(truths):
    told = []
    report = run_self_test(Candidate(truths), on_case=lambda *count: told.append(count))
    assert report.passed
    assert told == [(done, len(CASES)) for done in range(len(CASES))]
    assert [case.answer for case in report.cases] == truths


def test_one_wrong_answer_fails_and_is_named(truths):
    report = run_self_test(Candidate([*truths[:-1], "something else"]))
    assert not report.passed
    assert [case.passed for case in report.cases] == [True] * (len(CASES) - 1) + [False]
    assert report.cases[-1].answer == "something else"


def test_a_stopped_test_has_not_passed(truths):
    report = run_self_test(Candidate(truths), stop=lambda: True)
    assert (report.stopped, report.passed, report.cases) == (True, False, ())


def test_the_report_is_json(truths):
    report = run_self_test(Candidate(truths))
    facts = report.to_json()
    assert json.loads(json.dumps(facts)) == facts
    assert facts["passed"] is True
    assert not replace(report, stopped=True).to_json()["passed"]
