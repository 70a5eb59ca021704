"""The ways from captions to words, against pycocoevalcap and against Chg2Cap's rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

from unirs.errors import UniRSError
from unirs_lab.evaluation.scores.tokenisation import PLAIN, TOKENISATIONS, tokenisation

ODD = [
    "",
    "   ",
    ".",
    "two\nlines\r\nand\x85more\u2028here",
    "a ||| b",
    "nul\x00 and \ud800 half a pair",
    "ÜBER-große Häuser 🏠 (neu)",
    'He said: "it\'s gone"!',
    "a" * 5000,
]


def test_chg2cap_keeps_case_and_counts_rare_words_as_unknown() -> None:
    # Seen five times: "," "Road" "a" "house" "near"; "tree" is seen four times. Sorted, and
    # numbered from 4 on: "," 4, "Road" 5, "a" 6, "house" 7, "near" 8. What is unknown is 1.
    corpus = ["a house, near Road."] * 5 + [" tree ."] * 4
    split = tokenisation("chg2cap", corpus)
    assert split(["a house, near Road ."]) == ["6 7 4 8 5"]
    assert split(["A tree; near? a  road"]) == ["1 1 1 8 6 1"]
    assert split([""]) == [""]


def test_chg2cap_counts_over_all_captions_of_the_data_set() -> None:
    train, test = ["a tree"] * 3, ["a tree"] * 2
    assert tokenisation("chg2cap", [*train, *test])(["tree"]) == ["5"]
    with pytest.raises(UniRSError, match="all captions") as caught:
        tokenisation("chg2cap", train)
    assert caught.value.code == "corpus_missing"


def test_ptb_is_that_of_pycocoevalcap() -> None:
    texts = ["A man, on a horse.", "Don't stop!", "The U.S. (new) buildings: 3.5 km.", "x--y; z"]
    theirs = PTBTokenizer().tokenize({0: [{"caption": text} for text in texts]})[0]
    assert tokenisation("ptb")(texts) == theirs


def test_ptb_keeps_to_one_line_for_each_caption_whatever_it_contains() -> None:
    split = tokenisation("ptb")
    words = split([*ODD, "the end"])
    assert len(words) == len(ODD) + 1
    assert words[0] == words[1] == words[2] == ""
    assert words[3] == "two lines and more here"
    assert words[-1] == "the end"
    assert words[6].startswith("über-große häuser")


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_words_are_joined_by_single_spaces(texts: list[str]) -> None:
    for split in (PLAIN, tokenisation("chg2cap", ["a"] * 5)):
        words = split(texts)
        assert len(words) == len(texts)
        assert all(text == " ".join(text.split()) for text in words)


def test_plain_is_as_answers_are_compared() -> None:
    assert PLAIN(["A house, near\nthe Road."]) == ["a house near the road"]


def test_every_name_is_a_tokenisation_and_others_are_refused() -> None:
    assert [tokenisation(name, ["a"] * 5).name for name in TOKENISATIONS] == list(TOKENISATIONS)
    with pytest.raises(UniRSError, match="chg2cap, ptb, plain") as caught:
        tokenisation("bert")
    assert caught.value.code == "tokenisation_unknown"
