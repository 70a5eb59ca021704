"""Paints a row of the history: question, time, answer, layers and marks."""

from __future__ import annotations

from qtpy.QtCore import (
    QLocale,
    QModelIndex,
    QObject,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTime,
)
from qtpy.QtGui import QColor, QFontMetrics, QPainter, QPalette
from qtpy.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from unirs_qgis.dock.entries import Entry
from unirs_qgis.dock.history_model import DAY_ROLE, ENTRY_ROLE, SHOWN_ROLE, THREAD_ROLE
from unirs_qgis.dock.parts.layers_label import short_label
from unirs_qgis.dock.theme import blend, colours, hairline, muted, scaled_font

_PAD = 5
_GAP = 8  # between title and time
_THREAD = 10  # room for the line that joins the rows of a conversation
_MOST_LETTERS = 400  # more do not fit into two lines


class HistoryDelegate(QStyledItemDelegate):
    """Paints entries and days, as plain text."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: dict[tuple[str, int], int] = {}  # of each answer, by entry id and indent
        self._lines_are_for: tuple[int, str] = (0, "")  # width and font

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802
        """One line for a day and for what is shown above; else three, or four for a long answer."""
        line = QFontMetrics(option.font).lineSpacing()
        entry = index.data(ENTRY_ROLE)
        if entry is None:
            return QSize(80, line + _PAD)
        if index.data(SHOWN_ROLE):
            return QSize(80, line + 2 * _PAD)
        small = round(0.9 * line)
        indent = _THREAD if any(index.data(THREAD_ROLE)) else 0
        lines = 1 + self._answer_lines(option, entry, indent)
        return QSize(80, line * lines + small + 2 * _PAD)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draws a row."""
        painter.save()
        entry = index.data(ENTRY_ROLE)
        palette = colours(option.widget)
        if entry is None:
            self._paint_day(painter, option, palette, index.data(DAY_ROLE))
        else:
            self._paint_entry(painter, option, palette, index)
        painter.restore()

    def _paint_day(
        self, painter: QPainter, option: QStyleOptionViewItem, palette: QPalette, label: str
    ) -> None:
        painter.setFont(scaled_font(option.font, 0.9, bold=True))
        painter.setPen(muted(palette))
        rect = option.rect.adjusted(_PAD, 0, -_PAD, 0)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(rect, middle | Qt.TextFlag.TextSingleLine, label)
        start = rect.left() + painter.fontMetrics().horizontalAdvance(label) + _PAD
        painter.setPen(hairline(palette))
        painter.drawLine(start, rect.center().y(), rect.right(), rect.center().y())

    def _paint_entry(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        palette: QPalette,
        index: QModelIndex,
    ) -> None:
        entry, shown = index.data(ENTRY_ROLE), bool(index.data(SHOWN_ROLE))
        strong, pale = palette.color(QPalette.ColorRole.WindowText), muted(palette)
        _paint_ground(painter, option, palette)
        rect = option.rect.adjusted(_PAD, _PAD, -_PAD, -_PAD)
        rect.setWidth(self._text_width(option))
        line = QFontMetrics(option.font).lineSpacing()
        joined = index.data(THREAD_ROLE)
        if any(joined):
            _paint_thread(painter, option.rect, rect.top() + line / 2, pale, joined)
            rect.setLeft(rect.left() + _THREAD)
        head = QRect(rect.left(), rect.top(), rect.width(), line)
        painter.setFont(scaled_font(option.font, 0.9))
        painter.setPen(pale)
        when = _time_of_day(entry)
        painter.drawText(head, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, when)
        head.setWidth(head.width() - painter.fontMetrics().horizontalAdvance(when) - _GAP)
        painter.setPen(strong)
        painter.setFont(scaled_font(option.font, 1.0, bold=not shown))
        _draw_line(painter, head, entry.title)
        if shown:
            return
        painter.setFont(option.font)
        small = round(0.9 * line)
        middle = QRect(rect.left(), head.bottom() + 1, rect.width(), rect.height() - line - small)
        _draw_wrapped(painter, middle, entry.answer.text)
        painter.setPen(pale)
        painter.setFont(scaled_font(option.font, 0.9))
        foot = QRect(rect.left(), middle.bottom() + 1, rect.width(), small)
        _draw_line(painter, foot, _facts(entry, foot.width(), painter.fontMetrics()))

    def _answer_lines(self, option: QStyleOptionViewItem, entry: Entry, indent: int) -> int:
        """One or two."""
        measure = (self._text_width(option), option.font.key())
        if measure != self._lines_are_for:
            self._lines.clear()
            self._lines_are_for = measure
        lines = self._lines.get((entry.id, indent))
        if lines is None:
            room = measure[0] - indent
            fits = _fits(one_line(entry.answer.text), room, QFontMetrics(option.font))
            lines = self._lines[entry.id, indent] = 1 if fits else 2
        return lines

    def _text_width(self, option: QStyleOptionViewItem) -> int:
        width = option.widget.viewport().width() if option.widget is not None else 240
        return max(60, width - 2 * _PAD)


