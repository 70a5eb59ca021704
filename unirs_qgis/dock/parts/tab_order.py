"""The order of the Tab key: as laid out, from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLayout, QScrollArea, QWidget

from unirs_qgis.dock.parts.overflow_row import OverflowRow


def follow_layout(root: QWidget) -> None:
    """Sets the tab order of everything in a widget as it is laid out, from top to bottom."""
    stops = list(_stops(root))
    for first, second in zip(stops, stops[1:]):
        QWidget.setTabOrder(first, second)


def _stops(widget: QWidget) -> Iterator[QWidget]:
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield widget
    if isinstance(widget, OverflowRow):
        yield from widget.stops
    elif isinstance(widget, QScrollArea):
        yield from _stops(widget.widget())
    elif widget.layout() is not None:
        yield from _stops_of_layout(widget.layout())


def _stops_of_layout(layout: QLayout) -> Iterator[QWidget]:
    for index in range(layout.count()):
        item = layout.itemAt(index)
        if item.widget() is not None:
            yield from _stops(item.widget())
        elif item.layout() is not None:
            yield from _stops_of_layout(item.layout())
