"""The rows of the history: entries, the newest first, under a heading for each day.

The model gives its newest rows first and older ones when the view asks for them, so that a history
of thousands of entries opens at once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from operator import itemgetter

from qtpy.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QDate,
    QLocale,
    QModelIndex,
    QObject,
    Qt,
)

from unirs_qgis.dock.entries import Entry, thread_before
from unirs_qgis.dock.theme import plain_tooltip

ENTRY_ROLE = Qt.ItemDataRole.UserRole
DAY_ROLE = Qt.ItemDataRole.UserRole + 1
SHOWN_ROLE = Qt.ItemDataRole.UserRole + 2
THREAD_ROLE = Qt.ItemDataRole.UserRole + 3
"""Whether the row above, and the row below, is of the same conversation."""
PAGE = 200
_TOOLTIP_LENGTH = 1000


class HistoryModel(QAbstractListModel):
    """Entries with their days, newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []  # all, in order of time
        self._by_id: dict[str, Entry] = {}
        self._firsts: dict[str, str] = {}  # ids of the first entries of conversations, by entry id
        self._times: list[float] = []  # of each entry, in seconds since 1970
        self._found: list[Entry] = []  # those that match the search, in order of time
        self._rows: list[Entry | date] = []  # those that are shown, with the headings
        self._shown = PAGE
        self._shown_above = ""
        self._words: list[str] = []
        self._search_texts: dict[str, str] = {}

    # ----------------------------------------------------------------- what the view reads

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008
        """Number of entries and headings that are shown."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text for screen readers; the roles of this module are for the delegate."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if isinstance(row, Entry):
            return self._entry_data(row, index.row(), role)
        if role in (Qt.ItemDataRole.DisplayRole, DAY_ROLE):
            return day_label(row)
        return None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """Entries can be chosen, headings cannot."""
        if index.isValid() and isinstance(self._rows[index.row()], Entry):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.NoItemFlags

    def _entry_data(self, entry: Entry, row: int, role: int) -> object:
        if role == ENTRY_ROLE:
            return entry
        if role == SHOWN_ROLE:
            return entry.id == self._shown_above
        if role == THREAD_ROLE:
            return self._is_same_thread(entry, row - 1), self._is_same_thread(entry, row + 1)
        if role == Qt.ItemDataRole.DisplayRole:
            return "\n".join([entry.title, entry.answer.text, *entry.marks])
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(f"{entry.title}\n{entry.answer.text}"[:_TOOLTIP_LENGTH])
        return None

    # ----------------------------------------------------------------- entries

    def __len__(self) -> int:
        return len(self._entries)

    def entry(self, entry_id: str) -> Entry | None:
        """The entry of an id, `None` if there is none."""
        return self._by_id.get(entry_id)

    def index_of(self, entry_id: str) -> QModelIndex:
        """Where an entry is shown; an invalid index if it is not."""
        for row, shown in enumerate(self._rows):
            if isinstance(shown, Entry) and shown.id == entry_id:
                return self.index(row)
        return QModelIndex()

    def show_all(self, entries: Iterable[Entry]) -> None:
        """Replaces all entries; their order does not matter."""
        timed = sorted(((_seconds(entry), entry) for entry in entries), key=itemgetter(0))
        self._entries = [entry for _, entry in timed]
        self._times = [seconds for seconds, _ in timed]
        self._by_id = {entry.id: entry for entry in self._entries}
        self._firsts.clear()
        self._search_texts.clear()
        self._search()

    def add(self, entry: Entry) -> None:
        """Adds an entry at its time; one of the same id is replaced."""
        self.remove(entry.id)
        seconds = _seconds(entry)
        index = bisect_right(self._times, seconds)
        self._entries.insert(index, entry)
        self._times.insert(index, seconds)
        self._by_id[entry.id] = entry
        self._firsts.clear()
        if not self._matches(entry):
            return
        if index == len(self._entries) - 1:
            self._insert_first(entry)
        else:
            self._search(keep_shown=True)

    def remove(self, entry_id: str) -> None:
        """Removes an entry; an unknown id changes nothing."""
        entry = self.entry(entry_id)
        if entry is None:
            return
        position = self._entries.index(entry, bisect_left(self._times, _seconds(entry)))
        del self._entries[position], self._times[position], self._by_id[entry_id]
        self._firsts.clear()
        self._search_texts.pop(entry_id, None)
        if entry in self._found:
            self._found.remove(entry)
        index = self.index_of(entry_id)
        if index.isValid():
            self._remove_row(index.row())

    def set_shown_above(self, entry_id: str) -> None:
        """Sets the entry whose answer is shown above; its row does not repeat it."""
        changed = [self._shown_above, entry_id]
        self._shown_above = entry_id
        for index in map(self.index_of, changed):
            if index.isValid():
                self.dataChanged.emit(index, index)

    @property
    def others(self) -> int:
        """How many entries there are beside the one that is shown above."""
        return len(self._entries) - (self.entry(self._shown_above) is not None)

    # ----------------------------------------------------------------- search and older rows

    def search(self, text: str) -> None:
        """Shows the entries that contain every word of a text, ignoring case."""
        self._words = text.casefold().split()
        self._search()

    @property
    def found(self) -> int:
        """How many entries match the search."""
        return len(self._found)

    @property
    def has_older(self) -> bool:
        """Whether there are entries below the last row."""
        return len(self._found) > self._shown

    def show_older(self) -> None:
        """Adds a page of rows below the last."""
        end = len(self._found) - self._shown
        older = _with_days(self._found[max(0, end - PAGE) : max(0, end)])
        self._shown += PAGE
        if older and self._rows and older[0] == self._rows[-1].time.date():
            del older[0]  # the day has its heading above
        if not older:
            return
        first = len(self._rows)
        self.beginInsertRows(QModelIndex(), first, first + len(older) - 1)
        self._rows += older
        self.endInsertRows()

    def _search(self, keep_shown: bool = False) -> None:
        self.beginResetModel()
        self._found = list(filter(self._matches, self._entries) if self._words else self._entries)
        self._shown = max(PAGE, self._shown) if keep_shown else PAGE
        self._rows = _with_days(self._found[-self._shown :])
        self.endResetModel()

    def _matches(self, entry: Entry) -> bool:
        if not self._words:
            return True
        search_text = self._search_texts.get(entry.id)
        if search_text is None:
            answer = entry.answer
            parts = [entry.title, answer.text, answer.clue, entry.layers_label, answer.model]
            parts += [option for option, _ in answer.options]
            search_text = self._search_texts[entry.id] = "\n".join(parts).casefold()
        return all(word in search_text for word in self._words)

    # ----------------------------------------------------------------- conversations

    def _is_same_thread(self, entry: Entry, row: int) -> bool:
        other = self._rows[row] if 0 <= row < len(self._rows) else None
        return isinstance(other, Entry) and self._first_of(entry) == self._first_of(other)

    def _first_of(self, entry: Entry) -> str:
        """Id of the first entry of its conversation."""
        first = self._firsts.get(entry.id)
        if first is None:
            before = thread_before(entry, self._by_id.get) if entry.follows else []
            first = self._firsts[entry.id] = before[0].id if before else entry.id
        return first

    # ----------------------------------------------------------------- rows

    def _insert_first(self, entry: Entry) -> None:
        self._found.append(entry)
        self._shown += 1
        day = entry.time.date()
        same_day = bool(self._rows) and self._rows[0] == day
        new, first = ([entry], 1) if same_day else ([day, entry], 0)
        self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
        self._rows[first:first] = new
        self.endInsertRows()

    def _remove_row(self, row: int) -> None:
        """Removes a row, and the heading above it if that has no other."""
        first = row
        alone = row + 1 == len(self._rows) or isinstance(self._rows[row + 1], date)
        if row > 0 and isinstance(self._rows[row - 1], date) and alone:
            first -= 1
        self.beginRemoveRows(QModelIndex(), first, row)
        del self._rows[first : row + 1]
        self.endRemoveRows()


def day_label(day: date) -> str:
    """Label of a day in the user's language: today, yesterday, or the date."""
    today = date.today()
    if day == today:
        return QCoreApplication.translate("HistoryModel", "Today")
    if day == today - timedelta(days=1):
        return QCoreApplication.translate("HistoryModel", "Yesterday")
    return QLocale().toString(QDate(day.year, day.month, day.day), QLocale.FormatType.LongFormat)


def _seconds(entry: Entry) -> float:
    return datetime.fromisoformat(entry.created).timestamp()


def _with_days(entries: list[Entry]) -> list[Entry | date]:
    """Rows for entries that are in the order of time."""
    rows: list[Entry | date] = []
    day = None
    for entry in reversed(entries):
        if entry.time.date() != day:
            day = entry.time.date()
            rows.append(day)
        rows.append(entry)
    return rows
