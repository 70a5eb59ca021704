from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unirs_lab.world import CLASSES, Scene, scene, seed_for
from unirs_lab.world.plan import COVER_WORDS

NAMES = {
    "grass": r"grass",
    "trees": r"trees",
    "farmland": r"fields?|farmland",
    "bare land": r"bare land",
    "water": r"water",
    "road": r"roads?",
    "building": r"buildings?",
    "parking lot": r"parking lots?",
}
DIGEST = (
    "import hashlib; from unirs_lab.world import scene; s = scene(77, 64); "
    "text = repr((s.captions, s.questions)).encode(); "
    "print(hashlib.sha256(s.image.tobytes() + text).hexdigest())"
)


def classes_in(text: str) -> list[int]:
    """The classes that a question names, in its order."""
    found = []
    for index, name in enumerate(CLASSES):
        match = re.search(rf"\b({NAMES[name]})\b", text)
        if match:
            found.append((match.start(), index))
    return [index for _, index in sorted(found)]


def test_same_seed_gives_the_same_scene_in_another_process() -> None:
    here = scene(77, 64)
    text = repr((here.captions, here.questions)).encode()
    digest = hashlib.sha256(here.image.tobytes() + text).hexdigest()
    other = subprocess.run(
        [sys.executable, "-c", DIGEST], capture_output=True, text=True, check=True
    )
    assert other.stdout.strip() == digest


def test_other_seeds_give_other_scenes(scenes: list[Scene]) -> None:
    assert len({s.image.tobytes() for s in scenes}) == len(scenes)


@given(
    st.sampled_from(["train", "val", "test"]), st.integers(0, 2**40 - 1),
    st.sampled_from(["train", "val", "test"]), st.integers(0, 2**40 - 1),
)  # fmt: skip
def test_splits_share_no_seed(split: str, index: int, other: str, other_index: int) -> None:
    same = (split, index) == (other, other_index)
    assert (seed_for(split, index) == seed_for(other, other_index)) == same


@pytest.mark.parametrize(("split", "index"), [("all", 0), ("train", -1), ("test", 2**40)])
def test_seeds_outside_the_splits_are_refused(split: str, index: int) -> None:
    with pytest.raises(ValueError, match="No seed"):
        seed_for(split, index)


def test_images_and_labels_have_the_asked_size_and_type() -> None:
    made = scene(5, 100, pixel_size=1.5)
    assert made.image.shape == (100, 100, 3)
    assert made.labels.shape == (100, 100)
    assert made.image.dtype == made.labels.dtype == np.uint8
    assert made.pixel_size == 1.5


def test_pixel_sizes_span_the_promised_range(scenes: list[Scene]) -> None:
    sizes = np.array([s.pixel_size for s in scenes])
    assert 0.3 <= sizes.min() < 0.4
    assert 8 < sizes.max() <= 10


def test_every_class_and_some_uniform_scenes_occur(scenes: list[Scene]) -> None:
    assert set(np.concatenate([np.unique(s.labels) for s in scenes])) == set(range(len(CLASSES)))
    assert sum(len(np.unique(s.labels)) == 1 for s in scenes) >= 3


def test_images_use_the_tonal_range_like_photographs(scenes: list[Scene]) -> None:
    means = np.array([s.image.mean() for s in scenes])
    assert 60 < means.mean() < 170
    assert all(s.image.std() > 1.5 for s in scenes)  # no scene is a flat colour
    assert all(((s.image == 0) | (s.image == 255)).mean() < 0.5 for s in scenes)


def test_presence_follows_the_labels(scenes: list[Scene]) -> None:
    asked = 0
    for made in scenes:
        for question in made.questions:
            if question.type != "presence":
                continue
            (cover,) = classes_in(question.question.lower().replace("in the image", ""))
            count = int((made.labels == cover).sum())
            assert (count > 0) == (question.answer == "yes"), question
            assert count == 0 or count >= 36
            asked += 1
    assert asked > 600


