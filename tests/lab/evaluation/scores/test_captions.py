"""Scores of captions against cases worked out by hand and against pycocoevalcap itself."""

from __future__ import annotations

import json
import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.meteor.meteor import Meteor
from pycocoevalcap.rouge.rouge import Rouge
from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

from unirs.errors import UniRSError
from unirs_lab.evaluation.scores import captions as module
from unirs_lab.evaluation.scores.captions import (
    CaptionScores,
    cider_d,
    score_captions,
)
from unirs_lab.evaluation.scores.tokenisation import PLAIN, tokenisation

CANDIDATES = [
    "the scene is the same as before .",
    "Some houses are built along the road, and trees are removed.",
    "a road appears in the bare land",
    "there is no difference .",
    "",
]
EXPECTED = [
    ["the scene is the same as before .", "there is no difference .", "no change has occurred ."],
    [
        "several houses are built along the road .",
        "Many villas appear on both sides of the road, and the trees are removed.",
        "houses have been constructed along the roads ; trees vanished .",
    ],
    ["a road is built in the desert .", "the bare land is replaced by a road ."],
    ["the two scenes seem identical .", "there is no difference .", "almost nothing has changed ."],
    ["a pool is dug ."],
]
CORPUS = [text for expected in EXPECTED for text in expected] * 2
"""All captions of this small data set; "the", "." and so on are seen five times, "villas" not."""

WORDS = st.lists(
    st.sampled_from(["road", "house", "tree", "water", "appears", "gone", "near", "new"]),
    max_size=9,
)
CAPTIONS = WORDS.map(" ".join)
REFERENCES = st.lists(CAPTIONS.filter(bool), min_size=5, max_size=5)
ITEMS = st.lists(st.tuples(CAPTIONS, REFERENCES), min_size=2, max_size=5)


def without_meteor(
    monkeypatch: pytest.MonkeyPatch, captions: list[str], references: list[list[str]]
) -> CaptionScores:
    """All scores but METEOR, whose start takes seconds, without punctuation."""
    monkeypatch.setattr(module, "meteor", lambda *_: 0.5)
    return score_captions(captions, references, PLAIN)


def test_cider_d_of_a_perfect_and_a_hopeless_caption() -> None:
    # Each perfect caption of four words or more scores 10, one without a common word 0.
    references = [["a b c d"], ["e f g h"]]
    assert cider_d(["a b c d", "e f g h"], references, PLAIN) == pytest.approx(1000)
    assert cider_d(["A b, c d.", "x y z w"], references, PLAIN) == pytest.approx(500)


def test_cider_d_of_a_caption_that_is_one_word_short() -> None:
    # All n-grams weigh log 2, as each occurs in one of two images: cosines by counting n-grams,
    # then the length penalty of one word.
    cosines = [4 / math.sqrt(4 * 5), 3 / math.sqrt(3 * 4), 2 / math.sqrt(2 * 3), 1 / math.sqrt(2)]
    short = 10 * sum(cosines) / 4 * math.exp(-1 / (2 * 6**2))
    score = cider_d(["a b c d", "e f g h"], [["a b c d z"], ["e f g h"]], PLAIN)
    assert score == pytest.approx(100 * (short + 10) / 2)


def test_cider_d_gives_no_credit_for_repeating_a_word() -> None:
    references = [["a b c d"], ["e f g h"]]
    once = cider_d(["a b x y", "e f g h"], references, PLAIN)
    stuffed = cider_d(["a a a a", "e f g h"], references, PLAIN)
    assert stuffed is not None
    assert once is not None
    assert stuffed < once


def test_words_of_every_image_weigh_nothing() -> None:
    references = [["the scene a b c d"], ["the scene e f g h"]]
    with_them = cider_d(["the scene", "the scene"], references, PLAIN)
    assert with_them == pytest.approx(0, abs=1e-9)


def test_cider_d_of_nothing_is_no_number() -> None:
    assert cider_d([], [], PLAIN) is None


@given(ITEMS)
def test_cider_d_is_that_of_pycocoevalcap(items: list[tuple[str, list[str]]]) -> None:
    expected, _ = Cider().compute_score(
        {i: references for i, (_, references) in enumerate(items)},
        {i: [caption] for i, (caption, _) in enumerate(items)},
    )
    captions, references = [caption for caption, _ in items], [texts for _, texts in items]
    assert cider_d(captions, references, PLAIN) == pytest.approx(100 * expected)


def test_bleu_rouge_and_their_mean_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    # First image right; second "a b c x" against "a b c d e":
    # n-grams that match: 4 + 3 of 8, 3 + 2 of 6, 2 + 1 of 4, 1 + 0 of 2; 8 words against 9.
    scores = without_meteor(monkeypatch, ["e f g h", "a b c x"], [["e f g h"], ["a b c d e"]])
    brevity = math.exp(1 - 9 / 8)
    product, expected = 1.0, []
    for n, precision in enumerate((7 / 8, 5 / 6, 3 / 4, 1 / 2), 1):
        product *= precision
        expected.append(100 * brevity * product ** (1 / n))
    assert scores.bleu == pytest.approx(expected)
    # The longest common subsequence "a b c" is 3 of 4 candidate words and 3 of 5 expected ones.
    recall, precision, beta = 3 / 5, 3 / 4, 1.2
    rouge = (1 + beta**2) * precision * recall / (recall + beta**2 * precision)
    assert scores.rouge_l == pytest.approx(100 * (1 + rouge) / 2)
    assert scores.meteor == 50
    assert scores.s_m == pytest.approx((scores.bleu[3] + 50 + scores.rouge_l + scores.cider_d) / 4)
    assert scores.cider_d == pytest.approx(sum(scores.each) / 2)


