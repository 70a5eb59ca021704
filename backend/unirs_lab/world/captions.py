"""Short captions and one detailed description of a scene, from its facts alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unirs_lab.world.facts import Facts
from unirs_lab.world.places import phrases, place_of
from unirs_lab.world.plan import (
    BARE,
    BUILDING,
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
    """The classes of an image, the largest first.

    Every word of it is learnt from the whole image, which teaches areas far sooner than questions
    with one word for an answer do; and as a clue it is what comparisons ask for.
    """
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
