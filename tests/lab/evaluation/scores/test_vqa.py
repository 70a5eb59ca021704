"""Accuracy of answers against cases worked out by hand."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unirs_lab.evaluation.scores.vqa import (
    Accuracy,
    Answered,
    balanced_accuracy,
    is_right,
    normalise,
    score_vqa,
)

TYPES = ["presence", "comparison", "rural_urban", "count", "area"]
ANSWERED = st.lists(
    st.builds(
        Answered,
        st.sampled_from(TYPES),
        st.sampled_from(["yes", "No.", "3", ""]),
        st.sampled_from(["yes", "no", "3"]),
    ),
    max_size=30,
)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("Yes.", "yes"), (" rural ", "rural"), ("Rural,  area!", "rural area"), ("2", "2")],
)
def test_answers_are_compared_without_case_punctuation_and_space(
    answer: str, expected: str
) -> None:
    assert is_right(answer, expected)


@pytest.mark.parametrize(
    ("answer", "expected"), [("yes", "no"), ("yes it is", "yes"), ("12", "1"), ("", "no")]
)
def test_other_answers_are_wrong(answer: str, expected: str) -> None:
    assert not is_right(answer, expected)


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


def test_the_average_is_over_questions_and_leaves_count_and_area_out() -> None:
    # Presence 3 of 4, comparison 0 of 1: over questions 3 of 5, over types it would be 3 of 8.
    # Count is right 2 of 2 times, area 0 of 1: with them it would be 5 of 8.
    scores = score_vqa(
        [
            *[Answered("presence", "Yes", "yes")] * 3,
            Answered("presence", "no", "yes"),
            Answered("comparison", "no", "yes"),
            *[Answered("count", "7", "7")] * 2,
            Answered("area", "10m2", "20m2"),
        ]
    )
    assert scores.average == Accuracy(3, 5)
    assert scores.average.share == 0.6
    assert scores.by_type["presence"] == Accuracy(3, 4)
    assert scores.by_type["count"] == Accuracy(2, 2)
    assert scores.by_type["area"].share == 0.0


def test_a_benchmark_without_types_has_its_average() -> None:
    scores = score_vqa([Answered("", "two", "Two"), Answered("", "red", "blue")])
    assert scores.average.share == 0.5
    assert "all 2" in scores.note


def test_the_published_average_of_rsvqa_lr_is_over_questions() -> None:
    # Of 2,955 presence, 4,002 comparison and 100 rural/urban questions, Table III's 91.64, 92.68
    # and 90.00 give its 92.21; a mean over the three types would be 91.44.
    asked = {"presence": (2955, 91.64), "comparison": (4002, 92.68), "rural_urban": (100, 90.0)}
    scores = score_vqa(
        [
            Answered(type_, "yes" if number < round(count * share / 100) else "no", "yes")
            for type_, (count, share) in asked.items()
            for number in range(count)
        ]
    )
    assert scores.average.share == pytest.approx(0.9221, abs=5e-5)


def test_the_json_names_protocol_and_denominators() -> None:
    scores = score_vqa([Answered("presence", "yes", "yes"), Answered("count", "1", "2")])
    record = json.loads(json.dumps(scores.as_json()))
    assert "GeoChat" in record["protocol"]
    assert record["average"] == {"share": 1.0, "right": 1, "asked": 1}
    assert record["by_type"]["count"] == {"share": 0.0, "right": 0, "asked": 1}
    assert record["left_out"] == ["count", "area"]
    assert "presence 1" in scores.note
    assert "without count" in scores.note


def test_nothing_asked_is_no_number() -> None:
    assert score_vqa([]).average.share is None


@given(ANSWERED, st.randoms())
def test_the_order_does_not_matter(answers: list[Answered], random: Random) -> None:
    shuffled = random.sample(answers, len(answers))
    assert score_vqa(shuffled) == score_vqa(answers)


@given(ANSWERED)
def test_right_answers_score_all_and_no_score_leaves_its_bounds(answers: list[Answered]) -> None:
    perfect = score_vqa([Answered(one.type, one.expected, one.expected) for one in answers])
    assert perfect.average.right == perfect.average.asked
    scores = score_vqa(answers)
    assert all(0 <= score.right <= score.asked for score in scores.by_type.values())
    assert scores.average.asked == sum(one.type not in ("count", "area") for one in answers)


def test_balanced_accuracy_gives_each_true_answer_the_same_weight() -> None:
    truths = ["no", "no", "no", "no", "yes"]
    assert balanced_accuracy(truths, [True] * 4 + [False]) == pytest.approx(0.5)
    assert balanced_accuracy(truths, [True, True, True, False, True]) == pytest.approx(0.875)
    assert balanced_accuracy(["no", "no"], [True, True]) is None, "nothing to balance"
    assert balanced_accuracy([], []) is None
