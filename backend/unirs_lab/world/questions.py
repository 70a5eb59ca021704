"""Questions in the style of RSVQA, and about changes; as many are answered yes as no."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unirs_lab.world.facts import Facts
from unirs_lab.world.plan import BUILDING, CLASSES, COVER_WORDS

RATIO = 1.5
"""Least ratio of two areas or counts that are compared."""

SEEN = 0.03
"""Least share of an image at which a class can surely be seen."""


@dataclass(frozen=True)
class QA:
    """A question with its true answer.

    Attributes:
        type: ``"presence"``, ``"comparison"``, ``"count"``, ``"rural_urban"``, ``"area"`` or
            ``"change"``.
        question: In the words of a user.
        answer: ``"yes"``, ``"no"``, ``"rural"``, ``"urban"``, a number, a range of numbers or a
            share in percent.
    """

    type: str
    question: str
    answer: str


_ONE = (
    "a grass area",
    "a group of trees",
    "a field",
    "a bare land area",
    "a water area",
    "a road",
    "a building",
    "a parking lot",
)
_MANY = (
    "grass areas",
    "trees",
    "fields",
    "bare land areas",
    "water areas",
    "roads",
    "buildings",
    "parking lots",
)
_PRESENCE = (
    "Is there {one}?",
    "Is {one} present?",
    "Is there {one} in the image?",
    "Is {one} present in the image?",
    "Are there any {many}?",
    "Are there any {many} in the image?",
    "Are {many} present?",
    "Does the image show {many}?",
    "Can you see {many}?",
)
_LARGER = (
    "Is there more {a} than {b} in the image?",
    "Is the area covered by {a} larger than the area covered by {b}?",
    "Does the image have more {a} than {b}?",
)
_SMALLER = (
    "Is there less {a} than {b} in the image?",
    "Is the area covered by {a} smaller than the area covered by {b}?",
    "Does the image have less {a} than {b}?",
)
_COUNT = (
    "What is the number of buildings?",
    "How many buildings are there?",
    "How many buildings are there in the image?",
    "What is the amount of buildings?",
)
_AREA = (
    "How much of the image is covered by {many}?",
    "What share of the image is covered by {many}?",
    "What is the area covered by {many}?",
)
_RURAL = (
    "Is it a rural or an urban area?",
    "Is this a rural or an urban area?",
    "Is it a rural or an urban area",
    "Is the area rural or urban?",
)
_CHANGE_QUESTIONS: dict[str, tuple[str, ...]] = {
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
_ANY_CHANGE = (
    "Has anything changed?",
    "Is there any change between the two images?",
    "Are there obvious changes?",
)


def ask(facts: Facts, rng: np.random.Generator) -> tuple[QA, ...]:
    """Questions about one image: presence, comparison, count, rural or urban, area."""
    return (
        *_presence(facts, rng),
        *_area_comparisons(facts, rng),
        *_count_comparison(facts, rng),
        *_count(facts, rng),
        *_rural_urban(facts, rng),
        *_areas(facts, rng),
    )


def yes(truth: bool) -> str:
    """``"yes"`` or ``"no"``."""
    return "yes" if truth else "no"


def _presence(facts: Facts, rng: np.random.Generator) -> list[QA]:
    """As many questions on what is there as on what is not, up to two of each."""
    there = [cover for cover in range(len(CLASSES)) if facts.clear(cover)]
    missing = [cover for cover in range(len(CLASSES)) if facts.absent(cover)]
    count = min(len(there), len(missing), 2)
    chosen = [(int(c), True) for c in rng.permutation(there)[:count]]
    chosen += [(int(c), False) for c in rng.permutation(missing)[:count]]
    return [_asked_for(cover, truth, rng) for cover, truth in chosen]


def _asked_for(cover: int, truth: bool, rng: np.random.Generator) -> QA:
    return QA("presence", presence_question(cover, rng), yes(truth))


def presence_question(cover: int, rng: np.random.Generator) -> str:
    """Whether a class of ground is there, in one of several wordings."""
    return str(rng.choice(_PRESENCE)).format(one=_ONE[cover], many=_MANY[cover])


def _area_comparisons(facts: Facts, rng: np.random.Generator) -> list[QA]:
    """Up to two comparisons of areas with a clear margin, one true and one false."""
    pairs = [
        (a, b)
        for a in range(len(CLASSES))
        for b in range(len(CLASSES))
        if _clearly_larger(facts.shares[a], facts.shares[b]) and (facts.clear(b) or facts.absent(b))
    ]
    if not pairs:
        return []
    both_seen = [pair for pair in pairs if not facts.absent(pair[1])]
    result = []
    for truth in (True, False):
        pool = both_seen if both_seen and rng.random() < 0.6 else pairs
        large, small = pool[rng.integers(len(pool))]
        a, b = (large, small) if (larger := bool(rng.random() < 0.5)) == truth else (small, large)
        result.append(_comparison(facts.shares, a, b, larger, rng))
    return result


def _clearly_larger(large: float, small: float) -> bool:
    return large >= SEEN and large >= RATIO * small + 0.01


def _comparison(
    shares: NDArray[np.float64], first: int, second: int, larger: bool, rng: np.random.Generator
) -> QA:
    """Whether the first class covers more than the second, or less."""
    template = str(rng.choice(_LARGER if larger else _SMALLER))
    text = template.format(a=COVER_WORDS[first], b=COVER_WORDS[second])
    return QA("comparison", text, yes((shares[first] > shares[second]) == larger))


def _count_comparison(facts: Facts, rng: np.random.Generator) -> list[QA]:
    """One comparison of the number of buildings with that of water areas or roads."""
    other, count = [("water areas", facts.lakes), ("roads", facts.roads)][rng.integers(2)]
    low, high = sorted((facts.buildings, count))
    if high - low < 2 or high < RATIO * low:
        return []
    more = bool(rng.random() < 0.5)
    names = ["buildings", other] if rng.random() < 0.5 else [other, "buildings"]
    first, second = (
        (facts.buildings, count) if names[0] == "buildings" else (count, facts.buildings)
    )
    word = "more" if more else str(rng.choice(["less", "fewer"]))
    truth = first > second if more else first < second
    return [QA("comparison", f"Are there {word} {names[0]} than {names[1]}?", yes(truth))]


def _count(facts: Facts, rng: np.random.Generator) -> list[QA]:
    """The number of buildings: exact up to eight, else as a range."""
    if facts.absent(BUILDING):
        if rng.random() > 0.25:
            return []
        answer = "0"
    elif facts.buildings > 12:
        answer = "between 11 and 100" if facts.buildings <= 100 else "between 101 and 1000"
    elif facts.exact and 1 <= facts.buildings <= 8 and facts.clear(BUILDING):
        answer = str(facts.buildings)
    else:
        return []
    return [QA("count", str(rng.choice(_COUNT)), answer)]


def _rural_urban(facts: Facts, rng: np.random.Generator) -> list[QA]:
    if facts.urban is None:
        return []
    return [QA("rural_urban", str(rng.choice(_RURAL)), "urban" if facts.urban else "rural")]


def _areas(facts: Facts, rng: np.random.Generator) -> list[QA]:
    """The shares of up to two classes that can be seen, or surely cannot."""
    known = [c for c in range(len(CLASSES)) if facts.clear(c) or facts.absent(c)]
    seen = [c for c in known if not facts.absent(c)]
    first = rng.permutation(seen)[:1]
    second = rng.permutation([c for c in known if c not in first])[:1]
    return [_area(facts.shares, c, rng) for c in map(int, (*first, *second))]


def _area(shares: NDArray[np.float64], cover: int, rng: np.random.Generator) -> QA:
    text = str(rng.choice(_AREA)).format(many=COVER_WORDS[cover])
    return QA("area", text, percent(shares[cover]))


def percent(share: float) -> str:
    """A share from 0 to 1 in the words of an answer, to the nearest ten percent."""
    if share == 0:
        return "none"
    return (
        "less than 5 percent" if share < 0.05 else f"about {max(1, round(share * 10)) * 10} percent"
    )


def change_questions(kind: str, rng: np.random.Generator) -> tuple[QA, ...]:
    """Yes/no questions on a pair: three yes and one no if it changed, two no if it did not."""
    changed = kind != "none"
    questions = [QA("change", str(rng.choice(_ANY_CHANGE)), yes(changed))]
    questions.append(_of_another(kind, rng))
    if changed:
        questions += [QA("change", text, "yes") for text in _CHANGE_QUESTIONS[kind][:2]]
    return tuple(questions)


def series_questions(kind: str, rng: np.random.Generator) -> tuple[QA, ...]:
    """Yes/no questions on a series: what has happened, if anything, and what has not."""
    other = _of_another(kind, rng)
    if kind == "none":
        return (other,)
    return QA("change", str(rng.choice(_CHANGE_QUESTIONS[kind])), "yes"), other


def _of_another(kind: str, rng: np.random.Generator) -> QA:
    """A question about a kind of change that has not happened, nor anything like it."""
    others = [
        other for other in _CHANGE_QUESTIONS if other not in _IMPLIED.get(kind, set()) | {kind}
    ]
    other = others[rng.integers(len(others))]
    return QA("change", str(rng.choice(_CHANGE_QUESTIONS[other])), "no")
