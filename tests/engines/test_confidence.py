"""How sure an answer is, worked out by hand."""

import pytest

from unirs.answers import Answer
from unirs.engines.confidence import (
    Piece,
    behind_thoughts,
    choose,
    text_agreement,
    text_confidence,
    verdict_confidence,
)
from unirs.inputs import Task

CAPTION = [
    *(Piece("Many", 0.5), Piece(" air", 0.8), Piece("planes", 0.5), Piece(" are", 0.1)),
    *(Piece(" in", 0.1), Piece(" the", 0.1), Piece(" airport", 0.6), Piece(".", 0.1)),
]


def test_a_text_is_as_sure_as_its_content_words_are_on_average():
    assert text_confidence(CAPTION) == pytest.approx((0.4 + 0.6) / 2)


def test_without_content_words_all_words_count_and_without_words_nothing_is_known():
    assert text_confidence([Piece("There", 0.5), Piece(" is", 0.9)]) == pytest.approx(0.7)
    assert text_confidence([Piece("yes", 0.9)]) == 0.9
    assert text_confidence([Piece("…", 0.9)]) is None
    assert text_confidence([]) is None


def test_tokens_within_a_character_count_for_its_word():
    pieces = [Piece("M", 1.0), Piece("", 0.5), Piece("ül", 0.5), Piece("l", 1.0)]
    assert text_confidence([Piece("caf", 0.5), Piece("é", 0.5)]) == 0.25
    assert text_confidence(pieces) == 0.25


def test_what_a_model_writes_for_itself_does_not_count():
    thoughts = [Piece("<think>", 0.1), Piece("hm", 0.1), Piece("</think>", 0.1), Piece("\n", 0.1)]
    assert behind_thoughts([*thoughts, *CAPTION], "Many airplanes are in the airport.") == CAPTION


def test_texts_agree_by_their_content_words():
    assert text_agreement("many boats in a harbor", ["boats are in the harbor"]) == 1
    assert text_agreement("boats", ["planes"]) == 0
    assert text_agreement("two boats", ["two planes", "two boats"]) == pytest.approx(0.75)
    assert text_agreement("boats", []) is None


def test_a_choice_is_the_mean_of_views_and_its_agreement_their_share():
    scores, agreement = choose(("a", "b"), [(0.6, 0.4), (0.6, 0.4), (0.0, 1.0)])
    assert [(each.text, pytest.approx(each.probability)) for each in scores] == [
        ("b", 0.6),
        ("a", 0.4),
    ]
    assert agreement == pytest.approx(1 / 3)
    assert choose(("a", "b"), [(0.6, 0.4)])[1] is None


def test_a_verdict_is_as_sure_as_the_more_probable_side():
    assert verdict_confidence(0.3) == verdict_confidence(0.7) == pytest.approx(0.7)


def test_an_answer_is_unsure_below_its_threshold_and_never_without_one():
    assert Answer("a", Task.ASK, confidence=0.5, unsure_below=0.6).unsure
    assert not Answer("a", Task.ASK, confidence=0.6, unsure_below=0.6).unsure
    assert not Answer("a", Task.ASK, confidence=0.1).unsure
    assert not Answer("a", Task.ASK, unsure_below=0.6).unsure
