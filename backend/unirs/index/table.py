"""The file of an index: a GeoPackage with a row for each tile, which QGIS shows as a layer."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from unirs.answers import Answer
from unirs.batch.footprint import footprint
from unirs.errors import UniRSError, short_reason
from unirs.files import GEOPACKAGE, whole_file, write_failure
from unirs.inputs import CropOptions, Extent
from unirs.model.sentence_map import SENTENCE_MODEL, SENTENCE_WIDTH

if TYPE_CHECKING:
    from pydantic import TypeAdapter

LAYER = "unirs_tiles"
"""Name of the layer; a GeoPackage without one is no index."""

_COLUMNS = {
    "caption": "TEXT",
    "changed": "BOOLEAN",
    "raster": "TEXT",
    "before_raster": "TEXT",
    "date": "TEXT",
    "before_date": "TEXT",
    "crop": "TEXT",
    "crs": "TEXT",
    "model": "TEXT",
    "digest": "TEXT",
    "sentence_model": "TEXT",
    "sentence": "BLOB",
    "image": "BLOB",
    "image_sentence": "BLOB",
}
_LATER = ("image_sentence",)
"""Columns that an older index may lack."""

BESIDE = ("-wal", "-shm", "-journal")
"""Endings of the files that SQLite reads together with a GeoPackage, if they are there."""

_WAIT = 10.0
"""Seconds for another program to finish its writing."""

_WGS84 = 4326
_POINT = "<f2"
"""Type of the numbers of embeddings and features in the file."""


@dataclass(frozen=True, eq=False)
class IndexedTile:
    """One tile of an index.

    Attributes:
        paths: One raster, or before and after.
        dates: Acquisition date of each, ISO 8601 by its precision; ``None`` where unknown.
        crop: What was read of them; its extent is the tile, in units of ``crs``.
        crs: ``"EPSG:…"`` or WKT; ``None`` for a raster without one.
        caption: What the model wrote.
        changed: Of a pair, whether anything has changed.
        model: Name of the model.
        digest: SHA-256 of its weights; ``None`` if unknown.
        sentence: Embedding of the caption, ``[SENTENCE_WIDTH]``, of length 1.
        image: The model's features of the images, ``[width]``; ``None`` where it gives none.
        image_sentence: Where the image lies among embeddings of sentences, ``[SENTENCE_WIDTH]``, of
            length 1; ``None`` for pairs, and where the model has no sentence map.
        number: Of the row, from 1; 0 before it is written.
    """

    paths: tuple[str, ...]
    dates: tuple[str | None, ...]
    crop: CropOptions
    crs: str | None
    caption: str
    changed: bool | None
    model: str
    digest: str | None
    sentence: NDArray[np.float32]
    image: NDArray[np.float32] | None
    image_sentence: NDArray[np.float32] | None = None
    number: int = 0

    @property
    def extent(self) -> Extent:
        """In units of ``crs``.

        Raises:
            ValueError: It is an example, of which there is no extent.
        """
        if self.crop.extent is None:
            raise ValueError("this is no tile of an index")
        return self.crop.extent

    @classmethod
    def of(
        cls, answer: Answer, sentence: NDArray[np.float32], crop: CropOptions, crs: str | None
    ) -> IndexedTile:
        """The tile that was described.

        Args:
            answer: Its caption.
            sentence: Embedding of the caption.
            crop: What was read.
            crs: Of the extent.
        """
        images = answer.crop if isinstance(answer.crop, tuple) else (answer.crop,)
        return cls(
            paths=tuple(image.source for image in images),
            dates=answer.acquired,
            crop=crop,
            crs=crs,
            caption=answer.text,
            changed=answer.changed,
            model=answer.model,
            digest=answer.digest,
            sentence=sentence,
            image=answer.image_features,
            image_sentence=answer.image_sentence,
        )


class Index:
    """An index that tiles are added to. A tile is there for good once ``add`` has returned.

    Args:
        path: The GeoPackage; made if it is missing.

    Raises:
        UniRSError: ``output_unwritable``, or ``index_invalid`` if the file is something else.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        if path.exists():
            self.tiles = read_index(path)
            _add_columns(path)
        else:
            _create(path)
            self.tiles = []

    def check_model(self, name: str, digest: str | None) -> None:
        """Refuse to add the tiles of one model to those of another.

        Raises:
            UniRSError: ``index_of_other_model``.
        """
        others = {tile.model for tile in self.tiles if tile.digest != digest or tile.model != name}
        if others:
            raise UniRSError(
                "index_of_other_model",
                f"{self._path} was made with the model {min(others)}, whose features cannot be "
                f"compared with those of {name}; choose that model, or another file.",
            )

    def add(self, tiles: Sequence[IndexedTile]) -> None:
        """Write tiles, all of them or none.

        Raises:
            UniRSError: ``output_unwritable``.
        """
        names = ", ".join(_COLUMNS)
        marks = ", ".join("?" for _ in _COLUMNS)
        shapes = [outline(tile.extent, tile.crs) for tile in tiles]
        rows = [(_blob(shape), *_row(tile)) for tile, shape in zip(tiles, shapes, strict=True)]
        try:
            with _connected(self._path) as database, database:
                database.executemany(
                    f"INSERT INTO {LAYER} (geom, {names}) VALUES (?, {marks})",  # noqa: S608
                    rows,
                )
                _widen(database, [shape for shape in shapes if shape is not None])
        except sqlite3.Error as error:
            raise write_failure(self._path, error) from error
        self.tiles += tiles


