"""Tables of rasters: pairs in CSV, indexes of GDAL, items of STAC in JSON or GeoParquet."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unirs.batch import vector
from unirs.batch.sources import Failure
from unirs.dates import ImageDate, parse_date
from unirs.errors import UniRSError, short_reason
from unirs.imagery.storage import gdal_path, is_storage

_VISUAL = "visual"
"""The asset of an item that shows true colours, by the custom of STAC."""

_NO_IMAGE = {"thumbnail", "overview", "metadata"}
"""Roles of assets that are not the item's image itself."""


@dataclass(frozen=True)
class Found:
    """A raster or a pair that inputs name.

    Attributes:
        paths: One raster, or before and after.
        dates: What the table has about each, ISO 8601; ``None`` where it has nothing.
        failure: Why there is no raster behind a row of a table; its name is then the path.
    """

    paths: tuple[str, ...]
    dates: tuple[str | None, ...] = (None,)
    failure: Failure | None = None

    @classmethod
    def failed(cls, name: str, code: str, message: str) -> Found:
        """A row of a table that names no raster."""
        return cls((name,), failure=Failure(code, message))


def pairs(path: Path) -> Iterator[Found]:
    """The pairs of a CSV file with the columns ``before`` and ``after``.

    The columns ``before_date`` and ``after_date`` may be there. Relative paths start at the file.

    Raises:
        UniRSError: ``table_invalid``.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            head = stream.readline()
            stream.seek(0)
            rows = csv.DictReader(stream, delimiter=";" if ";" in head else ",", strict=True)
            rows.fieldnames = [name.strip().lower() for name in rows.fieldnames or ()]
            if not {"before", "after"} <= set(rows.fieldnames):
                raise _invalid(path, "it needs the columns before and after")
            for row in rows:
                yield _pair(row, path, rows.line_num)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _invalid(path, short_reason(error)) from error


def _pair(row: Mapping[str, str | None], path: Path, line: int) -> Found:
    name = f"{path}:{line}"
    before, after = ((row[column] or "").strip() for column in ("before", "after"))
    if not before or not after:
        return Found.failed(name, "table_invalid", f"Line {line} of {path} names no two rasters.")
    texts = [(row.get(f"{column}_date") or "").strip() for column in ("before", "after")]
    dates = [parse_date(text) for text in texts]
    for text, date in zip(texts, dates, strict=True):
        if text and date is None:
            message = f"{text:.40} in line {line} of {path} is no date; write it as 2019-08-15."
            return Found.failed(name, "date_invalid", message)
    return Found(
        (_placed(before, path), _placed(after, path)),
        tuple(map(_iso, dates)),
    )


def index(path: Path) -> Iterator[Found]:
    """The rasters of an index of GDAL. Relative paths start at the index.

    Raises:
        UniRSError: See :func:`unirs.batch.vector.indexed`.
    """
    for location, when in vector.indexed(path):
        date = parse_date(when.partition(" ")[0].replace("/", "-")) if when else None
        yield Found((_placed(location, path),), (_iso(date),))


def items(path: Path, asset: str | None) -> Iterator[Found]:
    """The images of the items of a STAC item collection, or of one item.

    Args:
        path: JSON, or GeoParquet. Relative paths start at the file.
        asset: Name of the asset to take; by default ``visual``, or else the only image.

    Raises:
        UniRSError: ``table_invalid``.
    """
    rows = _json_items(path) if path.suffix.lower().endswith("json") else _parquet_items(path)
    for number, item in enumerate(rows):
        assets, dates = item.get("assets"), item.get("properties") or item
        name = str(item.get("id") or f"{path}:{number + 1}")
        if not isinstance(assets, dict) or not isinstance(dates, dict):
            yield Found.failed(name, "table_invalid", f"The item {name} of {path} has no assets.")
            continue
        href = _image(assets, asset)
        if href is None:
            there = ", ".join(key for key, value in assets.items() if value) or "none"
            wanted = f"no asset {asset}" if asset else "no asset visual and not one image"
            yield Found.failed(
                name,
                "asset_missing",
                f"The item {name} of {path} has {wanted}; choose one of its assets ({there:.300}).",
            )
            continue
        date = parse_date(str(dates.get("datetime") or dates.get("start_datetime") or ""))
        yield Found((_placed(href, path),), (_iso(date),))


def _image(assets: Mapping[str, Any], wanted: str | None) -> str | None:
    """Address of the asset that is wanted, or of the item's image."""
    there = {
        key: value for key, value in assets.items() if isinstance(value, dict) and value.get("href")
    }
    if wanted is not None:
        return str(there[wanted]["href"]) if wanted in there else None
    if _VISUAL in there:
        return str(there[_VISUAL]["href"])
    images = [value for value in there.values() if _is_image(value)]
    return str(images[0]["href"]) if len(images) == 1 else None


def _is_image(asset: Mapping[str, Any]) -> bool:
    is_image = str(asset.get("type") or "").startswith("image/") or str(
        asset["href"]
    ).lower().endswith((".tif", ".tiff", ".jp2"))
    return is_image and not _NO_IMAGE & set(asset.get("roles") or ())


def _json_items(path: Path) -> Iterator[dict[str, Any]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise _invalid(path, short_reason(error)) from error
    rows = content.get("features", [content]) if isinstance(content, dict) else None
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and "assets" in row for row in rows
    ):
        raise _invalid(path, "it is neither an item nor an item collection of STAC")
    return iter(rows)


def _parquet_items(path: Path) -> Iterator[dict[str, Any]]:
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            names = set(file.schema_arrow.names)
            if "assets" not in names:
                raise _invalid(path, "it is no GeoParquet of STAC items: it has no column assets")
            columns = names & {"id", "assets", "datetime", "start_datetime"}
            for batch in file.iter_batches(batch_size=1000, columns=sorted(columns)):
                yield from batch.to_pylist()
    except (OSError, pyarrow.ArrowException) as error:
        raise _invalid(path, short_reason(error)) from error


def _iso(date: ImageDate | None) -> str | None:
    return date.isoformat() if date else None


def _placed(name: str, table: Path) -> str:
    """A path or an address in a table, as GDAL opens it."""
    stored = gdal_path(name.removeprefix("file://"))
    is_path = not is_storage(stored) and not stored.startswith("/") and ":" not in stored
    return str(table.parent / stored) if is_path else stored


def _invalid(path: Path, why: str) -> UniRSError:
    return UniRSError(
        "table_invalid", f"{path} cannot be read as a table of rasters: {why}; check the file."
    )
