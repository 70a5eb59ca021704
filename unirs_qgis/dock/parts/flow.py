"""A layout that wraps its row when the dock is narrow."""

from __future__ import annotations

from qtpy.QtCore import QPoint, QRect, QSize, Qt
from qtpy.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget


class FlowLayout(QLayout):
    """Lays out its widgets side by side, and continues in a new row where the width ends.

    Args:
        spacing: Pixels between two widgets, in both directions.
        parent: The widget that is laid out.
    """

    def __init__(self, spacing: int = 4, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802
        """Takes an item; called by `addWidget`."""
        self._items.append(item)

    def count(self) -> int:
        """Number of items."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        """The item at an index, `None` behind the last."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        """Removes an item and returns it."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802
        """No more height than the rows need."""
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """The height depends on the width."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """Height of all rows at a width, in pixels."""
        return self._arranged(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802
        """Lays out the widgets."""
        super().setGeometry(rect)
        self._arranged(rect, move=True)

    def sizeHint(self) -> QSize:  # noqa: N802
        """All in one row."""
        hints = [item.sizeHint() for item in self._visible()]
        width = sum(hint.width() for hint in hints) + self.spacing() * max(0, len(hints) - 1)
        return QSize(width, max((hint.height() for hint in hints), default=0))

    def minimumSize(self) -> QSize:  # noqa: N802
        """One widget to a row."""
        size = QSize()
        for item in self._visible():
            size = size.expandedTo(item.minimumSize())
        return size

    def _visible(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _arranged(self, rect: QRect, move: bool) -> int:
        rows: list[list[tuple[QLayoutItem, int]]] = [[]]
        used = 0
        for item in self._visible():
            width = min(item.sizeHint().width(), rect.width())
            if rows[-1] and used + width > rect.width():
                rows.append([])
                used = 0
            rows[-1].append((item, width))
            used += width + self.spacing()
        top = rect.top()
        for row in rows:
            height = max((item.sizeHint().height() for item, _ in row), default=0)
            if move:
                self._place_row(row, QPoint(rect.left(), top), height, rect.width())
            top += height + self.spacing()
        return max(0, top - self.spacing() - rect.top())

    def _place_row(
        self, row: list[tuple[QLayoutItem, int]], start: QPoint, height: int, width: int
    ) -> None:
        """Lays out a row; expanding widgets share the remaining width."""
        growing = [
            item
            for item, _ in row
            if item.widget().sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Expanding
        ]
        left = width - sum(size for _, size in row) - self.spacing() * (len(row) - 1)
        more = left // len(growing) if growing else 0
        position = start.x()
        for item, size in row:
            wide = size + (more if item in growing else 0)
            item.setGeometry(QRect(position, start.y(), wide, height))
            position += wide + self.spacing()
