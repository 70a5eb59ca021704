"""What to find out about a series of dates.

The fields of :class:`WhenRequest` and :class:`StoryRequest` are the parameters of ``when`` and
``story`` in the worker's protocol, with the descriptions here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from unirs.engines.views import VIEWS
from unirs.errors import UniRSError
from unirs.inputs import CropOptions
from unirs.request import InputPath, OutputPath, Text, check_outputs
from unirs.when.question import Statement, statement

MOST_DATES = 1024

Paths = Annotated[
    tuple[InputPath, ...],
    Field(
        min_length=2,
        max_length=MOST_DATES,
        description="The rasters of the series, a date each; absolute paths.",
    ),
]
Crop = Annotated[
    CropOptions, Field(description="Extent, bands and stretch, the same of all dates.")
]
Clue = Annotated[
    bool | None,
    Field(description="Whether the model describes the images first; null is its default."),
]
Names = Annotated[
    tuple[Text, ...],
    Field(
        description="What the rasters are called where their dates are not known, in the order of "
        "the paths; by default by their files."
    ),
]
Table = Annotated[
    OutputPath | None, Field(description="CSV file to write, with a row for each date or interval.")
]
_WHOLE_RASTER = CropOptions()


@dataclass(frozen=True)
class WhenRequest:
    """When a question has the answer yes.

    Raises:
        UniRSError: ``question_empty``, ``question_open``; ``input_count``; ``views_invalid``;
            ``output_conflict``, ``output_unwritable``.
    """

    paths: Paths
    question: Annotated[
        Text,
        Field(
            description="A question with the answer yes or no about what is there, or about what "
            "has happened; or the name of a thing, of which such a question is made."
        ),
    ]
    crop: Crop = _WHOLE_RASTER
    clue: Clue = None
    views: Annotated[
        int, Field(ge=1, le=len(VIEWS), description="Augmented views, as of a question.")
    ] = 1
    names: Names = ()
    table: Table = None

    def __post_init__(self) -> None:
        """Refuse at once what would fail only after a model has been loaded and has answered."""
        check_series(self.paths, self.names, self.table)
        if not 1 <= self.views <= len(VIEWS):
            raise UniRSError(
                "views_invalid", f"{self.views} views are not possible; take 1 to {len(VIEWS)}."
            )
        _ = self.asked

    @property
    def asked(self) -> Statement:
        """What is asked about the dates."""
        return statement(self.question)


@dataclass(frozen=True)
class StoryRequest:
    """What has changed from each date to the next.

    Raises:
        UniRSError: ``input_count``, ``max_tokens_invalid``; ``output_conflict``,
            ``output_unwritable``.
    """

    paths: Paths
    text: Annotated[
        Text, Field(description="An instruction in place of the task's own; empty for that.")
    ] = ""
    crop: Crop = _WHOLE_RASTER
    clue: Clue = None
    max_new_tokens: Annotated[
        int, Field(ge=1, description="Upper bound of the length of each caption, in tokens.")
    ] = 128
    names: Names = ()
    table: Table = None

    def __post_init__(self) -> None:
        """Refuse at once what would fail only after a model has been loaded and has answered."""
        check_series(self.paths, self.names, self.table)
        if self.max_new_tokens < 1:
            raise UniRSError(
                "max_tokens_invalid",
                f"An answer of {self.max_new_tokens} tokens is too short; allow at least 1.",
            )


def check_series(paths: Sequence[str | Path], names: Sequence[str], table: Path | None) -> None:
    """Refuse what is no series of rasters, and a table that cannot be written.

    Raises:
        UniRSError: ``input_count``, ``output_conflict``, ``output_unwritable``.
    """
    from unirs.imagery import is_video

    if not 2 <= len(paths) <= MOST_DATES:
        raise UniRSError(
            "input_count",
            f"A series has 2 to {MOST_DATES:,} rasters, a date each, but got {len(paths):,}.",
        )
    if names and len(names) != len(paths):
        raise UniRSError(
            "input_count", f"{len(names)} names do not fit {len(paths)} rasters; give one for each."
        )
    video = next((path for path in paths if is_video(path)), None)
    if video is not None:
        raise UniRSError(
            "input_count", f"{video} is a video, which has no dates; give the rasters of a series."
        )
    check_outputs(paths, [table] if table else [])
    if table and table.suffix.lower() != ".csv":
        raise UniRSError(
            "output_unwritable", f"{table} does not name a CSV file; give it the extension .csv."
        )
