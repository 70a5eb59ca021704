"""The closed set of answers with a bar for the probability of each."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import QEvent, QLocale, QRect, QRectF, QSize, Qt
from qtpy.QtGui import QPainter, QPaintEvent, QPalette
from qtpy.QtWidgets import QSizePolicy, QToolTip, QWidget

from unirs_qgis.dock.theme import colours, hairline, line_height, plain_tooltip, scaled_font

_BAR = 4
_GAP = 6


class OptionBars(QWidget):
    """Rows of answer, percentage and bar; the first is the answer that was chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options: list[tuple[str, float]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def options(self) -> list[tuple[str, float]]:
        """What is shown: answers with probabilities of 0 to 1."""
        return list(self._options)

    def show_options(self, options: Sequence[tuple[str, float]]) -> None:
        """Shows answers with their probabilities (0 to 1)."""
        self._options = list(options)
        accessible = [f"{text}: {percent(share)}" for text, share in self._options]
        self.setAccessibleName(self.tr("Probability of each answer"))
        self.setAccessibleDescription("; ".join(accessible))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """A row for each answer."""
        return QSize(160, len(self._options) * self._row_height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Narrow: long answers are elided."""
        return QSize(80, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002
        """Draws the rows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, (text, share) in enumerate(self._options):
            self._paint_row(painter, index, text, share)
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Tells a long answer in full under the mouse."""
        if event.type() == QEvent.Type.ToolTip:
            index = event.pos().y() // self._row_height()
            if 0 <= index < len(self._options):
                QToolTip.showText(event.globalPos(), plain_tooltip(self._options[index][0]), self)
                return True
        return super().event(event)

    def _paint_row(self, painter: QPainter, index: int, text: str, share: float) -> None:
        palette, height = colours(self), self._row_height()
        painter.setFont(scaled_font(self.font(), 1.0, bold=index == 0))
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        row = QRect(0, index * height, self.width(), line_height(self))
        value = percent(share)
        metrics = painter.fontMetrics()
        label = row.adjusted(0, 0, -metrics.horizontalAdvance(value) - 8, 0)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, label.width())
        painter.drawText(label, middle | Qt.AlignmentFlag.AlignLeft, elided)
        painter.drawText(row, middle | Qt.AlignmentFlag.AlignRight, value)
        track = QRectF(0, row.bottom() + 2, self.width(), _BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(hairline(palette))
        painter.drawRoundedRect(track, _BAR / 2, _BAR / 2)
        track.setWidth(max(float(_BAR), track.width() * min(1.0, max(0.0, share))))
        painter.setBrush(palette.color(QPalette.ColorRole.Highlight))
        painter.drawRoundedRect(track, _BAR / 2, _BAR / 2)

    def _row_height(self) -> int:
        return line_height(self) + _BAR + _GAP


def percent(share: float) -> str:
    """A probability (0 to 1) in the user's language, with a decimal below 10 %."""
    return QLocale().toString(100 * share, "f", 1 if 0 < share < 0.1 else 0) + "\u2009%"
