"""The plan of a batch: which rasters, which tiles, which questions, where the answers go.

Every key and every default is here; :mod:`unirs.batch.plan_file` reads a plan from YAML.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from unirs.batch.lengths import Length, Overlap, TileSize
from unirs.engines.views import VIEWS
from unirs.errors import UniRSError
from unirs.imagery.storage import gdal_path, is_storage
from unirs.inputs import Composite, CropOptions, Stretch, Task
from unirs.models import DEFAULT_MODEL
from unirs.request import TaskRequest, Text

if TYPE_CHECKING:
    from unirs.batch.tiling import BatchTile

PAIR_TABLE = ".csv"
"""Ending of a table of pairs."""

EXPORTS = (".gpkg", ".fgb", ".csv")
"""Endings of the one file that the answers are exported to."""


class PairRule(str, Enum):
    """Which of the dates of one place become pairs."""

    EARLIEST_LATEST = "earliest-latest"
    YEARLY = "yearly"
    EACH_TO_NEXT = "each-to-next"


class Section(BaseModel):
    """A mapping of a plan: unknown keys are refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, coerce_numbers_to_str=True, allow_inf_nan=False
    )


class Inputs(Section):
    """Which rasters are read, and how."""

    rasters: Annotated[
        tuple[str, ...],
        Field(
            min_length=1,
            description="Rasters, folders, globs, GDAL tile indexes, STAC items (JSON or "
            "GeoParquet) or CSV tables of pairs.",
        ),
    ]
    asset: Annotated[
        str | None, Field(description="Which asset of a STAC item; by default its only image.")
    ] = None
    storage: Annotated[
        tuple[str, ...],
        Field(
            description="Object storage that files named by a table may lie in, by GDAL's paths, "
            "such as /vsis3/bucket/. Nothing else on a network is read."
        ),
    ] = ()
    bands: Annotated[
        tuple[int, ...] | Composite | None,
        Field(description="One band number, three, or a composite; chosen by default."),
    ] = None
    stretch: Annotated[Stretch, Field(description="How values become 8-bit.")] = "auto"
    match_colours: Annotated[
        bool, Field(description="Whether the later date of a pair takes the colours of the first.")
    ] = False
    align: Annotated[
        bool, Field(description="Whether the later date of a pair is moved onto the first.")
    ] = False

    @field_validator("rasters")
    @classmethod
    def _without_nothing(cls, rasters: tuple[str, ...]) -> tuple[str, ...]:
        if any(not name.strip() or "\0" in name for name in rasters):
            raise ValueError("a name is empty or holds a null character")
        return rasters

    @model_validator(mode="after")
    def _pairs_or_rasters(self) -> Inputs:
        tables = [name for name in self.rasters if _is_pair_table(name)]
        if tables and len(tables) < len(self.rasters):
            raise ValueError(f"{tables[0]} is a table of pairs and cannot be mixed with rasters")
        return self

    @property
    def crop(self) -> CropOptions:
        """How a raster is read, without an extent."""
        return CropOptions(
            bands=self.bands,
            stretch=self.stretch,
            match_colours=self.match_colours,
            align=self.align,
        )

    @field_validator("storage")
    @classmethod
    def _is_storage(cls, storage: tuple[str, ...]) -> tuple[str, ...]:
        for prefix in storage:
            if not is_storage(gdal_path(prefix)):
                raise ValueError(f"{prefix!r:.80} is no storage such as /vsis3/bucket/")
        return storage

    @property
    def has_pairs(self) -> bool:
        """Whether the inputs are tables of pairs."""
        return _is_pair_table(self.rasters[0])


class Tiles(Section):
    """How rasters are cut into tiles."""

    size: Annotated[
        TileSize, Field(description="Of a tile: 256 px, 500 m, or whole for one tile a raster.")
    ] = Length(256)
    overlap: Annotated[Overlap, Field(description="Of neighbours, in the unit of the size.")] = (
        Length(0)
    )
    clip: Annotated[
        Path | None, Field(description="Vector file with polygons; only tiles that meet one.")
    ] = None
    minimum_data: Annotated[
        float,
        Field(ge=0, le=1, description="Share of a tile that must have data, on each date."),
    ] = 0.0

    @model_validator(mode="after")
    def _overlap_fits(self) -> Tiles:
        if not isinstance(self.size, Length):
            if self.overlap.value:
                raise ValueError("whole rasters have no overlap; leave it out")
            return self
        if self.size.value <= 0 or (self.size.unit == "px" and self.size.value < 1):
            raise ValueError(f"a tile of {self.size} is too small")
        if self.overlap.value and self.overlap.unit != self.size.unit:
            raise ValueError(f"give the overlap in {self.size.unit}, as the size")
        if self.overlap.value >= self.size.value:
            raise ValueError(f"an overlap of {self.overlap} is not less than a tile of {self.size}")
        return self


class Asked(Section):
    """One task or question about every tile."""

    task: Task
    question: Annotated[
        Text, Field(description="What is asked; or an instruction in place of the task's own.")
    ] = ""
    options: Annotated[tuple[Text, ...], Field(description="Answers that are scored.")] = ()
    classes: Annotated[tuple[Text, ...], Field(description="The classes of classify.")] = ()
    clue: Annotated[
        bool | None, Field(description="Whether the model describes the images first.")
    ] = None
    views: Annotated[int, Field(ge=1, le=len(VIEWS), description="Augmented views.")] = 1
    max_tokens: Annotated[int, Field(ge=1, description="Longest answer.")] = 128

    def request(self, paths: tuple[str, ...], crop: CropOptions) -> TaskRequest:
        """This question about one tile.

        Raises:
            UniRSError: As :class:`TaskRequest`.
        """
        return TaskRequest(
            task=self.task,
            paths=paths,
            text=self.question,
            options=self.options,
            classes=self.classes,
            crop=crop,
            clue=self.clue,
            max_new_tokens=self.max_tokens,
            views=self.views,
        )


