"""How much a run reads: counted where a dataset is at hand, else as published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs_lab.data.datasets import dataset
from unirs_lab.data.mixture import Part
from unirs_lab.training.settings import Source, StageSettings

CONVERSATIONS = {"geochat": 308_861}
"""Rows of a dataset of which no count of answers is published: one a conversation, which fits the
paper's 3,858 steps."""


@dataclass(frozen=True)
class Load:
    """What a run reads.

    Attributes:
        rows: Rows of an epoch by kind of input, repeats included.
        inputs: Different visual inputs by kind.
        source: Where the numbers are from.
    """

    rows: Mapping[InputKind, int]
    inputs: Mapping[InputKind, int]
    source: str

    @property
    def count(self) -> int:
        """Rows of an epoch.

        Raises:
            UniRSError: ``data_missing`` if there are none.
        """
        count = sum(self.rows.values())
        if not count:
            raise UniRSError(
                "data_missing",
                "There is nothing to train on: add --data NAME=FOLDER, with a repeat above 0.",
            )
        return count


def load_of(settings: StageSettings) -> Load:
    """What a run reads: counted where a dataset is at hand, else as published.

    Raises:
        UniRSError: ``dataset_unknown``, ``plan_unknown`` for a dataset without folder whose size
            nobody has published, and what its reader raises.
    """
    here, elsewhere = [], []
    for name, source in settings.data.items():
        if source.root is None:
            elsewhere.append(_published(name, source))
        else:
            samples = dataset(source.dataset or name).read(source.root, source.split)
            here.append(load_from([Part(name, samples, source.repeat)]))
    return _together([*here, *elsewhere])


def load_from(sources: Sequence[Part]) -> Load:
    """What a run over samples reads."""
    rows: Counter[InputKind] = Counter()
    inputs: Counter[InputKind] = Counter()
    for source in sources:
        answers: Counter[InputKind] = Counter()
        for sample in source.samples:
            answers[sample.kind] += len(sample.answers)
        rows.update({kind: round(source.factor * count) for kind, count in answers.items()})
        inputs.update(kind for kind, _ in {(each.kind, each.images) for each in source.samples})
    return Load(dict(rows), dict(inputs), "as counted")


def _published(name: str, source: Source) -> Load:
    known = dataset(source.dataset or name)
    counts = known.published.get(source.split, {})
    rows = counts.get("answers", CONVERSATIONS.get(known.name, 0))
    if not rows or known.kind is None:
        raise UniRSError(
            "plan_unknown",
            f"How many samples {name} has is not published; name its folder with "
            f"--data {name}=FOLDER.",
        )
    kind = known.kind
    inputs = counts.get("images", rows) // (2 if kind is InputKind.PAIR else 1)
    return Load({kind: round(source.repeat * rows)}, {kind: inputs}, f"as published for {name}")


def _together(loads: Sequence[Load]) -> Load:
    rows: Counter[InputKind] = Counter()
    inputs: Counter[InputKind] = Counter()
    for load in loads:
        rows.update(load.rows)
        inputs.update(load.inputs)
    told = dict.fromkeys(load.source for load in loads)
    return Load(dict(rows), dict(inputs), ", ".join(told))
