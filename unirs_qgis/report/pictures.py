"""The pictures of a report: layers drawn over the ground of an entry, on a background thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qgis.core import QgsRectangle

from unirs_qgis.background import BackgroundTask
from unirs_qgis.crops.draw import OVERSAMPLING, CropCancelled
from unirs_qgis.crops.renderer import CropError, render_crop
from unirs_qgis.crops.snapshot import LayerSnapshot
from unirs_qgis.map.change_polygons import ChangeMapError, polygons_of
from unirs_qgis.map.footprints import parse_footprint

MARGIN = 1.2
"""Sides of a picture in those of the footprint: what is around it helps to recognise the place."""

_SIDE = 500
"""Half of the pixels along the longer side: sharp on paper, at two pictures side by side."""


@dataclass(frozen=True)
class Drawing:
    """What is to be drawn for an entry.

    Attributes:
        footprint: WKT.
        crs: Its CRS.
        layers: Snapshots by the number of the layer.
        problems: Why there is no snapshot, by the number of the layer.
        change_map: GeoTIFF of the worker, if there is one.
    """

    footprint: str
    crs: str
    layers: Mapping[int, LayerSnapshot]
    problems: Mapping[int, str]
    change_map: Path | None


@dataclass(frozen=True)
class Pictures:
    """What was drawn for an entry.

    Attributes:
        files: GeoTIFF by the number of the layer.
        problems: Why there is none, by the number of the layer.
        polygons: GeoPackage with what has changed or where it is yes; ``None`` without any.
        polygon_problem: Why there is none; empty without a problem.
        is_mapped: Whether there is a change map or a map of places.
    """

    files: Mapping[int, Path]
    problems: Mapping[int, str]
    polygons: Path | None = None
    polygon_problem: str = ""
    is_mapped: bool = False


def draw_all(
    drawings: Sequence[Drawing], folder: Path, task: BackgroundTask | None = None
) -> list[Pictures]:
    """Draw what belongs to each entry.

    Args:
        drawings: One for each entry.
        folder: A private folder that exists.
        task: Cancels, and shows how far this is.

    Raises:
        CropCancelled: It was cancelled.
    """
    done = []
    for number, drawing in enumerate(drawings):
        done.append(_draw(drawing, folder, f"entry-{number}", task))
        if task is not None:
            task.setProgress(100 * (number + 1) / len(drawings))
    return done


def _draw(drawing: Drawing, folder: Path, name: str, task: BackgroundTask | None) -> Pictures:
    files: dict[int, Path] = {}
    problems = dict(drawing.problems)
    for number, snapshot in drawing.layers.items():
        if task is not None and task.isCanceled():
            raise CropCancelled
        try:
            files[number] = _draw_layer(drawing, snapshot, folder, f"{name}-{number}")
        except (CropError, ValueError) as error:
            problems[number] = str(error)
    if drawing.change_map is None:
        return Pictures(files, problems)
    try:
        polygons = polygons_of(drawing.change_map, folder / f"{name}.gpkg")
        return Pictures(files, problems, polygons, is_mapped=True)
    except ChangeMapError as error:
        return Pictures(files, problems, polygon_problem=str(error))


def _draw_layer(drawing: Drawing, snapshot: LayerSnapshot, folder: Path, name: str) -> Path:
    """The GeoTIFF of a layer.

    Raises:
        CropError: The layer cannot be drawn.
        ValueError: The footprint cannot be read.
    """
    geometry, crs = parse_footprint(drawing.footprint, drawing.crs)
    layer = snapshot.open(OVERSAMPLING * _SIDE)
    around = QgsRectangle(geometry.boundingBox())
    around.scale(MARGIN)
    try:
        return render_crop(layer, around, crs, _SIDE, folder, name).path
    except CropError:  # the margin may reach beyond the CRS, or the antimeridian
        return render_crop(layer, geometry.boundingBox(), crs, _SIDE, folder, name).path
