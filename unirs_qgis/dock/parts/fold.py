"""A heading that shows and hides what is below it."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import QEvent, Qt, Signal
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from unirs_qgis.dock.parts.scroll_column import reveal
from unirs_qgis.dock.theme import RECOLOURED, colours, icon

_AROUND = 24  # pixels that a style leaves around icon and text


class Fold(QWidget):
    """A heading with an arrow, and a widget that it shows and hides.

    Args:
        title: The heading.
        content: Widget below it.
        unfolded: Whether it is shown at first.
        parent: Parent widget.

    Signals:
        toggled: The content is shown, or hidden, now.
        clicked: The user did that.
    """

    toggled = Signal(bool)
    clicked = Signal()

    def __init__(
        self, title: str, content: QWidget, unfolded: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._summary: Callable[[int], str] | None = None
        self.header = QToolButton(self)
        self.header.setAutoRaise(True)
        self.header.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.header.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.header.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.header.setStyleSheet("QToolButton { text-align: left; }")
        self.header.clicked.connect(self._on_clicked)
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

    def set_summary(self, summary: Callable[[int], str]) -> None:
        """Sets a summary that is shown instead of the heading while it is folded.

        Args:
            summary: From the room in pixels to a text; an empty one leaves the heading.
        """
        self._summary = summary
        self.refresh()

    def refresh(self) -> None:
        """Updates the heading after a change of the content."""
        room = self.width() - self.header.iconSize().width() - _AROUND
        summary = self._summary(room) if self._summary is not None and not self._unfolded else ""
        metrics = self.header.fontMetrics()
        self.header.setText(
            metrics.elidedText(summary or self._title, Qt.TextElideMode.ElideRight, room)
        )
        expanded, collapsed = self.tr("{heading}, expanded"), self.tr("{heading}, collapsed")
        state = expanded if self._unfolded else collapsed
        accessible = f"{self._title}: {summary}" if summary else self._title
        self.header.setAccessibleName(state.format(heading=accessible))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Elides a heading for which the dock is too narrow."""
        super().resizeEvent(event)
        self.refresh()

    def event(self, event: QEvent) -> bool:
        """Updates the arrow when the theme changes."""
        if event.type() in RECOLOURED:
            self._draw_arrow()
        return super().event(event)

    def _on_clicked(self) -> None:
        self.set_unfolded(not self._unfolded)
        if self._unfolded:
            reveal(self)
        self.clicked.emit()

    def _show(self) -> None:
        self._content.setVisible(self._unfolded)
        self._draw_arrow()
        self.refresh()

    def _draw_arrow(self) -> None:
        self.header.setIcon(icon("down" if self._unfolded else "right", colours(self)))
