"""Where a tile lies on Earth, as a polygon in longitude and latitude."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from unirs.inputs import Extent

if TYPE_CHECKING:
    from pyproj import Transformer
    from shapely.geometry.base import BaseGeometry

_TOLERANCE = 1e-3
"""Share of a tile by which its outline may be simplified: a small tile keeps its corners alone."""


def footprint(extent: Extent | None, crs: str | None) -> bytes | None:
    """The outline of an extent as WKB, longitude before latitude.

    An outline across the 180° meridian is cut there into two parts; one around a pole reaches it.

    Args:
        extent: In units of ``crs``.
        crs: A code or WKT.

    Returns:
        The geometry, or ``None`` where the extent has no place on Earth.

    Raises:
        UniRSError: ``crs_invalid``.
    """
    from shapely import Polygon

    from unirs.imagery.crs import outline

    if extent is None or crs is None:
        return None
    xs, ys = (np.asarray(each) for each in _to_degrees(crs).transform(*outline(extent)))
    if not (np.isfinite(xs).all() and np.isfinite(ys).all()):
        return None
    points = list(zip(np.unwrap(xs, period=360), ys, strict=True))
    if abs(points[-1][0] - points[0][0]) > 180:
        pole = 90 if ys.mean() > 0 else -90
        points += [(points[-1][0], pole), (points[0][0], pole)]
    polygon = Polygon(points)
    width = polygon.bounds[2] - polygon.bounds[0]
    return bytes(_within_the_world(polygon.simplify(_TOLERANCE * width)).wkb)


@lru_cache(maxsize=64)
def _to_degrees(crs: str) -> Transformer:
    from unirs.imagery.crs import WGS84, parse_crs, transformer

    return transformer(parse_crs(crs, "The CRS of a tile"), WGS84)


def _within_the_world(polygon: BaseGeometry) -> BaseGeometry:
    """A polygon with longitudes of -180 to 180, in parts where it lies across the meridian."""
    from shapely import box, union_all
    from shapely.affinity import translate

    min_x, _, max_x, _ = polygon.bounds
    if min_x >= -180 and max_x <= 180:
        return polygon
    world = box(-180, -90, 180, 90)
    turns = [translate(polygon, 360 * turn).intersection(world) for turn in (-1, 0, 1)]
    return union_all([each for each in turns if each.area > 0])
