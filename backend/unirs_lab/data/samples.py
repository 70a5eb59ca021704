"""What every dataset is read into: typed samples, one vocabulary for training and evaluation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unirs.inputs import InputKind, VisualInput

Edit = Callable[[list[NDArray[Any]]], list[NDArray[Any]]]
"""From the images of the files, ``[height, width, …]``, to those that a model reads."""


@dataclass(frozen=True)
class Sample:
    """One visual input with an instruction, and its right answers.

    Attributes:
        id: Names the sample within its dataset and split; the same at every reading.
        kind: Single image, pair or video.
        images: One file for a single image, two for a pair (earlier first), one video file or
            several frames in order of time for a video.
        instruction: The paper's P_t, whole: with the request for a short answer where the
            benchmark asks for one.
        answers: Right answers: one for questions and classes, several for captions. Training
            makes a row of each; evaluation scores against all.
        group: What scores are taken apart by: the type of a question, the class of a clip,
            ``"change"`` or ``"no change"`` of a pair; empty where scores are not taken apart.
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


@dataclass(frozen=True)
class Row:
    """One instruction with one answer to it.

    Attributes:
        instruction: The task's instruction, or the question.
        answer: What the model shall answer.
        kind: Such as ``"caption"`` or ``"presence"``: the loss is weighed by it, and validation
            figures are kept apart by it. Empty where nothing depends on it.
    """

    instruction: str
    answer: str
    kind: str = ""


@dataclass(frozen=True)
class RowGroup:
    """One visual input, and rows about it that share its visual tokens in training.

    Attributes:
        name: Data set and sample, such as ``"era/Fire_001"``, for messages.
        visual: The images.
        rows: At least one.
        change: Of a pair, where it has changed, ``[side, side]``, 0 to 1 and on the grid of the
            images; ``None`` where that is not known.
    """

    name: str
    visual: VisualInput
    rows: Sequence[Row]
    change: NDArray[np.float32] | None = None
