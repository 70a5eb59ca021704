"""Metrics against cases worked out by hand and against pycocoevalcap's own path."""

from __future__ import annotations

import builtins
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocoevalcap.cider.cider import Cider

from unirs.errors import UniRSError
from unirs.evaluation.metrics import accuracy, cider_d, is_right, normalise

WORDS = st.lists(
    st.sampled_from(["road", "house", "tree", "water", "appears", "gone", "near", "new"]),
    max_size=9,
)
CAPTIONS = WORDS.map(" ".join)
REFERENCES = st.lists(CAPTIONS.filter(bool), min_size=5, max_size=5)


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


def test_accuracy_is_a_share() -> None:
    assert accuracy([True, False, True, True]) == 0.75
    assert accuracy([]) is None


def test_cider_d_of_a_perfect_and_a_hopeless_caption() -> None:
    # Each perfect caption of four words or more scores 10, one without a common word 0.
    references = [["a b c d"], ["e f g h"]]
    assert cider_d(["a b c d", "e f g h"], references) == pytest.approx(1000)
    assert cider_d(["A b, c d.", "x y z w"], references) == pytest.approx(500)


def test_cider_d_of_a_caption_that_is_one_word_short() -> None:
    # All n-grams weigh log 2, as each occurs in one of two images: cosines by counting n-grams,
    # then the length penalty of one word.
    cosines = [4 / math.sqrt(4 * 5), 3 / math.sqrt(3 * 4), 2 / math.sqrt(2 * 3), 1 / math.sqrt(2)]
    short = 10 * sum(cosines) / 4 * math.exp(-1 / (2 * 6**2))
    score = cider_d(["a b c d", "e f g h"], [["a b c d z"], ["e f g h"]])
    assert score == pytest.approx(100 * (short + 10) / 2)


def test_cider_d_gives_no_credit_for_saying_a_word_again_and_again() -> None:
    references = [["a b c d"], ["e f g h"]]
    once = cider_d(["a b x y", "e f g h"], references)
    stuffed = cider_d(["a a a a", "e f g h"], references)
    assert stuffed is not None
    assert once is not None
    assert stuffed < once


def test_words_of_every_image_weigh_nothing() -> None:
    references = [["the scene a b c d"], ["the scene e f g h"]]
    with_them = cider_d(["the scene", "the scene"], references)
    assert with_them == pytest.approx(0, abs=1e-9)


def test_cider_d_of_nothing_is_no_number() -> None:
    assert cider_d([], []) is None


@given(st.lists(st.tuples(CAPTIONS, REFERENCES), min_size=2, max_size=5))
def test_cider_d_is_that_of_pycocoevalcap(items: list[tuple[str, list[str]]]) -> None:
    expected, _ = Cider().compute_score(
        {i: references for i, (_, references) in enumerate(items)},
        {i: [caption] for i, (caption, _) in enumerate(items)},
    )
    ours = cider_d([caption for caption, _ in items], [references for _, references in items])
    assert ours == pytest.approx(100 * expected)


def test_without_the_extra_the_user_is_told_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def refuse(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("pycocoevalcap"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(UniRSError, match=r"unirs\[eval\]") as caught:
        cider_d(["a"], [["a"]])
    assert caught.value.code == "eval_extra_missing"
