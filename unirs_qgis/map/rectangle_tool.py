"""A map tool that draws one rectangle, and then restores the previous tool."""

from __future__ import annotations

from qgis.core import QgsRectangle
from qgis.gui import QgsMapCanvas, QgsMapTool, QgsMapToolExtent
from qtpy.QtCore import QObject, Qt, Signal
from qtpy.QtGui import QKeyEvent


class RectangleDrawing(QObject):
    """Lets the user draw a rectangle on a canvas, once each time it is started."""

    drawn = Signal(QgsRectangle)
    """The rectangle, in map units of the canvas."""
    ended = Signal()
    """Drawing is over: with a rectangle, by Esc, or because another tool was chosen."""

    def __init__(self, canvas: QgsMapCanvas, parent: QObject | None = None) -> None:
        """Prepare; the canvas keeps its tool until `start`."""
        super().__init__(parent)
        self._canvas = canvas
        self._tool = _Tool(canvas)
        self._before: QgsMapTool | None = None
        self._tool.extentChanged.connect(self._finish)
        self._tool.cancelled.connect(self.stop)
        self._tool.deactivated.connect(self._on_deactivated)

    @property
    def active(self) -> bool:
        """Whether the user draws a rectangle now."""
        return self._canvas.mapTool() is self._tool

    def start(self) -> None:
        """Start to draw."""
        if not self.active:
            self._before = self._canvas.mapTool()
            self._canvas.setMapTool(self._tool)
        self._canvas.setFocus()  # for Esc

    def stop(self) -> None:
        """Stop to draw, and restore the previous tool."""
        if not self.active:
            return
        before, self._before = self._before, None
        try:
            if before is None:
                self._canvas.unsetMapTool(self._tool)
            else:
                self._canvas.setMapTool(before)
        except RuntimeError:  # its plugin has deleted it
            self._canvas.unsetMapTool(self._tool)

    def remove(self) -> None:
        """Remove the tool from the canvas."""
        self.stop()
        self._tool.deleteLater()

    def _finish(self, extent: QgsRectangle) -> None:
        self._tool.clearRubberBand()
        if extent.isEmpty():  # a click is no rectangle; let the user try again
            return
        self.drawn.emit(extent)
        self.stop()

    def _on_deactivated(self) -> None:
        self._tool.clearRubberBand()
        self.ended.emit()


class _Tool(QgsMapToolExtent):
    cancelled = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, Qt's name
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)
