"""What every dataset is read into: typed samples, one vocabulary for training and evaluation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from unirs.inputs import InputKind

Edit = Callable[[list[NDArray[Any]]], list[NDArray[Any]]]
"""From the images of the files, ``[height, width, …]``, to those that are looked at."""


@dataclass(frozen=True)
class Sample:
    """One visual input with an instruction, and what may be said to it.

    Attributes:
        id: Names the sample within its dataset and split; the same at every reading.
        kind: What is looked at.
        images: One file for a single image, two for a pair (earlier first), one video file or
            several frames in order of time for a video.
        instruction: The paper's P_t, whole: with the request for a short answer where the
            benchmark asks for one.
        answers: Right answers: one for questions and classes, several for captions. Training
            makes a row of each; evaluation scores against all.
        group: What scores are taken apart by: the type of a question, the class of a clip,
            ``"change"`` or ``"no change"`` of a pair; empty where there is nothing to tell apart.
        mask: Image whose non-zero pixels have changed, for pairs where one is known.
        edit: What is done to the images, and to the mask, as they are read, such as cutting a tile;
            ``None`` leaves them as they are. A sample without files has an edit that makes them.
    """

    id: str
    kind: InputKind
    images: tuple[Path, ...]
    instruction: str
    answers: tuple[str, ...]
    group: str = ""
    mask: Path | None = None
    edit: Edit | None = None
