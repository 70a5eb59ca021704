"""Questions with their answers about one image or a pair, drawn from what is known of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from unirs.inputs import NO_CHANGE
from unirs.prompts import short_answer
from unirs_lab.data.number_words import number_word
from unirs_lab.data.real import question_templates as templates
from unirs_lab.data.real.facts import DENSITY, EVERY_SCENE, RURAL, URBAN, Facts, Thing
from unirs_lab.data.samples import Row

UNCHANGED = NO_CHANGE[1]
"""One caption for all unchanged pairs, so that its first word decides on it. It is one of those
whose probability decides that nothing has changed (``unirs.engines.verdict``)."""

BRIEF = {
    *("presence", "comparison", "rural_urban", "density", "scene"),
    *("count", "area", "changed", "people"),
}
"""Kinds whose answers are a word or phrase."""

Choice = TypeVar("Choice")


@dataclass
class Balance:
    """How often each thing is asked about, so that it is denied as often as it is affirmed.

    Without it a model learns to deny what is rare, without regard to the image.

    Attributes:
        there: Weight of each thing, by its name, among those that are there.
        absent: The same among those that are not.
    """

    there: dict[str, float] = field(default_factory=dict)
    absent: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: Iterable[Facts]) -> Balance:
        """The balance over what is known of all training images."""
        facts = list(facts)
        seen = Counter(thing.many for there, _ in facts for thing in there)
        missed = Counter(thing.many for _, absent in facts for thing in absent)
        weights = {name: (count + 50) ** -0.5 for name, count in seen.items()}
        affirmed: Counter[str] = Counter()
        for there, _ in facts:
            total = sum(weights[thing.many] for thing in there)
            affirmed.update({thing.many: weights[thing.many] / total for thing in there})
        absent = {name: affirmed[name] / max(count, 20) for name, count in missed.items()}
        return cls(weights, absent)


class Questioner:
    """Draws questions.

    Args:
        rng: Of this draw.
        balance: Of the training images.
    """

    def __init__(self, rng: Generator, balance: Balance) -> None:
        self.rng, self.balance = rng, balance

    def caption(self, sentences: Sequence[str]) -> Row:
        """A request to describe the image, with one of its sentences."""
        return Row(self.one(templates.CAPTION), self.one(sentences), "caption")

    def scene(self, scene: str, names: Iterable[str]) -> Row:
        """What kind of place it is; of some, a choice among names of the collection or of all."""
        question = self.one(templates.SCENE)
        if self.rng.random() < 0.35:
            pool = sorted(set(names) if self.rng.random() < 0.5 else EVERY_SCENE)
            others = [name for name in self.rng.permutation(pool) if name != scene]
            choices = self.rng.permutation([scene, *others[: self.rng.integers(2, 9)]])
            text = self.one(templates.CHOICE)
            question = text.format(question=question, choices=", ".join(choices))
        return Row(question, scene, "scene")

    def about(self, facts: Facts, count: int, scene: str | None = None) -> list[Row]:
        """Presence, comparison, town or country, density: as many as asked for, or fewer.

        Args:
            facts: What is surely there and what is surely not.
            count: Of questions.
            scene: Kind of place, if it is one alone.
        """
        there, absent = facts
        kinds = {
            "presence": 0.72 * bool(there or absent),
            "comparison": 0.14 * bool(there and absent),
            "rural_urban": 0.08 * (scene in URBAN or scene in RURAL),
            "density": 0.06 * (scene in DENSITY),
        }
        total = sum(kinds.values())
        if not total:
            return []
        drawn = self.rng.choice(list(kinds), count, p=np.array([*kinds.values()]) / total)
        return [self._about(str(kind), scene, there, absent) for kind in drawn]

    def _about(self, kind: str, scene: str | None, there: list[Thing], absent: list[Thing]) -> Row:
        if kind == "rural_urban":
            return Row(self.one(templates.RURAL), "urban" if scene in URBAN else "rural", kind)
        if kind == "density":
            return Row(self.one(templates.DENSITY), DENSITY[str(scene)], kind)
        if kind == "comparison":
            return self._comparison(
                self._drawn(there, self.balance.there), self._drawn(absent, self.balance.absent)
            )
        affirmed = bool(there) and (not absent or self.rng.random() < 0.5)
        weights = self.balance.there if affirmed else self.balance.absent
        return self.presence(self._drawn(there if affirmed else absent, weights), affirmed)

    def presence(self, thing: Thing, there: bool) -> Row:
        """Whether something is there."""
        text = self.one(templates.PRESENCE)
        question = text.format(one=thing.one, many=thing.many, bare=thing.bare)
        return Row(question, _yes(there), "presence")

    def _comparison(self, more: Thing, fewer: Thing) -> Row:
        """Of a thing that is there with one that is not."""
        kind = str(self.rng.choice(["more", "fewer", "equal"], p=[0.55, 0.3, 0.15]))
        first, second = (more, fewer) if self.rng.random() < 0.5 else (fewer, more)
        texts = {"more": templates.MORE, "fewer": templates.FEWER, "equal": templates.EQUAL}[kind]
        true = {"more": first is more, "fewer": first is fewer, "equal": False}[kind]
        question = self.one(texts).format(a=first.many, b=second.many)
        return Row(question, _yes(true), "comparison")

    def count(self, many: str, number: int) -> Row:
        """How many there are, in words as UC Merced's questions have it."""
        return Row(self.one(templates.COUNT).format(many=many), number_word(number), "count")

    def more_than(self, many: str, number: int) -> Row:
        """Whether there are more than some number, which is near enough to be a question."""
        limit = int(self.rng.integers(0, 2 * number + 2))
        written = self.one((number_word(limit), str(limit)))
        question = self.one(templates.MORE_THAN).format(n=written, many=many)
        return Row(question, _yes(number > limit), "comparison")

    def area(self, many: str, share: float) -> Row:
        """How much of the image something covers, to five percent."""
        question = self.one(templates.AREA).format(many=many)
        return Row(question, f"{round(share * 20) * 5}%", "area")

    def buildings_changed(self, mask: NDArray[np.bool_], removed: bool) -> list[Row]:
        """About a pair of dates whose mask shows where buildings came or, if ``removed``, went.

        Of a pair whose change is too small to be called one or none nothing is asked.
        """
        share = float(mask.mean())
        if UNCHANGED_BELOW <= share < CHANGED_FROM:
            return []
        changed = share >= CHANGED_FROM
        asked = [
            Row(self.one(templates.CHANGED), _yes(changed), "changed"),
            Row(self.one(templates.BUILT), _yes(changed and not removed), "changed"),
            Row(self.one(templates.REMOVED), _yes(changed and removed), "changed"),
        ]
        if not changed:
            return [self._change(UNCHANGED), *asked]
        number, place = max(1, count_bodies(mask)), place_of(mask)
        texts = templates.REMOVED_SENTENCES if removed else templates.BUILT_SENTENCES
        caption = self.one(texts).format(
            many=_HOUSES.get(number, "some houses" if number < 7 else "many houses"),
            have="has" if number == 1 else "have",
            are="is" if number == 1 else "are",
            appear="appears" if number == 1 else "appear",
            disappear="disappears" if number == 1 else "disappear",
            where=_in_the_scene(place),
        )
        where = templates.WHERE_CHANGED + (() if removed else templates.WHERE_BUILT)
        asked.append(Row(self.one(where), place, "where"))
        if not removed and number <= 30:
            asked.append(Row(self.one(templates.BUILT_COUNT), number_word(number), "count"))
        return [self._change(caption), *asked]

    def change(self, caption: str, changed: bool) -> list[Row]:
        """About a pair of which the caption is known."""
        return [
            self._change(caption if changed else UNCHANGED),
            Row(self.one(templates.CHANGED), _yes(changed), "changed"),
        ]

    def _change(self, caption: str) -> Row:
        return Row(self.one(templates.CHANGE), caption, "change")

    def worded(self, row: Row) -> Row:
        """The question as it is, or with the request for a short answer that scored ones have."""
        if row.kind not in BRIEF or self.rng.random() < 0.5:
            return row
        return replace(row, instruction=short_answer(row.instruction))

    def one(self, choices: Sequence[Choice]) -> Choice:
        """One of several, all equally likely."""
        return choices[int(self.rng.integers(len(choices)))]

    def _drawn(self, things: list[Thing], weights: Mapping[str, float]) -> Thing:
        chances = np.array([weights[thing.many] for thing in things])
        if not chances.any():  # in a small collection nothing of it may be there anywhere
            return self.one(things)
        return things[int(self.rng.choice(len(things), p=chances / chances.sum()))]


