"""Coordinate reference systems, and extents from one to another, also across the antimeridian."""

from __future__ import annotations

import math
import re
import statistics
from functools import lru_cache

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from unirs.errors import UniRSError
from unirs.inputs import Extent

WGS84 = CRS.from_epsg(4326)

_PLANE = 'LOCAL_CS["pixels",UNIT["pixel",1]]'
"""A plane without a place on Earth, where GDAL's warper insists on a CRS."""

_CYLINDRICAL = re.compile(
    r"popular visualisation|mercator|equidistant cylindrical|lambert cylindrical|miller|gall|plate",
    re.IGNORECASE,
)
"""Projections (from the beginning of the method's name) in which x grows evenly with longitude."""

_STEPS = 21
"""Points on each side of an extent that is transformed."""


def parse_crs(text: str, what: str) -> CRS:
    """A CRS of maps from a code, WKT or PROJ string; heights of it are left out.

    Args:
        text: Such as ``"EPSG:4326"``.
        what: Subject of the sentence if it is none.

    Raises:
        UniRSError: ``crs_invalid``.
    """
    try:
        crs = CRS.from_user_input(text)
    except CRSError as error:
        raise UniRSError(
            "crs_invalid", f"{what} is not known ({text:.60}); give a code such as EPSG:4326."
        ) from error
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if crs.is_vertical or crs.is_geocentric:
        raise UniRSError(
            "crs_invalid",
            f"{what} is {crs.name}, in which no map can be drawn; give one such as EPSG:4326.",
        )
    return crs.to_2d() if crs.is_geographic or crs.is_projected else crs


def crs_text(crs: CRS | None) -> str | None:
    """``EPSG:…`` where there is such a code, else WKT."""
    if crs is None:
        return None
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else crs.to_wkt()


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
    except (ProjError, CRSError) as error:
        raise UniRSError(
            "crs_invalid",
            f"No transformation leads from {source.name} to {target.name}; "
            "use a CRS of the same planet.",
        ) from error


@lru_cache(maxsize=64)
def world_width(crs: CRS | None) -> float | None:
    """How far x goes once around the world; ``None`` where it does not come round."""
    if crs is None:
        return None
    if crs.is_geographic:
        return math.tau / crs.axis_info[0].unit_conversion_factor
    method = crs.coordinate_operation.method_name if crs.coordinate_operation else ""
    if not _CYLINDRICAL.match(method):
        return None
    xs, _ = transformer(WGS84, crs).transform([0, 1, 90, 91, -90, -89], [0] * 6)
    degree = statistics.median(abs(xs[i + 1] - xs[i]) for i in (0, 2, 4))
    return 360.0 * degree if math.isfinite(degree) else None


def transform_extent(extent: Extent, source: CRS | None, target: CRS | None) -> Extent | None:
    """Bounds, in another CRS, of the densified outline of an extent.

    Where the target is cut at its antimeridian, the bounds go on past it. Without a CRS on both
    sides the coordinates are those of one plane.

    Returns:
        The bounds, or ``None`` where the target does not reach that ground.

    Raises:
        UniRSError: ``crs_invalid`` if nothing leads from one CRS to the other.
    """
    if source is None or target is None or source == target:
        return extent
    lead = transformer(source, target)
    min_x, min_y, max_x, max_y = lead.transform_bounds(*extent, densify_pts=_STEPS)
    if not all(map(math.isfinite, (min_x, min_y, max_x, max_y))):
        return None
    width = world_width(target)
    if width is not None:
        xs = np.asarray(lead.transform(*outline(extent))[0])
        xs = np.unwrap(xs[np.isfinite(xs)], period=width)
        if abs(xs[-1] - xs[0]) < width / 2:  # else the outline goes around a pole
            min_x, max_x = float(xs.min()), float(xs.max())
        elif max_x < min_x:
            max_x += width
    return min_x, min_y, max_x, max_y


def beside(extent: Extent, other: Extent, crs: CRS | None) -> Extent:
    """An extent moved around the world to where it has most in common with another one.

    180° W to 170° W is 180° E to 190° E, and a box at 120° W is at 240° of a raster that counts
    from 0° to 360°.
    """
    width = world_width(crs)
    if width is None:
        return extent
    turns = sorted(range(-2, 3), key=abs)
    overlaps = [
        min(extent[2] + turn * width, other[2]) - max(extent[0] + turn * width, other[0])
        for turn in turns
    ]
    best = max(overlaps)
    turn = next(turn for turn, overlap in zip(turns, overlaps, strict=True) if overlap >= best)
    return extent[0] + turn * width, extent[1], extent[2] + turn * width, extent[3]


def outline(extent: Extent) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points around an extent, in order, the first one again at the end."""
    min_x, min_y, max_x, max_y = extent
    x, y = np.linspace(min_x, max_x, _STEPS), np.linspace(min_y, max_y, _STEPS)
    low, high = np.full(_STEPS, min_y), np.full(_STEPS, max_y)
    left, right = np.full(_STEPS, min_x), np.full(_STEPS, max_x)
    return np.concatenate([x, right, x[::-1], left]), np.concatenate([low, y, high, y[::-1]])
