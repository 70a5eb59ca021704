"""What the output folder of a batch holds at a moment, while it may still grow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unirs.batch.output import Output, PartFacts, read_facts, schema
from unirs.errors import UniRSError, short_reason

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class PartFile:
    """A complete part file.

    Attributes:
        path: The file.
        facts: What it records about itself.
    """

    path: Path
    facts: PartFacts

    def rows(self, columns: list[str] | None = None) -> pa.Table:
        """Its rows, or some columns of them; a column that an earlier version lacks is empty.

        Raises:
            UniRSError: ``output_broken``.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(self.path) as file:
                rows = file.read(columns)
        except (OSError, ValueError, KeyError, pa.ArrowException) as error:
            raise UniRSError(
                "output_broken",
                f"{self.path} cannot be read ({short_reason(error)}); delete it and run the batch "
                "again, which answers its tiles anew.",
            ) from error
        if columns is not None:
            return rows
        return pa.concat_tables([schema().empty_table(), rows], promote_options="default")


@dataclass(frozen=True)
class Contents:
    """An output folder.

    Attributes:
        folder: The folder.
        parts: Its part files, by the name of the part.
        broken: For each part file that cannot be read, the error.
        log: Entries of the run log, the oldest first.
    """

    folder: Path
    parts: tuple[PartFile, ...]
    broken: tuple[UniRSError, ...]
    log: tuple[dict[str, Any], ...]


def read_contents(folder: Path) -> Contents:
    """Read the footers of all part files, and the run log. No lock is needed for that.

    Args:
        folder: Output of a batch, which may be running.

    Raises:
        UniRSError: ``output_missing`` if the folder is not the output of a batch,
            ``output_version`` if a version of UniRS with other part files has written it.
    """
    output = Output(folder)
    log = tuple(_entries(output.log))
    parts, broken = [], []
    for path in output.part_files():
        try:
            parts.append(PartFile(path, read_facts(path)))
        except UniRSError as error:
            if error.code != "output_broken":
                raise
            broken.append(error)
    if not (log or parts or broken):
        raise UniRSError(
            "output_missing",
            f"{folder} is not the output of a batch; give the folder that the plan names as its "
            "output.",
        )
    return Contents(
        folder, tuple(sorted(parts, key=lambda part: part.facts.part)), tuple(broken), log
    )


def _entries(log: Path) -> Iterator[dict[str, Any]]:
    """Whole lines of the run log: the last one may have been cut by the end of the process."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and "event" in entry:
            yield entry
