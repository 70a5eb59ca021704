"""A row of buttons that never wraps: those that do not fit are in a menu at its end."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import QEvent, QPoint, QRect, QSize
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from unirs_qgis.dock.parts.buttons import IconButton

_GAP = 4


class OverflowRow(QWidget):
    """One row of buttons.

    Args:
        buttons: All that may ever be shown, in the order of the Tab key.
        parent: Parent widget.
    """

    def __init__(self, buttons: Sequence[QToolButton], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: list[QToolButton] = []
        self._all = list(buttons)
        for button in self._all:
            button.setParent(self)
        self.more = IconButton("more", self.tr("More suggestions"), self)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self.more.setMenu(QMenu(self.more))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def stops(self) -> list[QToolButton]:
        """Where the Tab key stops, in order."""
        return [*self._all, self.more]

    def show_buttons(self, buttons: Sequence[QToolButton]) -> None:
        """Shows some of the buttons, instead of those before."""
        self._buttons = list(buttons)
        for button in self._all:
            if button not in self._buttons:
                button.hide()
        self.updateGeometry()
        self._arrange()

    def sizeHint(self) -> QSize:  # noqa: N802
        """All of them side by side."""
        hints = [button.sizeHint() for button in self._buttons]
        width = sum(hint.width() + _GAP for hint in hints)
        return QSize(width, max((hint.height() for hint in hints), default=0))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """The menu, and room for a short button."""
        return QSize(2 * self.more.sizeHint().width() + _GAP, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Another width has room for more or fewer buttons."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Another font changes the widths."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._arrange()

    def _arrange(self) -> None:
        widths = [button.sizeHint().width() for button in self._buttons]
        fitting = self._fitting(widths)
        left = 0
        for number, (button, width) in enumerate(zip(self._buttons, widths)):
            button.setGeometry(QRect(QPoint(left, 0), QSize(width, self.height())))
            button.setVisible(number < fitting)
            left += width + _GAP if number < fitting else 0
        rest = self._buttons[fitting:]
        self.more.setVisible(bool(rest))
        self.more.setGeometry(left, 0, self.more.sizeHint().width(), self.height())
        self.more.menu().clear()
        for button in rest:
            action = self.more.menu().addAction(button.text())
            action.setToolTip(button.toolTip())
            action.triggered.connect(lambda _checked=False, button=button: button.click())

    def _fitting(self, widths: Sequence[int]) -> int:
        """How many buttons have room, beside the menu if not all have."""
        if sum(width + _GAP for width in widths) - _GAP <= self.width():
            return len(widths)
        room, count = self.width() - self.more.sizeHint().width(), 0
        for width in widths:
            room -= width + _GAP
            if room < 0:
                break
            count += 1
        return count
