"""Where the pixels of a raster lie on the ground."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import Any, Literal

import rasterio
from pyproj import CRS
from rasterio.io import DatasetReader
from rasterio.warp import calculate_default_transform

from unirs.dates import ImageDate
from unirs.errors import UniRSError
from unirs.imagery.acquisition import acquisition_date
from unirs.imagery.crs import WGS84, parse_crs, rasterio_crs, world_width
from unirs.imagery.orientation import orientation_of
from unirs.imagery.source import RasterPath, open_raster
from unirs.inputs import Extent

_MOST_TURNS = 1.5
"""Longitudes further from 0 than this part of a whole turn are none, but metres."""


@dataclass(frozen=True)
class Georeference:
    """Where the pixels of a raster lie.

    Attributes:
        placed_by: An affine transform (which may rotate), ground control points, rational
            polynomial coefficients, or nothing: then pixels are counted.
        crs: ``None`` where the raster has none, or has one but no place in it.
        bounds: The footprint's bounds in units of ``crs``; pixels, with y negative, where they
            are counted.
    """

    placed_by: Literal["transform", "gcps", "rpcs", "pixels"]
    crs: CRS | None
    bounds: Extent


@dataclass(frozen=True)
class Raster:
    """What is known of a raster before its pixels are read.

    Attributes:
        name: Its path, as it was given.
        georeference: Where its pixels lie.
        width: Columns, as they are stored.
        height: Rows, as they are stored.
        pixel: Width and height of a pixel in units of the CRS, along its rows and columns.
        orientation: How a photograph has to be turned to be upright, by EXIF's numbers 1 to 8.
        date: When it was taken, if known.
        pixel_size: Metres of a pixel of the layer that it was drawn from, where its metadata have
            it (``SOURCE_PIXEL_SIZE``, in crops of the QGIS plugin).
    """

    name: str
    georeference: Georeference
    width: int
    height: int
    pixel: tuple[float, float]
    orientation: int
    date: ImageDate | None
    pixel_size: float | None = None


def describe(path: RasterPath) -> Raster:
    """Place, shape and date of a raster; no pixel is read.

    Raises:
        UniRSError: ``raster_missing``, ``raster_unreadable``, ``crs_invalid``, or
            ``bands_unsupported`` for a container without an image of its own.
    """
    with open_raster(path) as dataset:
        if dataset.count == 0:
            raise _no_image(dataset)
        orientation = 1 if _is_placed(dataset) else orientation_of(dataset)
        georeference = _georeference(dataset, orientation)
        return Raster(
            name=os.fspath(path),
            georeference=georeference,
            width=dataset.width,
            height=dataset.height,
            pixel=_pixel(dataset, georeference),
            orientation=orientation,
            date=acquisition_date(dataset),
            pixel_size=_stated_pixel(dataset),
        )


def _no_image(dataset: DatasetReader) -> UniRSError:
    inside = dataset.subdatasets
    advice = f"give one of those inside it, such as {inside[0]}" if inside else "give another file"
    return UniRSError("bands_unsupported", f"{dataset.name} holds no image of its own; {advice}.")


def _is_placed(dataset: DatasetReader) -> bool:
    gcps, gcp_crs = dataset.gcps
    return bool(not dataset.transform.is_identity or (gcps and gcp_crs) or dataset.rpcs)


def _georeference(dataset: DatasetReader, orientation: int) -> Georeference:
    """Where the pixels lie: by transform, else by GCPs, else by RPCs, else just counted."""
    gcps, gcp_crs = dataset.gcps
    if not dataset.transform.is_identity:
        georeference = _by_transform(dataset)
    elif gcps and gcp_crs:
        georeference = _by_points("gcps", _crs(dataset, gcp_crs), dataset, {"gcps": gcps})
    elif dataset.rpcs:
        height = dataset.rpcs.height_off or 0.0
        points = {"rpcs": dataset.rpcs, "RPC_HEIGHT": height}
        georeference = _by_points("rpcs", WGS84, dataset, points)
    else:
        lying = orientation >= 5
        width, height = dataset.shape if lying else (dataset.width, dataset.height)
        georeference = Georeference("pixels", None, (0.0, -float(height), float(width), 0.0))
    _refuse_nowhere(dataset, georeference)
    return georeference


def _pixel(dataset: DatasetReader, georeference: Georeference) -> tuple[float, float]:
    if georeference.placed_by == "transform":
        transform = dataset.transform
        return math.hypot(transform.a, transform.d), math.hypot(transform.b, transform.e)
    if georeference.placed_by == "pixels":
        return 1.0, 1.0
    min_x, min_y, max_x, max_y = georeference.bounds
    return (max_x - min_x) / dataset.width, (max_y - min_y) / dataset.height


def _stated_pixel(dataset: DatasetReader) -> float | None:
    try:
        size = float(dataset.tags().get("SOURCE_PIXEL_SIZE", ""))
    except ValueError:
        return None
    return size if math.isfinite(size) and size > 0 else None


def _by_transform(dataset: DatasetReader) -> Georeference:
    columns, rows = (0, dataset.width), (0, dataset.height)
    corners = [dataset.transform * (column, row) for column in columns for row in rows]
    xs, ys = zip(*corners, strict=True)
    crs = _crs(dataset, dataset.crs) if dataset.crs else None
    return Georeference("transform", crs, (min(xs), min(ys), max(xs), max(ys)))


def _by_points(
    placed_by: Literal["gcps", "rpcs"], crs: CRS, dataset: DatasetReader, points: dict[str, Any]
) -> Georeference:
    """The footprint that GDAL's warper suggests for a raster placed by points or a sensor model."""
    code = rasterio_crs(crs)
    transform, width, height = calculate_default_transform(
        code, code, dataset.width, dataset.height, **points
    )
    min_x, max_y = transform * (0, 0)
    max_x, min_y = transform * (width, height)
    return Georeference(placed_by, crs, (min_x, min_y, max_x, max_y))


def _crs(dataset: DatasetReader, crs: rasterio.crs.CRS) -> CRS:
    return parse_crs(crs.to_wkt(), f"The CRS of {dataset.name}")


def _refuse_nowhere(dataset: DatasetReader, georeference: Georeference) -> None:
    """Refuse pixels without a size or a place, and metres that are called degrees."""
    min_x, min_y, max_x, max_y = georeference.bounds
    has_area = dataset.transform.determinant != 0 and min_x < max_x and min_y < max_y
    if not has_area or not all(map(math.isfinite, georeference.bounds)):
        raise UniRSError(
            "raster_unreadable",
            f"The georeference of {dataset.name} is broken: its pixels have no size or no place; "
            "georeference it anew.",
        )
    crs = georeference.crs
    if crs is None or not crs.is_geographic:
        return
    turn = world_width(crs) or 360.0
    pixel = (max_y - min_y) / dataset.height  # grids of pixels centred on the poles go beyond them
    if max(abs(min_x), abs(max_x)) > _MOST_TURNS * turn or (
        max(abs(min_y), abs(max_y)) > turn / 4 + 2 * pixel
    ):
        raise UniRSError(
            "crs_invalid",
            f"The coordinates of {dataset.name} ({min_x:.10g} {min_y:.10g} to {max_x:.10g} "
            f"{max_y:.10g}) are no degrees, but its CRS is {crs.name}; check the CRS and set the "
            "right one.",
        )
