"""The dates of a series with the probability of yes at each, as a small chart."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import QCoreApplication, QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from qtpy.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from qtpy.QtWidgets import QSizePolicy, QToolTip, QWidget

from unirs_qgis.answer import DatedScore
from unirs_qgis.dock.parts.option_bars import percent
from unirs_qgis.dock.theme import (
    colours,
    hairline,
    line_height,
    muted,
    plain_tooltip,
    scaled_font,
)

translate = QCoreApplication.translate

_HEIGHT = 64  # pixels of probability 1
_WIDEST = 22  # pixels of a bar
_DOT = 2.5  # radius, pixels


class TimelineChart(QWidget):
    """A bar for each date; a click or Enter chooses one.

    The bar is the probability by all answers together, the dot that of the date asked alone.

    Args:
        parent: Parent widget.
    """

    chosen = Signal(int)
    """Index of a date."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dates: tuple[DatedScore, ...] = ()
        self._current = -1
        self.setObjectName("timelineChart")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("Probability of yes at each date"))
        self.hide()

    def show_dates(self, dates: Sequence[DatedScore]) -> None:
        """Shows the dates of a series, in order of time; hides without any."""
        self._dates, self._current = tuple(dates), -1
        self.setAccessibleDescription("; ".join(map(_text, self._dates)))
        self.setVisible(bool(self._dates))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """The bars, and a line with the first and the last date."""
        return QSize(160, _HEIGHT + line_height(self) + 10)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Narrow: bars get thinner."""
        return QSize(80, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002
        """Draws the chart."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = colours(self)
        painter.setPen(hairline(palette))
        for share in (0.0, 0.5, 1.0):
            y = self._y(share)
            painter.drawLine(QPointF(0, y), QPointF(self.width(), y))
        for index, date in enumerate(self._dates):
            self._paint_date(painter, palette, index, date)
        self._paint_labels(painter, palette)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Chooses the date under the mouse."""
        index = self._index_at(event.pos().x())
        if event.button() == Qt.MouseButton.LeftButton and index >= 0:
            self._choose(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Left and right choose the date before and after."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(event.key())
        if step is None or not self._dates:
            super().keyPressEvent(event)
        else:
            self._choose(min(max(self._current + step, 0), len(self._dates) - 1))

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Shows where the keyboard is."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Shows that the keyboard is elsewhere."""
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Shows date and probabilities under the mouse."""
        if event.type() == QEvent.Type.ToolTip:
            index = self._index_at(event.pos().x())
            if index >= 0:
                QToolTip.showText(event.globalPos(), plain_tooltip(_text(self._dates[index])), self)
                return True
        return super().event(event)

    def _choose(self, index: int) -> None:
        self._current = index
        self.update()
        self.chosen.emit(index)

    def _paint_date(
        self, painter: QPainter, palette: QPalette, index: int, date: DatedScore
    ) -> None:
        column = self._column(index)
        if index == self._current:
            painter.setPen(
                palette.color(QPalette.ColorRole.Highlight)
                if self.hasFocus()
                else hairline(palette)
            )
            painter.setBrush(palette.color(QPalette.ColorRole.AlternateBase))
            painter.drawRoundedRect(column.adjusted(0.5, -3, -0.5, 3), 3, 3)
        if date.probability is None:
            return
        width = min(float(_WIDEST), 0.6 * column.width())
        top = self._y(date.probability)
        bar = QRectF(column.center().x() - width / 2, top, width, self._y(0) - top)
        painter.setPen(Qt.PenStyle.NoPen)
        is_yes = date.probability >= 0.5
        painter.setBrush(palette.color(QPalette.ColorRole.Highlight) if is_yes else muted(palette))
        painter.drawRoundedRect(bar, 2, 2)
        if date.asked is not None:
            painter.setPen(palette.color(QPalette.ColorRole.Base))
            painter.setBrush(palette.color(QPalette.ColorRole.Text))
            painter.drawEllipse(QPointF(column.center().x(), self._y(date.asked)), _DOT, _DOT)

    def _paint_labels(self, painter: QPainter, palette: QPalette) -> None:
        if not self._dates:
            return
        painter.setFont(scaled_font(self.font(), 0.9))
        painter.setPen(muted(palette))
        height = line_height(self)
        line = QRect(0, self.height() - height, self.width(), height)
        metrics = painter.fontMetrics()
        ends = self._dates[0].name, self._dates[-1].name
        sides = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        for name, side in zip(ends, sides):
            text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, self.width() // 2 - 4)
            painter.drawText(line, side | Qt.AlignmentFlag.AlignVCenter, text)

    def _column(self, index: int) -> QRectF:
        width = self.width() / len(self._dates)
        return QRectF(index * width, 4, width, _HEIGHT)

    def _y(self, share: float) -> float:
        return 4 + _HEIGHT * (1 - min(1.0, max(0.0, share)))

    def _index_at(self, x: float) -> int:
        """The date at a horizontal position; -1 without dates."""
        if not self._dates:
            return -1
        return min(max(int(x * len(self._dates) / max(1, self.width())), 0), len(self._dates) - 1)


def _text(date: DatedScore) -> str:
    """Date and probabilities in one line."""
    if date.probability is None:
        return translate("TimelineChart", "{date}: not asked").format(date=date.name)
    if date.asked is None:
        return f"{date.name}: {percent(date.probability)}"
    return translate("TimelineChart", "{date}: {percent}, asked alone {alone}").format(
        date=date.name, percent=percent(date.probability), alone=percent(date.asked)
    )
