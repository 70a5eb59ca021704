"""Where the pixels of a raster lie, and how its coordinates lead to other ones."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import Any, Literal

import rasterio
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from rasterio.io import DatasetReader
from rasterio.warp import calculate_default_transform

from unirs.dates import ImageDate
from unirs.errors import UniRSError
from unirs.imagery.acquisition import acquisition_date
from unirs.imagery.source import RasterPath, open_raster
from unirs.inputs import Extent

WGS84 = CRS.from_epsg(4326)

_PLANE = 'LOCAL_CS["pixels",UNIT["pixel",1]]'
"""A plane without a place on Earth, where GDAL's warper insists on a CRS."""


@dataclass(frozen=True)
class Georeference:
    """Where the pixels of a raster lie.

    Attributes:
        placed_by: An affine transform (which may rotate), ground control points, rational
            polynomial coefficients, or nothing: then pixels are counted.
        crs: ``None`` where the raster has none, or has one but no place in it.
        bounds: The footprint's bounds in units of ``crs``; pixels, with y negative, where they
            are counted.
        pixel_area: Area of one pixel in squared units of ``crs``.
    """

    placed_by: Literal["transform", "gcps", "rpcs", "pixels"]
    crs: CRS | None
    bounds: Extent
    pixel_area: float


@dataclass(frozen=True)
class Raster:
    """What is known of a raster before its pixels are read."""

    name: str
    georeference: Georeference
    width: int
    height: int
    date: ImageDate | None


def describe(path: RasterPath) -> Raster:
    """Place, shape and date of a raster; no pixel is read.

    Raises:
        UniRSError: ``raster_missing``, ``raster_unreadable``, ``crs_invalid``, or
            ``bands_unsupported`` for a container without an image of its own.
    """
    with open_raster(path) as dataset:
        if dataset.count == 0:
            raise _no_image(dataset)
        return Raster(
            name=os.fspath(path),
            georeference=_georeference(dataset),
            width=dataset.width,
            height=dataset.height,
            date=acquisition_date(dataset),
        )


def placement(dataset: DatasetReader, georeference: Georeference) -> dict[str, Any]:
    """What GDAL's warper has to be told about the place of a dataset or its overview."""
    if georeference.placed_by == "rpcs":
        return {"rpcs": dataset.rpcs, "RPC_HEIGHT": dataset.rpcs.height_off or 0.0}
    if georeference.placed_by == "gcps":
        return {"SRC_METHOD": "GCP_POLYNOMIAL"}
    if georeference.placed_by == "pixels":
        return {"SRC_METHOD": "NO_GEOTRANSFORM"}
    return {}


def parse_crs(text: str, what: str) -> CRS:
    """A CRS from a code, WKT or PROJ string.

    Args:
        text: Such as ``"EPSG:4326"``.
        what: Subject of the sentence if it is none.

    Raises:
        UniRSError: ``crs_invalid``.
    """
    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        raise UniRSError(
            "crs_invalid", f"{what} is not known ({text:.60}); give a code such as EPSG:4326."
        ) from error


def rasterio_crs(crs: CRS | None) -> rasterio.crs.CRS:
    """The same CRS for rasterio, a plane where there is none."""
    return rasterio.crs.CRS.from_wkt(crs.to_wkt() if crs else _PLANE)


def transformer(source: CRS, target: CRS) -> Transformer:
    """Coordinates of one CRS to another, x before y.

    Raises:
        UniRSError: ``crs_invalid`` if nothing leads from one to the other.
    """
    try:
        return Transformer.from_crs(source, target, always_xy=True)
    except ProjError as error:
        raise UniRSError(
            "crs_invalid",
            f"No transformation leads from {source.name} to {target.name}; "
            "use a CRS of the same planet.",
        ) from error


def transform_extent(extent: Extent, source: CRS | None, target: CRS | None) -> Extent | None:
    """Bounds, in another CRS, of the densified outline of an extent.

    Where a geographic target is cut at its antimeridian, the bounds go on past 180°. Without a CRS
    on both sides the coordinates are those of one plane.

    Returns:
        The bounds, or ``None`` where the target does not reach that ground.

    Raises:
        UniRSError: ``crs_invalid`` if nothing leads from one CRS to the other.
    """
    if source is None or target is None or source == target:
        return extent
    min_x, min_y, max_x, max_y = transformer(source, target).transform_bounds(
        *extent, densify_pts=21
    )
    if not all(map(math.isfinite, (min_x, min_y, max_x, max_y))):
        return None
    if target.is_geographic and max_x < min_x:
        max_x += 360.0
    return min_x, min_y, max_x, max_y


def _no_image(dataset: DatasetReader) -> UniRSError:
    inside = dataset.subdatasets
    advice = f"give one of those inside it, such as {inside[0]}" if inside else "give another file"
    return UniRSError("bands_unsupported", f"{dataset.name} holds no image of its own; {advice}.")


def _georeference(dataset: DatasetReader) -> Georeference:
    """Where the pixels lie: by transform, else by GCPs, else by RPCs, else just counted."""
    gcps, gcp_crs = dataset.gcps
    if not dataset.transform.is_identity:
        return _by_transform(dataset)
    if gcps and gcp_crs:
        return _by_points("gcps", _crs(dataset, gcp_crs), dataset, {"gcps": gcps})
    if dataset.rpcs:
        height = dataset.rpcs.height_off or 0.0
        return _by_points("rpcs", WGS84, dataset, {"rpcs": dataset.rpcs, "RPC_HEIGHT": height})
    bounds = (0.0, -float(dataset.height), float(dataset.width), 0.0)
    return Georeference("pixels", None, bounds, 1.0)


def _by_transform(dataset: DatasetReader) -> Georeference:
    columns, rows = (0, dataset.width), (0, dataset.height)
    corners = [dataset.transform * (column, row) for column in columns for row in rows]
    xs, ys = zip(*corners, strict=True)
    return Georeference(
        "transform",
        _crs(dataset, dataset.crs) if dataset.crs else None,
        (min(xs), min(ys), max(xs), max(ys)),
        abs(dataset.transform.determinant),
    )


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
    area = (max_x - min_x) * (max_y - min_y) / (dataset.width * dataset.height)
    return Georeference(placed_by, crs, (min_x, min_y, max_x, max_y), area)


def _crs(dataset: DatasetReader, crs: rasterio.crs.CRS) -> CRS:
    return parse_crs(crs.to_wkt(), f"The CRS of {dataset.name}")
