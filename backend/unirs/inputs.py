"""What is asked, about what, and what came back: the words that every part shares."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from unirs.dates import ImageDate
from unirs.errors import UniRSError

Extent = tuple[float, float, float, float]
"""Minimum x, minimum y, maximum x, maximum y, in the units of a CRS."""

NEUTRAL = 127
"""Grey of what holds no image: pixels without data, and the padding to a square.

It is the integer mean of SigLIP's normalisation, so the encoder reads it as almost 0.
"""


NO_CHANGE = (
    "the scene is the same as before",
    "there is no difference",
    "the two scenes seem identical",
    "no change has occurred",
    "almost nothing has changed",
)
"""The captions that LEVIR-CC has for pairs without change, and so all that learns from it."""

AspectMode = Literal["pad", "resize"]
"""How an image becomes the square that the encoder reads: on neutral bars, or squashed."""


class InputKind(str, Enum):
    """The three visual inputs that UniRS reads (paper, section III-A)."""

    SINGLE = "single"
    PAIR = "pair"
    VIDEO = "video"


class Task(str, Enum):
    """What is wanted of a visual input."""

    ASK = "ask"
    CAPTION = "caption"
    CHANGE = "change"
    CLASSIFY = "classify"


@dataclass(frozen=True)
class Crop:
    """A north-up RGB image on the model's grid, and where on the ground it lies.

    Attributes:
        pixels: ``[height, width, 3]`` uint8. Pixels without data hold ``NEUTRAL``.
        extent: Ground footprint in units of ``crs``; pixel coordinates (y down from 0, negated)
            where the source has no CRS; ``None`` for plain pictures and video frames.
        crs: ``"EPSG:…"`` where there is a code, else WKT; ``None`` without georeference.
        pixel_size: Ground size of one pixel in metres, ``None`` where it is not known.
        valid: ``[height, width]``, where there are data; ``None`` where every pixel has some.
        date: When it was taken, as exactly as that is known; ``None`` where nothing tells.
        source: What the crop was read from, for messages and records.
    """

    pixels: NDArray[np.uint8]
    extent: Extent | None = None
    crs: str | None = None
    pixel_size: float | None = None
    valid: NDArray[np.bool_] | None = None
    date: ImageDate | None = None
    source: str = ""

    @property
    def nodata_share(self) -> float:
        """Share of pixels without data, 0 to 1."""
        return 0.0 if self.valid is None else float(1.0 - self.valid.mean())

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the pixels and their shape: equal images have equal digests."""
        hasher = hashlib.sha256(repr(self.pixels.shape).encode())
        hasher.update(np.ascontiguousarray(self.pixels).tobytes())
        return hasher.hexdigest()


@dataclass(frozen=True)
class VisualInput:
    """One image, a pair of dates (earlier first) on one grid, or the frames of a video.

    Raises:
        UniRSError: ``input_count`` if the number of crops does not fit the kind,
            ``pair_grid`` if the two crops of a pair do not share one grid.
    """

    kind: InputKind
    crops: tuple[Crop, ...]

    def __post_init__(self) -> None:
        """Refuse inputs that no later stage could make sense of."""
        expected = {InputKind.SINGLE: 1, InputKind.PAIR: 2}.get(self.kind)
        if not self.crops or (expected is not None and len(self.crops) != expected):
            raise UniRSError(
                "input_count",
                f"A {self.kind.value} input needs {expected or 'at least 1'} image(s), "
                f"but {len(self.crops)} were given.",
            )
        if self.kind is InputKind.PAIR and (
            self.crops[0].pixels.shape != self.crops[1].pixels.shape
            or self.crops[0].extent != self.crops[1].extent
        ):
            raise UniRSError(
                "pair_grid",
                "The two dates do not lie on one grid; crop both to the same extent and size.",
            )

    @classmethod
    def single(cls, crop: Crop) -> VisualInput:
        """One image."""
        return cls(InputKind.SINGLE, (crop,))

    @classmethod
    def pair(cls, before: Crop, after: Crop) -> VisualInput:
        """Two dates, earlier first."""
        return cls(InputKind.PAIR, (before, after))

    @classmethod
    def video(cls, frames: tuple[Crop, ...] | list[Crop]) -> VisualInput:
        """The frames of a video or of a dated series, in order of time."""
        return cls(InputKind.VIDEO, tuple(frames))

    @cached_property
    def digest(self) -> str:
        """SHA-256 over kind and images, the key of every cache."""
        parts = ":".join([self.kind.value, *(crop.digest for crop in self.crops)])
        return hashlib.sha256(parts.encode()).hexdigest()


@dataclass(frozen=True)
class Question:
    """What is asked about a visual input.

    Attributes:
        task: Which of the four tasks.
        text: The user's words; empty for tasks that have an instruction of their own.
        options: Closed set of answers. If given, they are scored and not generated.
        clue: Whether the frozen base writes a clue first (paper, section III-B2).
        max_new_tokens: Upper bound of the answer's length, in tokens (at least 1).
    """

    task: Task = Task.ASK
    text: str = ""
    options: tuple[str, ...] = ()
    clue: bool = True
    max_new_tokens: int = 128


@dataclass(frozen=True)
class OptionScore:
    """One member of a closed set of answers, with its probability (0 to 1, the set sums to 1)."""

    text: str
    probability: float


@dataclass(frozen=True)
class Vote:
    """How many views of a pair were asked, and how many of them said what the answer says."""

    views: int
    agreeing: int


@dataclass(frozen=True)
class StageSeconds:
    """Wall-clock seconds of each stage of one answer; 0 where a cache made the stage free.

    ``first_token`` counts from the start of the question to its first token, without ``load``.
    """

    load: float = 0.0
    vision: float = 0.0
    clue: float = 0.0
    prefill: float = 0.0
    decode: float = 0.0
    first_token: float = 0.0
    total: float = 0.0


@dataclass(frozen=True)
class TokenCounts:
    """Tokens of one answer: the text of its prompt, the visual tokens, the answer."""

    prompt: int = 0
    visual: int = 0
    answer: int = 0


@dataclass(frozen=True)
class Answer:
    """What came back, and how.

    Attributes:
        text: The answer. If ``stopped``, what was said until then.
        task: The task that was answered.
        clue: What the frozen base said first, or ``None`` where no clue was used.
        options: Scores of the closed set, best first; empty where the answer was generated.
        changed: Of a change caption: whether anything has changed, as the model itself scores it,
            see ``inference.verdict``. ``None`` for other tasks and where it was not reached.
        vote: Of the views that were asked, where it was more than one.
        model: Name of the model folder.
        device: Where it ran, such as ``"cpu"``.
        stopped: Whether the user stopped it before its end.
        zero_shot: Whether the base model itself answered, because the folder has no UniRS weights.
        seconds: Time per stage.
        tokens: Token counts.
        change_map: For pairs: ``[rows, columns]`` float32, 0 (same) to 1, on the pair's extent
            (the model's padding is cut away), as fine as the model's map.
    """

    text: str
    task: Task
    clue: str | None = None
    options: tuple[OptionScore, ...] = ()
    changed: bool | None = None
    vote: Vote | None = None
    model: str = ""
    device: str = ""
    stopped: bool = False
    zero_shot: bool = False
    seconds: StageSeconds = field(default_factory=StageSeconds)
    tokens: TokenCounts = field(default_factory=TokenCounts)
    change_map: NDArray[np.float32] | None = None
