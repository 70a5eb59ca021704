"""The history: search, list, and what may be done with an entry."""

from __future__ import annotations

from qtpy.QtCore import QItemSelection, QPoint, Qt, QTimer, Signal
from qtpy.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent
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

from unirs_qgis.dock.actions import fill_menu
from unirs_qgis.dock.entries import Entry
from unirs_qgis.dock.history_delegate import HistoryDelegate
from unirs_qgis.dock.history_model import ENTRY_ROLE, HistoryModel
from unirs_qgis.dock.theme import icon, muted

_SEARCH_PAUSE_MS = 150


class HistoryList(QListView):
    """The list itself: loads older rows when it is scrolled up, and has keys for what is selected.

    Args:
        parent: Qt's parent.
    """

    acted = Signal(str, str)
    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.empty_text = ""
        self.setObjectName("historyView")
        self.setAccessibleName(self.tr("History of questions and answers, newest last"))
        self.setItemDelegate(HistoryDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMinimumHeight(60)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    @property
    def selected(self) -> Entry | None:
        """The entry that is selected."""
        indexes = self.selectionModel().selectedIndexes()
        return indexes[0].data(ENTRY_ROLE) if indexes else None

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter zooms, Delete deletes, Ctrl+C copies; the rest is the list's own."""
        entry = self.selected
        action = self._action_of(event)
        if entry is not None and action:
            self.acted.emit(entry.id, action)
            event.accept()
        else:
            super().keyPressEvent(event)

    @property
    def at_end(self) -> bool:
        """Whether the newest entry is in sight."""
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum() - 4

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keeps the newest entry in sight."""
        at_end = self.at_end
        super().resizeEvent(event)
        if at_end:
            self.doItemsLayout()
            self.scrollToBottom()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Says why there is nothing, where there is nothing."""
        super().paintEvent(event)
        if self.model().rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(muted(self.palette()))
            rect = self.viewport().rect().adjusted(12, 8, -12, -8)
            middle = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(rect, middle, self.empty_text)
            painter.end()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:  # noqa: N802
        """Tells which entry the user looks at."""
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

    def _on_scrolled(self, value: int) -> None:
        if value == self.verticalScrollBar().minimum() and self.model().has_older:
            QTimer.singleShot(0, self._show_older)  # not while the view is scrolling

    def _show_older(self) -> None:
        """Adds older rows above, and keeps what is seen in its place."""
        bar = self.verticalScrollBar()
        below = bar.maximum() - bar.value()
        self.model().show_older()
        self.doItemsLayout()
        bar.setValue(bar.maximum() - below)


class HistoryView(QWidget):
    """Search field and list.

    Args:
        parent: Qt's parent.
    """

    acted = Signal(str, str)
    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mappable: set[str] = set()
        self._model = HistoryModel(self)
        self._search = self._make_search()
        self._list = HistoryList(self)
        self._list.setModel(self._model)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_SEARCH_PAUSE_MS)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._search)
        layout.addWidget(self._list, 1)
        self._search.textChanged.connect(lambda _text: self._pause.start())
        self._pause.timeout.connect(self._run_search)
        self._list.acted.connect(self._act)
        self._list.chosen.connect(self.chosen)
        self._list.doubleClicked.connect(lambda _index: self._act_on_selected("zoom"))
        self._list.customContextMenuRequested.connect(self._open_menu)
        self._refresh()

    # ----------------------------------------------------------------- entries

    def show_all(self, entries: list[Entry]) -> None:
        """Shows entries instead of those before, the newest in sight."""
        self._model.show_all(entries)
        self._refresh()
        self._list.scrollToBottom()

    def add(self, entry: Entry) -> None:
        """Adds an entry; it comes into sight unless the user has scrolled up."""
        follow = self._list.at_end
        self._model.add(entry)
        self._refresh()
        if follow:
            self._list.scrollToBottom()

    def remove(self, entry_id: str) -> None:
        """Takes an entry away."""
        self._model.remove(entry_id)
        self._refresh()

    def entry(self, entry_id: str) -> Entry | None:
        """The entry of an id, `None` if there is none."""
        return self._model.entry(entry_id)

    def select(self, entry_id: str) -> None:
        """Marks an entry, without telling that it was chosen; an unknown id marks none."""
        self._list.blockSignals(True)
        index = self._model.index_of(entry_id)
        if index.isValid():
            self._list.setCurrentIndex(index)
        else:
            self._list.clearSelection()
        self._list.blockSignals(False)

    def set_mappable(self, entry_id: str, mappable: bool) -> None:
        """Says whether there is a change map for an entry."""
        (self._mappable.add if mappable else self._mappable.discard)(entry_id)

    # ----------------------------------------------------------------- behaviour

    def _make_search(self) -> QLineEdit:
        search = QLineEdit(self)
        search.setObjectName("historySearch")
        search.setClearButtonEnabled(True)
        search.setPlaceholderText(self.tr("Search the history"))
        search.setAccessibleName(self.tr("Search the history"))
        search.setMinimumWidth(60)
        search.addAction(icon("search", self.palette()), QLineEdit.ActionPosition.LeadingPosition)
        return search

    def _run_search(self) -> None:
        selected = self._list.selected
        self._model.search(self._search.text())
        self._refresh()
        if selected is not None:
            self.select(selected.id)
        self._list.scrollToBottom()

    def _refresh(self) -> None:
        """Hides the search where there is nothing to search, and words the empty list."""
        self._search.setVisible(len(self._model) > 0)
        self._list.empty_text = (
            self.tr("No answer has all of these words.")
            if len(self._model) > 0
            else self.tr("Questions and their answers are kept here, the newest last.")
        )
        self._list.viewport().update()

    def _act_on_selected(self, action: str) -> None:
        if self._list.selected is not None:
            self._act(self._list.selected.id, action)

    def _act(self, entry_id: str, action: str) -> None:
        if action == "delete":
            self._ask_before_deleting(entry_id)
        else:
            self.acted.emit(entry_id, action)

    def _open_menu(self, position: QPoint) -> None:
        entry = self._list.indexAt(position).data(ENTRY_ROLE)
        if entry is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        enabled = {"ask_again", "copy", "delete"}
        if entry.footprint:
            enabled |= {"zoom", "highlight"}
        if entry.id in self._mappable:
            enabled.add("change_map")
        fill_menu(menu, self.palette(), enabled)
        menu.triggered.connect(lambda action: self._act(entry.id, action.data()))
        menu.popup(self._list.viewport().mapToGlobal(position))

    def _ask_before_deleting(self, entry_id: str) -> None:
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
