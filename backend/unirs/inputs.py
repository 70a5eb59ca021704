"""What is read and what is asked about it: the types that every part shares."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from unirs.dates import ImageDate
from unirs.errors import UniRSError

Extent = tuple[float, float, float, float]
"""Minimum x, minimum y, maximum x, maximum y, in the units of a CRS."""

Composite = Literal[
    "true-colour", "false-colour", "agriculture", "swir", "urban", "radar", "thermal"
]
"""Which bands make the image, by what they show: see :mod:`unirs.sensor_bands`."""

Stretch = Literal["auto", "none", "percentile", "minmax"]
"""How the values of a band become 8-bit: see :mod:`unirs.imagery.stretch`."""

NEUTRAL = 127
"""Grey of pixels without data and of the padding to a square.

It is the integer mean of SigLIP's normalisation, so that the encoder reads it as almost 0.
"""


NO_CHANGE = (
    "the scene is the same as before",
    "there is no difference",
    "the two scenes seem identical",
    "no change has occurred",
    "almost nothing has changed",
)
"""The captions of LEVIR-CC for pairs without change, which models trained on it reproduce."""

AspectMode = Literal["pad", "resize"]
"""How an image becomes the square that the encoder reads: on neutral bars, or squashed."""


class InputKind(str, Enum):
    """The three visual inputs that UniRS reads (paper, section III-A)."""

    SINGLE = "single"
    PAIR = "pair"
    VIDEO = "video"


class Task(str, Enum):
    """What to do with a visual input."""

    ASK = "ask"
    CAPTION = "caption"
    CHANGE = "change"
    CLASSIFY = "classify"


@dataclass(frozen=True)
class CropOptions:
    """What to read of a raster, and how its values become an image.

    Attributes:
        extent: The extent to read; without one, all of the raster (of a pair or series: what the
            dates have in common). Rasters without georeference count pixels, with the upper left
            corner at 0, 0 and y growing upwards, so that the rows have negative y.
        extent_crs: CRS of ``extent``, such as ``"EPSG:4326"`` (x is then the longitude); without
            one, that of the raster (of a pair or series: of the first in time). In degrees, an
            extent across the 180° meridian goes from 170 to 190, or from 170 to -170.
        bands: One band number (shown as grey) or three (red, green, blue), counted from 1, or the
            name of a composite; without them, true colours where the bands are known, else chosen
            by colour interpretation.
        stretch: How values become 8-bit.
        match_colours: Of a pair or series: whether each date takes the colours of the first one.
        align: Likewise: whether dates that lie more than a pixel of the model off the first one are
            moved onto it.

    Raises:
        UniRSError: ``extent_empty`` or ``bands_unsupported``.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "allow_inf_nan": False}

    extent: Extent | None = None
    extent_crs: str | None = None
    bands: tuple[int, ...] | Composite | None = None
    stretch: Stretch = "auto"
    match_colours: bool = False
    align: bool = False

    def __post_init__(self) -> None:
        """Refuse what holds for no raster."""
        if self.extent is not None and not _encloses_area(self.extent):
            raise empty_extent(self.extent)
        if isinstance(self.bands, tuple) and len(self.bands) not in (1, 3):
            raise UniRSError(
                "bands_unsupported",
                f"An image is made of one band or of three, not of {len(self.bands)}; "
                "give one band number or three.",
            )


def is_across(extent: Extent) -> bool:
    """Whether an extent, if it is in degrees, goes east across the 180° meridian: 170 to -170."""
    min_x, _, max_x, _ = extent
    return -180 <= max_x < min_x <= 180 and max_x + 360 - min_x <= 180


def empty_extent(extent: Extent) -> UniRSError:
    """The error about an extent without an area."""
    min_x, min_y, max_x, max_y = extent
    return UniRSError(
        "extent_empty",
        f"The extent {min_x:g} {min_y:g} {max_x:g} {max_y:g} encloses no area; "
        "give minimum x, minimum y, maximum x, maximum y.",
    )