def read_index(path: Path) -> list[IndexedTile]:
    """All tiles of an index.

    Raises:
        UniRSError: ``index_missing``; ``index_invalid`` if the file is no index, or one of another
            model of sentences.
    """
    if not path.is_file():
        raise UniRSError("index_missing", f"There is no index {path}; check the path.")
    try:
        with _reading(path) as database:
            if not _has_table(database):
                raise ValueError(f"it has no table {LAYER}")
            missing = _missing_columns(database)
            names = (f"NULL AS {name}" if name in missing else name for name in _COLUMNS)
            rows = database.execute(
                f"SELECT fid, {', '.join(names)} FROM {LAYER} ORDER BY fid"  # noqa: S608
            ).fetchall()
        return [_tile(row) for row in rows]
    except (sqlite3.Error, ValueError, TypeError, KeyError, UniRSError) as error:
        raise UniRSError(
            "index_invalid",
            f"{path} is no index of tiles ({short_reason(error)}); make one with unirs index, or "
            "with Index tiles in QGIS.",
        ) from error


def is_index(path: Path) -> bool:
    """Whether a file has the table of an index."""
    try:
        with _reading(path) as database:
            return _has_table(database)
    except sqlite3.Error:
        return False


def outline(extent: Extent | None, crs: str | None) -> bytes | None:
    """A tile's footprint as the WKB of a multipolygon in degrees; ``None`` without a CRS."""
    from shapely import from_wkb, get_parts, multipolygons, to_wkb

    shape = footprint(extent, crs)
    return None if shape is None else bytes(to_wkb(multipolygons(get_parts(from_wkb(shape)))))


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=_WAIT)) as database:
        yield database


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that writes nothing, neither to the file nor beside it."""
    is_left = _is_write_ahead(path) and not Path(f"{path}-wal").exists()
    address = path.resolve().as_posix()
    address = f"file://{'' if address.startswith('/') else '/'}{quote(address, safe='/:')}"
    # Of a file with a write-ahead log that nobody has open SQLite would make an empty one.
    options = "immutable=1" if is_left else "mode=ro"
    with closing(sqlite3.connect(f"{address}?{options}", timeout=_WAIT, uri=True)) as database:
        yield database


def _is_write_ahead(path: Path) -> bool:
    """Whether changes go to a log beside the file first; see SQLite's file format, section 1.3."""
    try:
        with path.open("rb") as stream:
            return stream.read(20)[18:] == b"\x02\x02"
    except OSError as error:
        raise sqlite3.OperationalError(str(error)) from error


def _has_table(database: sqlite3.Connection) -> bool:
    """Whether the layer is there, as rows that are stored: a view could be anything."""
    sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ? AND rootpage > 0"
    return database.execute(sql, [LAYER]).fetchone() is not None


def _create(path: Path) -> None:
    """An index without tiles. It has no spatial index, whose triggers need GDAL's functions."""
    from pyogrio.errors import DataLayerError, DataSourceError
    from pyogrio.raw import write

    texts = {name: np.array([], object) for name, kind in _COLUMNS.items() if kind == "TEXT"}
    with whole_file(path, DataSourceError, DataLayerError, sqlite3.Error) as temporary:
        write(
            str(temporary),
            np.array([], object),
            list(texts.values()),
            list(texts),
            layer=LAYER,
            driver="GPKG",
            dataset_options=GEOPACKAGE,
            geometry_type="MultiPolygon",
            crs=f"EPSG:{_WGS84}",
            SPATIAL_INDEX="NO",
        )
        with _connected(temporary) as database, database:
            for name in _COLUMNS.keys() - texts.keys():
                database.execute(f"ALTER TABLE {LAYER} ADD COLUMN {name} {_COLUMNS[name]}")


