"""From rasters of probabilities to polygons of the ground where they are high."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod
from rasterio.features import rasterize, shapes
from rasterio.transform import from_bounds
from shapely import Polygon, transform

from unirs.files import GEOPACKAGE, whole_file
from unirs.imagery.crs import WGS84, parse_crs, transformer
from unirs.imagery.grid import metres_per_unit
from unirs.inputs import Extent

_EARTH = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Region:
    """Connected ground whose probability reaches a threshold.

    Attributes:
        polygon: Its outline, in the CRS of the raster.
        mean: Mean probability in it, 0 to 1.
        highest: Highest probability in it.
        area: Square metres on the ellipsoid; ``None`` where the CRS has no place on Earth.
    """

    polygon: Polygon
    mean: float
    highest: float
    area: float | None


def find_regions(
    probabilities: NDArray[np.float32], extent: Extent, crs: str | None, threshold: float
) -> list[Region]:
    """Connected ground with a probability from the threshold on.

    Args:
        probabilities: ``[rows, columns]`` over the extent; NaN where nothing is known.
        extent: In units of the CRS.
        crs: ``"EPSG:…"`` or WKT; ``None`` without one.
        threshold: Above 0, to 1.
    """
    rows, columns = probabilities.shape
    lies = from_bounds(*extent, columns, rows)
    found = np.nan_to_num(probabilities) >= threshold
    outlines = [
        Polygon(geometry["coordinates"][0], geometry["coordinates"][1:])
        for geometry, _ in shapes(found.astype(np.uint8), mask=found, transform=lies)
    ]
    if not outlines:
        return []
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
    on_earth = crs is not None and metres_per_unit(parse_crs(crs, "The CRS"), extent) is not None
    areas = map(_area, in_degrees(outlines, crs)) if on_earth and crs else [None] * count
    each = zip(outlines, means.tolist(), highest.tolist(), areas, strict=True)
    return [Region(*facts) for facts in each]


def in_degrees(polygons: Iterable[Polygon], crs: str) -> list[Polygon]:
    """Polygons in longitude and latitude (WGS 84).

    Raises:
        UniRSError: ``crs_invalid`` if nothing leads there from their CRS.
    """
    lead = transformer(parse_crs(crs, "The CRS"), WGS84)

    def to_degrees(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(lead.transform(points[:, 0], points[:, 1]))

    return [transform(polygon, to_degrees) for polygon in polygons]


def _area(polygon: Polygon) -> float:
    """Square metres of a polygon in degrees."""
    return abs(float(_EARTH.geometry_area_perimeter(polygon)[0]))


def write_polygons(
    path: Path,
    layer: str,
    outlines: Sequence[bytes | None],
    columns: Mapping[str, NDArray[Any]],
    crs: str | None,
    geometry_type: str = "Polygon",
) -> None:
    """A layer of polygons as a GeoPackage; the file appears when it is whole.

    Args:
        path: Where to.
        layer: Its name there.
        outlines: WKB of each polygon.
        columns: What is known of each, by the name of the column.
        crs: Of the polygons.
        geometry_type: ``"Polygon"`` or ``"MultiPolygon"``.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError
    from pyogrio.raw import write

    failures = (DataSourceError, DataLayerError, FieldError, GeometryError)
    with whole_file(path, *failures) as temporary:
        write(
            str(temporary),
            np.array(outlines, object),
            list(columns.values()),
            list(columns),
            layer=layer,
            driver="GPKG",
            dataset_options=GEOPACKAGE,
            geometry_type=geometry_type,
            crs=crs,
        )
