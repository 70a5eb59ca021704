"""How well the guard for pairs finds what it warns about: ``unirs evaluate guard``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

from unirs.guard.offset import offset_between
from unirs.guard.pair import Kind, differences
from unirs.inputs import Crop
from unirs_lab.data.real import read_real
from unirs_lab.data.real.edits import LOOKS
from unirs_lab.data.visuals import read_picture
from unirs_lab.evaluation.question_kinds import Split
from unirs_lab.evaluation.tables import Column, Table

SIDE = 224
"""Pixels along the side of the images, as a model reads them."""

_LIT = {"light": "other light", "season": "other season", "haze": "haze", "blur": "softer"}
"""Looks of ``OtherDate`` that are asked about, with their titles; "shift" is done here, exactly."""

_KINDS: tuple[Kind, ...] = ("offset", "light", "white", "haze")
"""What the guard finds in the images alone."""

Pixels = NDArray[np.uint8]


@dataclass
class Seen:
    """What the guard has found in pairs of one sort.

    Attributes:
        pairs: How many there were.
        kinds: In how many of them there was a warning of each kind.
        errors: Distance of each offset that was measured from the true one, in pixels.
    """

    pairs: int = 0
    kinds: Counter[Kind] = field(default_factory=Counter)
    errors: list[float] = field(default_factory=list)

    def add(self, before: Pixels, after: Pixels, offset: tuple[int, int] | None = None) -> None:
        """Look at a pair; ``offset`` is the true one in columns and rows, where it is known."""
        self.pairs += 1
        self.kinds.update({each.kind for each in differences(Crop(before), Crop(after))})
        found = offset_between(before, after)
        if found and offset:
            self.errors.append(float(np.hypot(found.right - offset[0], found.down - offset[1])))


def evaluate_guard(root: Path, split: Split = "test", limit: int | None = None) -> Table:
    """Look at pairs made of one image, on which nothing has changed, and at real pairs.

    Args:
        root: Folder of the collections ``ucmerced`` and ``levir-cd``.
        split: ``"val"`` to choose thresholds, ``"test"`` to report.
        limit: Images of each collection; all without one.

    Raises:
        UniRSError: Of the readers.
    """
    seen: dict[str, Seen] = {}
    for number, (image,) in enumerate(_images(root, "ucmerced", split, limit)):
        _look_at_edits(image, np.random.default_rng(number), seen)
    for before, after in _images(root, "levir-cd", split, limit):
        seen.setdefault("real pairs (LEVIR-CD)", Seen()).add(before, after)
    return _table(seen)


def _images(
    root: Path, collection: str, split: Split, limit: int | None
) -> Iterator[tuple[Pixels, ...]]:
    for item in islice(read_real(root, collection, split), limit):
        yield tuple(_at_model_size(read_picture(path)) for path in item.images)


def _at_model_size(pixels: Pixels) -> Pixels:
    image = Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.asarray(image)


def _look_at_edits(image: Pixels, rng: Generator, seen: dict[str, Seen]) -> None:
    for look, title in _LIT.items():
        seen.setdefault(title, Seen()).add(*LOOKS[look](image, rng))
    seen.setdefault("clouds", Seen()).add(image, _cloudy(image, rng))
    right, down = (int(each) for each in rng.integers(2, 12, 2))
    moved = image[:-down, :-right], image[down:, right:]
    seen.setdefault("moved by 3 to 16 pixels", Seen()).add(*moved, (-right, -down))


def _cloudy(image: Pixels, rng: Generator) -> Pixels:
    """Clouds with soft edges over 10 to 50 % of an image."""
    height = np.zeros((SIDE, SIDE))
    for cells, weight in ((4, 1.0), (8, 0.5), (16, 0.25), (32, 0.12)):
        noise = Image.fromarray(rng.normal(size=(cells, cells)).astype(np.float32))
        height += weight * np.asarray(noise.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
    above = height - np.quantile(height, rng.uniform(0.5, 0.9))
    cover = np.clip(above / 0.35, 0, 1)[..., None] * rng.uniform(0.85, 1)
    return (image * (1 - cover) + cover * rng.uniform(215, 250)).round().astype(np.uint8)


def _table(seen: dict[str, Seen]) -> Table:
    columns = (
        Column("Second date"),
        Column("Pairs", decimals=0),
        *(Column(f"Warning: {kind}", "%", 1) for kind in _KINDS),
        Column("Error of the offset, median", "pixels"),
    )
    rows = tuple(
        (
            title,
            float(each.pairs),
            *(100 * each.kinds[kind] / each.pairs for kind in _KINDS),
            median(each.errors) if each.errors else None,
        )
        for title, each in seen.items()
    )
    notes = (
        "All but the real pairs are made of one image, on which nothing has changed.",
        "Real pairs may have any of these differences: nobody has marked them.",
    )
    return Table("The guard for pairs", columns, rows, notes)
