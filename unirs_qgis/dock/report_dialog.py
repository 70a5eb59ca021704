"""The dialog that asks which entries of the history a report is to have."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence

from qtpy.QtCore import QDateTime, QLocale, Qt, Signal
from qtpy.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from unirs_qgis.dock.entries import Entry
from unirs_qgis.dock.parts.layers_label import short_label
from unirs_qgis.dock.parts.text import WrapLabel

_ID, _SEARCHED = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_ROOM = 320  # pixels for the names of layers, which a series has many of
_LONGEST = 200  # characters of an answer that are shown
_CHECKED, _UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class ReportDialog(QDialog):
    """A list of entries to choose from. It deletes itself when it is closed.

    Args:
        entries: All entries; the newest stand first.
        chosen: Ids of those that are chosen at first.
        parent: Parent widget.

    Signals:
        accepted_ids: The ids of the chosen entries, at least one.
    """

    accepted_ids = Signal(list)

    def __init__(
        self, entries: Sequence[Entry], chosen: Collection[str] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("reportDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Report"))
        self._search = QLineEdit(self)
        self._search.setObjectName("reportSearch")
        self._search.setClearButtonEnabled(True)
        self._search.setPlaceholderText(self.tr("Search the history"))
        self._search.setAccessibleName(self.tr("Search the history"))
        self._list = self._make_list(entries, set(chosen))
        self._count = WrapLabel(secondary=True, parent=self)
        self._all = QPushButton(self.tr("Choose all shown"), self)
        self._all.setObjectName("reportAll")
        self._buttons = self._make_buttons()
        layout = QVBoxLayout(self)
        hint = WrapLabel(parent=self)
        hint.setText(
            self.tr("Choose the answers for the report. Layers that are in the project are drawn.")
        )
        for part in (hint, self._search, self._list, self._all, self._count, self._buttons):
            layout.addWidget(part)
        self._search.textChanged.connect(self._filter)
        self._list.itemChanged.connect(self._update)
        self._all.clicked.connect(self._choose_shown)
        self.resize(520, 460)
        self._update()

    def _make_list(self, entries: Sequence[Entry], chosen: set[str]) -> QListWidget:
        view = QListWidget(self)
        view.setObjectName("reportEntries")
        view.setAccessibleName(self.tr("Answers for the report, newest first"))
        view.setWordWrap(True)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        locale = QLocale()
        for entry in sorted(entries, key=lambda entry: entry.time, reverse=True):
            time = QDateTime.fromSecsSinceEpoch(int(entry.time.timestamp()))
            day = locale.toString(time, QLocale.FormatType.ShortFormat)
            answer = textwrap.shorten(entry.answer.text, _LONGEST, placeholder="…")
            layers = short_label(entry.layers, _ROOM, view.fontMetrics())
            item = QListWidgetItem(f"{entry.title}\n{answer}\n{layers} · {day}")
            item.setData(_ID, entry.id)
            item.setData(_SEARCHED, f"{item.text()} {entry.layers_label}".casefold())
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(_CHECKED if entry.id in chosen else _UNCHECKED)
            view.addItem(item)
        return view

    def _make_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        save = buttons.addButton(self.tr("Write report…"), QDialogButtonBox.ButtonRole.AcceptRole)
        save.setObjectName("reportWrite")
        self._save = save
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        return buttons

    @property
    def _items(self) -> list[QListWidgetItem]:
        return [self._list.item(row) for row in range(self._list.count())]

    @property
    def chosen(self) -> list[str]:
        """Ids of the chosen entries, also of those that the search hides."""
        return [item.data(_ID) for item in self._items if item.checkState() == _CHECKED]

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        for item in self._items:
            item.setHidden(not all(word in item.data(_SEARCHED) for word in words))

    def _choose_shown(self) -> None:
        for item in self._items:
            if not item.isHidden():
                item.setCheckState(_CHECKED)

    def _update(self) -> None:
        count = len(self.chosen)
        self._count.setText(self.tr("Chosen answers: {count}").format(count=count))
        self._save.setEnabled(count > 0)

    def _accept(self) -> None:
        self.accepted_ids.emit(self.chosen)
        self.accept()
