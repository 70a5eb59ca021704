"""Buttons that follow the palette and stay readable under the stylesheets of QGIS."""

from __future__ import annotations

from qtpy.QtCore import QEvent, QRectF, QSize, Qt
from qtpy.QtGui import QPainter, QPaintEvent, QPalette
from qtpy.QtWidgets import QPushButton, QSizePolicy, QToolButton, QWidget

from unirs_qgis.dock.theme import RECOLOURED, blend, colours, hairline, icon, line_height


class IconButton(QToolButton):
    """A flat button with nothing but an icon, which changes with the palette.

    Args:
        name: File in `icons/`, without its ending.
        text: Tooltip and name for screen readers.
        parent: Parent widget.
    """

    def __init__(self, name: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setText(text)
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)

    def event(self, event: QEvent) -> bool:
        """Updates the icon when the theme changes."""
        if event.type() in RECOLOURED:
            self.setIcon(icon(self._name, colours(self)))
        return super().event(event)


class CompactButton(QPushButton):
    """A push button that is no wider than its text, with an icon that changes with the palette.

    Args:
        text: Its text.
        icon_name: File in `icons/`, without its ending; empty for none.
        parent: Parent widget.
    """

    def __init__(self, text: str, icon_name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._icon_name = icon_name
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Without the least width that many styles give to a push button."""
        text = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        icon_width = self.iconSize().width() + 4 if self._icon_name else 0
        return QSize(text + icon_width + 20, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """As small as its text allows."""
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        """Updates the icon when the theme changes."""
        if self._icon_name and event.type() in RECOLOURED:
            role = QPalette.ColorRole.ButtonText
            self.setIcon(icon(self._icon_name, colours(self), role))
        return super().event(event)


class PillButton(QToolButton):
    """A text with an outline, painted here: a stylesheet could make text and background alike.

    Args:
        text: Its text.
        parent: Parent widget.
    """

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Its text and a margin."""
        width = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(width + 18, line_height(self) + 8)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Its text must be read in full."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002
        """Draws outline, ground and text."""
        palette, role = colours(self), QPalette.ColorRole
        window, ink = palette.color(role.Window), palette.color(role.WindowText)
        highlight, edge = palette.color(role.Highlight), hairline(palette)
        ground = blend(window, ink, 0.12 if self.isDown() else 0.06 if self.underMouse() else 0.0)
        if self.isChecked():
            ground = edge = highlight
            ink = palette.color(role.HighlightedText)
        if not self.isEnabled():
            ink = blend(ink, ground, 0.5)
        if self.hasFocus():
            edge = palette.color(role.WindowText) if self.isChecked() else highlight
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(edge)
        painter.setBrush(ground)
        outline = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(outline, self._radius(), self._radius())
        painter.setPen(ink)
        text = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.width() - 10
        )
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)
        painter.end()

    def _radius(self) -> float:
        return self.height() / 2


class SegmentButton(PillButton):
    """One of a few exclusive choices, as wide as there is room.

    Args:
        text: Its text.
        parent: Parent widget.
    """

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Its text, with less of a margin than where there is room."""
        return self.sizeHint() - QSize(10, 0)

    def _radius(self) -> float:
        return 4.0
