"""The table of models of all engines: those that can answer, and those that cannot."""

from __future__ import annotations

from html import escape

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHeaderView, QStyle, QTreeWidget, QTreeWidgetItem, QWidget

from unirs_qgis.options.model_texts import (
    description,
    engine_title,
    memory_title,
    model_title,
    name_title,
    refusal,
    tried_title,
    use_title,
)
from unirs_qgis.options.units import size_text
from unirs_qgis.runtime.model_list import Model, ModelList, ModelProblem

_ITEM = Qt.ItemDataRole.UserRole
_DISK, _MEMORY, _TRIED = 2, 3, 5
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
                self.tr("Engine"),
                self.tr("On disk"),
                self.tr("Memory"),
                self.tr("Licence"),
                self.tr("Tried"),
            ]
        )
        self.headerItem().setToolTip(
            _MEMORY, self.tr("Memory that it needs on this computer, in the chosen precision")
        )
        self.headerItem().setToolTip(_TRIED, self.tr("Whether UniRS was tried with it"))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.setHorizontalScrollMode(QTreeWidget.ScrollMode.ScrollPerPixel)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * 10)
        self._found, self._precision = ModelList(), "auto"

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
            self._add([name, engine_title(problem.engine), _size(problem.size_bytes)], problem)
        for row in range(self.topLevelItemCount()):
            item = self.topLevelItem(row).data(0, _ITEM)
            if selected is not None and item.name == selected.name:
                self.setCurrentItem(self.topLevelItem(row))

    def describe(self, item: Model | ModelProblem) -> str:
        """All that is known of a model, in plain lines."""
        return description(item, self._precision, self._found.memory_bytes)

    def refusal(self, item: Model | ModelProblem) -> str:
        """Why a model cannot answer here; empty if it can."""
        return refusal(item, self._precision, self._found.memory_bytes)

    def _add_model(self, model: Model) -> None:
        cells = [
            model_title(model),
            engine_title(model.engine),
            _size(model.size_bytes),
            memory_title(model, self._precision),
            model.licence or use_title(model.use),
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
