from __future__ import annotations

import numpy as np
import pytest

from unirs_lab.world import SceneSeries, seed_for, series
from unirs_lab.world.questions import SEEN


@pytest.fixture(scope="module")
def made() -> list[SceneSeries]:
    return [series(seed_for("test", index), 96, 6) for index in range(12)]


def test_the_ground_changes_at_the_event_and_at_no_other_date(made: list[SceneSeries]) -> None:
    for each in made:
        turns = [
            date
            for date in range(1, 6)
            if not np.array_equal(each.labels[date], each.labels[date - 1])
        ]
        assert turns == ([] if each.event is None else [each.event])
        assert (each.kind == "none") == (each.event is None)


def test_every_date_looks_different(made: list[SceneSeries]) -> None:
    for each in made:
        frames = each.frames.astype(int)
        assert all(abs(frames[date] - frames[date - 1]).mean() > 1 for date in range(1, 6))


def test_answers_follow_the_event(made: list[SceneSeries]) -> None:
    assert any(each.event is None for each in made)
    assert any(not question.of_change for each in made for question in each.questions)
    for each in made:
        truths = [question.first for question in each.questions if question.of_change]
        assert truths == ([None] if each.event is None else [each.event, None])
        for question in each.questions:
            if not question.of_change:
                assert question.first == each.event
                after = np.bincount(each.labels[-1].ravel(), minlength=8) / each.labels[-1].size
                assert after.max() >= SEEN


def test_a_series_is_the_same_every_time() -> None:
    first, again = series(9, 64), series(9, 64)
    assert np.array_equal(first.frames, again.frames)
    assert first.questions == again.questions
