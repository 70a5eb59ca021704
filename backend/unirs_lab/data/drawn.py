"""Parts of a mixture whose inputs and questions are drawn anew at each reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from numpy.random import Generator
from torch import Tensor

from unirs.errors import UniRSError
from unirs.inputs import InputKind, VisualInput
from unirs_lab.data.augmentation import as_crops
from unirs_lab.data.mixture import Listing, Part
from unirs_lab.data.real.items import Split
from unirs_lab.data.samples import Row, RowGroup

SPLITS: Mapping[str, Split] = {"train": "train", "val": "val", "test": "test"}


@dataclass(frozen=True)
class Drawn:
    """One visual input with questions about it.

    Attributes:
        images: ``[images, 3, side, side]``, 0 to 1.
        rows: None where there is nothing to ask.
        change: Of a pair, where it has changed, ``[1, 1, side, side]``, 0 to 1, if that is known.
    """

    images: Tensor
    rows: Sequence[Row]
    change: Tensor | None = None


Draw = Callable[[int, Generator, int], Drawn]
"""From the number of an input, random numbers and a video's number of frames to an input."""


@dataclass(frozen=True)
class Source:
    """What a part is drawn from.

    Attributes:
        kind: Single images, pairs or videos.
        count: Different inputs, at least 1.
        draw: Draws one.
    """

    kind: InputKind
    count: int
    draw: Draw


@dataclass(frozen=True)
class DrawnPart:
    """A source in a mixture; see ``unirs_lab.data.mixture.Part``."""

    name: str
    source: Source
    factor: float

    def listings(self) -> list[Listing]:
        """See ``Part``."""
        return [Listing(self.source.kind)] * self.source.count

    def read(self, index: int, rng: Generator, frame_count: int) -> RowGroup:
        """See ``Part``. Where there is nothing to ask about an input, another one is drawn."""
        drawn, tried = self.source.draw(index, rng, frame_count), index
        while not drawn.rows:
            tried = int(rng.integers(self.source.count))
            drawn = self.source.draw(tried, rng, frame_count)
        return RowGroup(
            name=f"{self.name}/{tried}",
            visual=VisualInput(self.source.kind, as_crops(drawn.images)),
            rows=drawn.rows,
            change=None if drawn.change is None else drawn.change[0, 0].numpy(),
        )


def drawn_parts(
    name: str, root: Path | None, split: str, inputs: Mapping[str, float], rows: int
) -> list[Part]:
    """The parts of a data set whose questions are drawn.

    Args:
        name: ``"real"``, ``"naip"`` or ``"world"``.
        root: Its folder; none for the generated world.
        split: ``"train"``, ``"val"`` or ``"test"``.
        inputs: How many inputs of each part an epoch has.
        rows: Questions about an input.

    Raises:
        UniRSError: ``split_unknown``, ``settings_invalid`` for a data set or a part that is not
            known, ``data_missing`` without a folder, and what reading it raises.
    """
    if split not in SPLITS:
        raise UniRSError(
            "split_unknown", f"{name} has no split {split!r}; name one of: {', '.join(SPLITS)}."
        )
    sources = _sources(name, root, SPLITS[split], rows)
    if unknown := inputs.keys() - sources.keys():
        raise UniRSError(
            "settings_invalid",
            f"data.{name}.shares.{min(unknown)} is no part of this data set, which has "
            f"{', '.join(sources)}.",
        )
    for part, wanted in inputs.items():
        if wanted and not sources[part].count:
            raise UniRSError(
                "data_missing",
                f"{name}/{part} has no images in the split {split!r}; leave it out with "
                f"--set data.{name}.shares.{part}=0.",
            )
    return [
        DrawnPart(f"{name}/{part}", sources[part], wanted / sources[part].count)
        for part, wanted in inputs.items()
        if wanted
    ]


def _sources(name: str, root: Path | None, split: Split, rows: int) -> Mapping[str, Source]:
    from unirs_lab.data.raster_drawing import raster_sources
    from unirs_lab.data.real.drawing import real_sources
    from unirs_lab.data.world_samples import world_sources

    if name == "world":
        return world_sources(split, rows)
    readers = {"real": real_sources, "naip": raster_sources}
    if name not in readers:
        raise UniRSError(
            "settings_invalid",
            f"data.{name}.shares: the questions of this data set are not drawn; give its repeat "
            f"instead, or name one of {', '.join(readers)}, world.",
        )
    if root is None:
        raise UniRSError(
            "data_missing",
            f"{name} has no folder; add --data {name}=FOLDER, or leave it out with "
            f"--set data.{name}=null.",
        )
    return readers[name](root, split, rows)