def one_line(text: str) -> str:
    """The beginning of a text without line breaks."""
    return " ".join(text[:_MOST_LETTERS].split())


def _paint_ground(painter: QPainter, option: QStyleOptionViewItem, palette: QPalette) -> None:
    """A tint under the mouse, and a bar at the entry whose answer is shown.

    Painted here and not by the style, so that the text contrasts with it.
    """
    highlight = palette.color(QPalette.ColorRole.Highlight)
    selected = option.state & QStyle.StateFlag.State_Selected
    if not (selected or option.state & QStyle.StateFlag.State_MouseOver):
        return
    focused = selected and option.state & QStyle.StateFlag.State_HasFocus
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(highlight if focused else Qt.PenStyle.NoPen)
    painter.setBrush(blend(palette.color(QPalette.ColorRole.Window), highlight, 0.15))
    rect = QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(rect, 4, 4)
    if selected:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(highlight)
        painter.drawRoundedRect(QRectF(rect.left(), rect.top(), 3, rect.height()), 1.5, 1.5)


def _paint_thread(
    painter: QPainter, row: QRect, middle: float, ink: QColor, joined: tuple[bool, bool]
) -> None:
    """A dot beside the question, and lines to the rows of the same conversation.

    Args:
        painter: Paints.
        row: The whole row.
        middle: Where the dot is, in pixels from the top.
        ink: Colour of dot and lines.
        joined: Whether the row above, and the row below, is of the same conversation.
    """
    above, below = joined
    x = row.left() + _PAD + 2.5
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(ink)
    if above:
        painter.drawLine(QPointF(x, row.top()), QPointF(x, middle))
    if below:
        painter.drawLine(QPointF(x, middle), QPointF(x, row.bottom() + 1))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawEllipse(QPointF(x, middle), 2.5, 2.5)


def _fits(text: str, width: int, metrics: QFontMetrics) -> bool:
    """Whether a text fits into a line; measured only where its length does not decide it."""
    guess = len(text) * metrics.averageCharWidth()
    if guess > 3 * width:
        return False
    return metrics.horizontalAdvance(text) <= width


def _time_of_day(entry: Entry) -> str:
    locale = QLocale()
    to_the_minute = locale.timeFormat(QLocale.FormatType.ShortFormat).replace(":ss", "")
    return locale.toString(QTime(entry.time.hour, entry.time.minute), to_the_minute)


def _facts(entry: Entry, room: int, metrics: QFontMetrics) -> str:
    """Marks and layers; the names of the layers are elided in the middle."""
    marks = "".join(f"{mark}  ·  " for mark in entry.marks)
    layers = short_label(entry.layers, room - metrics.horizontalAdvance(marks), metrics)
    return f"{marks}{layers}" if layers else "  ·  ".join(entry.marks)


def _draw_line(painter: QPainter, rect: QRect, text: str) -> None:
    elided = painter.fontMetrics().elidedText(
        one_line(text), Qt.TextElideMode.ElideRight, rect.width()
    )
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, elided)


def _draw_wrapped(painter: QPainter, rect: QRect, text: str) -> None:
    """One or two lines; the second is elided."""
    metrics = painter.fontMetrics()
    line_text = one_line(text)
    first, rest = line_text, ""
    if metrics.horizontalAdvance(line_text) > rect.width():
        first, rest = _split_at_width(line_text, rect.width(), metrics)
    line = metrics.lineSpacing()
    _draw_line(painter, QRect(rect.left(), rect.top(), rect.width(), line), first)
    if rest:
        _draw_line(painter, QRect(rect.left(), rect.top() + line, rect.width(), line), rest)


def _split_at_width(text: str, width: int, metrics: QFontMetrics) -> tuple[str, str]:
    """Splits text at the last space that fits, or within a word that is too long."""
    low, high = 1, len(text)
    while low < high:  # the most letters that fit
        middle = (low + high + 1) // 2
        if metrics.horizontalAdvance(text[:middle]) <= width:
            low = middle
        else:
            high = middle - 1
    space = text.rfind(" ", 0, low + 1)
    cut = space if space > 0 else low
    return text[:cut].rstrip(), text[cut:].lstrip()
