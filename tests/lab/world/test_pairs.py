from __future__ import annotations

import numpy as np
import pytest

from unirs.inputs import NO_CHANGE
from unirs_lab.world import CLASSES, ScenePair, pair
from unirs_lab.world.changes import CHANGES


def test_half_of_the_pairs_are_unchanged(pairs: list[ScenePair]) -> None:
    assert 0.4 < np.mean([p.changed for p in pairs]) < 0.6


def test_the_mask_is_where_labels_differ_and_empty_only_without_change(
    pairs: list[ScenePair],
) -> None:
    for made in pairs:
        assert np.array_equal(made.change_mask, made.labels_before != made.labels_after)
        assert made.change_mask.any() == made.changed == (made.kind != "none")


def test_a_change_covers_a_visible_area(pairs: list[ScenePair]) -> None:
    assert all(made.change_mask.mean() >= 0.02 for made in pairs if made.changed)


def test_unchanged_pairs_still_look_different(pairs: list[ScenePair]) -> None:
    for made in pairs:
        if not made.changed:
            difference = np.abs(made.before.astype(int) - made.after.astype(int))
            assert difference.mean() > 1


def test_a_pair_is_the_same_every_time() -> None:
    first, again = pair(9, 64), pair(9, 64)
    assert np.array_equal(first.before, again.before)
    assert np.array_equal(first.after, again.after)
    assert first.captions == again.captions
    assert first.questions == again.questions


def test_a_change_that_does_not_fit_into_the_image_is_refused() -> None:
    with pytest.raises(ValueError, match="houses built"):
        pair(1, 16, pixel_size=0.02, kind="houses built")


def test_five_captions_are_in_lower_case_without_a_full_stop(pairs: list[ScenePair]) -> None:
    for made in pairs:
        assert len(made.captions) == 5
        for caption in made.captions:
            assert caption == caption.lower()
            assert not caption.endswith(".")
            assert 4 <= len(caption.split()) <= 18
            assert "{" not in caption
        assert (set(made.captions) == set(NO_CHANGE)) == (not made.changed)


def test_the_vocabulary_stays_small(pairs: list[ScenePair]) -> None:
    words = {word for made in pairs for text in made.captions for word in text.split()}
    assert len(words) < 200


def test_questions_about_change_are_balanced(pairs: list[ScenePair]) -> None:
    answers = [question.answer for made in pairs for question in made.questions]
    assert 0.4 < np.mean([answer == "yes" for answer in answers]) < 0.6
    assert all(question.type == "change" for made in pairs for question in made.questions)


def test_a_question_whether_anything_changed_is_answered_by_the_mask(
    pairs: list[ScenePair],
) -> None:
    for made in pairs:
        general = made.questions[0]
        assert (general.answer == "yes") == made.changed


GAIN = {
    "houses built": ("building", 1),
    "houses removed": ("building", -1),
    "building built": ("building", 1),
    "building removed": ("building", -1),
    "road built": ("road", 1),
    "road removed": ("road", -1),
    "trees planted": ("trees", 1),
    "trees removed": ("trees", -1),
    "lake appeared": ("water", 1),
    "lake grown": ("water", 1),
    "lake dried": ("water", -1),
    "lake shrunk": ("water", -1),
    "land cleared": ("bare land", 1),
    "land greened": ("grass", 1),
    "parking built": ("parking lot", 1),
}


def test_every_kind_of_change_is_tested() -> None:
    assert set(GAIN) == {change.kind for change in CHANGES}


@pytest.mark.parametrize("kind", sorted(GAIN))
@pytest.mark.parametrize("seed", range(3))
def test_the_named_class_grows_or_shrinks(kind: str, seed: int) -> None:
    made = pair(seed, 96, kind=kind)
    name, sign = GAIN[kind]
    cover = CLASSES.index(name)
    gained = (made.labels_after == cover).sum() - (made.labels_before == cover).sum()
    assert np.sign(gained) == sign


def test_the_place_in_the_caption_is_where_the_mask_lies() -> None:
    seen = 0
    for seed in range(60):
        made = pair(seed, 64, kind="lake appeared")
        rows, columns = np.nonzero(made.change_mask)
        place = made.captions[0].partition("a lake appears ")[2]
        if "top" in place:
            assert rows.mean() < 32
        if "bottom" in place:
            assert rows.mean() > 32
        if "left" in place:
            assert columns.mean() < 32
        if "right" in place:
            assert columns.mean() > 32
        seen += place != "in the center"
    assert seen > 20