class Ask(Section):
    """What is asked about every tile, and what answers."""

    questions: Annotated[tuple[Asked, ...], Field(min_length=1)]
    model: Annotated[str, Field(min_length=1, description="Name, folder, hf: or server:.")] = (
        DEFAULT_MODEL
    )
    device: str = "auto"
    precision: Literal["auto", "float32", "bfloat16", "float16", "int8", "int4"] = "auto"
    batch_size: Annotated[
        int | None, Field(ge=1, description="Images side by side; by default the engine's.")
    ] = None
    allow_remote: Annotated[
        bool, Field(description="Whether images may be sent to a server on another computer.")
    ] = False


class Output(Section):
    """Where the answers go."""

    folder: Annotated[Path, Field(description="A folder of GeoParquet files, of this plan alone.")]
    export: Annotated[
        Path | None,
        Field(description="One .gpkg, .fgb or .csv, written when all tiles are answered."),
    ] = None

    @field_validator("export")
    @classmethod
    def _known_format(cls, export: Path | None) -> Path | None:
        if export is not None and export.suffix.lower() not in EXPORTS:
            raise ValueError(f"{export} ends with none of {', '.join(EXPORTS)}")
        return export


class Plan(Section):
    """All of a batch.

    Raises:
        UniRSError: What :class:`TaskRequest` refuses of a question.
    """

    inputs: Inputs
    pairs: Annotated[
        PairRule | None,
        Field(description="Rasters of one place become pairs: which of their dates."),
    ] = None
    tiles: Tiles = Tiles()
    ask: Ask
    output: Output

    @model_validator(mode="after")
    def _questions_fit(self) -> Plan:
        if self.pairs and self.inputs.has_pairs:
            raise ValueError("a table has its own pairs; leave the key pairs out")
        some = ("before.tif", "after.tif") if self.makes_pairs else ("raster.tif",)
        for asked in self.ask.questions:
            _check(asked, some)
        if (self.inputs.align or self.inputs.match_colours) and not self.makes_pairs:
            raise ValueError("align and match_colours are for pairs; leave them out")
        one_layer = self.output.export and self.output.export.suffix.lower() == ".fgb"
        if one_layer and len(self.ask.questions) > 1:
            raise ValueError(f"{self.output.export} holds one question; export to a .gpkg or .csv")
        repeated = [asked for asked in self.ask.questions if self.ask.questions.count(asked) > 1]
        if repeated:
            raise ValueError(f"the task {repeated[0].task.value} is twice in the questions")
        return self

    @property
    def makes_pairs(self) -> bool:
        """Whether a tile has two dates."""
        return self.pairs is not None or self.inputs.has_pairs

    @property
    def storage(self) -> tuple[str, ...]:
        """All that may be read over a network: rasters that are named in storage, and prefixes."""
        named = map(gdal_path, (*self.inputs.storage, *self.inputs.rasters))
        return tuple(name for name in named if is_storage(name))

    @property
    def settings(self) -> dict[str, Any]:
        """All that decides which tiles there are and what their rows hold: JSON by dotted key."""
        values = self.model_dump(mode="json", exclude={"output"})
        for key in ("device", "batch_size", "allow_remote"):
            del values["ask"][key]
        sections = ("inputs", "tiles", "ask")
        nested = {f"{one}.{key}": value for one in sections for key, value in values[one].items()}
        return {**nested, "pairs": values["pairs"]}

    @property
    def settings_digest(self) -> str:
        """SHA-256 of the settings."""
        return hashlib.sha256(json.dumps(self.settings, sort_keys=True).encode()).hexdigest()

    def requests(self, tile: BatchTile) -> tuple[TaskRequest, ...]:
        """Every question about a tile.

        Args:
            tile: One with an extent.

        Raises:
            UniRSError: As :class:`TaskRequest`.
        """
        crop = replace(self.inputs.crop, extent=tile.extent, extent_crs=tile.crs)
        return tuple(asked.request(tile.paths, crop) for asked in self.ask.questions)

    @classmethod
    def read(cls, path: Path) -> Plan:
        """A plan from a YAML file; its relative paths are those from the file's folder.

        Raises:
            UniRSError: ``plan_missing`` or ``plan_invalid``.
        """
        from unirs.batch.plan_file import read_plan

        return read_plan(path)

    @classmethod
    def of(cls, values: Any, folder: Path, name: str = "The plan") -> Plan:
        """A plan from plain values.

        Args:
            values: As YAML or JSON holds them.
            folder: Where relative paths start.
            name: What sentences about it call it.

        Raises:
            UniRSError: ``plan_invalid``.
        """
        from unirs.batch.plan_file import plan_of

        return plan_of(values, folder, name)

    def write(self, path: Path) -> None:
        """Write the plan as YAML.

        Raises:
            UniRSError: ``output_unwritable``.
        """
        from unirs.batch.plan_file import write_plan

        write_plan(self, path)


def _check(asked: Asked, paths: tuple[str, ...]) -> None:
    """Refuse a question that fits no tile of the plan."""
    from unirs.engines.engine import check_question

    try:
        check_question(asked.request(paths, CropOptions()).question)
    except UniRSError as error:
        if error.code != "input_count":
            raise ValueError(error.message.rstrip(".")) from error
        raise ValueError(
            f"the task {asked.task.value} needs one raster, but the tiles are pairs"
            if len(paths) == 2
            else f"the task {asked.task.value} needs pairs; give the key pairs or a table of them"
        ) from error


def _is_pair_table(name: str) -> bool:
    return name.lower().endswith(PAIR_TABLE)
