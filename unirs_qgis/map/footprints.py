"""Footprints on the map canvas: of the next question, and of answers."""

from __future__ import annotations

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCsException,
    QgsGeometry,
    QgsProject,
    QgsReferencedRectangle,
    QgsWkbTypes,
)
from qgis.gui import QgsMapCanvas, QgsRubberBand
from qtpy.QtCore import QCoreApplication
from qtpy.QtGui import QColor

from unirs_qgis.transforms import transform_between

NEXT = QColor(230, 0, 126)
"""Extent of the next question: magenta, which is rare in imagery."""
PAST = QColor(0, 114, 178)
"""Footprint of an entry of the history: blue, which the colour-blind can distinguish too."""
_HALO = QColor(255, 255, 255, 200)
_OPACITY = 25  # of the filling, of 255

_POINTS_ON_EDGE = 20
"""So many are put on each edge, because a straight one is a curve in another CRS."""


class FootprintBand:
    """An outline on a canvas, transformed when the canvas gets another CRS.

    Args:
        canvas: The map.
        colour: Of the outline.
        opacity: Of the filling, 0 to 255.
    """

    def __init__(self, canvas: QgsMapCanvas, colour: QColor, opacity: int = _OPACITY) -> None:
        """Prepare; nothing is shown yet."""
        self._canvas = canvas
        self._geometry = QgsGeometry()
        self._crs = QgsCoordinateReferenceSystem()
        self._band: QgsRubberBand | None = QgsRubberBand(
            canvas, QgsWkbTypes.GeometryType.PolygonGeometry
        )
        self._band.setStrokeColor(colour)
        self._band.setSecondaryStrokeColor(_HALO)
        self._band.setFillColor(QColor(colour.red(), colour.green(), colour.blue(), opacity))
        self._band.setWidth(2)
        canvas.destinationCrsChanged.connect(self._draw)

    def show(self, geometry: QgsGeometry, crs: QgsCoordinateReferenceSystem) -> None:
        """Show a polygon; without a CRS its coordinates are those of the canvas."""
        self._geometry, self._crs = geometry, crs
        self._draw()

    def clear(self) -> None:
        """Show nothing."""
        self._geometry = QgsGeometry()
        self._draw()

    def remove(self) -> None:
        """Take it off the canvas for good."""
        if self._band is not None:
            self._canvas.destinationCrsChanged.disconnect(self._draw)
            self._canvas.scene().removeItem(self._band)
            self._band = None

    @property
    def shown(self) -> QgsGeometry:
        """What is on the canvas, in its CRS; a null geometry if there is nothing."""
        return self._band.asGeometry() if self._band is not None else QgsGeometry()

    def _draw(self) -> None:
        if self._band is None:  # removed, and hidden afterwards with the dock
            return
        self._band.reset(QgsWkbTypes.GeometryType.PolygonGeometry)
        if self._geometry.isEmpty():
            return
        try:
            self._band.setToGeometry(on_canvas(self._geometry, self._crs, self._canvas), None)
        except QgsCsException:
            return  # outside of the canvas's CRS: not visible on this map


class Footprints:
    """Shows the footprint of an entry of the history on the canvas."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        """Prepare; nothing is shown yet."""
        self._canvas = canvas
        self._band = FootprintBand(canvas, PAST)

    def show(self, wkt: str, crs: str) -> None:
        """Outline a footprint, until the next one.

        Args:
            wkt: Polygon.
            crs: "EPSG:..." or WKT of its CRS; empty for coordinates without one.

        Raises:
            ValueError: The footprint is invalid; the message is one sentence.
        """
        self._band.show(*parse_footprint(wkt, crs))

    def zoom(self, wkt: str, crs: str) -> None:
        """Zoom to a footprint, with a margin, and outline it.

        Raises:
            ValueError: The footprint is invalid, or outside of the map's CRS.
        """
        geometry, reference = parse_footprint(wkt, crs)
        try:
            extent = on_canvas(geometry, reference, self._canvas).boundingBox()
        except QgsCsException:
            raise ValueError(
                QCoreApplication.translate(
                    "Footprints",
                    "This footprint is outside of the map's CRS; choose another project CRS.",
                )
            ) from None
        extent.scale(1.2)
        self._canvas.setExtent(extent)
        self._canvas.refresh()
        self.show(wkt, crs)

    def clear(self) -> None:
        """Show nothing."""
        self._band.clear()

    def remove(self) -> None:
        """Take everything off the canvas for good."""
        self._band.remove()


def on_canvas(
    geometry: QgsGeometry, crs: QgsCoordinateReferenceSystem, canvas: QgsMapCanvas
) -> QgsGeometry:
    """A geometry in the CRS of a canvas.

    Raises:
        QgsCsException: It is outside of the canvas's CRS.
    """
    target = canvas.mapSettings().destinationCrs()
    if not (crs.isValid() and target.isValid()) or crs == target:
        return QgsGeometry(geometry)
    dense = geometry.densifyByCount(_POINTS_ON_EDGE)
    dense.transform(transform_between(crs, target, QgsProject.instance()))
    box = dense.boundingBox()
    if not box.isFinite():
        raise QgsCsException("not finite")
    return dense


def rectangle(extent: QgsReferencedRectangle) -> QgsGeometry:
    """An extent as a polygon in its own CRS."""
    return QgsGeometry.fromRect(extent)


def parse_footprint(wkt: str, crs: str) -> tuple[QgsGeometry, QgsCoordinateReferenceSystem]:
    """Polygon and CRS of a footprint in the history.

    Raises:
        ValueError: The footprint is invalid; the message is one sentence.
    """
    geometry = QgsGeometry.fromWkt(wkt)
    reference = QgsCoordinateReferenceSystem()
    known = reference.createFromUserInput(crs) if crs else True
    if geometry.isEmpty() or not geometry.boundingBox().isFinite() or not known:
        raise ValueError(
            QCoreApplication.translate(
                "Footprints", "This entry has no footprint that can be shown on the map."
            )
        )
    return geometry, reference
