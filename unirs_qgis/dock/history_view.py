"""The history: search, list, and the actions on an entry."""

from __future__ import annotations

from qtpy.QtCore import QEvent, QItemSelection, QPoint, QSize, Qt, QTimer, Signal
from qtpy.QtGui import QIcon, QKeyEvent, QKeySequence, QMouseEvent, QPalette, QResizeEvent
from qtpy.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QMenu,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from unirs_qgis.dock.entries import Entry, thread_before
from unirs_qgis.dock.entry_actions import ICONS, action_text
from unirs_qgis.dock.found_view import FoundView
from unirs_qgis.dock.history_delegate import HistoryDelegate
from unirs_qgis.dock.history_model import ENTRY_ROLE, HistoryModel
from unirs_qgis.dock.parts.scroll_column import show_part
from unirs_qgis.dock.parts.text import WrapLabel
from unirs_qgis.dock.theme import RECOLOURED, colours, icon

_SEARCH_PAUSE_MS = 150


class HistoryList(QListView):
    """The list itself, as high as its rows: the dock scrolls, and nothing within it."""

    acted = Signal(str, str)
    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pressed: Entry | None = None
        self.setObjectName("historyView")
        self.setAccessibleName(self.tr("History of questions and answers, newest first"))
        self.setItemDelegate(HistoryDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAutoScroll(False)
        self.setMouseTracking(True)  # the row under the mouse is marked
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QListView { background: transparent; border: none; }")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    @property
    def selected(self) -> Entry | None:
        """The entry that is selected."""
        indexes = self.selectionModel().selectedIndexes()
        return indexes[0].data(ENTRY_ROLE) if indexes else None

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Narrow: text is elided."""
        return QSize(80, self.minimumHeight())

    def updateGeometries(self) -> None:  # noqa: N802
        """Sets the height to that of all rows, whenever they have been laid out."""
        super().updateGeometries()
        if self.model() is None:
            return  # Qt calls this while it makes the view
        last = self.model().index(self.model().rowCount() - 1, 0)
        self.setFixedHeight(self.visualRect(last).bottom() + 1 if last.isValid() else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Another width means other line breaks."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter zooms, Delete deletes, Ctrl+C copies; the rest is the list's own."""
        entry = self.selected
        action = self._action_of(event)
        if entry is not None and action:
            self.acted.emit(entry.id, action)
            event.accept()
        else:
            super().keyPressEvent(event)
            show_part(self.viewport(), self.visualRect(self.currentIndex()))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Remembers the entry: rows may move before the second click of a double click."""
        self._pressed = self.indexAt(event.pos()).data(ENTRY_ROLE)
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A double click zooms to the entry of the first click."""
        event.accept()
        if self._pressed is not None:
            self.acted.emit(self._pressed.id, "zoom")

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:  # noqa: N802
        """Emits the id of the selected entry."""
        super().selectionChanged(selected, deselected)
        entry = self.selected
        self.chosen.emit(entry.id if entry is not None else "")

    @staticmethod
    def _action_of(event: QKeyEvent) -> str:
        if event.matches(QKeySequence.StandardKey.Copy):
            return "copy"
        if event.key() == Qt.Key.Key_Delete:
            return "delete"
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return "zoom"
        return ""


class HistoryView(QWidget):
    """Search field and list, and between them the tiles that were found.

    Args:
        mappable: Ids of the entries with a change map; kept up to date by the owner.
        parent: Parent widget.

    Signals:
        find_requested: Words that tiles of an index are to be found by.
        find_ended: The search field is empty.

    Attributes:
        found: The tiles that were found.
    """

    acted = Signal(str, str)
    chosen = Signal(str)
    find_requested = Signal(str)
    find_ended = Signal()

    def __init__(self, mappable: set[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mappable, self._has_indexes = mappable, False
        self._model = HistoryModel(self)
        self._search = self._make_search()
        self.found = FoundView(self)
        self._hint = WrapLabel(secondary=True, parent=self)
        self._hint.setObjectName("historyHint")
        self._list = HistoryList(self)
        self._list.setModel(self._model)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_SEARCH_PAUSE_MS)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for part in (self._search, self.found, self._hint, self._list):
            layout.addWidget(part)
        self._search.textChanged.connect(self._on_text)
        self._search.returnPressed.connect(self._find)
        self._pause.timeout.connect(self._run_search)
        self._list.acted.connect(self._act)
        self._list.chosen.connect(self.chosen)
        self._list.customContextMenuRequested.connect(self._open_menu)
        self._refresh()

    # ----------------------------------------------------------------- entries

    def show_all(self, entries: list[Entry]) -> None:
        """Replaces all entries."""
        self._model.show_all(entries)
        self._refresh()

    def add(self, entry: Entry) -> None:
        """Adds an entry at its time."""
        self._model.add(entry)
        self._refresh()

    def show_older(self) -> None:
        """Adds older entries below, if there are any."""
        if self._model.has_older:
            self._model.show_older()

    def remove(self, entry_id: str) -> None:
        """Removes an entry."""
        self._model.remove(entry_id)
        self._refresh()

    def entry(self, entry_id: str) -> Entry | None:
        """The entry of an id, `None` if there is none."""
        return self._model.entry(entry_id)

    def thread_before(self, entry: Entry) -> list[Entry]:
        """The earlier entries of its conversation, the oldest first."""
        return thread_before(entry, self._model.entry)

    def set_shown_above(self, entry_id: str) -> None:
        """Sets the entry whose answer is shown above; empty for none."""
        self._model.set_shown_above(entry_id)
        self._refresh()

    def select(self, entry_id: str) -> None:
        """Selects an entry without emitting `chosen`; an unknown id clears the selection."""
        self._list.blockSignals(True)
        index = self._model.index_of(entry_id)
        if index.isValid():
            self._list.setCurrentIndex(index)
        else:
            self._list.clearSelection()
        self._list.blockSignals(False)

    def set_indexes(self, count: int) -> None:
        """Sets how many indexes of tiles Enter searches as well."""
        self._has_indexes = count > 0
        text = self._search_text()
        self._search.setPlaceholderText(text)
        self._search.setAccessibleName(text)
        self._refresh()

    # ----------------------------------------------------------------- behaviour

    def _search_text(self) -> str:
        if self._has_indexes:
            return self.tr("Search; Enter finds tiles")
        return self.tr("Search the history")

    def _on_text(self, text: str) -> None:
        self._pause.start()
        if not text:
            self.find_ended.emit()

    def _find(self) -> None:
        if self._has_indexes and self._search.text().strip():
            self.find_requested.emit(self._search.text())

    def _make_search(self) -> QLineEdit:
        search = QLineEdit(self)
        search.setObjectName("historySearch")
        search.setClearButtonEnabled(True)
        search.setPlaceholderText(self._search_text())
        search.setAccessibleName(self._search_text())
        search.setMinimumWidth(60)
        self._search_icon = search.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition)
        return search

    def event(self, event: QEvent) -> bool:
        """Updates the icon when the theme changes."""
        if event.type() in RECOLOURED:
            self._search_icon.setIcon(
                icon("search", colours(self._search), QPalette.ColorRole.Text)
            )
        return super().event(event)

    def _run_search(self) -> None:
        selected = self._list.selected
        self._model.search(self._search.text())
        self._refresh()
        if selected is not None:
            self.select(selected.id)

    def _refresh(self) -> None:
        """Hides the search and the list where there is no entry but the one shown above."""
        any_other = self._model.others > 0
        self._search.setVisible(any_other or self._has_indexes)
        self._list.setVisible(any_other and self._model.found > 0)
        hint = ""
        if len(self._model) == 0:
            hint = self.tr("Questions and their answers are kept here, the newest first.")
        elif self._model.found == 0:
            hint = self.tr("No answer contains all of these words.")
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))

    def _act(self, entry_id: str, action: str) -> None:
        if action == "delete":
            self._confirm_deleting(entry_id)
        else:
            self.acted.emit(entry_id, action)

    def _open_menu(self, position: QPoint) -> None:
        entry = self._list.indexAt(position).data(ENTRY_ROLE)
        if entry is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        enabled = {"ask_again", "copy", "report", "delete"}
        if entry.footprint:
            enabled |= {"zoom", "highlight"}
        if entry.id in self._mappable:
            enabled.add("change_map")
        if entry.answer.can_be_followed:
            enabled.add("continue")
        for name, icon_name in ICONS.items():
            if name == "delete":
                menu.addSeparator()
            action = menu.addAction(icon(icon_name, colours(self)), action_text(name, entry.task))
            action.setData(name)
            action.setEnabled(name in enabled)
        menu.triggered.connect(lambda action: self._act(entry.id, action.data()))
        menu.popup(self._list.viewport().mapToGlobal(position))

    def _confirm_deleting(self, entry_id: str) -> None:
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle(self.tr("Delete from the history"))
        box.setText(self.tr("Delete this question and its answer from the history?"))
        delete = box.addButton(self.tr("Delete"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        delete.clicked.connect(lambda: self.acted.emit(entry_id, "delete"))
        box.open()
