"""What comes of indexing and of a search."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, computed_field

from unirs.answers import RESULT_CONFIG, Origin, to_json
from unirs.inputs import Extent


@dataclass(frozen=True)
class Skipped:
    """A raster or pair that has no tiles in an index, and why."""

    __pydantic_config__ = RESULT_CONFIG

    paths: tuple[str, ...]
    code: Annotated[str, Field(description="Stable identifier of the reason.")]
    message: Annotated[str, Field(description="One sentence.")]


@dataclass(frozen=True, kw_only=True)
class IndexSummary(Origin):
    """What was added to an index."""

    __pydantic_config__ = RESULT_CONFIG

    index: Annotated[Path, Field(description="The GeoPackage.")]
    added: Annotated[int, Field(description="Tiles that were described.")]
    kept: Annotated[int, Field(description="Tiles that the index had already.")]
    without_data: Annotated[int, Field(description="Tiles without data, which are skipped.")]
    skipped: Annotated[tuple[Skipped, ...], Field(description="Rasters that cannot be read.")]
    stopped: Annotated[
        bool, Field(description="Whether it was cancelled; the index then has the tiles so far.")
    ]
    seconds: Annotated[float, Field(description="Wall-clock time, without loading the model.")]

    @computed_field(  # type: ignore[prop-decorator]
        alias="answer", description="The result as a sentence without a full stop."
    )
    @property
    def text(self) -> str:
        """The result as a sentence without a full stop."""
        so_far = "so far " if self.stopped else ""
        kept = f", beside {self.kept:,} that it had" if self.kept else ""
        return f"{so_far}{_tiles(self.added)} added to the index{kept}"

    def to_json(self) -> dict[str, Any]:
        """The object of ``--json`` and of the worker."""
        return to_json(self)


@dataclass(frozen=True)
class FoundTile:
    """A tile that fits what was looked for."""

    __pydantic_config__ = RESULT_CONFIG

    index: Annotated[Path, Field(description="The index that it is from.")]
    tile: Annotated[int, Field(description="Its number there.")]
    caption: Annotated[str, Field(description="What the model wrote about it.")]
    changed: Annotated[
        bool | None, Field(description="Of a pair, whether anything has changed; else null.")
    ]
    paths: Annotated[tuple[str, ...], Field(description="Its raster, or before and after.")]
    dates: Annotated[
        tuple[str | None, ...], Field(description="Acquisition date of each; null where unknown.")
    ]
    extent: Annotated[Extent, Field(description="Minimum x, minimum y, maximum x, maximum y.")]
    crs: Annotated[str | None, Field(description="CRS of the extent.")]
    footprint: Annotated[
        str | None,
        Field(description="WKT of a multipolygon in longitude and latitude; null without a CRS."),
    ]
    similarity: Annotated[
        float,
        Field(
            description="How near the caption and the image are to the words, or the image to that "
            "of the example, by the cosines of their embeddings; -1 to 1."
        ),
    ]
    fit: Annotated[
        float | None,
        Field(
            description="How much better the words fit its image than those of the other tiles "
            "that were compared; null where they were not compared."
        ),
    ]
    score: Annotated[float, Field(description="What the tiles are ranked by, the best first.")]


@dataclass(frozen=True)
class FoundTiles:
    """The tiles that fit best."""

    __pydantic_config__ = RESULT_CONFIG

    sought: Annotated[str, Field(description="The words, or the example.")]
    by: Annotated[
        Literal["words", "images", "captions"],
        Field(
            description="What was compared: words with captions and images; the images of an "
            "example; or its caption, where the index has no features of images."
        ),
    ]
    tiles: Annotated[tuple[FoundTile, ...], Field(description="The best ones first.")]
    searched: Annotated[int, Field(description="Tiles of all indexes.")]
    rescored: Annotated[int, Field(description="Tiles whose images were compared anew.")]
    missing: Annotated[
        int,
        Field(
            description="Tiles whose rasters are gone or cannot be read; they "
            "were compared by what the index has of them alone."
        ),
    ]
    stopped: Annotated[
        bool, Field(description="Whether it was cancelled; some images were then not compared.")
    ]
    model: Annotated[str | None, Field(description="What compared images; null if nothing did.")]
    host: Annotated[
        str | None,
        Field(description="Host that the images were sent to; null if they stayed here."),
    ]
    seconds: Annotated[float, Field(description="Wall-clock time, without loading the model.")]
    output: Annotated[Path | None, Field(description="The GeoPackage that was written.")] = None

    @computed_field(  # type: ignore[prop-decorator]
        alias="answer", description="The result as a sentence without a full stop."
    )
    @property
    def text(self) -> str:
        """The result as a sentence without a full stop."""
        if not self.tiles:
            return "none: the index has no tiles"
        found = f"{len(self.tiles):,} of {_tiles(self.searched)}"
        return f"{found}, the best one: {self.tiles[0].caption.rstrip('. ')}"

    def to_json(self) -> dict[str, Any]:
        """The object of ``--json`` and of the worker."""
        return to_json(self)


def _tiles(count: int) -> str:
    return f"{count:,} tile{'s' * (count != 1)}"
