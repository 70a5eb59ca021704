"""The column of the dock that scrolls. Nothing in it scrolls by itself."""

from __future__ import annotations

from qtpy.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer
from qtpy.QtWidgets import QFrame, QScrollArea, QWidget

_LEAST = 64  # pixels of height, so that there is something to scroll
_NEAR = 4  # pixels: a reader this close to the end follows what is added there


class ScrollColumn(QScrollArea):
    """As wide as the dock and never narrower than what is in it; scrolls up and down alone.

    Args:
        content: A widget with a layout.
        parent: Parent widget.
    """

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._revealed: tuple[QWidget, QWidget] | None = None  # scrolled to once it is laid out
        self._followed: QWidget | None = None
        self._followed_to = 0
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._settle)
        self.setObjectName("dockScroll")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(content)
        self.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        content.installEventFilter(self)

    def sizeHint(self) -> QSize:  # noqa: N802
        """The size of the content."""
        return self.widget().sizeHint() + QSize(self._bar_width(), 0)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Some lines, and the width at which nothing is cut."""
        return QSize(self.widget().minimumSizeHint().width() + self._bar_width(), _LEAST)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Updates the geometry when the content changes."""
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            if self._followed is not None:
                self._soon.start()
        return super().eventFilter(watched, event)

    def reveal(self, widget: QWidget, beginning: QWidget | None = None) -> None:
        """Scrolls to a widget, at least to its top, once it is laid out.

        Args:
            widget: The widget.
            beginning: A widget inside of it from whose top on it is to be seen.
        """
        self._revealed = (beginning or widget, widget)
        self._soon.start()

    def follow(self, widget: QWidget) -> None:
        """Keeps the end of a growing widget in sight until the user scrolls elsewhere."""
        self._followed, self._followed_to = widget, self.verticalScrollBar().value()
        self._soon.start()

    def shows_top(self, widget: QWidget) -> bool:
        """Whether the top of a widget is in sight."""
        top = widget.mapTo(self.viewport(), QPoint(0, 0)).y()
        return 0 <= top < self.viewport().height()

    def follows_within(self, widget: QWidget) -> bool:
        """Whether an end is followed that would be in sight with the top of a widget, too."""
        if self._followed is None or self._is_scrolled_away():
            return False
        end = self._followed.mapTo(self.widget(), QPoint(0, self._followed.height())).y()
        top = widget.mapTo(self.widget(), QPoint(0, 0)).y()
        return end - top <= self.viewport().height()

    def stop_following(self) -> None:
        """Stops scrolling by itself."""
        self._followed = None

    def _settle(self) -> None:
        """Scrolls to where the widgets are by now."""
        content = self.widget()
        if content.minimumSizeHint().height() > content.height():  # it has grown since
            QCoreApplication.sendEvent(self, QEvent(QEvent.Type.LayoutRequest))
        revealed, self._revealed = self._revealed, None
        if revealed is not None and revealed[0].isVisibleTo(self.widget()):
            beginning, widget = revealed
            part = QRect(widget.mapTo(self.widget(), QPoint(0, 0)), widget.size())
            part.setTop(beginning.mapTo(self.widget(), QPoint(0, 0)).y())
            self.show_part(part)
            self._followed_to = self.verticalScrollBar().value()
        if self._followed is not None:
            self._follow(self._followed)

    def show_part(self, part: QRect) -> None:
        """Scrolls as little as shows a part of the content, or its top if it is too high."""
        bar, height = self.verticalScrollBar(), self.viewport().height()
        if part.top() < bar.value() or part.height() > height:
            bar.setValue(part.top())
        elif part.bottom() > bar.value() + height:
            bar.setValue(part.bottom() - height + 1)

    def _follow(self, widget: QWidget) -> None:
        if self._is_scrolled_away():
            return
        bar = self.verticalScrollBar()
        end = widget.mapTo(self.widget(), QPoint(0, widget.height())).y()
        self._followed_to = max(bar.value(), min(bar.maximum(), end - self.viewport().height()))
        bar.setValue(self._followed_to)

    def _is_scrolled_away(self) -> bool:
        """Whether the user has scrolled since; a content that shrinks scrolls, too."""
        bar = self.verticalScrollBar()
        return abs(bar.value() - min(self._followed_to, bar.maximum())) > _NEAR

    def _bar_width(self) -> int:
        return self.verticalScrollBar().sizeHint().width()


def reveal(widget: QWidget) -> None:
    """Scrolls to a widget in the column that contains it, if there is one."""
    column = _column_of(widget)
    if column is not None:
        column.reveal(widget)


def show_part(widget: QWidget, part: QRect) -> None:
    """Scrolls to a part of a widget in the column that contains it, if there is one."""
    column = _column_of(widget)
    if column is not None:
        column.show_part(part.translated(widget.mapTo(column.widget(), QPoint(0, 0))))


def _column_of(widget: QWidget) -> ScrollColumn | None:
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, ScrollColumn):
        parent = parent.parentWidget()
    return parent
