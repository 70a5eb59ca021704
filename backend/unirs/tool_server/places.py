"""Places on the ground for an agent: polygons in degrees, largest or surest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from shapely import Polygon
from shapely.geometry import mapping

from unirs.imagery.polygons import find_regions, in_degrees
from unirs.imagery.source import open_raster
from unirs.tool_server.schemas import Place
from unirs.where.places import Places

THRESHOLD = 0.5
MOST_PLACES = 20
_MOST_FEATURES = 500


@dataclass(frozen=True)
class FoundPlace:
    """A polygon in longitude and latitude, its area in m² if known, and its mean probability."""

    polygon: Polygon
    area: float | None
    mean: float

    def summary(self) -> Place:
        """The place without its outline."""
        point = self.polygon.representative_point()
        return Place(
            point=(point.x, point.y),
            extent_wgs84=self.polygon.bounds,
            area_m2=self.area,
            mean_probability=self.mean,
        )

    def to_geojson(self) -> dict[str, Any]:
        """The place as a feature (RFC 7946)."""
        facts = self.summary().model_dump(include={"area_m2", "mean_probability"})
        outline = mapping(self.polygon)
        rounded = [np.round(ring, 7).tolist() for ring in outline["coordinates"]]
        geometry = {"type": "Polygon", "coordinates": rounded}
        return {"type": "Feature", "geometry": geometry, "properties": facts}


def changed_places(change_map: Path) -> list[FoundPlace] | None:
    """Ground with a probability of change of at least ``THRESHOLD``, the largest first.

    Args:
        change_map: A file of ``write_change_map``.

    Returns:
        ``None`` for a map without georeference.
    """
    with open_raster(change_map) as dataset:
        if dataset.crs is None:
            return None
        crs, extent, percent = dataset.crs.to_wkt(), tuple(dataset.bounds), dataset.read(1)
        unknown = percent == dataset.nodata
    probabilities = np.where(unknown, np.nan, percent / np.float32(100)).astype(np.float32)
    regions = find_regions(probabilities, extent, crs, THRESHOLD)
    regions.sort(key=lambda region: -region.polygon.area)
    polygons = in_degrees((region.polygon for region in regions), crs)
    each = zip(polygons, regions, strict=True)
    return [FoundPlace(polygon, region.area, region.mean) for polygon, region in each]


def searched_places(found: Places) -> list[FoundPlace] | None:
    """The places of a search, the most probable first; ``None`` without georeference."""
    if found.crs is None:
        return None
    polygons = in_degrees((place.geometry for place in found.places), found.crs)
    each = zip(polygons, found.places, strict=True)
    return [FoundPlace(polygon, place.area, place.probability) for polygon, place in each]


def total_area(places: Iterable[FoundPlace]) -> float | None:
    """Square metres of places; ``None`` if that of one is unknown."""
    areas = [place.area for place in places]
    known = [area for area in areas if area is not None]
    return sum(known) if len(known) == len(areas) else None


def to_geojson(places: Sequence[FoundPlace]) -> dict[str, Any]:
    """The first ``_MOST_FEATURES`` places as a feature collection."""
    features = [place.to_geojson() for place in places[:_MOST_FEATURES]]
    return {"type": "FeatureCollection", "features": features}