@pytest.mark.slow  # METEOR starts three times
def test_all_scores_are_those_of_pycocoevalcap_in_both_modes() -> None:
    def ptb(texts: list[list[str]]) -> dict[int, list[str]]:
        return PTBTokenizer().tokenize(
            {i: [{"caption": text} for text in group] for i, group in enumerate(texts)}
        )

    def chg2cap(texts: list[list[str]]) -> dict[int, list[str]]:
        split = tokenisation("chg2cap", CORPUS)
        return {i: split(group) for i, group in enumerate(texts)}

    theirs = Meteor()
    for name, words in (("ptb", ptb), ("chg2cap", chg2cap)):
        references, captions = words(EXPECTED), words([[caption] for caption in CANDIDATES])
        scores = score_captions(CANDIDATES, EXPECTED, tokenisation(name, CORPUS))
        bleu, _ = Bleu(4).compute_score(references, captions, verbose=0)
        assert scores.bleu == pytest.approx([100 * score for score in bleu])
        for ours, scorer in (
            (scores.meteor, theirs),
            (scores.rouge_l, Rouge()),
            (scores.cider_d, Cider()),
        ):
            assert ours == pytest.approx(100 * scorer.compute_score(references, captions)[0]), name
        assert scores.tokenisation == name
        assert (scores.images, scores.references) == (5, 12)


@pytest.mark.slow  # METEOR starts
def test_captions_may_contain_any_text() -> None:
    odd = ["", "two\nlines\u2028here", "a ||| b", "nul\x00 and \ud800", "große 🏠", "the " * 1000]
    candidates = ["a house", *odd]
    references = [["ein 🏠", "a ||| house"]] * len(candidates)
    scores = score_captions(candidates, references, tokenisation("ptb"))
    assert scores.images == len(candidates)
    assert 0 < scores.meteor < 100


def test_both_modes_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "meteor", lambda *_: 0.5)
    ptb = score_captions(CANDIDATES, EXPECTED, tokenisation("ptb"))
    chg2cap = score_captions(CANDIDATES, EXPECTED, tokenisation("chg2cap", CORPUS))
    assert ptb.cider_d != pytest.approx(chg2cap.cider_d)


def test_the_json_names_protocol_tokenisation_and_denominators(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scores = without_meteor(monkeypatch, CANDIDATES, EXPECTED)
    record = json.loads(json.dumps(scores.as_json(), allow_nan=False))
    assert record["tokenisation"] == "plain"
    assert record["tokenisation_description"] == "lower-case, no punctuation"
    assert (record["images"], record["references"], record["scale"]) == (5, 12, 100)
    assert "sigma = 6" in record["protocol"]
    assert {"bleu_1", "bleu_4", "meteor", "rouge_l", "cider_d", "s_m"} <= set(record)
    for fact in ("plain", "5 images", "12 references", "METEOR 1.5"):
        assert fact in scores.note


def test_references_without_a_word_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    with_blank = [[*expected, " . "] for expected in EXPECTED]
    assert without_meteor(monkeypatch, CANDIDATES, with_blank) == without_meteor(
        monkeypatch, CANDIDATES, EXPECTED
    )


def test_an_image_without_a_reference_is_named() -> None:
    with pytest.raises(UniRSError, match="Image 2 of 2") as caught:
        cider_d(["a", "b"], [["a"], ["?"]], PLAIN)
    assert caught.value.code == "references_missing"


def test_no_captions_are_refused() -> None:
    with pytest.raises(UniRSError, match="no captions") as caught:
        score_captions([], [], PLAIN)
    assert caught.value.code == "captions_missing"


@given(items=ITEMS, random=st.randoms())
def test_the_order_does_not_matter_and_no_score_leaves_its_bounds(
    items: list[tuple[str, list[str]]], random: Random
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        scores, shuffled = (
            without_meteor(patch, [caption for caption, _ in order], [texts for _, texts in order])
            for order in (items, random.sample(items, len(items)))
        )
    assert shuffled.bleu == pytest.approx(scores.bleu)
    assert shuffled.rouge_l == pytest.approx(scores.rouge_l)
    assert shuffled.cider_d == pytest.approx(scores.cider_d)
    assert all(0 <= score <= 100.001 for score in (*scores.bleu, scores.rouge_l))
    assert 0 <= scores.cider_d <= 1000.001


def test_captions_that_repeat_a_reference_are_perfect(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = without_meteor(monkeypatch, ["a b c d", "e f g h"], [["a b c d"], ["e f g h"]])
    assert scores.bleu == pytest.approx((100, 100, 100, 100))
    assert scores.rouge_l == pytest.approx(100)
    assert scores.cider_d == pytest.approx(1000)
