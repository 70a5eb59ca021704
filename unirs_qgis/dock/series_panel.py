"""A series: dated layers in order, or a video file."""

from __future__ import annotations

from dataclasses import dataclass, replace

from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtGui import QPainter, QPaintEvent
from qtpy.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from unirs_qgis.dock.parts.buttons import IconButton
from unirs_qgis.dock.parts.date_field import DateField
from unirs_qgis.dock.parts.text import WrapLabel
from unirs_qgis.dock.theme import colours, line_height, muted, plain_tooltip

_ITEM = Qt.ItemDataRole.UserRole
_LEAST_ROWS = 3  # room for the hint of an empty list


@dataclass(frozen=True)
class SeriesItem:
    """A layer of a series.

    Attributes:
        id: Of the layer.
        name: Name in the layer tree.
        date: Of acquisition, to the day, month or year (ISO 8601: "2019-06-15", "2019-06", "2019");
            empty if it is not known.
    """

    id: str
    name: str
    date: str = ""


class _Rows(QListWidget):
    """As high as its rows: the dock scrolls."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for changed in (self.model().rowsInserted, self.model().rowsRemoved):
            changed.connect(self._fit)
        self._fit()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Narrow: names lose their middle."""
        return QSize(80, self.minimumHeight())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Shows a hint while the list is empty."""
        super().paintEvent(event)
        if self.count() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(muted(colours(self)))
            middle = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            rect = self.viewport().rect().adjusted(8, 2, -8, -2)
            painter.drawText(rect, middle, self.tr("No layer yet: choose one above and add it."))
            painter.end()

    def _fit(self) -> None:
        row = self.sizeHintForRow(0) if self.count() else line_height(self)
        self.setFixedHeight(max(self.count(), _LEAST_ROWS) * row + 2 * self.frameWidth())


class SeriesList(QWidget):
    """Layers in the order in which the model sees them: dragged, moved, dated, removed, sorted."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = self._make_view()
        self._date = DateField(self.tr("Date of acquisition of the selected layer"), self)
        self._date.edit.setObjectName("seriesDateEdit")
        self._up = IconButton("up", self.tr("Move the layer up"), self)
        self._down = IconButton("down", self.tr("Move the layer down"), self)
        self._remove = IconButton("remove", self.tr("Remove the layer from the series"), self)
        self._sort = IconButton("sort", self.tr("Sort the layers by date"), self)
        self._up.setObjectName("seriesUpButton")
        self._down.setObjectName("seriesDownButton")
        self._remove.setObjectName("seriesRemoveButton")
        self._sort.setObjectName("seriesSortButton")
        self._lay_out()
        self._view.currentRowChanged.connect(self._show_current)
        self._view.model().rowsMoved.connect(self._on_dragged)
        self._date.edited.connect(self._on_dated)
        self._up.clicked.connect(lambda: self._move(-1))
        self._down.clicked.connect(lambda: self._move(1))
        self._remove.clicked.connect(self._remove_layer)
        self._sort.clicked.connect(self._sort_by_date)
        self._show_current()

    def items(self) -> list[SeriesItem]:
        """The layers, in order."""
        return [self._view.item(row).data(_ITEM) for row in range(self._view.count())]

    def show_items(self, items: list[SeriesItem]) -> None:
        """Shows layers, without emitting `changed`."""
        row = self._view.currentRow()
        self._view.clear()
        for item in items:
            self._view.addItem(self._row_for(item))
        self._view.setCurrentRow(min(max(row, 0), len(items) - 1))
        self._show_current()

    def _make_view(self) -> QListWidget:
        view = _Rows(self)
        view.setObjectName("seriesView")
        view.setAccessibleName(self.tr("Layers of the series, the earliest first"))
        view.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        return view

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self._date)
        row.addStretch(1)
        for button in (self._up, self._down, self._remove, self._sort):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._view)
        layout.addLayout(row)

    def _row_for(self, item: SeriesItem) -> QListWidgetItem:
        row = QListWidgetItem()
        self._fill(row, item)
        return row

    def _fill(self, row: QListWidgetItem, item: SeriesItem) -> None:
        day = item.date[:10] or self.tr("no date")
        row.setText(self.tr("{date}  {layer}").format(date=day, layer=item.name))
        row.setToolTip(plain_tooltip(item.name))
        row.setData(_ITEM, item)

    def _show_current(self, row: int = -1) -> None:
        row = self._view.currentRow()
        count = self._view.count()
        self._date.setEnabled(row >= 0)
        self._date.set_value(self._view.item(row).data(_ITEM).date if row >= 0 else "")
        self._up.setEnabled(row > 0)
        self._down.setEnabled(0 <= row < count - 1)
        self._remove.setEnabled(row >= 0)
        self._sort.setEnabled(count > 1)

    def _on_dragged(self) -> None:
        self._show_current()
        self.changed.emit()

    def _on_dated(self) -> None:
        row = self._view.currentItem()
        self._fill(row, replace(row.data(_ITEM), date=self._date.value()))
        self.changed.emit()

    def _move(self, steps: int) -> None:
        row = self._view.currentRow()
        self._view.insertItem(row + steps, self._view.takeItem(row))
        self._view.setCurrentRow(row + steps)
        self.changed.emit()

    def _remove_layer(self) -> None:
        self._view.takeItem(self._view.currentRow())
        self._show_current()
        self.changed.emit()

    def _sort_by_date(self) -> None:
        """The earliest first; layers without a date keep their order, at the end."""
        self.show_items(sorted(self.items(), key=lambda item: item.date or "9999"))
        self.changed.emit()


class VideoFile(QWidget):
    """Path of a video file, typed or chosen."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = QLineEdit(self)
        self._path.setObjectName("videoPathEdit")
        self._path.setClearButtonEnabled(True)
        self._path.setPlaceholderText(self.tr("Path of a video file"))
        self._path.setAccessibleName(self.tr("Path of a video file"))
        self._path.setMinimumWidth(60)
        browse = IconButton("folder", self.tr("Choose a video file…"), self)
        browse.setObjectName("videoBrowseButton")
        hint = WrapLabel(
            self.tr("A video has no extent on the map; its answer has no footprint."),
            secondary=True,
        )
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(self._path, 1)
        row.addWidget(browse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(hint)
        self._path.textChanged.connect(lambda _text: self.changed.emit())
        browse.clicked.connect(self._browse)

    def path(self) -> str:
        """The path, as typed or chosen."""
        return self._path.text().strip()

    def set_path(self, path: str) -> None:
        """Shows a path, without emitting `changed`."""
        self._path.blockSignals(True)
        self._path.setText(path)
        self._path.blockSignals(False)

    def _browse(self) -> None:
        dialog = QFileDialog(self, self.tr("Choose a video file"), self.path())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            [self.tr("Videos (*.mp4 *.mov *.avi *.mkv *.webm *.m4v)"), self.tr("All files (*)")]
        )
        dialog.fileSelected.connect(self._path.setText)
        dialog.open()
