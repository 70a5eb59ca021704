"""The table of models of all engines: those that can answer, and those that cannot."""

from __future__ import annotations

from html import escape

from qtpy.QtCore import Qt
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import QHeaderView, QStyle, QTreeWidget, QTreeWidgetItem, QWidget

from unirs_qgis.options.model_texts import (
    description,
    engine_title,
    memory_title,
    name_title,
    refusal,
    row_title,
    tried_title,
    use_word,
)
from unirs_qgis.runtime.model_list import Model, ModelList, ModelProblem
from unirs_qgis.units import size_text

_ITEM = Qt.ItemDataRole.UserRole
_MEMORY, _DISK, _USE, _TRIED = 1, 3, 4, 6
_NAME_SHARE = 0.42
"""Largest share of the width that names take; the whole name is in the row's tooltip."""
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ModelsView(QTreeWidget):
    """One row for each model; the text of model cards and servers is shown as plain text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modelsView")
        self.setAccessibleName(self.tr("Models"))
        self.setHeaderLabels(
            [
                self.tr("Model"),
                self.tr("Memory"),
                self.tr("Engine"),
                self.tr("On disk"),
                self.tr("Use"),
                self.tr("Licence"),
                self.tr("Tried"),
            ]
        )
        self.headerItem().setToolTip(
            _MEMORY, self.tr("Memory that it needs on this computer, in the chosen precision")
        )
        self.headerItem().setToolTip(_USE, self.tr("Kind of use that the licence allows"))
        self.headerItem().setToolTip(_TRIED, self.tr("Whether UniRS was tried with it"))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.setHorizontalScrollMode(QTreeWidget.ScrollMode.ScrollPerPixel)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * 10)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._found, self._precision = ModelList(), "auto"

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Long names leave room for what else is to be seen of a model."""
        super().resizeEvent(event)
        self._fit_names()

    def _fit_names(self) -> None:
        most = int(self.viewport().width() * _NAME_SHARE)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.setColumnWidth(0, min(most, self.sizeHintForColumn(0)))

    @property
    def selected(self) -> Model | ModelProblem | None:
        """The selected row."""
        rows = self.selectedItems()
        return rows[0].data(0, _ITEM) if rows else None

    def show_models(self, found: ModelList, precision: str) -> None:
        """Replace the rows, and keep the selection."""
        selected = self.selected
        self._found, self._precision = found, precision
        self.clear()
        for model in found.models:
            self._add_model(model)
        for problem in found.problems:
            name = name_title(problem.name)
            size = _size(problem.size_bytes)
            self._add([name, "", engine_title(problem), size], problem)
        for row in range(self.topLevelItemCount()):
            item = self.topLevelItem(row).data(0, _ITEM)
            if selected is not None and item.name == selected.name:
                self.setCurrentItem(self.topLevelItem(row))
        self._fit_names()

    def describe(self, item: Model | ModelProblem) -> str:
        """All that is known of a model, in plain lines."""
        return description(item, self._precision, self._found.memory_bytes)

    def refusal(self, item: Model | ModelProblem) -> str:
        """Why a model cannot answer here; empty if it can."""
        return refusal(item, self._precision, self._found.memory_bytes)

    def _add_model(self, model: Model) -> None:
        cells = [
            row_title(model),
            memory_title(model, self._precision),
            engine_title(model),
            _size(model.size_bytes),
            use_word(model.use),
            model.licence,
            tried_title(model.tried),
        ]
        self._add(cells, model)

    def _add(self, cells: list[str], item: Model | ModelProblem) -> None:
        row = QTreeWidgetItem(self, cells)
        row.setData(0, _ITEM, item)
        for column in (_DISK, _MEMORY):
            row.setTextAlignment(column, _RIGHT)
        if self.refusal(item):
            warning = self.style().standardIcon(QStyle.StandardPixmap.SP_MessageBoxWarning)
            row.setIcon(0, warning)
        lines = self.describe(item).split("\n")
        tip = "".join(f"<p>{escape(line)}</p>" for line in lines)
        for column in range(self.columnCount()):
            row.setToolTip(column, tip)


def _size(size: int | None) -> str:
    return "" if size is None else size_text(size)
