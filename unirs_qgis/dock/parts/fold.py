"""A heading that folds away what is under it."""

from __future__ import annotations

from qtpy.QtCore import QEvent, Qt, Signal
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from unirs_qgis.dock.theme import icon

_AROUND = 24  # pixels that a style leaves around icon and text


class Fold(QWidget):
    """A heading with an arrow, and a widget that it shows and hides.

    Args:
        title: The heading.
        content: What is under it.
        unfolded: Whether it is shown at first.
        parent: Qt's parent.
    """

    toggled = Signal(bool)

    def __init__(
        self, title: str, content: QWidget, unfolded: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.header = QToolButton(self)
        self.header.setAutoRaise(True)
        self.header.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.header.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.header.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.header.clicked.connect(lambda: self.set_unfolded(not self._unfolded))
        self.header.setText(title)
        self._title, self._content, self._unfolded = title, content, unfolded
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.header)
        layout.addWidget(content)
        self._show()

    @property
    def unfolded(self) -> bool:
        """Whether the content is shown."""
        return self._unfolded

    def set_unfolded(self, unfolded: bool) -> None:
        """Shows or hides the content."""
        if unfolded != self._unfolded:
            self._unfolded = unfolded
            self._show()
            self.toggled.emit(unfolded)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Elides a heading for which the dock is too narrow."""
        super().resizeEvent(event)
        room = self.width() - self.header.iconSize().width() - _AROUND
        words = self.header.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideRight, room)
        self.header.setText(words)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Draws the arrow anew when the theme changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_arrow()

    def _show(self) -> None:
        self._content.setVisible(self._unfolded)
        self._draw_arrow()
        state = self.tr("{heading}, unfolded") if self._unfolded else self.tr("{heading}, folded")
        self.header.setAccessibleName(state.format(heading=self._title))

    def _draw_arrow(self) -> None:
        self.header.setIcon(icon("down" if self._unfolded else "right", self.palette()))
