"""What is asked about, apart from how it was chosen."""

from __future__ import annotations

from dataclasses import dataclass

from qgis.core import QgsCoordinateReferenceSystem, QgsRasterLayer, QgsRectangle

from unirs_qgis.dock.entries import LayerRecord


@dataclass(frozen=True)
class Picked:
    """What is looked at.

    Attributes:
        kind: "single", "pair" or "video".
        layers: In the order in which the model sees them; none for a video file. They may be gone
            from the project before they are drawn.
        identifiers: Of the layers.
        records: Layers, or the video file, as a history keeps them.
        video: Path of a video file, else empty.
        extent: What part of the layers, in ``crs``; empty for a video file.
        crs: Of the extent; invalid if the layers have none.
    """

    kind: str
    layers: tuple[QgsRasterLayer, ...]
    identifiers: tuple[str, ...]
    records: tuple[LayerRecord, ...]
    video: str
    extent: QgsRectangle
    crs: QgsCoordinateReferenceSystem


def crs_name(crs: QgsCoordinateReferenceSystem) -> str:
    """What identifies a CRS anywhere: "EPSG:32611" or the like, else WKT, else nothing."""
    code = crs.authid()
    return code if code and not code.startswith("USER:") else crs.toWkt()
