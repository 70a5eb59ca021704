"""Tiles of an index that were found by words, below the search field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QFrame, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from unirs_qgis.dock.parts.text import WrapLabel
from unirs_qgis.dock.theme import plain_tooltip

_SHOWN_ROWS = 8


@dataclass(frozen=True)
class FoundTile:
    """A tile that fits.

    Attributes:
        caption: What the model wrote about it.
        source: Name of its raster, and its dates.
        footprint: WKT in longitude and latitude; empty if it has no place on Earth.
    """

    caption: str
    source: str
    footprint: str


class FoundView(QWidget):
    """A heading and a list, the best tile first; hidden while there is nothing to show.

    Signals:
        chosen: Number of the tile that the user has selected, from 0.
        opened: Number of a tile that was double-clicked, or of which Enter was pressed.
    """

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading = WrapLabel(secondary=True, parent=self)
        self._heading.setObjectName("foundHeading")
        self._list = QListWidget(self)
        self._list.setObjectName("foundList")
        self._list.setAccessibleName(self.tr("Tiles that were found, the best one first"))
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.setAlternatingRowColors(True)
        self._list.currentRowChanged.connect(self._on_row)
        self._list.itemActivated.connect(lambda item: self.opened.emit(self._list.row(item)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._heading)
        layout.addWidget(self._list)
        self.clear()

    def show_progress(self, sentence: str) -> None:
        """Shows that a search goes on, or why it failed."""
        self._show(sentence, ())

    def show_tiles(self, heading: str, tiles: Sequence[FoundTile]) -> None:
        """Shows what was found, the best one first."""
        self._show(heading, tiles)

    def clear(self) -> None:
        """Shows nothing."""
        self._show("", ())

    def _show(self, heading: str, tiles: Sequence[FoundTile]) -> None:
        self._heading.setText(heading)
        self._list.blockSignals(True)
        self._list.clear()
        for rank, tile in enumerate(tiles, start=1):
            item = QListWidgetItem(f"{rank}. {tile.caption}\n{tile.source}")
            item.setToolTip(plain_tooltip(f"{tile.caption}\n{tile.source}"))
            self._list.addItem(item)
        self._list.blockSignals(False)
        if tiles:
            height = self._list.sizeHintForRow(0) * min(len(tiles), _SHOWN_ROWS)
            self._list.setFixedHeight(height + 2)
        self._list.setVisible(bool(tiles))
        self.setVisible(bool(heading))

    def _on_row(self, row: int) -> None:
        if row >= 0:
            self.chosen.emit(row)
