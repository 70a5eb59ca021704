"""A date of acquisition that may be unknown, or known to the year or month alone."""

from __future__ import annotations

from datetime import date, timedelta

from qtpy.QtCore import QDate, QPoint, Qt, Signal
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QCalendarWidget, QHBoxLayout, QLineEdit, QMenu, QWidget, QWidgetAction

from unirs_qgis.dock.parts.buttons import IconButton
from unirs_qgis.shared.dates import parse_date


def read_date(typed: str) -> str | None:
    """A date as ISO 8601 writes it, to the day, month or year that was typed.

    Args:
        typed: Text such as "2019" or "15.6.2019"; an empty text is no date.

    Returns:
        "2019", "2019-06", "2019-06-15" or ""; `None` for what is no date of the calendar.
    """
    if not typed.strip():
        return ""
    found = parse_date(typed)
    return found.isoformat() if found else None


def stepped(text: str, steps: int) -> str:
    """A date some days, months or years later, as finely as it is known; today for no date."""
    numbers = [int(part) for part in text.split("-") if part]
    if not numbers:
        return date.today().isoformat()
    if len(numbers) == 1:
        return f"{numbers[0] + steps:04}"
    if len(numbers) == 2:
        months = 12 * numbers[0] + numbers[1] - 1 + steps
        return f"{months // 12:04}-{months % 12 + 1:02}"
    return (date(*numbers) + timedelta(days=steps)).isoformat()


class _DateEdit(QLineEdit):
    """A line for a date; Up and Down step it."""

    stepped = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Up is later, Down is earlier."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Up else -1)
            event.accept()
        else:
            super().keyPressEvent(event)


class DateField(QWidget):
    """A date, typed or picked from a calendar.

    An empty field is no date; a text that is no date is replaced by the previous date.

    Args:
        name: Its name for screen readers, and tooltip.
        parent: Parent widget.
    """

    edited = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._given = ""
        self.edit = _DateEdit(self)
        self.edit.setPlaceholderText(self.tr("no date"))
        self.edit.setAccessibleName(name)
        self.edit.setToolTip(self.tr("{name}: a year, a month or a day").format(name=name))
        widest = max(self.edit.placeholderText(), "0000-00-00", key=len)
        self.edit.setFixedWidth(self.edit.fontMetrics().horizontalAdvance(widest) + 16)
        self._open = IconButton("calendar", self.tr("Choose a day"), self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.edit)
        layout.addWidget(self._open)
        self.edit.editingFinished.connect(self._take_typed)
        self.edit.stepped.connect(self._step)
        self._open.clicked.connect(self._open_calendar)

    def value(self) -> str:
        """The date as ISO 8601: as it was given, or to the day, month or year that was typed."""
        return self._given

    def set_value(self, value: str) -> None:
        """Shows a date, without emitting `edited`.

        Args:
            value: ISO 8601 date, time, month or year; empty for no date.
        """
        self._given = value
        if self._shown() != self.edit.text():
            self.edit.blockSignals(True)
            self.edit.setText(self._shown())
            self.edit.blockSignals(False)

    def _shown(self) -> str:
        """Without the time of day."""
        return self._given[:10]

    def _take_typed(self) -> None:
        typed = read_date(self.edit.text())
        if typed is None or typed == self._shown():
            self.set_value(self._given)
        else:
            self._take(typed)

    def _step(self, steps: int) -> None:
        typed = read_date(self.edit.text())
        self._take(stepped(self._shown() if typed is None else typed, steps))

    def _take(self, value: str) -> None:
        self.set_value(value)
        self.edited.emit()

    def _open_calendar(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        calendar = QCalendarWidget(menu)
        calendar.setSelectedDate(self._day_to_start_from())
        action = QWidgetAction(menu)
        action.setDefaultWidget(calendar)
        menu.addAction(action)
        for chosen in (calendar.clicked, calendar.activated):
            chosen.connect(menu.close)
            chosen.connect(lambda day: self._take(day.toString(Qt.DateFormat.ISODate)))
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))
        calendar.setFocus()

    def _day_to_start_from(self) -> QDate:
        numbers = [int(part) for part in self._shown().split("-") if part]
        return QDate(*_first_day(numbers)) if numbers else QDate.currentDate()


def _first_day(numbers: list[int]) -> list[int]:
    """Year, month and day of the first day of a year, a month or a day."""
    return [*numbers, 1, 1][:3]