def test_area_comparisons_follow_the_labels_with_a_margin(scenes: list[Scene]) -> None:
    asked = 0
    for made in scenes:
        for question in made.questions:
            if question.type != "comparison" or question.question.startswith("Are there"):
                continue
            first, second = classes_in(question.question)
            a, b = ((made.labels == cover).mean() for cover in (first, second))
            larger = re.search(r"\b(more|larger)\b", question.question) is not None
            assert ((a > b) == larger) == (question.answer == "yes"), question
            assert max(a, b) >= 1.5 * min(a, b)
            asked += 1
    assert asked > 300


def test_questions_are_balanced(scenes: list[Scene]) -> None:
    answers = Counter((q.type, q.answer) for s in scenes for q in s.questions)
    for kind in ("presence", "comparison"):
        share = answers[kind, "yes"] / (answers[kind, "yes"] + answers[kind, "no"])
        assert 0.42 < share < 0.58
    urban = answers["rural_urban", "urban"]
    assert 0.2 < urban / (urban + answers["rural_urban", "rural"]) < 0.6
    types = {"presence", "comparison", "count", "rural_urban", "area"}
    assert {kind for kind, _ in answers} == types


def test_answers_about_areas_are_true_to_the_nearest_ten_percent(scenes: list[Scene]) -> None:
    asked = 0
    for made in scenes:
        for question in made.questions:
            if question.type != "area":
                continue
            (cover,) = classes_in(question.question)
            share = float((made.labels == cover).mean())
            if question.answer == "none":
                assert share == 0
            elif question.answer.startswith("less"):
                assert 0 < share < 0.05
            else:
                assert abs(int(question.answer.split()[1]) / 100 - share) <= 0.0501
            asked += 1
    assert asked > 300


def test_urban_scenes_are_built_up_and_rural_ones_are_not(scenes: list[Scene]) -> None:
    built = {"urban": [], "rural": []}  # type: dict[str, list[float]]
    names = [CLASSES.index(name) for name in ("road", "building", "parking lot")]
    for made in scenes:
        for question in made.questions:
            if question.type == "rural_urban":
                built[question.answer].append(float(np.isin(made.labels, names).mean()))
    assert min(built["urban"]) > max(built["rural"])


def test_counts_of_no_buildings_mean_none(scenes: list[Scene]) -> None:
    building = CLASSES.index("building")
    for made in scenes:
        for question in made.questions:
            if question.type == "count":
                assert (question.answer == "0") == (not (made.labels == building).any())


def test_captions_are_short_and_descriptions_bounded(scenes: list[Scene]) -> None:
    for made in scenes:
        assert 3 <= len(made.captions) <= 5
        assert all(c == c.lower() and not c.endswith(".") for c in made.captions)
        assert all(1 < len(c.split()) <= 20 or c == "farmland" for c in made.captions)
        order, rest = made.description.split(". ", 1)
        assert len(order.split()) <= 15
        assert 5 <= len(rest.split()) <= 45
        assert made.description.endswith(".")


def test_descriptions_begin_with_the_classes_by_area(scenes: list[Scene]) -> None:
    for made in scenes:
        listed = made.description.split(".")[0].removeprefix("In order of area: ").split(", ")
        areas = [np.mean(made.labels == COVER_WORDS.index(name)) for name in listed]
        assert areas == sorted(areas, reverse=True)
        assert min(areas) >= 0.01
        assert len(listed) == sum((made.labels == c).mean() >= 0.01 for c in range(len(CLASSES)))


def test_captions_name_nothing_that_is_not_there(scenes: list[Scene]) -> None:
    words = {"road": r"\broads?\b", "water": r"\b(lakes?|river|water|sea)\b",
             "building": r"\b(buildings?|houses?)\b", "parking lot": r"\bparking\b"}  # fmt: skip
    for made in scenes:
        text = " ".join([*made.captions, made.description]).lower()
        for name, pattern in words.items():
            if re.search(pattern, text):
                assert (made.labels == CLASSES.index(name)).any(), (text, name)
