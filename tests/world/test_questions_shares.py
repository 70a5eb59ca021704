"""Questions about an image of which only the shares of the classes are known."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unirs.world import CLASSES
from unirs.world.facts import CLEAR_SHARE
from unirs.world.plan import COVER_WORDS
from unirs.world.questions import _MANY, _ONE, RATIO, ask_of_shares, percent

parts = st.lists(st.integers(0, 20), min_size=len(CLASSES), max_size=len(CLASSES)).filter(any)


@given(parts, st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.5, 1.0]))
def test_answers_follow_from_the_shares(parts: list[int], seed: int, reversed_share: float) -> None:
    shares = np.array(parts) / sum(parts)
    asked = ask_of_shares(shares, np.random.default_rng(seed), reversed_share)
    if asked is None:
        return
    if asked.type == "presence":
        there = [shares[c] for c in range(len(CLASSES)) if _names(asked.question, c)]
        assert asked.answer == ("yes" if there[0] >= CLEAR_SHARE else "no")
        assert there[0] == 0 or there[0] >= CLEAR_SHARE
        return
    named = sorted(
        (name for name in COVER_WORDS if name in asked.question), key=asked.question.index
    )
    areas = [shares[COVER_WORDS.index(name)] for name in named]
    if asked.type == "area":
        assert [asked.answer] == [percent(area) for area in areas]
        return
    smaller = "less" in asked.question or "smaller" in asked.question
    assert smaller <= (reversed_share > 0)
    assert (not smaller) <= (reversed_share < 1)
    assert max(areas) >= RATIO * min(areas)
    assert asked.answer == ("yes" if (areas[0] < areas[1]) == smaller else "no")


def _names(question: str, cover: int) -> bool:
    """Whether a question is about a class, named in the singular or in the plural."""
    words = question.rstrip("?").replace(" in the image", "")
    return any(name in words for name in (_ONE[cover], _MANY[cover]))


def test_all_kinds_and_both_answers_are_asked() -> None:
    shares = np.array([0.5, 0.2, 0.1, 0.1, 0.05, 0.05, 0, 0])
    asked = [ask_of_shares(shares, np.random.default_rng(seed), 0.5) for seed in range(200)]
    answers = {(one.type, one.answer) for one in asked if one}
    assert {(kind, a) for kind in ("presence", "comparison") for a in ("yes", "no")} <= answers
    assert ("area", "none") in answers
