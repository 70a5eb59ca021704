"""The files of a search."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unirs.imagery import polygons
from unirs.imagery.change_map import write_percent
from unirs.where.places import Places
from unirs.where.request import WhereRequest

LAYER = "places"
"""Name of the layer in a GeoPackage."""


def write_files(places: Places, request: WhereRequest) -> Places:
    """Write what a request names.

    Returns:
        The places with the names of the files.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    if request.map and places.probabilities is not None:
        write_percent(places.probabilities, places, request.map, "probability of yes")
    if request.polygons:
        write_polygons(places, request.polygons)
    return replace(places, map=request.map, polygons=request.polygons)


def write_polygons(places: Places, path: Path) -> None:
    """The places as a GeoPackage: a polygon each, with what is known of it.

    Args:
        places: What was found; without places the layer is empty.
        path: Where to; the file appears when it is whole.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    from shapely import to_wkb

    each = places.places
    areas = [np.nan if place.area is None else place.area for place in each]
    columns: dict[str, NDArray[Any]] = {
        "probability": np.array([place.probability for place in each], float),
        "highest": np.array([place.highest for place in each], float),
        "area_m2": np.array(areas, float),
        "question": np.array([places.question] * len(each), object),
        "model": np.array([places.model] * len(each), object),
        "dates": np.array([_dates(places)] * len(each), object),
    }
    if any(place.before or place.after for place in each):
        for name, kinds in (
            ("from", [place.before for place in each]),
            ("to", [place.after for place in each]),
        ):
            texts = [kind.text if kind else None for kind in kinds]
            chances = [kind.probability if kind else None for kind in kinds]
            columns[f"{name}_kind"] = np.array(texts, object)
            columns[f"{name}_probability"] = np.array(chances, float)
    shapes = [to_wkb(place.geometry) for place in each]
    polygons.write_polygons(path, LAYER, shapes, columns, places.crs)


def _dates(places: Places) -> str:
    return ", ".join(date or "unknown" for date in places.acquired)
