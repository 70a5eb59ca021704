"""One real image, or one place at two dates, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

Split = Literal["train", "val", "test"]


class Box(NamedTuple):
    """A vehicle: its class, then its centre and size as shares of the image's sides."""

    kind: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class RealItem:
    """What a collection knows. What it does not know is empty.

    Attributes:
        id: Collection and file, such as ``"rsicd/images/airport_1.webp"``.
        split: Whether a model learns from it, is chosen by it, or is tested on it.
        images: One file, or two of a pair, the earlier first; they may be in an archive
            (:mod:`unirs_lab.data.archives`).
        scene: Kind of place, one of :data:`unirs_lab.data.real.scenes.SCENES` of the collection.
        captions: Sentences that people wrote about it.
        questions: Questions that people asked about it, each with its answer.
        boxes: Vehicles; ``None`` where they are not annotated.
        mask: Image whose non-zero pixels are road, or of a pair, buildings that came or went.
    """

    id: str
    split: Split
    images: tuple[Path, ...]
    scene: str | None = None
    captions: tuple[str, ...] = ()
    questions: tuple[tuple[str, str], ...] = ()
    boxes: tuple[Box, ...] | None = None
    mask: Path | None = None
