"""Mixtures that differ in one thing only put the same questions in everything else."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from unirs.inputs import InputKind
from unirs_lab.data.rasters import CHANGE_CAPTIONS
from unirs_lab.training.bank import training_count
from unirs_lab.training.objectives import step_rng
from unirs_lab.training.world_rows import REVERSED, unirs_row, world_item
from unirs_lab.training.world_stages import Material, WorldMixture

ITEMS = 12
SHARES = {InputKind.SINGLE: (3, 2), InputKind.PAIR: (2, 2), InputKind.VIDEO: (2, 1)}
JOINT = WorldMixture(SHARES, clue_share=1.0)


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
    rows = JOINT.draw(step_rng(0, 0), 0, materials)

    counted = {kind: len(of_kind(rows, kind)) for kind in InputKind}
    assert counted == {InputKind.SINGLE: 6, InputKind.PAIR: 4, InputKind.VIDEO: 2}
    assert all(row.item < training_count(ITEMS) for row in rows)


@pytest.mark.parametrize("kind", list(InputKind))
def test_a_kind_alone_learns_the_rows_that_it_learns_among_others(materials, kind):
    alone = WorldMixture({kind: SHARES[kind]}, clue_share=1.0)

    for step in range(5):
        together = JOINT.draw(step_rng(3, step), 0, materials)
        assert alone.draw(step_rng(3, step), 0, materials) == of_kind(together, kind)


def test_without_clues_the_same_questions_are_put(materials):
    clueless = replace(JOINT, clue_share=0.0)

    with_clues = JOINT.draw(step_rng(1, 2), 0, materials)
    without = clueless.draw(step_rng(1, 2), 0, materials)

    assert [row.clue for row in with_clues] == [f"clue {row.item}" for row in with_clues]
    assert without == [replace(row, clue=None) for row in with_clues]
    assert all(row.clue is None for row in clueless.validation(materials))


def test_half_of_the_clues_are_half_of_the_clues(materials):
    half = replace(JOINT, clue_share=0.5)

    told = [
        row.clue is not None
        for step in range(60)
        for row in half.draw(step_rng(0, step), 0, materials)
    ]

    assert np.mean(told) == pytest.approx(0.5, abs=0.06)


def test_steps_and_seeds_draw_other_rows(materials):
    drawn = [JOINT.draw(step_rng(*at), 0, materials) for at in ((0, 0), (0, 1), (1, 0))]

    assert drawn[0] != drawn[1]
    assert drawn[0] != drawn[2]
    assert drawn[0] == JOINT.draw(step_rng(0, 0), 0, materials)


def test_what_is_held_back_validates_and_never_trains(materials):
    rows = JOINT.validation(materials)

    held_back = set(range(training_count(ITEMS), ITEMS))
    assert {row.item for row in rows} == held_back
    assert {row.kind for row in rows} == set(InputKind)


def comparisons(rows):
    asked = [row.instruction for row in rows if " than " in row.instruction]
    return [any(word in text for word in REVERSED) for text in asked]


def test_comparisons_are_reversed_only_when_they_have_been_learnt(materials):
    mixture = replace(JOINT, shares={InputKind.SINGLE: (8, 6)}, one_way_steps=40)

    def read(steps):
        drawn = (mixture.draw(step_rng(0, step), step, materials) for step in steps)
        return [is_reversed for rows in drawn for is_reversed in comparisons(rows)]

    assert np.mean(read(range(40))) < 0.05
    assert np.mean(read(range(40, 80))) == pytest.approx(0.5, abs=0.08)


def test_real_tiles_come_besides_as_many_as_asked_for(materials):
    kind = InputKind.SINGLE
    generated = materials[kind]
    truths = [truth | {"real": index == 4} for index, truth in enumerate(generated.truths)]
    some_real = {kind: replace(generated, truths=truths)}
    mixture = WorldMixture({kind: (3, 1)}, clue_share=1.0, real_shares={kind: (5, 2)})

    for step in range(20):
        items = [row.item for row in mixture.draw(step_rng(0, step), 0, some_real)]
        assert sum(item == 4 for item in items) == 5 * 2
        assert len(items) == 3 + 5 * 2
        assert len(mixture.draw(step_rng(0, step), 0, materials)) == 3


def test_two_thirds_of_the_questions_about_a_tile_ask_whether_there_is_water():
    questions = [["presence", "Is there water?", "no"]]
    questions += [["comparison", f"Is there more {each}?", "yes"] for each in ("grass", "water")]
    truth = {"real": True, "captions": ["a tile"], "questions": questions}
    rng = np.random.default_rng(0)

    rows = [unirs_row(rng, InputKind.SINGLE, 0, truth, None) for _ in range(600)]

    asked = [row for row in rows if row.answer != "a tile"]
    assert np.mean([row.answer == "no" for row in asked]) == pytest.approx(2 / 3, abs=0.06)


def test_the_first_word_of_a_change_caption_tells_whether_there_is_a_change():
    rng = np.random.default_rng(0)
    generated = [world_item(InputKind.PAIR, "train", 32, index).truth for index in range(60)]
    real = [
        {"captions": captions, "changed": way != "unchanged", "questions": []}
        for way, captions in CHANGE_CAPTIONS.items()
    ]
    first_words = {True: set(), False: set()}
    for truth in [*generated, *real]:
        for _ in range(20):
            row = unirs_row(rng, InputKind.PAIR, 0, truth | {"questions": []}, None)
            assert row.answer in truth["captions"]
            first_words[truth["changed"]].add(row.answer.split()[0])

    assert len(first_words[False]) == 1
    assert not first_words[True] & first_words[False]
