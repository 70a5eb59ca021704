"""Where a change map shows change: polygons in degrees."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pyproj import Geod
from rasterio.features import geometry_mask, shapes
from rasterio.warp import transform_geom
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from unirs.imagery.source import open_raster
from unirs.tool_server.marked import Place

THRESHOLD_PERCENT = 50
MOST_PLACES = 20
_MOST_FEATURES = 500
_DIGITS = 7
"""Decimals of a degree: a centimetre."""

_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True)
class ChangedPlace:
    """A polygon in longitude and latitude, its area in m², and its mean probability in percent."""

    polygon: BaseGeometry
    area: float
    mean_percent: float

    def summary(self) -> Place:
        """The place without its outline."""
        point = self.polygon.representative_point()
        return Place(
            point=(point.x, point.y),
            extent_wgs84=self.polygon.bounds,
            area_m2=round(self.area, 1),
            mean_percent=round(self.mean_percent, 1),
        )


def changed_places(change_map: Path) -> list[ChangedPlace] | None:
    """Polygons of at least ``THRESHOLD_PERCENT``, the largest first.

    Args:
        change_map: A file of ``write_change_map``.

    Returns:
        ``None`` for a map without georeference.
    """
    with open_raster(change_map) as dataset:
        if dataset.crs is None:
            return None
        percent, transform, crs = dataset.read(1), dataset.transform, dataset.crs
        known = percent != dataset.nodata
    mask = (percent >= THRESHOLD_PERCENT) & known
    found = []
    for outline, _ in shapes(mask.astype(np.uint8), mask=mask, connectivity=8, transform=transform):
        inside = geometry_mask([outline], mask.shape, transform, invert=True) & mask
        polygon = shape(transform_geom(crs, "EPSG:4326", outline, precision=_DIGITS))
        area = abs(_GEOD.geometry_area_perimeter(polygon)[0])
        found.append(ChangedPlace(polygon, area, float(percent[inside].mean())))
    return sorted(found, key=lambda place: -place.area)


def to_geojson(places: list[ChangedPlace]) -> dict[str, Any]:
    """The largest ``_MOST_FEATURES`` places as a feature collection (RFC 7946)."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": mapping(place.polygon),
                "properties": {
                    "area_m2": round(place.area, 1),
                    "mean_percent": round(place.mean_percent, 1),
                },
            }
            for place in places[:_MOST_FEATURES]
        ],
    }
