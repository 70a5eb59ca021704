"""Polygons of the ground where the answer is yes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod
from rasterio.features import rasterize, shapes
from rasterio.transform import from_bounds
from shapely import Polygon, transform

from unirs.imagery.crs import WGS84, parse_crs, transformer
from unirs.where.ground import Ground
from unirs.where.places import Place

_EARTH = Geod(ellps="WGS84")


def find_polygons(
    probabilities: NDArray[np.float32], ground: Ground, threshold: float
) -> tuple[Place, ...]:
    """Connected ground with a probability from the threshold on, the most probable first.

    Args:
        probabilities: ``[rows, columns]`` over the ground; NaN where nothing is known.
        ground: Where it lies.
        threshold: Above 0, to 1.
    """
    rows, columns = probabilities.shape
    lies = from_bounds(*ground.extent, columns, rows)
    found = np.nan_to_num(probabilities) >= threshold
    outlines = [
        Polygon(geometry["coordinates"][0], geometry["coordinates"][1:])
        for geometry, _ in shapes(found.astype(np.uint8), mask=found, transform=lies)
    ]
    if not outlines:
        return ()
    numbers = rasterize(
        ((outline, number) for number, outline in enumerate(outlines)),
        out_shape=(rows, columns),
        fill=len(outlines),
        transform=lies,
        dtype="uint32",
    )[found]
    values, count = probabilities[found], len(outlines)
    means = np.bincount(numbers, values, count) / np.bincount(numbers, minlength=count)
    highest = np.zeros(count)
    np.maximum.at(highest, numbers, values)
    areas = _areas(outlines, ground)
    each = zip(means.tolist(), highest.tolist(), areas, outlines, strict=True)
    return tuple(sorted((Place(*facts) for facts in each), key=lambda place: -place.probability))


def _areas(outlines: Sequence[Polygon], ground: Ground) -> list[float | None]:
    """Square metres on the ellipsoid; ``None`` where the CRS has no place on Earth."""
    if ground.crs is None or not ground.in_metres:
        return [None] * len(outlines)
    lead = transformer(parse_crs(ground.crs, "The CRS"), WGS84)

    def to_degrees(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(lead.transform(points[:, 0], points[:, 1]))

    degrees = [transform(outline, to_degrees) for outline in outlines]
    return [abs(_EARTH.geometry_area_perimeter(outline)[0]) for outline in degrees]
