"""Scores of change maps against cases worked out by hand."""

from __future__ import annotations

import json
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from unirs.errors import UniRSError
from unirs_lab.evaluation.scores.change_maps import AtK, score_change_maps

CHANGE = np.array([[0.9, 0.6], [0.2, 0.1]], dtype=np.float32)
MASK = np.array([[1, 1, 0, 0], [1, 1, 0, 1], [1, 1, 0, 0], [0, 0, 0, 0]], dtype=bool)
"""Cells of 2 × 2 pixels, of which 4, 1, 2 and 0 have changed: the first and the third by half."""

MAPS = arrays(np.float32, (3, 3), elements=st.sampled_from([0.0, 0.25, 0.5, 1.0, np.nan]))
MASKS = arrays(np.bool_, (7, 5))
PAIRS = st.lists(st.tuples(MAPS, MASKS), min_size=1, max_size=5)


def test_pixels_take_the_value_of_their_cell() -> None:
    # The upper two cells are called changed: 8 pixels, 5 of them rightly; 2 below are missed.
    scores = score_change_maps([CHANGE], [MASK])
    assert scores.confusion.tolist() == [[6, 3], [2, 5]]
    assert scores.precision == 5 / 8
    assert scores.recall == 5 / 7
    assert scores.f1 == 2 * 5 / (8 + 7)
    assert scores.c_iou == 5 / 10
    assert scores.m_iou == pytest.approx((5 / 10 + 6 / 11) / 2)


def test_recall_and_precision_at_k_are_of_ranked_cells() -> None:
    # Ranked: first (relevant), second (not), third (relevant), fourth (not).
    scores = score_change_maps([CHANGE], [MASK], ks=(1, 2, 3, 10))
    assert scores.at == {
        1: AtK(1 / 2, 1.0),
        2: AtK(1 / 2, 1 / 2),
        3: AtK(1.0, 2 / 3),
        10: AtK(1.0, 2 / 4),
    }


def test_a_constant_map_scores_at_chance_level() -> None:
    scores = score_change_maps([np.full((2, 2), 0.5, np.float32)], [MASK], ks=(1, 2))
    assert scores.at == {1: AtK(1 / 4, 1 / 2), 2: AtK(1 / 2, 1 / 2)}
    assert scores.confusion.tolist() == [[0, 9], [0, 7]]  # a cell at the threshold has changed


def test_iou_is_over_all_pairs_together() -> None:
    # A small change missed and a large one found: 4 of 5 together; the mean of both would be 1/2.
    small, large = np.array([[1, 0, 0, 0, 0]]), np.array([[1, 1, 1, 1, 0]])
    scores = score_change_maps([np.zeros((1, 5)), large.astype(float)], [small, large])
    assert scores.c_iou == 4 / 5
    assert scores.pairs == 2


def test_pairs_without_change_count_for_pixels_but_not_for_ranks() -> None:
    scores = score_change_maps([CHANGE, CHANGE], [MASK, np.zeros((4, 4), bool)], ks=(1,))
    assert scores.ranked_pairs == 1
    assert scores.at[1] == AtK(1 / 2, 1.0)
    assert scores.confusion.tolist() == [[6 + 8, 3 + 8], [2, 5]]


def test_what_is_unknown_does_not_count() -> None:
    change = CHANGE.copy()
    change[0, 0] = np.nan
    scores = score_change_maps([change], [MASK], ks=(1, 2))
    assert scores.confusion.tolist() == [[6, 3], [2, 1]]
    assert scores.at == {1: AtK(0.0, 0.0), 2: AtK(1.0, 1 / 2)}


def test_nothing_changed_and_nothing_found_is_no_number() -> None:
    scores = score_change_maps([np.zeros((2, 2))], [np.zeros((4, 4), bool)])
    assert scores.f1 is scores.c_iou is scores.recall is None
    assert scores.m_iou == 1.0
    assert scores.at[1] is None
    assert json.loads(json.dumps(scores.as_json()))["recall_at"] == {
        "1": None,
        "5": None,
        "10": None,
    }


def test_masks_of_bytes_count_where_they_are_not_zero() -> None:
    bytes_ = MASK.astype(np.uint8) * 255
    assert score_change_maps([CHANGE], [bytes_]).as_json() == (
        score_change_maps([CHANGE], [MASK]).as_json()
    )


def test_the_json_names_threshold_and_denominators() -> None:
    scores = score_change_maps([CHANGE], [MASK], threshold=0.7)
    record = json.loads(json.dumps(scores.as_json(), allow_nan=False))
    assert (record["threshold"], record["pairs"], record["pixels"]) == (0.7, 1, 16)
    assert (record["pixels_changed"], record["ranked_pairs"]) == (7, 1)
    assert record["f1"] == 2 * 4 / (4 + 7)
    assert record["precision_at"]["1"] == 1.0
    assert "0.7" in scores.note
    assert "16 pixels" in scores.note


@pytest.mark.parametrize("shape", [(1, 4), (4, 1), (4, 4, 3)])
def test_a_mask_that_does_not_fit_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(UniRSError, match="does not fit") as caught:
        score_change_maps([CHANGE], [np.zeros(shape, bool)])
    assert caught.value.code == "change_map_shape"


def test_no_maps_are_refused() -> None:
    with pytest.raises(UniRSError, match="no change maps") as caught:
        score_change_maps([], [])
    assert caught.value.code == "change_maps_missing"


@given(PAIRS, st.randoms())
def test_the_order_does_not_matter_and_no_score_leaves_its_bounds(
    pairs: list[tuple[np.ndarray, np.ndarray]], random: Random
) -> None:
    scores, shuffled = (
        score_change_maps(*zip(*order, strict=True))
        for order in (pairs, random.sample(pairs, len(pairs)))
    )
    assert np.array_equal(scores.confusion, shuffled.confusion)
    shares = [scores.f1, scores.precision, scores.recall, scores.c_iou, scores.m_iou]
    for k, at in scores.at.items():
        other = shuffled.at[k]
        assert (at is None) == (other is None)
        if at and other:
            assert (at.recall, at.precision) == pytest.approx((other.recall, other.precision))
            shares += [at.recall, at.precision]
    assert all(share is None or 0 <= share <= 1 + 1e-9 for share in shares)


@given(st.lists(MASKS.filter(lambda mask: bool(mask.any())), min_size=1, max_size=4))
def test_the_mask_itself_is_a_perfect_map(masks: list[np.ndarray]) -> None:
    scores = score_change_maps([mask.astype(np.float32) for mask in masks], masks, ks=(1,))
    assert scores.f1 == scores.c_iou == scores.m_iou == 1.0
    assert scores.at[1] is not None
    assert scores.at[1].precision == pytest.approx(1.0)
