"""A part that gives way where the screen is low: it scrolls instead of making the window higher."""

from __future__ import annotations

from qtpy.QtCore import QEvent, QObject, QSize, Qt
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import QFrame, QScrollArea, QWidget

_LEAST = 64  # pixels of height, so that there is something to scroll


class FittingArea(QScrollArea):
    """As high as its content where there is room, else it scrolls.

    Args:
        content: A widget with a layout.
        parent: Qt's parent.
    """

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(content)
        content.installEventFilter(self)

    def sizeHint(self) -> QSize:  # noqa: N802
        """The height of the content."""
        return QSize(self.widget().sizeHint().width(), self._content_height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """A few lines."""
        return QSize(80, min(_LEAST, self._content_height()))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Another width means other line breaks."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Follows what is shown and hidden in the content."""
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        height = self._content_height()
        if height != self.maximumHeight():
            self.widget().setMinimumHeight(height)
            self.setMaximumHeight(height)
            self.updateGeometry()

    def _content_height(self) -> int:
        layout = self.widget().layout()
        if layout.hasHeightForWidth():
            return layout.totalHeightForWidth(self.viewport().width())
        return layout.totalSizeHint().height()
