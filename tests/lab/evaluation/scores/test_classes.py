"""Scores of classes against a case worked out by hand, and the picture of the matrix."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from unirs.errors import UniRSError
from unirs_lab.evaluation.scores.classes import score_classes, write_confusion_png
from unirs_lab.evaluation.scores.vqa import Accuracy

CLASSES = ("flood", "fire", "parade/protest")
TRUTHS = ["flood", "flood", "flood", "fire", "fire", "Parade/Protest"]
ANSWERS = ["Flood.", "fire", "a river", "fire", "flood", "parade/protest"]
PAIRS = st.lists(st.tuples(st.sampled_from([*CLASSES, "?"]), st.sampled_from(CLASSES)), min_size=1)


def test_recall_and_precision_have_their_usual_meaning() -> None:
    # Of three floods one is found; of two answers "flood" one is right. Of two fires one is found,
    # of two answers "fire" one is right. "a river" names no class.
    scores = score_classes(ANSWERS, TRUTHS, CLASSES)
    assert scores.confusion.tolist() == [[1, 1, 0, 1], [1, 1, 0, 0], [0, 0, 1, 0]]
    assert scores.overall == Accuracy(3, 6)
    assert scores.support == (3, 2, 1)
    assert scores.answered == (2, 2, 1)
    assert scores.recall == pytest.approx((1 / 3, 1 / 2, 1.0))
    assert scores.precision == pytest.approx((1 / 2, 1 / 2, 1.0))
    assert scores.unnamed == 1


def test_a_class_that_is_never_true_or_never_answered_has_no_share() -> None:
    scores = score_classes(["fire"], ["flood"], CLASSES)
    assert scores.recall == (0.0, None, None)
    assert scores.precision == (None, 0.0, None)


def test_the_json_names_protocol_and_denominators() -> None:
    record = json.loads(json.dumps(score_classes(ANSWERS, TRUTHS, CLASSES).as_json()))
    assert record["overall_accuracy"] == {"share": 0.5, "right": 3, "asked": 6}
    assert record["by_class"]["flood"] == {
        "recall": pytest.approx(1 / 3),
        "support": 3,
        "precision": 0.5,
        "answered": 2,
    }
    assert record["answers_without_a_class"] == 1
    assert "6 answers over 3 classes" in score_classes(ANSWERS, TRUTHS, CLASSES).note


def test_a_truth_that_is_no_class_is_named() -> None:
    with pytest.raises(UniRSError, match="'river'") as caught:
        score_classes(["flood"], ["river"], CLASSES)
    assert caught.value.code == "class_unknown"


def test_classes_that_are_equal_when_normalised_are_refused() -> None:
    with pytest.raises(UniRSError, match="equal without case") as caught:
        score_classes([], [], ["car racing", "Car racing!"])
    assert caught.value.code == "class_ambiguous"


@given(PAIRS, st.randoms())
def test_the_order_does_not_matter_and_no_share_leaves_its_bounds(
    pairs: list[tuple[str, str]], random: Random
) -> None:
    scores, shuffled = (
        score_classes(*zip(*order, strict=True), CLASSES)
        for order in (pairs, random.sample(pairs, len(pairs)))
    )
    assert np.array_equal(scores.confusion, shuffled.confusion)
    assert scores.overall.asked == len(pairs)
    for share in (*scores.recall, *scores.precision):
        assert share is None or 0 <= share <= 1
    weighted = sum(
        share * support
        for share, support in zip(scores.recall, scores.support, strict=True)
        if share is not None
    )
    assert weighted == pytest.approx(scores.overall.right)


@given(st.lists(st.sampled_from(CLASSES), min_size=1))
def test_right_answers_score_all(truths: list[str]) -> None:
    scores = score_classes(truths, truths, CLASSES)
    assert scores.overall.share == 1.0
    assert {*scores.recall, *scores.precision} <= {1.0, None}


def test_the_matrix_is_drawn_whatever_the_classes_are_called(tmp_path: Path) -> None:
    classes = ["$\\frac{x$", "car_racing ^", "non-event", *(f"class {n}" for n in range(22))]
    path = tmp_path / "confusion.png"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write_confusion_png(score_classes(classes, classes[::-1], classes), path)
    pixels = np.asarray(Image.open(path).convert("RGB"))
    assert min(pixels.shape[:2]) > 700
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 20
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(UniRSError, match=r"confusion\.png") as caught:
        write_confusion_png(score_classes([], [], CLASSES), tmp_path / "no" / "confusion.png")
    assert caught.value.code == "output_unwritable"
