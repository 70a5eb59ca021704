"""Questions about an image of which only the shares of the classes are known."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.lab.world.shares import answer_by_shares, areas_asked_about, asks_for_the_smaller
from unirs_lab.world import CLASSES
from unirs_lab.world.questions import RATIO, ask_of_shares

parts = st.lists(st.integers(0, 20), min_size=len(CLASSES), max_size=len(CLASSES)).filter(any)


@given(parts, st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.5, 1.0]))
def test_answers_follow_from_the_shares(parts: list[int], seed: int, reversed_share: float) -> None:
    shares = np.array(parts) / sum(parts)
    asked = ask_of_shares(shares, np.random.default_rng(seed), reversed_share)
    if asked is None:
        return
    assert asked.answer == answer_by_shares(asked.question, shares)
    areas = areas_asked_about(asked.question, shares)
    assert len(areas) == (2 if asked.type == "comparison" else 1)
    if asked.type == "comparison":
        smaller = asks_for_the_smaller(asked.question)
        assert smaller <= (reversed_share > 0)
        assert (not smaller) <= (reversed_share < 1)
        assert max(areas) >= RATIO * min(areas)


def test_all_kinds_and_both_answers_are_asked() -> None:
    shares = np.array([0.5, 0.2, 0.1, 0.1, 0.05, 0.05, 0, 0])
    asked = [ask_of_shares(shares, np.random.default_rng(seed), 0.5) for seed in range(200)]
    answers = {(one.type, one.answer) for one in asked if one}
    assert {(kind, a) for kind in ("presence", "comparison") for a in ("yes", "no")} <= answers
    assert ("area", "none") in answers
