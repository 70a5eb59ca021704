"""What is indexed, and what is looked for.

The fields of :class:`IndexRequest` and :class:`FindRequest` are the parameters of ``index`` and
``find`` in the worker's protocol, with the descriptions here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import Field

from unirs.errors import UniRSError
from unirs.inputs import CropOptions, Extent, InputKind, Task
from unirs.request import InputPath, OutputPath, TaskRequest, Text, check_outputs

MAX_TILES = 10_000
"""Tiles that are described unless the user agrees to more."""

LIMIT = 10
"""Tiles that a search returns by default."""

RESCORED = 30
"""Tiles whose images are compared with the words by default."""

_WHOLE_RASTER = CropOptions()

Source = tuple[InputPath, ...]
"""One raster, or before and after."""


@dataclass(frozen=True)
class TileRequest:
    """The description of tiles of one source (a ``unirs.where.request.WindowRequest``).

    Attributes:
        paths: One raster, or two dates.
        crop: Extent, bands and stretch.
        size: Side of a tile in metres, or in units of a raster without CRS; ``None`` for what the
            model reads without loss of resolution.
        clue: Whether the model describes each image first; ``None`` is its default.
    """

    paths: tuple[str | Path, ...]
    crop: CropOptions = _WHOLE_RASTER
    size: float | None = None
    clue: bool | None = None
    doublings: int = 0
    overlap: bool = False
    budget: int | None = None
    views: int = 1

    def window(self, extent: Extent | None) -> TaskRequest:
        """The description of one tile; of all of the ground with ``None``."""
        crop = self.crop if extent is None else replace(self.crop, extent=extent, extent_crs=None)
        return TaskRequest(caption_task(len(self.paths)), self.paths, crop=crop, clue=self.clue)


def caption_task(images: int) -> Task:
    """The task by which a tile is described: of one image, or of two dates."""
    return Task.CAPTION if images == 1 else Task.CHANGE


@dataclass(frozen=True)
class IndexRequest:
    """Rasters and pairs whose tiles are to be described in an index.

    Raises:
        UniRSError: ``input_count``, ``windows_invalid``, ``output_conflict``,
            ``output_unwritable``; those of ``TaskRequest``.
    """

    sources: Annotated[
        tuple[Annotated[Source, Field(min_length=1, max_length=2)], ...],
        Field(
            min_length=1,
            description="Each one raster, or two dates of one place; absolute paths.",
        ),
    ]
    output: Annotated[
        OutputPath,
        Field(description="GeoPackage of the index. Tiles that it has already stay as they are."),
    ]
    crop: Annotated[
        CropOptions, Field(description="Bands and stretch, and an extent for one source.")
    ] = _WHOLE_RASTER
    size: Annotated[
        float | None,
        Field(
            description="Side of a tile in metres; in units of the raster if it has no CRS. Null: "
            "what the model reads without loss of resolution."
        ),
    ] = None
    clue: Annotated[
        bool | None,
        Field(description="Whether the model describes each tile first; null is its default."),
    ] = None
    max_tiles: Annotated[
        int, Field(ge=1, description="More tiles than these are refused, with the time.")
    ] = MAX_TILES

    def __post_init__(self) -> None:
        """Refuse at once what would fail only after a model has been loaded."""
        if not self.sources:
            raise UniRSError("input_count", "There is no raster to index; give at least one.")
        if self.size is not None and not (math.isfinite(self.size) and self.size > 0):
            raise UniRSError(
                "windows_invalid",
                f"Tiles of {self.size:g} m are not possible; give a size above 0.",
            )
        if self.crop.extent is not None and len(self.sources) > 1:
            raise UniRSError(
                "input_count",
                "An extent is that of one raster or pair; index one at a time, or leave it out.",
            )
        for source in self.sources:
            self._check_source(source)
        check_geopackage(self.output, "an index")
        check_outputs([path for source in self.sources for path in source], [self.output])

    def of(self, source: Source) -> TileRequest:
        """What is asked about one source."""
        return TileRequest(source, self.crop, self.size, self.clue)

    def _check_source(self, source: Source) -> None:
        if not 1 <= len(source) <= 2:
            raise UniRSError(
                "input_count", "An index takes single rasters, or two dates: before and after."
            )
        if self.of(source).window(None).kind is InputKind.VIDEO:
            raise UniRSError(
                "input_count",
                f"{source[0]} is a video, which has no place on the ground; give a raster.",
            )


@dataclass(frozen=True)
class FindRequest:
    """A search of indexes by words or by an example.

    Raises:
        UniRSError: ``question_empty`` without words and example, ``question_conflict`` with both;
            ``input_count``, ``output_unwritable``, ``output_conflict``.
    """

    indexes: Annotated[
        tuple[InputPath, ...],
        Field(min_length=1, description="GeoPackages that index has written; absolute paths."),
    ]
    text: Annotated[Text, Field(description="What is looked for; empty with an example.")] = ""
    tile: Annotated[
        int | None,
        Field(ge=1, description="A tile of the first index, that others are to be like."),
    ] = None
    example: Annotated[
        tuple[InputPath, ...],
        Field(
            max_length=2,
            description="A raster, or two dates, that tiles are to be like; absolute paths.",
        ),
    ] = ()
    crop: Annotated[CropOptions, Field(description="What to read of the example.")] = _WHOLE_RASTER
    limit: Annotated[int, Field(ge=1, description="Tiles of the result.")] = LIMIT
    rescore: Annotated[
        int,
        Field(
            ge=0,
            description="So many of the best tiles are compared with the words anew, by their "
            "images. With 0, the index decides alone, and no model is loaded.",
        ),
    ] = RESCORED
    output: Annotated[
        OutputPath | None, Field(description="GeoPackage to write the tiles of the result to.")
    ] = None

    def __post_init__(self) -> None:
        """Refuse at once what would fail only after an index has been read."""
        ways = [bool(self.text.strip()), self.tile is not None, bool(self.example)]
        if not any(ways):
            raise UniRSError(
                "question_empty", "There is nothing to look for; enter words, or give an example."
            )
        if sum(ways) > 1:
            raise UniRSError(
                "question_conflict",
                "Tiles are found by words, by a tile of the index or by a raster; give only one.",
            )
        if self.limit < 1 or self.rescore < 0:
            raise UniRSError(
                "windows_invalid", f"{self.limit} tiles are too few; ask for at least 1."
            )
        if self.example:
            self._check_example()
        if self.output:
            check_geopackage(self.output, "a result")
            check_outputs([*self.indexes, *self.example], [self.output])

    @property
    def sought(self) -> str:
        """What is looked for, on one line."""
        return " ".join(self.text.split())

    def _check_example(self) -> None:
        if TileRequest(self.example, self.crop).window(None).kind is InputKind.VIDEO:
            raise UniRSError(
                "input_count", f"{self.example[0]} is a video; give a raster, or two dates."
            )


def check_geopackage(path: Path, what: str) -> None:
    """Refuse the name of a file that does not end as that of a GeoPackage.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    if path.suffix.lower() != ".gpkg":
        raise UniRSError(
            "output_unwritable",
            f"{path} does not name a GeoPackage, which {what} is; give it the extension .gpkg.",
        )
