"""A date that may be unknown."""

from __future__ import annotations

from qtpy.QtCore import QDate, QDateTime, QEvent, QObject, Qt, Signal
from qtpy.QtGui import QKeyEvent, QWheelEvent
from qtpy.QtWidgets import QDateEdit, QHBoxLayout, QWidget

from unirs_qgis.dock.theme import IconButton

_UNKNOWN = QDate(1900, 1, 1)  # no raster is older than aeroplanes; Qt has no empty date of its own


class _DateEdit(QDateEdit):
    """Shows "no date" at its least date, and starts from today when it is stepped or opened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDisplayFormat("yyyy-MM-dd")
        self.setMinimumDate(_UNKNOWN)
        self.setDate(_UNKNOWN)
        self.setSpecialValueText(self.tr("no date"))
        self.setCalendarPopup(True)
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.calendarWidget().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Opens the calendar at this month rather than in 1900."""
        if event.type() == QEvent.Type.Show and self.date() == _UNKNOWN:
            today = QDate.currentDate()
            self.calendarWidget().setCurrentPage(today.year(), today.month())
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Takes a date as people type it: over all that is there, and with its separators."""
        selected = self.lineEdit().selectedText()
        if event.text().isdigit() and (self.date() == _UNKNOWN or selected == self.text()):
            self._begin_anew()
        if event.text() in ("-", "/", ".") and selected:
            return  # Qt has gone on to the month or day already
        super().keyPressEvent(event)

    def _begin_anew(self) -> None:
        """Puts the year under the keys; a date that is not known gives way to today, untold."""
        if self.date() == _UNKNOWN:
            self.blockSignals(True)
            self.setDate(QDate.currentDate())
            self.blockSignals(False)
        self.setSelectedSection(QDateEdit.Section.YearSection)

    def stepBy(self, steps: int) -> None:  # noqa: N802
        """One up or down; from no date to today."""
        if self.date() == _UNKNOWN:
            self.setDate(QDate.currentDate())
        else:
            super().stepBy(steps)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802
        """One stop for the Tab key: Qt's own way through year, month and day hangs at "no date"."""
        return QWidget.focusNextPrevChild(self, forward)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Changes the date only where the user works on it, not where the mouse passes by."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class DateField(QWidget):
    """A date edit with a button that empties it.

    Args:
        name: Its name for screen readers, and tooltip.
        parent: Qt's parent.
    """

    edited = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._given: QDateTime | None = None
        self._shown = _UNKNOWN
        self.edit = _DateEdit(self)
        self.edit.setToolTip(name)
        self.edit.setAccessibleName(name)
        self._clear = IconButton("clear", self.tr("Forget the date"), self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.edit)
        layout.addWidget(self._clear)
        self.edit.dateChanged.connect(self._tell)
        self.edit.editingFinished.connect(self._tell)
        self._clear.clicked.connect(lambda: self.edit.setDate(_UNKNOWN))
        self._clear.setEnabled(False)

    def value(self) -> QDateTime | None:
        """The date: as it was given, or 00:00 UTC of the day that the user chose."""
        day = self.edit.date()
        if day == _UNKNOWN:
            return None
        if self._given is not None and self._given.date() == day:
            return self._given
        return QDateTime.fromString(
            f"{day.toString(Qt.DateFormat.ISODate)}T00:00:00Z", Qt.DateFormat.ISODate
        )

    def set_value(self, value: QDateTime | None) -> None:
        """Shows a date, without telling that it was edited."""
        self._given = value if value is not None and value.isValid() else None
        self.edit.blockSignals(True)
        self.edit.setDate(self._given.date() if self._given is not None else _UNKNOWN)
        self.edit.blockSignals(False)
        self._shown = self.edit.date()
        self._clear.setEnabled(self._given is not None)

    def _tell(self) -> None:
        """Tells of a new day; Qt also tells of a day that was typed anew and is the same."""
        day = self.edit.date()
        self._clear.setEnabled(day != _UNKNOWN)
        if day != self._shown:
            self._shown = day
            self.edited.emit()