def _add_columns(path: Path) -> None:
    """Give an older index the columns that it lacks.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    try:
        with _connected(path) as database, database:
            for name in _missing_columns(database):
                database.execute(f"ALTER TABLE {LAYER} ADD COLUMN {name} {_COLUMNS[name]}")
    except sqlite3.Error as error:
        raise write_failure(path, error) from error


def _missing_columns(database: sqlite3.Connection) -> list[str]:
    """Columns of ``_LATER`` that an index does not have."""
    there = {row[1] for row in database.execute(f"PRAGMA table_info({LAYER})")}
    return [name for name in _LATER if name not in there]


def _row(tile: IndexedTile) -> tuple[object, ...]:
    """A tile in the order of ``_COLUMNS``."""
    before, after = (None, *tile.paths)[-2:]
    dates = (None, *tile.dates)[-2:]
    return (
        *(tile.caption, tile.changed, after, before, dates[1], dates[0]),
        *(_crops().dump_json(tile.crop).decode(), tile.crs),
        *(tile.model, tile.digest, SENTENCE_MODEL),
        *map(_bytes, (tile.sentence, tile.image, tile.image_sentence)),
    )


def _tile(row: Sequence[Any]) -> IndexedTile:
    """A tile of a row.

    Raises:
        ValueError, TypeError: It is none, or its sentence is embedded by another model.
    """
    number, values = row[0], dict(zip(_COLUMNS, row[1:], strict=True))
    if values["sentence_model"] != SENTENCE_MODEL:
        raise ValueError(f"its sentences were embedded by {values['sentence_model']!s:.60}")
    sentence, image, image_sentence = (
        _numbers(values[name]) for name in ("sentence", "image", "image_sentence")
    )
    if sentence is None:
        raise ValueError("a caption has no embedding")
    for each in (sentence, image_sentence):
        if each is not None and each.shape != (SENTENCE_WIDTH,):
            raise ValueError(f"an embedding has {each.size} numbers and not {SENTENCE_WIDTH}")
    before = values["before_raster"]
    dates = (values["before_date"], values["date"])
    return IndexedTile(
        paths=(str(values["raster"]),) if before is None else (str(before), str(values["raster"])),
        dates=dates[1:] if before is None else dates,
        crop=_crop(values["crop"]),
        crs=values["crs"],
        caption=str(values["caption"]),
        changed=None if values["changed"] is None else bool(values["changed"]),
        model=str(values["model"]),
        digest=values["digest"],
        sentence=sentence,
        image=image,
        image_sentence=image_sentence,
        number=int(number),
    )


def _crop(text: str) -> CropOptions:
    crop: CropOptions = _crops().validate_json(text)
    if crop.extent is None:
        raise ValueError("a tile has no extent")
    return crop


@cache
def _crops() -> TypeAdapter[CropOptions]:
    from pydantic import TypeAdapter

    return TypeAdapter(CropOptions)


def _bytes(numbers: NDArray[np.float32] | None) -> bytes | None:
    return None if numbers is None else numbers.astype(_POINT).tobytes()


def _numbers(blob: bytes | None) -> NDArray[np.float32] | None:
    if blob is None:
        return None
    found = np.frombuffer(blob, _POINT).astype(np.float32)
    if not np.isfinite(found).all():
        raise ValueError("an embedding holds something else than numbers")
    return found


def _blob(shape: bytes | None) -> bytes | None:
    """WKB as a GeoPackage's geometry."""
    if shape is None:
        return None
    return struct.pack("<2sBBi", b"GP", 0, 1, _WGS84) + shape


def _widen(database: sqlite3.Connection, shapes: Sequence[bytes]) -> None:
    """Let the extent of the layer reach over new tiles as well."""
    if not shapes:
        return
    from shapely import from_wkb, total_bounds

    bounds = total_bounds(from_wkb(np.array(shapes, object))).tolist()
    sides = ("min_x", "min_y", "max_x", "max_y")
    new = ", ".join(f"{side} = {side[:3]}(coalesce({side}, ?), ?)" for side in sides)
    twice = [bound for bound in bounds for _ in range(2)]
    database.execute(f"UPDATE gpkg_contents SET {new} WHERE table_name = ?", [*twice, LAYER])  # noqa: S608
