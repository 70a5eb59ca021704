"""Recalls, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from unirs_lab.evaluation.published_retrieval import RSICD
from unirs_lab.evaluation.scores.retrieval import score_retrieval


def test_ranks_in_both_directions() -> None:
    similarities = np.array(
        [
            [0.9, 0.1, 0.5, 0.5],
            [0.2, 0.3, 0.9, 0.5],
            [0.8, 0.2, 0.1, 0.5],
        ],
        np.float32,
    )
    scores = score_retrieval(similarities, own=(0, 0, 1, 2))
    # By text: ranks 1, 3, 1 and 2 (three equal ones). By image: 1, 1, and two sentences are nearer.
    assert scores.by_text == pytest.approx((50, 100, 100))
    assert scores.by_image == pytest.approx((200 / 3, 100, 100))
    assert scores.figures["mean"] == pytest.approx((50 + 200 / 3 + 400) / 6)
    assert scores.figures["by_text"] == pytest.approx(250 / 3)


def test_without_any_difference_a_find_is_a_matter_of_chance() -> None:
    scores = score_retrieval(np.zeros((21, 21), np.float32), own=range(21))
    assert (scores.by_text, scores.by_image) == ((0, 0, 0), (0, 0, 0))


def test_only_what_is_asked_for_is_scored() -> None:
    scores = score_retrieval(np.eye(3, dtype=np.float32)[::-1], own=range(3), asked=(1,))
    assert scores.by_text[0] == 100
    assert scores.by_image[0] == 100


@pytest.mark.parametrize("row", RSICD.rows, ids=[str(row[0]) for row in RSICD.rows])
def test_a_published_mean_is_that_of_its_recalls(row) -> None:
    assert row[8] == pytest.approx(np.mean(row[2:8]), abs=0.011)
