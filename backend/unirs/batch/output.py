"""The output of a batch: a folder of part files that are complete or not there.

``plan.yaml``, what was asked; ``parts/NAME.parquet``, GeoParquet with one row for each tile and
question; ``run.jsonl``, what happened; ``.lock``, held by the run that writes.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unirs import __version__
from unirs.errors import UniRSError
from unirs.files import alone_in, keep_settings, make_folder, whole_file

if TYPE_CHECKING:
    import pyarrow as pa

    from unirs.batch.plan import Plan

OUTPUT_FORMAT = 1
"""Raised when a part file of an earlier version would be read wrongly."""

FACTS_KEY = b"unirs"
"""Key of the facts among the metadata of a part file."""

_GEO = {
    "version": "1.1.0",
    "primary_column": "geometry",
    "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Polygon", "MultiPolygon"]}},
}
"""GeoParquet's metadata. Without a CRS named, coordinates are longitude and latitude."""


def schema() -> pa.Schema:
    """The columns of every part file."""
    import pyarrow as pa

    text, number, flag = pa.string(), pa.float64(), pa.bool_()
    return pa.schema(
        [
            pa.field("tile", text, nullable=False),
            pa.field("part", text, nullable=False),
            pa.field("ask", pa.int16(), nullable=False),
            pa.field("task", text, nullable=False),
            pa.field("question", text, nullable=False),
            pa.field("paths", pa.list_(text), nullable=False),
            *[(name, text) for name in ("before", "after")],
            *[(name, number) for name in ("min_x", "min_y", "max_x", "max_y")],
            *[(name, text) for name in ("crs", "answer", "probabilities")],
            ("confidence", number),
            *[(name, flag) for name in ("unsure", "changed")],
            *[(name, text) for name in ("warnings", "model", "digest", "engine")],
            pa.field("status", text, nullable=False),
            *[(name, text) for name in ("code", "error")],
            ("geometry", pa.binary()),
        ],
        metadata={"geo": json.dumps(_GEO)},
    )


@dataclass(frozen=True)
class PartFacts:
    """What a part file records about itself.

    Attributes:
        part: Name of the part.
        settings: Digest of the plan's settings.
        digest: Of the model's weights, if known.
        tiles: Number of tiles, without those that were skipped.
        rows: Number of rows: one for each tile and question.
        skipped: Tiles with less data than the plan wants, which have no rows.
        failed: Number of tiles with a failure, by its code.
        seconds: From the first tile that was read to the last answer.
        version: Of UniRS.
        format: See ``OUTPUT_FORMAT``.
    """

    part: str
    settings: str
    digest: str | None
    tiles: int
    rows: int
    skipped: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    version: str = __version__
    format: int = OUTPUT_FORMAT


@dataclass(frozen=True)
class PartResult:
    """The answered tiles of a part.

    Attributes:
        facts: See there.
        table: Its rows, with the columns of ``schema()``.
    """

    facts: PartFacts
    table: pa.Table

    @classmethod
    def of(cls, facts: PartFacts, rows: Sequence[Mapping[str, Any]]) -> PartResult:
        """The result of rows, which are sorted by tile and question."""
        import pyarrow as pa

        return cls(facts, pa.Table.from_pylist(list(rows), schema()))

    @classmethod
    def joined(cls, pieces: Sequence[PartResult]) -> PartResult:
        """The result of a part from those of its pieces, at least one, in any order."""
        import pyarrow as pa

        if len(pieces) == 1:
            return pieces[0]
        all_facts = [piece.facts for piece in pieces]
        failed = sum((Counter(facts.failed) for facts in all_facts), Counter())
        facts = replace(
            all_facts[0],
            digest=next((facts.digest for facts in all_facts if facts.digest), None),
            tiles=sum(facts.tiles for facts in all_facts),
            rows=sum(facts.rows for facts in all_facts),
            skipped=sum(facts.skipped for facts in all_facts),
            failed=dict(sorted(failed.items())),
            seconds=round(sum(facts.seconds for facts in all_facts), 3),
        )
        table = pa.concat_tables([piece.table for piece in pieces])
        return cls(facts, table.sort_by([("tile", "ascending"), ("ask", "ascending")]))


class Output:
    """The folder of a batch.

    Args:
        folder: Need not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "run.jsonl"
        self._parts = folder / "parts"

    @contextmanager
    def opened(self, plan: Plan) -> Iterator[None]:
        """Hold the folder alone, for a plan with the settings that it was begun with.

        What an interrupted run left half-written is deleted.

        Raises:
            UniRSError: ``folder_in_use``, ``settings_differ``, ``settings_broken`` or
                ``output_unwritable``.
        """
        with alone_in(self.folder):
            keep_settings(self.folder, plan.settings)
            plan.write(self.folder / "plan.yaml")
            make_folder(self._parts)
            for leftover in self._parts.glob(".*"):
                leftover.unlink()
            yield

    def part_files(self) -> Iterator[Path]:
        """The complete part files, in no order."""
        with suppress(FileNotFoundError), os.scandir(self._parts) as entries:
            for entry in entries:
                if entry.name.endswith(".parquet") and not entry.name.startswith("."):
                    yield Path(entry.path)

    def facts(self) -> dict[str, PartFacts]:
        """The facts of every part file, by the part's name. No rows are read.

        Raises:
            UniRSError: See ``read_facts``.
        """
        return {facts.part: facts for facts in map(read_facts, self.part_files())}

    def commit(self, result: PartResult) -> None:
        """Write a part file: afterwards it is complete on the disk, whatever happens next.

        Raises:
            UniRSError: ``output_unwritable``, for example where the disk is full.
        """
        import pyarrow.parquet as pq

        facts = json.dumps(asdict(result.facts)).encode()
        table = result.table.replace_schema_metadata(
            {**(result.table.schema.metadata or {}), FACTS_KEY: facts}
        )
        with whole_file(self._parts / f"{result.facts.part}.parquet") as temporary:
            pq.write_table(table, temporary, compression="zstd")
            _flush(temporary)
        _flush(self._parts)


def read_facts(path: Path) -> PartFacts:
    """The facts of a part file, from its metadata.

    Raises:
        UniRSError: ``output_broken`` if it is none, ``output_version`` if another version wrote it.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        values = json.loads(pq.read_schema(path).metadata[FACTS_KEY])
        if values["format"] == OUTPUT_FORMAT:
            return PartFacts(**values)
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise UniRSError(
            "output_broken",
            f"{path} is no part file of a batch, or is damaged; delete it, and run the same "
            "command again.",
            reason=str(error),
        ) from error
    raise UniRSError(
        "output_version",
        f"{path} was written by UniRS {values.get('version')} in another format; use that "
        "version, or choose another output folder.",
    )


def _flush(path: Path) -> None:
    """Have the disk hold what was written into a file, or the names in a folder."""
    if os.name == "nt" and path.is_dir():  # Windows has no handles of folders to flush
        return
    handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
