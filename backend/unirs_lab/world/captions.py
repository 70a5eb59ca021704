"""Captions: of a scene, from its facts alone, and of a change, in the style of LEVIR-CC."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unirs.inputs import NO_CHANGE
from unirs_lab.world.facts import Facts, phrases, place_of
from unirs_lab.world.plan import (
    BARE,
    BUILDING,
    CLASSES,
    COVER_WORDS,
    FARMLAND,
    GRASS,
    PARKING,
    ROAD,
    TREES,
    WATER,
)

LISTED = 0.01
"""Least share of an image at which a class is named in the order of areas."""

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

_SUBJECTS = {
    GRASS: ("a grassland", "a meadow"),
    TREES: ("a forest", "a dense forest"),
    FARMLAND: ("farmland", "a farmland area"),
    BARE: ("bare land", "a bare land area"),
    WATER: ("a lake", "a water area"),
    ROAD: ("a road", "a wide road"),
    BUILDING: ("a large building", "the roof of a large building"),
    PARKING: ("a parking lot", "a paved area"),
}
_TOWNS = {
    "residential": ("a residential area", "a residential area with many houses"),
    "suburb": ("a residential area", "a suburban residential area"),
    "downtown": ("a dense urban area", "an urban area with large buildings"),
    "industrial": ("an industrial area", "an industrial area with large buildings"),
    "village": ("a village", "a small village"),
}
_CHANGED_GROUND = {
    GRASS: "the grass",
    TREES: "the forest",
    FARMLAND: "the farmland",
    BARE: "the bare land",
    WATER: "the water",
    ROAD: "the road",
    PARKING: "the paved area",
}

_CHANGE_CAPTIONS: dict[str, tuple[str, ...]] = {
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


def number_word(count: int, noun: str) -> str:
    """``"one house"``, ``"three houses"``, ``"more than ten houses"``, ``"many houses"``."""
    if count == 1:
        return f"one {noun}"
    if count <= 10:
        return f"{NUMBERS[count]} {noun}s"
    return f"more than ten {noun}s" if count <= 20 else f"many {noun}s"


def subjects(facts: Facts) -> tuple[str, str]:
    """Two names for the scene as a whole."""
    settled = facts.buildings >= (3 if facts.kind == "village" else 4)
    if facts.kind in _TOWNS and settled and (facts.urban or facts.kind == "village"):
        return _TOWNS[facts.kind]
    main = int(facts.shares.argmax())
    if main == WATER:
        names = {"river": ("a river", "a wide river"), "coast": ("the sea", "a coast")}
        return names.get(facts.kind, _SUBJECTS[WATER])
    if main == TREES and facts.shares[TREES] < 0.5:
        return "many trees", "a wooded area"
    return _SUBJECTS[main]


def _things(facts: Facts) -> list[str]:
    """What else can be seen, most telling first."""
    main = int(facts.shares.argmax())
    water = {"river": "a river", "coast": "the sea"}.get(
        facts.kind, "a lake" if facts.lakes == 1 else "some lakes"
    )
    houses = {0: "", 1: "a building"}.get(
        facts.buildings, "some buildings" if facts.buildings <= 10 else "many buildings"
    )
    roads = "a road" if facts.roads == 1 else "some roads"
    names = {
        WATER: water,
        BUILDING: houses,
        ROAD: roads,
        TREES: "many trees" if facts.shares[TREES] > 0.2 else "some trees",
        PARKING: "a parking lot",
        FARMLAND: "some fields",
        BARE: "some bare land",
        GRASS: "grass",
    }
    return [name for cover, name in names.items() if name and cover != main and facts.clear(cover)]


def short_captions(facts: Facts, rng: np.random.Generator) -> tuple[str, ...]:
    """Four wordings of what the image shows, in lower case with no final stop."""
    first, second = subjects(facts)
    things = _things(facts)[:2]
    if not things:
        return (
            first,
            f"there is {second}",
            f"the image shows {first}",
            f"{second} and nothing else",
        )
    if rng.random() < 0.3:
        things.reverse()
    both = " and ".join(things)
    return (
        f"{first} with {both}",
        f"there is {second} with {things[0]}",
        f"the image shows {first} and {things[-1]}",
        f"{both} can be seen in {second}" if " with " not in second else f"{both} in {first}",
    )


def _extent(facts: Facts, cover: int) -> str:
    place = place_of(facts.labels == cover)
    return "all over the image" if place is None else phrases(place)[0]


def _road_sentence(facts: Facts) -> str:
    mask = facts.labels == ROAD
    if facts.roads > 2:
        return "Several roads run through it."
    across = bool(mask[:, :3].any() and mask[:, -3:].any())
    down = bool(mask[:3].any() and mask[-3:].any())
    if facts.roads <= 1 and across != down:
        way = "from left to right" if across else "from top to bottom"
        return f"A road runs {way}."
    return "A road runs through it." if facts.roads <= 1 else "Two roads run through it."


def _sentence(facts: Facts, cover: int) -> str:
    share = facts.shares[cover]
    where = "most of the image" if share > 0.6 else "half of the image" if share > 0.4 else ""
    if cover == ROAD:
        return _road_sentence(facts)
    if cover == BUILDING:
        verb = "is" if facts.buildings == 1 else "are"
        counted = number_word(max(1, facts.buildings), "building")
        return f"There {verb} {counted} {_extent(facts, cover)}."
    if cover == WATER:
        name = {"river": "A river", "coast": "The sea"}.get(facts.kind, "Water")
        return f"{name} covers {where}." if where else f"{name} lies {_extent(facts, cover)}."
    name, plural = {
        GRASS: ("Grass", False),
        TREES: ("Trees", True),
        FARMLAND: ("Fields", True),
        BARE: ("Bare land", False),
        PARKING: ("A parking lot", False),
    }[cover]
    if where:
        return f"{name} {'cover' if plural else 'covers'} {where}."
    return f"{name} {'are' if plural else 'is'} {_extent(facts, cover)}."


def by_area(shares: NDArray[np.float64]) -> str:
    """The classes of an image, the largest first; as a clue it answers comparisons."""
    seen = [COVER_WORDS[cover] for cover in np.argsort(-shares) if shares[cover] >= LISTED]
    return f"In order of area: {', '.join(seen)}."


def description(facts: Facts) -> str:
    """A detailed caption: what by area, then in at most 45 words what, how many, where."""
    sentences = [f"The image shows {subjects(facts)[0]}."]
    order = sorted(range(len(facts.shares)), key=lambda cover: -facts.shares[cover])
    if facts.clear(BUILDING):
        order.remove(BUILDING)
        order.insert(0, BUILDING)
    last = ""
    if facts.urban is not None:
        last = f"It is {'an urban' if facts.urban else 'a rural'} area."
    for cover in order:
        if not facts.clear(cover):
            continue
        more = _sentence(facts, cover)
        if len(" ".join([*sentences, more, last]).split()) > 45:
            break
        sentences.append(more)
    return " ".join([by_area(facts.shares), *sentences, last]).strip()


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
    before, after = (_CHANGED_GROUND.get(int(counts.argmax()), "the ground") for counts in ground)
    many = {1: "a house"}.get(houses, "some houses" if houses <= 6 else "many houses")
    words = {"before": before, "after": after.removeprefix("the "), "where": where, "there": there}
    captions = [text.format(many=many, **words) for text in _CHANGE_CAPTIONS[kind]]
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
