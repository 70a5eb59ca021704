"""A mixture of datasets, in an order that is a pure function of seed, epoch and position.

Every answer of every sample is a row, and a row comes as often in an epoch as the factor of its
dataset says. Rows are dealt in *rounds*: as many rows as all processes together read at once, of
one kind of visual input and of like length. One kind, because processes that share a model (FSDP)
have to run the same modules at the same time; like length, because what is shorter than the
longest row of a batch is padded.

Nothing is drawn while rows are read, so that a run goes on at any round without reading those
before it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs_lab.data.samples import Sample
from unirs_lab.data.shards import shard_of

RELEASE_FACTORS = {"geochat": 1.0, "levir-cc": 5.0, "era": 10.0}
"""How often each dataset comes in an epoch of the paper's second stage (released configuration)."""

POOL = 64
"""Rounds that are sorted by length together: more of them pad less, fewer mix better."""

SHARDS_AT_ONCE = 4
"""Shards whose rows are shuffled together, so that reading stays near one place of the disk."""

KINDS = list(InputKind)

Rows = NDArray[np.int64]
"""Numbers of rows of a mixture."""


@dataclass(frozen=True)
class Part:
    """One dataset in a mixture.

    Attributes:
        name: The dataset's, for figures and messages.
        samples: What it consists of.
        factor: How often each row comes in an epoch, at least 0. Of 2.5, every row comes twice,
            and half of them, others in each epoch, once more.
    """

    name: str
    samples: Sequence[Sample]
    factor: float = 1.0


@dataclass(frozen=True)
class MixtureRow:
    """One sample with one of its answers."""

    part: str
    sample: Sample
    answer: str


def text_length(sample: Sample, answer: str) -> int:
    """Characters of a row. Visual tokens need not be added: rounds are of one kind of input."""
    return len(sample.instruction) + len(answer)


class Mixture:
    """Rows of several datasets, and the order in which they come.

    Args:
        parts: The datasets.
        seed: Of the order; at least 0.
        length: Length of a sample with one of its answers, in any unit that all rows share.

    Raises:
        UniRSError: ``mixture_factor`` for a factor that is negative or not finite,
            ``mixture_empty`` if no row is left.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        seed: int = 0,
        length: Callable[[Sample, str], int] = text_length,
    ) -> None:
        self.parts, self.seed = tuple(parts), seed
        for part in parts:
            if not (math.isfinite(part.factor) and part.factor >= 0):
                raise UniRSError(
                    "mixture_factor",
                    f"The repeat factor of {part.name} is {part.factor}; give a number from 0 on.",
                )
        rows = [
            (number, place, answer, KINDS.index(sample.kind), length(sample, text))
            for number, part in enumerate(parts)
            for place, sample in enumerate(part.samples)
            for answer, text in enumerate(sample.answers)
        ]
        columns = np.array(rows, np.int64).reshape(-1, 5).T
        self._part, self._sample, self._answer, self._kind, self._length = columns
        self._shards = [_shards(part.samples) for part in parts]
        if not len(self):
            raise UniRSError(
                "mixture_empty",
                "There is nothing to train on: no dataset has a sample with an answer and a "
                "repeat factor above 0.",
            )

    def __len__(self) -> int:
        """Number of rows of an epoch, repetitions counted."""
        return len(self.order(0))

    def row(self, index: int) -> MixtureRow:
        """A row by its number."""
        part = self.parts[self._part[index]]
        sample = part.samples[self._sample[index]]
        return MixtureRow(part.name, sample, sample.answers[self._answer[index]])

    def counts(self) -> dict[str, int]:
        """Rows of each part in an epoch, repetitions counted."""
        owners = self._part[self.order(0)]
        return {part.name: int((owners == n).sum()) for n, part in enumerate(self.parts)}

    def order(self, epoch: int) -> Rows:
        """All rows of an epoch, shuffled, each as often as its factor says.

        Rows that lie in shards come together with those of a few other shards.
        """
        rng = np.random.default_rng([self.seed, epoch])
        rows, keys = [np.empty(0, np.int64)], [np.empty(0)]
        for number, part in enumerate(self.parts):
            for share in _copies(part.factor):
                rows.append(self._draw(rng, np.flatnonzero(self._part == number), share))
                shards = self._shards[number][self._sample[rows[-1]]]
                keys.append(_near(rng, shards))
        return np.concatenate(rows)[np.argsort(np.concatenate(keys), kind="stable")]

    def round_count(self, size: int) -> int:
        """Rounds of an epoch; the same in each."""
        _, counts = np.unique(self._kind[self.order(0)], return_counts=True)
        return int(np.ceil(counts / size).sum())

    def rounds(self, epoch: int, size: int) -> list[Rows]:
        """The rounds of an epoch in order.

        Args:
            epoch: From 0 on.
            size: Rows of a round. The last round of each kind of input may have fewer.
        """
        order = self.order(epoch)
        kinds, lengths = self._kind[order], self._length[order]
        rounds = []
        for kind in np.unique(kinds):
            for pool in _cut(np.flatnonzero(kinds == kind), POOL * size):
                rounds += _cut(pool[np.argsort(lengths[pool], kind="stable")], size)
        # A round stands where its shortest row stands in the order. That is anywhere in its pool,
        # so lengths and kinds alternate at random, and rows from near shards stay near.
        return [order[places] for places in sorted(rounds, key=lambda places: int(places[0]))]

    def rounds_from(self, position: int, size: int) -> Iterator[Rows]:
        """All rounds from the one that so many others went before, over the epochs, endlessly."""
        epoch, first = divmod(position, self.round_count(size))
        while True:
            yield from self.rounds(epoch, size)[first:]
            epoch, first = epoch + 1, 0

    def _draw(self, rng: np.random.Generator, rows: Rows, share: float) -> Rows:
        """A share of the rows of each kind: so every epoch has as many rows of a kind."""
        drawn = []
        for kind in np.unique(self._kind[rows]):
            own = rows[self._kind[rows] == kind]
            drawn.append(own[_permutation(rng, len(own))[: round(share * len(own))]])
        return np.concatenate([rows[:0], *drawn])


def share_of(rows: Rows, rank: int, ranks: int) -> Rows:
    """The rows of a round that one of several processes reads.

    The shares of all processes are the round, without loss or repetition. Where a round has fewer
    rows than there are processes, some shares are empty.
    """
    return np.array_split(rows, ranks)[rank]


def _copies(factor: float) -> list[float]:
    """Which shares of a dataset an epoch has: 2.5 is all of it, all of it, and half of it."""
    rest, whole = math.modf(factor)
    return [1.0] * int(whole) + [rest] * (rest > 0)


def _shards(samples: Sequence[Sample]) -> NDArray[np.int64]:
    """For each sample the number of the shard that it lies in; all that lie in none are one."""
    numbers: dict[Path | None, int] = {}
    found = [numbers.setdefault(shard_of(sample.images[0]), len(numbers)) for sample in samples]
    return np.array(found, np.int64)


def _near(rng: np.random.Generator, shards: NDArray[np.int64]) -> NDArray[np.float64]:
    """Where in the epoch rows come, 0 to 1: at random, but with those of a few other shards."""
    turns = _permutation(rng, int(shards.max(initial=0)) + 1) // SHARDS_AT_ONCE
    places: NDArray[np.float64] = (turns[shards] + rng.random(len(shards))) / (turns.max() + 1)
    return places


def _permutation(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    return np.argsort(rng.random(count), kind="stable")


def _cut(rows: Rows, size: int) -> list[Rows]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]
