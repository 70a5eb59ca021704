"""What a question is about, however it was selected."""

from __future__ import annotations

from dataclasses import dataclass

from qgis.core import QgsCoordinateReferenceSystem, QgsRasterLayer, QgsRectangle

from unirs_qgis.dock.entries import LayerRecord


@dataclass(frozen=True)
class InputSelection:
    """The layers and their extent, or a video file.

    Attributes:
        kind: "single", "pair" or "video".
        layers: In the order in which the model reads them; none for a video file. They may be
            removed from the project before they are drawn.
        identifiers: Of the layers.
        records: Layers, or the video file, as the history stores them.
        video: Path of a video file, else empty.
        extent: Part of the layers, in ``crs``; empty for a video file.
        crs: Of the extent; invalid if the layers have none.
        corrections: What the worker corrects in the later dates: "align", "match_colours".
    """

    kind: str
    layers: tuple[QgsRasterLayer, ...]
    identifiers: tuple[str, ...]
    records: tuple[LayerRecord, ...]
    video: str
    extent: QgsRectangle
    crs: QgsCoordinateReferenceSystem
    corrections: tuple[str, ...] = ()


def crs_name(crs: QgsCoordinateReferenceSystem) -> str:
    """A name of a CRS that is valid anywhere: "EPSG:32611", else WKT; empty without a CRS."""
    code = crs.authid()
    return code if code and not code.startswith("USER:") else crs.toWkt()
