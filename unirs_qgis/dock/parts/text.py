"""Plain text of models, layers and logs, never wider than the dock."""

from __future__ import annotations

from math import ceil

from qtpy.QtCore import QPointF, QSize, Qt
from qtpy.QtGui import (
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextCursor,
    QTextLayout,
    QTextOption,
    QWheelEvent,
)
from qtpy.QtWidgets import QFrame, QLabel, QPlainTextEdit, QSizePolicy, QWidget

from unirs_qgis.dock.theme import colours, line_height, muted, scaled_font

_LINE_BREAK = "\u2028"  # what QTextLayout takes for a new line
_SLACK = 2  # pixels without which Qt takes the last line for hidden


class WrapLabel(QLabel):
    """A label of plain text that breaks within a word if it must.

    A path without a space would otherwise widen the whole dock.

    Args:
        text: Shown as it is.
        secondary: Smaller and paler, for secondary text.
        parent: Parent widget.
    """

    def __init__(
        self, text: str = "", secondary: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self._secondary = secondary
        if secondary:
            self.setFont(scaled_font(self.font(), 0.92))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)  # else Qt takes the height for one that no width changes
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """The height depends on the width."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """Height of the text at a width, in pixels."""
        return self._laid_out(width)[1]

    def sizeHint(self) -> QSize:  # noqa: N802
        """As wide as it is, or as one line."""
        width = self.width() or 200
        return QSize(
            min(width, self.fontMetrics().horizontalAdvance(self.text()) + 2), 0
        ).expandedTo(QSize(0, self.heightForWidth(width)))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """A few letters: the text wraps."""
        return QSize(40, line_height(self))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002
        """Draws the lines."""
        layout, height = self._laid_out(self.width())
        painter = QPainter(self)
        palette = colours(self)
        painter.setPen(
            muted(palette) if self._secondary else palette.color(QPalette.ColorRole.WindowText)
        )
        layout.draw(painter, QPointF(0, max(0, (self.height() - height) // 2)))
        painter.end()

    def _laid_out(self, width: int) -> tuple[QTextLayout, int]:
        layout = QTextLayout(self.text().replace("\n", _LINE_BREAK), self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        height = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1, width))
            line.setPosition(QPointF(0, height))
            height += line.height()
        layout.endLayout()
        return layout, ceil(height)


class GrowingText(QPlainTextEdit):
    """A field of plain text that is as high as its text.

    Args:
        min_lines: Least height, in lines.
        max_lines: Greatest height, in lines, beyond which it scrolls; 0 for no bound.
        parent: Parent widget.
    """

    def __init__(
        self, min_lines: int = 1, max_lines: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._min_lines, self._max_lines = min_lines, max_lines
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def make_label(self) -> None:
        """Turns the field into text on the ground of its parent that can be selected and copied."""
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.document().setDocumentMargin(0)
        self.setStyleSheet("border: none; padding: 0; background: transparent;")  # whatever a theme
        self.viewport().setAutoFillBackground(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._fit()

    def append_piece(self, piece: str) -> None:
        """Appends text; a selection of the user stays."""
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(piece)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Another width means other line breaks."""
        super().resizeEvent(event)
        self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Leaves the wheel to the widget around where there is nothing to scroll."""
        if self.verticalScrollBar().maximum() > 0:
            super().wheelEvent(event)
        else:
            event.ignore()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Its height comes from its text, its width from its parent."""
        return QSize(200, self.minimumHeight())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Narrow: text wraps."""
        return QSize(60, self.minimumHeight())

    def _fit(self) -> None:
        margins = 2 * (self.document().documentMargin() + self.frameWidth())
        wanted = max(self._text_height(), self._min_lines * line_height(self))
        most = self._max_lines * line_height(self) if self._max_lines else wanted
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded
            if wanted > most + 1
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        height = ceil(min(wanted, most) + margins) + _SLACK
        if height != self.minimumHeight():
            self.setFixedHeight(height)

    def _text_height(self) -> float:
        """Height of all lines, in pixels; the document itself knows only how many they are."""
        layout = self.document().documentLayout()
        height, block = 0.0, self.document().begin()
        while block.isValid():
            height += layout.blockBoundingRect(block).height()
            block = block.next()
        return height
