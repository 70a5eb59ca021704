"""The table of models: those that can answer, and model folders that cannot, with the reason."""

from __future__ import annotations

from html import escape

from qtpy.QtCore import QCoreApplication, Qt
from qtpy.QtWidgets import QHeaderView, QStyle, QTreeWidget, QTreeWidgetItem, QWidget

from unirs_qgis.options.units import size_text
from unirs_qgis.runtime.model_list import Model, ModelList, ModelProblem

_ITEM = Qt.ItemDataRole.UserRole


class ModelsView(QTreeWidget):
    """One row for each model folder; the text of model cards is shown as plain text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modelsView")
        self.setHeaderLabels([self.tr("Model"), self.tr("On disk"), self.tr("About")])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        for column in (0, 1):
            self.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * 8)

    @property
    def selected(self) -> Model | ModelProblem | None:
        """The selected row."""
        rows = self.selectedItems()
        return rows[0].data(0, _ITEM) if rows else None

    def show_models(self, found: ModelList) -> None:
        """Replace the rows."""
        self.clear()
        for model in found.models:
            self._add(model_title(model), model.summary, model)
        warning = self.style().standardIcon(QStyle.StandardPixmap.SP_MessageBoxWarning)
        for problem in found.problems:
            self._add(problem.name, problem.message, problem).setIcon(0, warning)

    def _add(self, name: str, about: str, item: Model | ModelProblem) -> QTreeWidgetItem:
        row = QTreeWidgetItem(self, [name, size_text(item.size_bytes), about])
        row.setData(0, _ITEM, item)
        row.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        tip = f"<p>{escape(about)}</p><p>{escape(str(item.folder))}</p>"
        for column in range(self.columnCount()):
            row.setToolTip(column, tip)
        return row


def model_title(model: Model) -> str:
    """The name of a model, and whether it is for demonstration only."""
    if not model.demonstration:
        return model.title
    text = QCoreApplication.translate("Options", "{name} (demonstration model)")
    return text.format(name=model.title)
