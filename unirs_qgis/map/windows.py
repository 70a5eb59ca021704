"""The windows of a search on the map canvas, as they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry, QgsRectangle
from qgis.gui import QgsMapCanvas
from qtpy.QtCore import QTimer
from qtpy.QtGui import QColor

from unirs_qgis.map.footprints import FootprintBand

YES = QColor(227, 26, 28)
"""Windows where it is yes: red, as in the map of probabilities."""
NO = QColor(120, 120, 120)
"""Windows where it is no."""

THRESHOLD = 0.5
"""Probability from which on a window is shown as yes, as the map's polygons are."""

_INTERVAL = 150  # milliseconds between two drawings


class SearchedWindows:
    """Shows the windows of a search; finer ones take the place of coarser ones.

    Args:
        canvas: The map.
    """

    def __init__(self, canvas: QgsMapCanvas) -> None:
        self._bands = {False: FootprintBand(canvas, NO), True: FootprintBand(canvas, YES)}
        self._windows: dict[bool, list[QgsGeometry]] = {False: [], True: []}
        self._crs = QgsCoordinateReferenceSystem()
        self._width = 0.0
        self._timer = QTimer(canvas)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_INTERVAL)
        self._timer.timeout.connect(self._draw)

    def add(self, window: Mapping[str, Any]) -> None:
        """Show a window.

        Args:
            window: The worker's notification about it.
        """
        if window["probability"] is None:
            return
        box = QgsRectangle(*window["extent"])
        if box.width() < 0.9 * self._width:  # the first of another size
            self._windows = {False: self._windows[False], True: []}
        self._width = box.width()
        self._crs = QgsCoordinateReferenceSystem(window["crs"] or "")
        self._windows[window["probability"] >= THRESHOLD].append(QgsGeometry.fromRect(box))
        if not self._timer.isActive():
            self._timer.start()

    def clear(self) -> None:
        """Show nothing."""
        self._timer.stop()
        self._windows, self._width = {False: [], True: []}, 0.0
        for band in self._bands.values():
            band.clear()

    def remove(self) -> None:
        """Take everything off the canvas for good."""
        self.clear()
        for band in self._bands.values():
            band.remove()

    @property
    def shown(self) -> tuple[int, int]:
        """How many windows are kept as yes and as no."""
        return len(self._windows[True]), len(self._windows[False])

    def _draw(self) -> None:
        for is_yes, band in self._bands.items():
            band.show(QgsGeometry.collectGeometry(self._windows[is_yes]), self._crs)
