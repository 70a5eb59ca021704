"""What to look for, where, and how finely.

The fields of :class:`WhereRequest` are the parameters of ``where`` in the worker's protocol, with
the descriptions here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Protocol

from pydantic import Field

from unirs.errors import UniRSError
from unirs.inputs import CropOptions, Extent, InputKind, Task
from unirs.request import InputPath, OutputPath, TaskRequest, Text, check_geotiff, check_outputs
from unirs.where.question import NO, YES, YesNoQuestion, yes_no_question

LEAVE_BELOW = 0.03
"""Probability of yes below which ground is left; chosen on validation images."""

DOUBLINGS = 1
"""How often the finest windows are doubled to those that are asked about first, chosen likewise."""

MAX_WINDOWS = 10_000
"""Windows that a search may take unless the user agrees to more."""

KINDS = ("bare land", "meadow", "forest", "farmland", "road", "buildings", "water")
"""Kinds of ground that a place can be, in words that unirs-small was trained on."""

_WHOLE_RASTER = CropOptions()


class WindowRequest(Protocol):
    """A request that is answered by asking about windows; the fields are as those below."""

    @property
    def paths(self) -> tuple[str | Path, ...]: ...  # noqa: D102
    @property
    def crop(self) -> CropOptions: ...  # noqa: D102
    @property
    def size(self) -> float | None: ...  # noqa: D102
    @property
    def doublings(self) -> int: ...  # noqa: D102
    @property
    def overlap(self) -> bool: ...  # noqa: D102
    @property
    def budget(self) -> int | None: ...  # noqa: D102
    @property
    def views(self) -> int: ...  # noqa: D102

    def window(self, extent: Extent | None) -> TaskRequest:
        """The question about one window; about all of the ground with ``None``."""


@dataclass(frozen=True)
class WhereRequest:
    """A search for the places where a question has the answer yes.

    Raises:
        UniRSError: ``question_empty``, ``question_open``; ``input_count``; ``windows_invalid`` for
            a size, a number of doublings or a probability that cannot be; ``options_invalid`` for
            kinds of ground that cannot be chosen from; ``output_conflict``,
            ``output_unwritable``; those of ``TaskRequest``.
    """

    paths: Annotated[
        tuple[InputPath, ...],
        Field(min_length=1, max_length=2, description="One raster or two dates; absolute paths."),
    ]
    question: Annotated[
        Text,
        Field(
            description="A question with the answer yes or no, or the name of a thing, of which "
            "such a question is made."
        ),
    ]
    crop: Annotated[CropOptions, Field(description="Extent to search, bands and stretch.")] = (
        _WHOLE_RASTER
    )
    size: Annotated[
        float | None,
        Field(
            description="Side of the finest windows in metres; in units of the raster if it has no "
            "CRS. Null: what the model reads without loss of resolution."
        ),
    ] = None
    doublings: Annotated[
        int,
        Field(
            ge=0,
            le=20,
            description="How often the side of the finest windows is doubled to that of the first "
            "ones. With 0, every finest window is asked about.",
        ),
    ] = DOUBLINGS
    overlap: Annotated[
        bool,
        Field(
            description="Whether the finest windows overlap by a half where something was found, "
            "so that they vote on each spot."
        ),
    ] = True
    leave_below: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="Ground whose probability of yes is lower, or near the lowest one, is left "
            "and not looked at in smaller windows. With 0, nothing is left.",
        ),
    ] = LEAVE_BELOW
    threshold: Annotated[
        float, Field(gt=0, le=1, description="Minimum probability of a place.")
    ] = 0.5
    clue: Annotated[
        bool | None,
        Field(description="Whether the model describes each window first; null is its default."),
    ] = None
    views: Annotated[
        int, Field(ge=1, description="Augmented views of each window, as of a question.")
    ] = 1
    max_windows: Annotated[
        int, Field(ge=1, description="More windows than these are refused, with the time.")
    ] = MAX_WINDOWS
    budget: Annotated[
        int | None,
        Field(
            ge=1,
            description="Most windows that are asked about, the most promising ones first. Null: "
            "all that are not left.",
        ),
    ] = None
    from_to: Annotated[
        bool,
        Field(description="Of two dates: whether each place is asked which kind it was and is."),
    ] = False
    kinds: Annotated[
        tuple[Text, ...], Field(max_length=64, description="Kinds of ground to choose from.")
    ] = KINDS
    map: Annotated[
        OutputPath | None, Field(description="GeoTIFF to write the probabilities to, in percent.")
    ] = None
    polygons: Annotated[
        OutputPath | None, Field(description="GeoPackage to write the places to.")
    ] = None

    def __post_init__(self) -> None:
        """Refuse at once what would fail only after a model has been loaded and has answered."""
        if not 1 <= len(self.paths) <= 2:
            raise UniRSError(
                "input_count", "A search takes one raster, or two dates: before and after."
            )
        self._check_numbers()
        if self.window(None).kind is InputKind.VIDEO:
            raise UniRSError(
                "input_count",
                f"{self.paths[0]} is a video, which has no places on the ground; give a raster.",
            )
        self._check_kinds()
        outputs = [path for path in (self.map, self.polygons) if path]
        check_outputs(self.paths, outputs)
        if self.map:
            check_geotiff(self.map, "a map of probabilities")
        if self.polygons and self.polygons.suffix.lower() != ".gpkg":
            raise UniRSError(
                "output_unwritable",
                f"{self.polygons} does not name a GeoPackage; give it the extension .gpkg.",
            )

    @property
    def kind(self) -> InputKind:
        """Whether a raster or a pair is searched."""
        return InputKind.SINGLE if len(self.paths) == 1 else InputKind.PAIR

    @property
    def asked(self) -> YesNoQuestion:
        """What is asked about each window."""
        return yes_no_question(self.question, self.kind)

    def window(self, extent: Extent | None) -> TaskRequest:
        """The question about one window.

        Args:
            extent: Of the window, in the CRS of the raster; the whole search with ``None``.
        """
        crop = self.crop if extent is None else replace(self.crop, extent=extent, extent_crs=None)
        return TaskRequest(
            Task.ASK,
            self.paths,
            text=self.asked.text,
            options=(YES, NO),
            crop=crop,
            clue=self.clue,
            views=self.views,
        )

    def _check_kinds(self) -> None:
        if self.from_to and self.kind is not InputKind.PAIR:
            raise UniRSError(
                "input_count", "From what to what places have changed takes two dates; give both."
            )
        named = {kind.strip() for kind in self.kinds}
        if "" in named or len(named) < max(2, len(self.kinds)):
            raise UniRSError(
                "options_invalid",
                "The kinds of ground must be two or more, all different, and none may be empty.",
            )

    def _check_numbers(self) -> None:
        size = self.size
        if size is not None and not (math.isfinite(size) and size > 0):
            raise _invalid(f"Windows of {size:g} m are not possible; give a size above 0.")
        if not 0 <= self.doublings <= 20:
            raise _invalid(f"{self.doublings} doublings are not possible; take 0 to 20.")
        if not (0 <= self.leave_below <= 1 and 0 < self.threshold <= 1):
            raise _invalid(
                f"{self.leave_below:g} and {self.threshold:g} are to be probabilities; take them "
                "between 0 and 1."
            )
        if self.budget is not None and self.budget < 1:
            raise _invalid(f"A budget of {self.budget} windows is too small; allow at least 1.")
        if self.max_windows < 1:
            raise _invalid(f"{self.max_windows} windows are too few; allow at least 1.")


def _invalid(sentence: str) -> UniRSError:
    return UniRSError("windows_invalid", sentence)
