"""Widgets side by side."""

from __future__ import annotations

from qtpy.QtWidgets import QHBoxLayout, QSizePolicy, QWidget


def row_of(*widgets: QWidget | None) -> QWidget:
    """Widgets side by side; `None` stands for the gap between left and right."""
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    for widget in widgets:
        if widget is None:
            layout.addStretch(1)
        else:
            wide = widget.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Ignored
            layout.addWidget(widget, 1 if wide else 0)
    return row
