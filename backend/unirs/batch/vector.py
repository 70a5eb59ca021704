"""Vector files: the polygon that tiles are clipped to, and indexes of rasters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from unirs.errors import UniRSError, short_reason
from unirs.imagery.crs import parse_crs, transformer
from unirs.tiles import Box

_BEGINNINGS = {
    ".gpkg": b"SQLite format 3\0",
    ".fgb": b"fgb",
    ".shp": b"\x00\x00\x27\x0a",
    ".geojson": b"{",
    ".json": b"{",
}
"""Formats that are read, with the first bytes of such a file: what else OGR would make of it may
lead to a network."""

_LOCAL_ONLY = {"CPL_VSIL_CURL_ALLOWED_FILENAME": "none", "GDAL_HTTP_PROXY": "http://127.0.0.1:9"}
_LOCATION, _DATES = ("location",), ("date", "datetime", "acquired")


@dataclass(frozen=True)
class Clip:
    """Polygons that tiles have to meet.

    Attributes:
        area: Their union.
        crs: Of its coordinates.
    """

    area: shapely.Geometry
    crs: CRS

    @classmethod
    def read(cls, path: Path) -> Clip:
        """All polygons of the first layer of a vector file.

        Raises:
            UniRSError: ``vector_missing``, ``vector_unreadable``, ``clip_empty``,
                ``crs_missing``, ``crs_invalid``.
        """
        meta, geometries, _ = _read(path, columns=[])
        shapes = shapely.from_wkb(geometries, on_invalid="ignore")
        polygons = [
            polygon
            for shape in shapely.get_parts(shapely.make_valid(shapes[~shapely.is_missing(shapes)]))
            for polygon in shapely.get_parts(shape)
            if polygon.geom_type == "Polygon" and polygon.area > 0
        ]
        if not polygons:
            raise UniRSError(
                "clip_empty",
                f"{path} has no polygon to clip tiles to; give a file with polygons, or leave the "
                "clip polygon out.",
            )
        if not meta["crs"]:
            raise UniRSError(
                "crs_missing", f"{path} has no CRS; set the one of its coordinates, and try again."
            )
        area = shapely.union_all(polygons)
        shapely.prepare(area)
        return cls(area, parse_crs(meta["crs"], f"The CRS of {path}"))

    def meets(self, boxes: list[Box], crs: str) -> NDArray[np.bool_]:
        """Which boxes, in another CRS, meet the polygons.

        Raises:
            UniRSError: ``crs_invalid``.
        """
        limits = np.array(boxes)
        xs, ys = limits[:, [0, 2, 2, 0]], limits[:, [1, 1, 3, 3]]
        xs, ys = _transformer(crs, self.crs).transform(xs, ys)
        on_map = np.isfinite(xs).all(axis=1) & np.isfinite(ys).all(axis=1)
        found = np.zeros(len(boxes), dtype=bool)
        corners = np.stack([xs[on_map], ys[on_map]], axis=-1)
        found[on_map] = shapely.intersects(self.area, shapely.polygons(corners))
        return found


@lru_cache(maxsize=64)
def _transformer(crs: str, target: CRS) -> Any:
    return transformer(parse_crs(crs, "The CRS of a raster"), target)


def is_index(path: Path) -> bool:
    """Whether a vector file has a column of locations, as GDAL's tile indexes have.

    Raises:
        UniRSError: ``vector_missing`` or ``vector_unreadable``.
    """
    return _column(_fields(path), _LOCATION) is not None


def indexed(path: Path) -> Iterator[tuple[str, str | None]]:
    """Location and date (if there is such a column) of each row of a tile index.

    Raises:
        UniRSError: ``vector_missing``, ``vector_unreadable``, or ``table_invalid`` without a
            column of locations.
    """
    fields = _fields(path)
    location, date = _column(fields, _LOCATION), _column(fields, _DATES)
    if location is None:
        raise UniRSError(
            "table_invalid",
            f"{path} is no index of rasters, for it has no column location; make one with "
            "gdaltindex.",
        )
    meta, _, columns = _read(path, columns=[name for name in (location, date) if name])
    values = dict(zip(meta["fields"], columns, strict=True))
    dates = values[date] if date else [None] * len(values[location])
    for place, when in zip(values[location], dates, strict=True):
        if place:
            yield str(place), None if when is None else str(when)


def _column(fields: list[str], wanted: tuple[str, ...]) -> str | None:
    return next((name for name in fields if name.lower() in wanted), None)


def _fields(path: Path) -> list[str]:
    import pyogrio

    _prepare(path)
    try:
        return [str(name) for name in pyogrio.read_info(path)["fields"]]
    except Exception as error:  # pyogrio has many, and OGR's drivers more
        raise _unreadable(path, short_reason(error)) from error


def _read(path: Path, *, columns: list[str]) -> tuple[dict[str, Any], Any, list[Any]]:
    """Facts, geometries as WKB, and columns of the first layer."""
    import pyogrio.raw

    _prepare(path)
    try:
        meta, _, geometries, values = pyogrio.raw.read(path, columns=columns, force_2d=True)
    except Exception as error:
        raise _unreadable(path, short_reason(error)) from error
    return meta, np.array([] if geometries is None else geometries, dtype=object), list(values)


def _prepare(path: Path) -> None:
    """Refuse what is no local vector file, and keep OGR from the network."""
    import pyogrio

    try:
        with path.open("rb") as stream:
            start = stream.read(64)
    except OSError as error:
        raise UniRSError(
            "vector_missing", f"{path} cannot be read ({error.strerror}); check the path."
        ) from error
    beginning = _BEGINNINGS.get(path.suffix.lower())
    if beginning is None or not start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(
        beginning.lstrip()
    ):
        raise _unreadable(path, "it is no GeoPackage, GeoJSON, FlatGeobuf or shapefile")
    pyogrio.set_gdal_config_options(_LOCAL_ONLY)


def _unreadable(path: Path, why: str) -> UniRSError:
    return UniRSError(
        "vector_unreadable", f"{path} cannot be read as a vector file: {why}; check the file."
    )
