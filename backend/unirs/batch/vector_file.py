"""Answers as a file that a GIS opens: GeoPackage, FlatGeobuf or CSV, written as rows are read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unirs.batch.geopackage import complete
from unirs.batch.kept_rows import KeptRows
from unirs.batch.reviews import COLUMNS
from unirs.batch.summary import QuestionSummary
from unirs.errors import UniRSError
from unirs.files import GEOPACKAGE

if TYPE_CHECKING:
    import pyarrow as pa

Summaries = dict[int, QuestionSummary]
"""Questions to write, by their number from 0; their answers are counted as they are written."""

KEPT = [
    *("tile", "task", "question", "answer", "confidence", "unsure", "changed", "before", "after"),
    *("probabilities", "warnings", "status", "code", "error", "model", "digest", "engine"),
]
"""Columns that are written as they are."""

GEOMETRY = "geometry"


def write_geopackage(rows: KeptRows, questions: Summaries, path: Path) -> None:
    """A layer for each question, with styles, maps of doubt and a summary."""
    try:
        for number, summary in questions.items():
            summary.layer = _layer_name(summary, alone=len(questions) == 1)
            is_first = not path.exists()
            options = {"dataset_options": GEOPACKAGE} if is_first else {"append": True}
            batches = _batches(rows, {number: summary})
            _write_layer(batches, path, "GPKG", summary.layer, **options)
        complete(path, list(questions.values()))
    finally:
        for suffix in ("-journal", "-wal", "-shm"):  # of one that could not be completed
            with suppress(OSError):
                path.with_name(path.name + suffix).unlink()


def write_flatgeobuf(rows: KeptRows, questions: Summaries, path: Path) -> None:
    """One layer, in the order of its spatial index.

    Raises:
        OSError: Also if the disk was full at the last moment, which GDAL does not report.
        UniRSError: ``export_format`` if a tile has no place on the ground.
    """
    import pyogrio

    placed = map(_check_placed, _batches(rows, questions))
    _write_layer(placed, path, "FlatGeobuf", "answers")
    with pyogrio.open_arrow(path, columns=[], use_pyarrow=True) as (_, written):
        for _ in written:  # every feature is read: the last ones may have had no space
            pass


def write_csv(rows: KeptRows, questions: Summaries, path: Path) -> None:
    """One table with the footprint of each tile as text (WKT)."""
    import pyarrow as pa
    import pyarrow.csv
    import shapely

    first, batches = _first(_batches(rows, questions))
    place = first.schema.get_field_index(GEOMETRY)
    schema = first.schema.set(place, pa.field("wkt", pa.string()))
    with pyarrow.csv.CSVWriter(path, schema) as file:
        for batch in batches:
            shapes = shapely.from_wkb(batch[place].to_numpy(zero_copy_only=False))
            texts = pa.array(shapely.to_wkt(shapes, rounding_precision=7), pa.string())
            file.write_batch(batch.set_column(place, "wkt", texts))


WRITERS: dict[str, Callable[[KeptRows, Summaries, Path], None]] = {
    ".gpkg": write_geopackage,
    ".fgb": write_flatgeobuf,
    ".csv": write_csv,
}
"""What writes a format, by the extension of its files."""


def _write_layer(
    batches: Iterator[pa.RecordBatch], path: Path, driver: str, layer: str, **options: Any
) -> None:
    import pyarrow as pa
    import pyogrio

    failures: list[UniRSError] = []
    first, batches = _first(_noting(failures, batches))
    try:
        pyogrio.write_arrow(
            pa.RecordBatchReader.from_batches(first.schema, batches),
            path,
            layer=layer,
            driver=driver,
            geometry_name=GEOMETRY,
            geometry_type="MultiPolygon",
            crs="EPSG:4326",
            **options,
        )
    except Exception:
        if failures:
            raise failures[0] from None
        raise


def _noting(
    failures: list[UniRSError], batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """The same batches; a failure to read one is noted, which GDAL would report as its own."""
    try:
        yield from batches
    except UniRSError as error:
        failures.append(error)
        raise


def _first(batches: Iterator[pa.RecordBatch]) -> tuple[pa.RecordBatch, Iterator[pa.RecordBatch]]:
    """The first batch, and all of them."""
    first = next(batches)
    return first, chain([first], batches)


def _check_placed(batch: pa.RecordBatch) -> pa.RecordBatch:
    if batch[GEOMETRY].null_count:
        raise UniRSError(
            "export_format",
            "Some tiles have no place on the ground, which a .fgb cannot hold; write a .gpkg or "
            "a .csv.",
        )
    return batch


def _batches(rows: KeptRows, questions: Summaries) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = pa.array(list(questions), pa.int16())
    for table in rows.tables():
        for number, summary in questions.items():
            summary.add(table.filter(pc.equal(table["ask"], number)))
        wanted = pc.is_in(table["ask"], numbers)
        yield from _exported(table.filter(wanted)).combine_chunks().to_batches()


def _exported(rows: pa.Table) -> pa.Table:
    """Columns that a GIS can show: texts in place of lists, one type of geometry."""
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = pa.array([number + 1 for number in rows["ask"].to_pylist()], pa.int32())
    sources = pa.array([_joined(paths) for paths in rows["paths"].to_pylist()], pa.string())
    shapes = pa.array(_multipolygons(rows[GEOMETRY].to_pylist()), pa.binary())
    return (
        rows.select([*KEPT, *(name for name in COLUMNS if name in rows.column_names)])
        .set_column(KEPT.index("confidence"), "confidence", pc.round(rows["confidence"], 4))
        .add_column(1, "question_number", numbers)
        .append_column("source", sources)
        .append_column(GEOMETRY, shapes)
    )


def _joined(texts: list[str]) -> str:
    """A list as one field: the text itself where there is one, else JSON."""
    return texts[0] if len(texts) == 1 else json.dumps(texts, ensure_ascii=False)


def _multipolygons(shapes: list[bytes | None]) -> list[bytes | None]:
    """Polygons as multipolygons, so that a layer has one type: those at 180° have two parts."""
    import numpy as np
    import shapely

    parts, owners = shapely.get_parts(shapely.from_wkb(np.array(shapes, object)), return_index=True)
    whole = np.full(len(shapes), None, dtype=object)
    shapely.multipolygons(parts, indices=owners, out=whole)
    return list(shapely.to_wkb(whole))


def _layer_name(summary: QuestionSummary, *, alone: bool) -> str:
    """A name that is short and plain: questions are text of any kind."""
    words = re.findall(r"[a-z0-9]+", (summary.question or summary.task).lower())
    name = "_".join(words)[:40].rstrip("_") or "answers"
    return name if alone else f"{summary.ask}_{name}"