def _encloses_area(extent: Extent) -> bool:
    min_x, min_y, max_x, max_y = extent
    finite = all(map(math.isfinite, extent))
    return finite and min_y < max_y and (min_x < max_x or is_across(extent))


@dataclass(frozen=True)
class Crop:
    """A north-up RGB image on the model's grid, with its extent on the ground.

    Attributes:
        pixels: ``[height, width, 3]`` uint8. Pixels without data hold ``NEUTRAL``.
        extent: Ground footprint in units of ``crs``; pixel coordinates (y down from 0, negated)
            where the source has no CRS; ``None`` for plain pictures and video frames.
        crs: ``"EPSG:…"`` where there is a code, else WKT; ``None`` without georeference.
        pixel_size: Ground size of one pixel in metres, ``None`` if unknown.
        valid: ``[height, width]``, true where there are data; ``None`` if every pixel has data.
        date: Acquisition date, with its precision; ``None`` if unknown.
        source: The file that the crop was read from, for messages and records.
        source_pixel_size: Ground size of a pixel of that file in metres, ``None`` if unknown.
        warnings: Sentences about what makes answers about this image less reliable.
    """

    pixels: NDArray[np.uint8]
    extent: Extent | None = None
    crs: str | None = None
    pixel_size: float | None = None
    valid: NDArray[np.bool_] | None = None
    date: ImageDate | None = None
    source: str = ""
    source_pixel_size: float | None = None
    warnings: tuple[str, ...] = ()

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

    Attributes:
        kind: Which of these.
        crops: The images, in order of time.
        differences: Sentences about differences between the dates that are no change of the ground.

    Raises:
        UniRSError: ``input_count`` if the number of crops does not fit the kind,
            ``pair_grid`` if the two crops of a pair do not share one grid.
    """

    kind: InputKind
    crops: tuple[Crop, ...]
    differences: tuple[str, ...] = ()

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

    def at_most(self, frame_count: int) -> VisualInput:
        """A video with so many frames at most, evenly chosen from first to last.

        Images and pairs stay as they are.
        """
        if self.kind is not InputKind.VIDEO or len(self.crops) <= frame_count:
            return self
        chosen = np.linspace(0, len(self.crops) - 1, frame_count).round().astype(int)
        return VisualInput.video([self.crops[index] for index in chosen])

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about the images and about the differences of their dates, each once."""
        of_images = [sentence for crop in self.crops for sentence in crop.warnings]
        return tuple(dict.fromkeys([*of_images, *self.differences]))

    @cached_property
    def digest(self) -> str:
        """SHA-256 over kind and images, the key of every cache."""
        parts = ":".join([self.kind.value, *(crop.digest for crop in self.crops)])
        return hashlib.sha256(parts.encode()).hexdigest()


@dataclass(frozen=True)
class Turn:
    """A question about a place that was answered earlier."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    question: str
    answer: str


@dataclass(frozen=True)
class Question:
    """What is asked about a visual input.

    Attributes:
        task: Which of the four tasks.
        text: The question, or an instruction in place of the task's own.
        options: Closed set of answers. They are scored, and nothing is generated.
        clue: Whether the model describes the images first, and answers with that description in
            its prompt (paper, section III-B2). ``None`` is the default of the model: where it was
            trained with such clues.
        max_new_tokens: Upper bound of the answer's length, in tokens (at least 1).
        views: Number of augmented views of the images, 1 to 8, over which probabilities and change
            maps are averaged. Generated text is that of the first view, which is not augmented.
        conversation: Earlier turns about the same visual input, the oldest first. Engines without
            the capability ``conversation`` leave them out.
    """

    task: Task = Task.ASK
    text: str = ""
    options: tuple[str, ...] = ()
    clue: bool | None = None
    max_new_tokens: int = 128
    views: int = 1
    conversation: tuple[Turn, ...] = ()
