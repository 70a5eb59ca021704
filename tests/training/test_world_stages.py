"""Mixtures that differ in one thing only put the same questions in everything else."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from unirs.inputs import InputKind
from unirs.training.bank import training_count
from unirs.training.objectives import step_rng
from unirs.training.world_rows import world_item
from unirs.training.world_stages import Material, Mixture

ITEMS = 12
SHARES = {InputKind.SINGLE: (3, 2), InputKind.PAIR: (2, 2), InputKind.VIDEO: (2, 1)}
JOINT = Mixture(SHARES, clue_share=1.0)


@pytest.fixture(scope="module")
def materials():
    return {
        kind: Material(
            truths=[world_item(kind, "train", 32, index).truth for index in range(ITEMS)],
            visual=torch.zeros(ITEMS, 1, 4, 8),
            clues=[f"clue {index}" for index in range(ITEMS)],
        )
        for kind in InputKind
    }


def of_kind(rows, kind):
    return [row for row in rows if row.kind is kind]


def test_a_batch_has_the_shares_of_its_mixture(materials):
    rows = JOINT.draw(step_rng(0, 0), materials)

    counted = {kind: len(of_kind(rows, kind)) for kind in InputKind}
    assert counted == {InputKind.SINGLE: 6, InputKind.PAIR: 4, InputKind.VIDEO: 2}
    assert all(row.item < training_count(ITEMS) for row in rows)


@pytest.mark.parametrize("kind", list(InputKind))
def test_a_kind_alone_learns_the_rows_that_it_learns_among_others(materials, kind):
    alone = Mixture({kind: SHARES[kind]}, clue_share=1.0)

    for step in range(5):
        together = JOINT.draw(step_rng(3, step), materials)
        assert alone.draw(step_rng(3, step), materials) == of_kind(together, kind)


def test_without_clues_the_same_questions_are_put(materials):
    clueless = replace(JOINT, clue_share=0.0)

    with_clues = JOINT.draw(step_rng(1, 2), materials)
    without = clueless.draw(step_rng(1, 2), materials)

    assert [row.clue for row in with_clues] == [f"clue {row.item}" for row in with_clues]
    assert without == [replace(row, clue=None) for row in with_clues]
    assert all(row.clue is None for row in clueless.validation(materials))


def test_half_of_the_clues_are_half_of_the_clues(materials):
    half = replace(JOINT, clue_share=0.5)

    told = [
        row.clue is not None
        for step in range(60)
        for row in half.draw(step_rng(0, step), materials)
    ]

    assert np.mean(told) == pytest.approx(0.5, abs=0.06)


def test_steps_and_seeds_draw_other_rows(materials):
    drawn = [JOINT.draw(step_rng(*at), materials) for at in ((0, 0), (0, 1), (1, 0))]

    assert drawn[0] != drawn[1]
    assert drawn[0] != drawn[2]
    assert drawn[0] == JOINT.draw(step_rng(0, 0), materials)


def test_what_is_held_back_validates_and_never_trains(materials):
    rows = JOINT.validation(materials)

    held_back = set(range(training_count(ITEMS), ITEMS))
    assert {row.item for row in rows} == held_back
    assert {row.kind for row in rows} == set(InputKind)