UNCHANGED_BELOW, CHANGED_FROM = 0.002, 0.008
"""Shares of a pair's mask up to which it is unchanged, and from which it has changed."""

LEAST_BUILDING = 40
"""Pixels of a 224 px mask below which a body in it is an edge and no building."""

_HOUSES = {1: "a house", 2: "two houses", 3: "three houses"}


def clean(caption: str) -> str:
    """A caption of a data set as a person would write it: no blanks before points."""
    text = re.sub(r"\s+([.,;])", r"\1", " ".join(caption.split()))
    return text[:1].lower() + text[1:]


def place_of(mask: NDArray[np.bool_]) -> str:
    """Where in the image a mask is: ``"top left"``, ``"center"``, ``"everywhere"``."""
    rows, columns = np.nonzero(mask)
    height, width = mask.shape
    if rows.std() > 0.27 * height and columns.std() > 0.27 * width:
        return "everywhere"
    vertical = _third(rows.mean() / height, "top", "bottom")
    horizontal = _third(columns.mean() / width, "left", "right")
    return f"{vertical} {horizontal}".strip() or "center"


def count_bodies(mask: NDArray[np.bool_]) -> int:
    """How many separate bodies of at least ``LEAST_BUILDING`` pixels a mask has."""
    from rasterio.features import shapes
    from shapely.geometry import shape

    outlines: Iterable[tuple[Any, float]] = shapes(mask.view(np.uint8), mask)
    return sum(shape(outline).area >= LEAST_BUILDING for outline, _ in outlines)


def _third(position: float, low: str, high: str) -> str:
    return low if position < 0.38 else high if position > 0.62 else ""


def _in_the_scene(place: str) -> str:
    if place == "everywhere":
        return ""
    return f" in the {'middle' if place == 'center' else place} of the scene"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
