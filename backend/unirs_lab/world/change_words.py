"""Five LEVIR-CC-style captions and yes/no questions for a pair."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unirs.inputs import NO_CHANGE
from unirs_lab.world.places import phrases, place_of
from unirs_lab.world.plan import BARE, CLASSES, FARMLAND, GRASS, PARKING, ROAD, TREES, WATER
from unirs_lab.world.questions import QA, yes

_GROUND = {
    GRASS: "the grass",
    TREES: "the forest",
    FARMLAND: "the farmland",
    BARE: "the bare land",
    WATER: "the water",
    ROAD: "the road",
    PARKING: "the paved area",
}

_CAPTIONS: dict[str, tuple[str, ...]] = {
    "houses built": (
        "{many} are built on {before} {where}",
        "{many} have been built {where}",
        "{before} {where} is replaced by {many}",
        "{many} and a road appear {there}",
        "a residential area has been built {there}",
    ),
    "houses removed": (
        "the houses {where} have been removed",
        "{many} are demolished and replaced by {after}",
        "{many} disappear {there}",
        "the houses {there} are replaced by {after}",
        "{many} have been removed {where}",
    ),
    "building built": (
        "a large building is built on {before} {where}",
        "a large building has been built {where}",
        "{before} {where} is replaced by a large building",
        "a large building appears {there}",
        "a big building has been constructed {there}",
    ),
    "building removed": (
        "the large building {where} has been removed",
        "a large building is demolished and replaced by {after}",
        "a large building disappears {there}",
        "the large building {there} is replaced by {after}",
        "a big building has been removed {where}",
    ),
    "road built": (
        "a road is built across the scene",
        "a new road appears {where}",
        "a road has been built on {before}",
        "a new road runs through the scene",
        "a road is built {there}",
    ),
    "road removed": (
        "the road across the scene has been removed",
        "a road disappears {where}",
        "the road is replaced by {after}",
        "a road has been removed {where}",
        "the road {there} has disappeared",
    ),
    "trees removed": (
        "the trees {where} have been removed",
        "the forest {where} is replaced by {after}",
        "the trees disappear {there}",
        "the forest has been cleared {there}",
        "many trees have been cut down {where}",
    ),
    "trees planted": (
        "trees have been planted {where}",
        "{before} {where} is replaced by a forest",
        "many trees appear {there}",
        "a forest has grown {there}",
        "many trees have been planted on {before}",
    ),
    "lake appeared": (
        "a lake appears {where}",
        "{before} {where} is replaced by water",
        "a new lake has appeared {there}",
        "water covers {before} {where}",
        "a lake has formed on {before}",
    ),
    "lake dried": (
        "the lake {where} has dried up",
        "the water {where} is replaced by {after}",
        "the lake disappears {there}",
        "the lake has dried up {there}",
        "the water has disappeared {where}",
    ),
    "lake grown": (
        "the lake {where} has grown",
        "the lake {where} becomes larger",
        "the water area has become larger {there}",
        "the lake has grown {there}",
        "more water covers {before} {where}",
    ),
    "lake shrunk": (
        "the lake {where} has shrunk",
        "the lake {where} becomes smaller",
        "the water area has become smaller {there}",
        "the lake has shrunk {there}",
        "a part of the lake is replaced by {after}",
    ),
    "land cleared": (
        "{before} {where} is replaced by bare land",
        "bare land appears {where}",
        "{before} has been cleared {there}",
        "the ground has been cleared {there}",
        "bare land has replaced {before} {where}",
    ),
    "land greened": (
        "{before} {where} is replaced by grass",
        "grass appears {where}",
        "grass has grown on {before} {there}",
        "the bare land {there} is covered by grass",
        "grass has replaced {before} {where}",
    ),
    "parking built": (
        "a parking lot is built on {before} {where}",
        "a parking lot has been built {where}",
        "{before} {where} is replaced by a parking lot",
        "a parking lot appears {there}",
        "a new parking lot has been constructed {there}",
    ),
}

_QUESTIONS: dict[str, tuple[str, ...]] = {
    "houses built": ("Have any houses been built?", "Are there new houses?"),
    "houses removed": ("Have any houses been removed?", "Have houses been demolished?"),
    "building built": ("Has a large building been built?", "Is there a new large building?"),
    "building removed": ("Has a large building been removed?",),
    "road built": ("Has a road been built?", "Is there a new road?"),
    "road removed": ("Has a road been removed?", "Has a road disappeared?"),
    "trees removed": ("Have any trees been removed?", "Has a forest been cleared?"),
    "trees planted": ("Have trees been planted?", "Are there more trees than before?"),
    "lake appeared": ("Has a lake appeared?", "Is there a new lake?"),
    "lake dried": ("Has a lake dried up?", "Has a lake disappeared?"),
    "lake grown": ("Has the lake grown?", "Has the lake become larger?"),
    "lake shrunk": ("Has the lake shrunk?", "Has the lake become smaller?"),
    "land cleared": ("Has bare land appeared?", "Has grass been replaced by bare land?"),
    "land greened": ("Has grass replaced bare land?", "Has the bare land disappeared?"),
    "parking built": ("Has a parking lot been built?", "Is there a new parking lot?"),
}
_IMPLIED = {
    "houses built": {"road built", "building built", "trees removed"},
    "houses removed": {"road removed", "building removed", "land greened", "land cleared"},
    "building built": {"houses built", "parking built"},
    "building removed": {"houses removed", "land cleared"},
    "road built": {"trees removed"},
    "road removed": {"trees planted"},
    "trees removed": {"land cleared"},
    "trees planted": {"land greened"},
    "lake appeared": {"lake grown", "land greened"},
    "lake dried": {"lake shrunk", "land cleared"},
    "lake grown": {"lake appeared", "land greened"},
    "lake shrunk": {"lake dried", "land cleared"},
    "parking built": {"road built", "land greened"},
}
"""Other kinds that a change may also count as: no question is asked of them."""
_ANY = (
    "Has anything changed?",
    "Is there any change between the two images?",
    "Are there obvious changes?",
)


def change_captions(
    kind: str,
    labels: tuple[NDArray[np.uint8], NDArray[np.uint8]],
    mask: NDArray[np.bool_],
    houses: int,
) -> tuple[str, ...]:
    """Five captions of a change.

    Args:
        kind: Key of the change, or ``"none"``.
        labels: Before and after, ``[size, size]`` each.
        mask: Where they differ.
        houses: How many buildings came or went.
    """
    if kind == "none":
        return NO_CHANGE
    where, there = phrases(place_of(mask))
    ground = [np.bincount(side[mask], minlength=len(CLASSES)) for side in labels]
    before, after = (_GROUND.get(int(counts.argmax()), "the ground") for counts in ground)
    many = {1: "a house"}.get(houses, "some houses" if houses <= 6 else "many houses")
    words = {"before": before, "after": after.removeprefix("the "), "where": where, "there": there}
    captions = [text.format(many=many, **words) for text in _CAPTIONS[kind]]
    return tuple(_agree(text) if houses == 1 else text for text in captions)


def _agree(caption: str) -> str:
    """One house instead of several."""
    for plural, singular in (
        ("a house are", "a house is"),
        ("a house have", "a house has"),
        ("a house disappear", "a house disappears"),
        ("the houses", "the house"),
    ):
        caption = caption.replace(plural, singular)
    head, _, tail = caption.partition("the house ")
    if tail:
        tail = tail.replace("have been", "has been").replace("are replaced", "is replaced")
        return f"{head}the house {tail}"
    return caption


def change_questions(kind: str, rng: np.random.Generator) -> tuple[QA, ...]:
    """Yes/no questions on a pair: three yes and one no if it changed, two no if it did not."""
    changed = kind != "none"
    questions = [QA("change", str(rng.choice(_ANY)), yes(changed))]
    others = [other for other in _QUESTIONS if other not in _IMPLIED.get(kind, set()) | {kind}]
    other = others[rng.integers(len(others))]
    questions.append(QA("change", str(rng.choice(_QUESTIONS[other])), "no"))
    if changed:
        questions += [QA("change", text, "yes") for text in _QUESTIONS[kind][:2]]
    return tuple(questions)
