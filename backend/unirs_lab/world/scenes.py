"""Single scenes: an image with its labels, captions and questions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unirs_lab.world.captions import description, short_captions
from unirs_lab.world.facts import observe
from unirs_lab.world.layouts import draw_pixel_size, lay_out
from unirs_lab.world.light import Acquisition
from unirs_lab.world.questions import QA, ask
from unirs_lab.world.render import render

_SPLITS = ("train", "val", "test")
_SPLIT_SPAN = 1 << 40


@dataclass(frozen=True)
class Scene:
    """An image and everything that is known about it.

    Attributes:
        image: ``[size, size, 3]`` uint8.
        labels: ``[size, size]`` uint8, indices into ``CLASSES``.
        captions: Four short wordings, lower case, no final stop.
        description: One detailed caption: classes by area, then at most 45 words.
        questions: With their answers.
        pixel_size: Metres.
        kind: Layout, such as ``"farmland"``.
        seed: What it was made from.
    """

    image: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    captions: tuple[str, ...]
    description: str
    questions: tuple[QA, ...]
    pixel_size: float
    kind: str
    seed: int


def seed_for(split: str, index: int) -> int:
    """The seed of the ``index``-th sample of a split; no seed belongs to two splits.

    Args:
        split: ``"train"``, ``"val"`` or ``"test"``.
        index: 0 to 2**40 - 1.

    Raises:
        ValueError: Unknown split, or index out of range.
    """
    if split not in _SPLITS or not 0 <= index < _SPLIT_SPAN:
        raise ValueError(f"No seed for sample {index} of split {split!r}.")
    return _SPLITS.index(split) * _SPLIT_SPAN + index


def scene(seed: int, size: int = 128, pixel_size: float | None = None) -> Scene:
    """A scene from a seed; the same seed and size give the same scene everywhere.

    Args:
        seed: Not negative; see ``seed_for``.
        size: Side of the image in pixels.
        pixel_size: Metres; log-uniform between 0.3 and 10 if ``None``.
    """
    rng = np.random.default_rng((1, seed))
    drawn = draw_pixel_size(rng)
    pixel_size = drawn if pixel_size is None else pixel_size
    plan = lay_out(rng, size, pixel_size).plan
    rendering = render(plan, Acquisition.draw(rng))
    facts = observe(plan, rendering.labels)
    return Scene(
        image=rendering.image,
        labels=rendering.labels,
        captions=short_captions(facts, rng),
        description=description(facts),
        questions=ask(facts, rng),
        pixel_size=pixel_size,
        kind=plan.kind,
        seed=seed,
    )
