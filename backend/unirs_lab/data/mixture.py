"""A mixture of data sets, in an order that is a pure function of seed, epoch and position.

What is shuffled are *groups*: one visual input with one row about it, or with several that are read
together and share its visual tokens. The factor of its data set is how often a group comes in
an epoch. Groups are dealt in *rounds*: as many as all processes together read at once, of one kind
of visual input and of like length. One kind, because processes that share a model (FSDP) have to
run the same modules at the same time; like length, because what is shorter than the longest row of
a batch is padded.

Nothing is drawn while rows are read, so that a run goes on at any round without reading those
before it.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs_lab.data.samples import Row, RowGroup, Sample
from unirs_lab.data.shards import shard_of
from unirs_lab.data.visuals import read_visual

POOL = 64
"""Rounds that are sorted by length together: more of them pad less, fewer mix better."""

SHARDS_AT_ONCE = 4
"""Shards whose groups are shuffled together, so that reading stays near one place of the disk."""

KINDS = list(InputKind)

Groups = NDArray[np.int64]
"""Numbers of groups of a mixture."""

Augment = Callable[[RowGroup, Generator], RowGroup]
"""Shows the images of a group in another way, in which its rows still hold."""


@dataclass(frozen=True)
class Listing:
    """What a mixture knows of a group before it is read.

    Attributes:
        kind: Single image, pair or video.
        length: Characters of its longest row; 0 where that is not known.
        shard: The shard of its images; ``None`` for files of their own.
    """

    kind: InputKind
    length: int = 0
    shard: Path | None = None


class Part(Protocol):
    """A data set in a mixture."""

    @property
    def name(self) -> str:
        """Its name, for figures and messages."""

    @property
    def factor(self) -> float:
        """How often each group comes in an epoch, at least 0.

        Of 2.5, every group comes twice, and half of them, others in each epoch, once more.
        """

    def listings(self) -> Sequence[Listing]:
        """All its groups, in the same order at every call."""

    def read(self, index: int, rng: Generator, frame_count: int) -> RowGroup:
        """Read a group.

        Args:
            index: Its place in ``listings``.
            rng: For what is drawn anew at each reading.
            frame_count: Frames of a video.

        Raises:
            UniRSError: What reading its images raises.
        """


class SamplePart:
    """Samples with their answers.

    Args:
        name: See ``Part``.
        samples: What it consists of.
        factor: See ``Part``.
        rows_per_group: Rows at most about one visual input that are read together.
        augment: What is done to a group as it is read; ``None`` for nothing.
    """

    def __init__(
        self,
        name: str,
        samples: Sequence[Sample],
        factor: float = 1.0,
        rows_per_group: int = 1,
        augment: Augment | None = None,
    ) -> None:
        self.name, self.samples, self.factor, self.augment = name, samples, factor, augment
        self.groups = _grouped(samples, rows_per_group)

    def listings(self) -> list[Listing]:
        """See ``Part``."""
        return [
            Listing(
                rows[0][0].kind,
                max(len(sample.instruction) + len(answer) for sample, answer in rows),
                shard_of(rows[0][0].images[0]),
            )
            for rows in self.groups
        ]

    def read(self, index: int, rng: Generator, frame_count: int) -> RowGroup:
        """See ``Part``."""
        rows = self.groups[index]
        first = rows[0][0]
        group = RowGroup(
            name=f"{self.name}/{first.id}",
            visual=read_visual(first, frame_count),
            rows=[Row(sample.instruction, answer, sample.group) for sample, answer in rows],
        )
        return self.augment(group, rng) if self.augment else group


class Mixture:
    """Groups of several data sets, and the order in which they come.

    Args:
        parts: The data sets.
        seed: Of the order; at least 0.

    Raises:
        UniRSError: ``mixture_factor`` for a factor that is negative or not finite,
            ``mixture_empty`` if nothing is left.
    """

    def __init__(self, parts: Sequence[Part], seed: int = 0) -> None:
        self.parts, self.seed = tuple(parts), seed
        for part in parts:
            if not (math.isfinite(part.factor) and part.factor >= 0):
                raise UniRSError(
                    "mixture_factor",
                    f"The repeat factor of {part.name} is {part.factor}; give a number from 0 on.",
                )
        listings = [part.listings() for part in parts]
        groups = [
            (number, place, KINDS.index(one.kind), one.length)
            for number, own in enumerate(listings)
            for place, one in enumerate(own)
        ]
        columns = np.array(groups, np.int64).reshape(-1, 4).T
        self._part, self._place, self._kind, self._length = columns
        self._shards = [_shard_numbers(own) for own in listings]
        if not len(self):
            raise UniRSError(
                "mixture_empty",
                "There is nothing to train on: no data set has a sample with an answer and a "
                "repeat factor above 0.",
            )

    def __len__(self) -> int:
        """Number of groups of an epoch, repetitions counted."""
        return len(self.order(0))

    def place(self, group: int) -> tuple[Part, int]:
        """The part that a group belongs to, and its place there."""
        return self.parts[self._part[group]], int(self._place[group])

    def kind(self, group: int) -> InputKind:
        """The kind of visual input of a group."""
        return KINDS[self._kind[group]]

    def counts(self) -> dict[str, int]:
        """Groups of each part in an epoch, repetitions counted."""
        owners = self._part[self.order(0)]
        return {part.name: int((owners == n).sum()) for n, part in enumerate(self.parts)}

    def order(self, epoch: int) -> Groups:
        """All groups of an epoch, shuffled, each as often as its factor asks for.

        Groups in shards come together with those of a few other shards. Which groups of a
        part come does not depend on the other parts.
        """
        groups, keys = [np.empty(0, np.int64)], [np.empty(0)]
        for number, part in enumerate(self.parts):
            rng = np.random.default_rng([self.seed, epoch, zlib.crc32(part.name.encode())])
            for share in _copies(part.factor):
                groups.append(self._draw(rng, np.flatnonzero(self._part == number), share))
                shards = self._shards[number][self._place[groups[-1]]]
                keys.append(_near(rng, shards))
        return np.concatenate(groups)[np.argsort(np.concatenate(keys), kind="stable")]

    def round_count(self, size: int) -> int:
        """Rounds of an epoch; the same in each."""
        _, counts = np.unique(self._kind[self.order(0)], return_counts=True)
        return int(np.ceil(counts / size).sum())

    def rounds(self, epoch: int, size: int) -> list[Groups]:
        """The rounds of an epoch in order.

        Args:
            epoch: From 0 on.
            size: Groups of a round. The last round of each kind of input may have fewer.
        """
        order = self.order(epoch)
        kinds, lengths = self._kind[order], self._length[order]
        rounds = []
        for kind in np.unique(kinds):
            for pool in _cut(np.flatnonzero(kinds == kind), POOL * size):
                rounds += _cut(pool[np.argsort(lengths[pool], kind="stable")], size)
        # A round stands where its first group stands in the order. That is anywhere in its pool,
        # so lengths and kinds alternate at random, and groups from near shards stay near.
        return [order[places] for places in sorted(rounds, key=lambda places: int(places[0]))]

    def rounds_from(self, position: int, size: int) -> Iterator[Groups]:
        """All rounds from the one that so many others went before, over the epochs, endlessly."""
        epoch, first = divmod(position, self.round_count(size))
        while True:
            yield from self.rounds(epoch, size)[first:]
            epoch, first = epoch + 1, 0

    def _draw(self, rng: Generator, groups: Groups, share: float) -> Groups:
        """A share of the groups of each kind: so every epoch has as many of a kind."""
        drawn = []
        for kind in np.unique(self._kind[groups]):
            own = groups[self._kind[groups] == kind]
            drawn.append(own[_permutation(rng, len(own))[: round(share * len(own))]])
        return np.concatenate([groups[:0], *drawn])


def share_of(groups: Groups, rank: int, ranks: int) -> Groups:
    """The groups of a round that one of several processes reads.

    The shares of all processes are the round, without loss or repetition. Where a round has fewer
    groups than there are processes, some shares are empty.
    """
    return np.array_split(groups, ranks)[rank]


def _grouped(samples: Sequence[Sample], size: int) -> list[list[tuple[Sample, str]]]:
    """Samples with one of their answers each; up to ``size`` about the same images together."""
    rows = [(sample, answer) for sample in samples for answer in sample.answers]
    if size == 1:
        return [[row] for row in rows]
    by_images: dict[object, list[tuple[Sample, str]]] = {}
    for row in rows:
        sample = row[0]
        key = sample.id if sample.edit else (sample.kind, sample.images)
        by_images.setdefault(key, []).append(row)
    return [own[i : i + size] for own in by_images.values() for i in range(0, len(own), size)]


def _copies(factor: float) -> list[float]:
    """Which shares of a data set an epoch has: 2.5 is all of it, all of it, and half of it."""
    rest, whole = math.modf(factor)
    return [1.0] * int(whole) + [rest] * (rest > 0)


def _shard_numbers(listings: Sequence[Listing]) -> NDArray[np.int64]:
    """For each group the number of its shard; all without one have the same."""
    numbers: dict[Path | None, int] = {}
    found = [numbers.setdefault(one.shard, len(numbers)) for one in listings]
    return np.array(found, np.int64)


def _near(rng: Generator, shards: NDArray[np.int64]) -> NDArray[np.float64]:
    """Where in the epoch groups come, 0 to 1: at random, but with those of a few other shards."""
    turns = _permutation(rng, int(shards.max(initial=0)) + 1) // SHARDS_AT_ONCE
    places: NDArray[np.float64] = (turns[shards] + rng.random(len(shards))) / (turns.max() + 1)
    return places


def _permutation(rng: Generator, count: int) -> NDArray[np.int64]:
    return np.argsort(rng.random(count), kind="stable")


def _cut(groups: Groups, size: int) -> list[Groups]:
    return [groups[start : start + size] for start in range(0, len(groups), size)]
