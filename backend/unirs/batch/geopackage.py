"""What a GeoPackage of answers holds besides its layers: a map of doubt, styles, a summary."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from unirs.batch.style import answer_style, doubt_style
from unirs.batch.summary import QuestionSummary

GEOMETRY = "geom"
"""Geometry column of the layers, by GDAL's default."""

_STYLES = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT,
    styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
    update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
)
"""
"""The table from which QGIS takes the style of a layer."""

_SUMMARY = """
CREATE TABLE summary (
    fid INTEGER PRIMARY KEY AUTOINCREMENT, layer TEXT, question TEXT, answer TEXT, failure TEXT,
    tiles INTEGER, share REAL, mean_confidence REAL, unsure INTEGER
)
"""


def complete(path: Path, summaries: Sequence[QuestionSummary]) -> None:
    """Add what belongs to the layers of a GeoPackage, which are there already.

    Args:
        path: The GeoPackage.
        summaries: What each of its layers holds.

    Raises:
        sqlite3.Error: It cannot be written.
    """
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(_STYLES)
        database.execute(_SUMMARY)
        for table in ("layer_styles", "summary"):
            _register(database, table)
        for summary in summaries:
            _add_style(database, summary.layer, "Answers", answer_style(summary))
            if summary.has_confidence:
                doubt = f"{summary.layer}_doubt"
                _add_view(database, doubt, summary.layer)
                _add_style(database, doubt, "Doubt", doubt_style())
            _add_counts(database, summary)


def _register(database: sqlite3.Connection, table: str) -> None:
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES (?, 'attributes', ?)",
        (table, table),
    )


def _add_view(database: sqlite3.Connection, name: str, layer: str) -> None:
    """A layer of the answers that have a confidence, over the rows of another layer.

    GDAL reads it through the spatial index of that layer, as its key is named ``OGC_FID``.
    """
    columns = ", ".join(
        f'"{column}"' for column in (GEOMETRY, "tile", "question", "answer", "confidence", "unsure")
    )
    database.execute(
        f'CREATE VIEW "{name}" AS SELECT fid AS OGC_FID, {columns} FROM "{layer}" '  # noqa: S608
        "WHERE confidence IS NOT NULL"
    )
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, min_x, min_y, max_x, max_y,"
        " srs_id) SELECT ?, data_type, ?, min_x, min_y, max_x, max_y, srs_id FROM gpkg_contents"
        " WHERE table_name = ?",
        (name, name, layer),
    )
    database.execute(
        "INSERT INTO gpkg_geometry_columns SELECT ?, column_name, geometry_type_name, srs_id, z, m"
        " FROM gpkg_geometry_columns WHERE table_name = ?",
        (name, layer),
    )


def _add_style(database: sqlite3.Connection, layer: str, name: str, qml: str) -> None:
    database.execute(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
        " f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner)"
        " VALUES ('', '', ?, ?, ?, ?, '', 1, '', '')",
        (layer, GEOMETRY, name, qml),
    )


def _add_counts(database: sqlite3.Connection, summary: QuestionSummary) -> None:
    total = summary.tiles
    rows: Iterable[tuple[object, ...]] = [
        *(
            (answer, None, count.tiles, count.tiles / total, count.mean_confidence, count.unsure)
            for answer, count in summary.by_count()
        ),
        *(
            (None, code, tiles, tiles / total, None, None)
            for code, tiles in summary.failures.most_common()
        ),
    ]
    database.executemany(
        "INSERT INTO summary (layer, question, answer, failure, tiles, share, mean_confidence,"
        " unsure) VALUES (?, ?, ?, ?, ?, round(?, 4), round(?, 4), ?)",
        [(summary.layer, summary.question or summary.task, *row) for row in rows],
    )
