"""The dialog that plans a batch for a cluster: what is asked of which layers, and where it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qtpy.QtCore import QCoreApplication, Qt, Signal
from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from unirs_qgis.dock.parts.buttons import CompactButton
from unirs_qgis.dock.parts.notice import Notice
from unirs_qgis.dock.parts.text import GrowingText, WrapLabel
from unirs_qgis.dock.theme import Tone

translate = QCoreApplication.translate

_NAMED = 3  # layers whose names are shown
_TILE = 256
_PLAN_FILES = "*.yaml *.yml"
_ELIDED = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon


@dataclass(frozen=True)
class BatchChoice:
    """What the user has chosen.

    Attributes:
        task: "caption", "ask", "change" or "classify".
        in_pairs: Whether it is about pairs of the layers, and not about each of them.
        question: Text of the question; empty for all tasks but "ask".
        options: Closed set of answers, or the classes of "classify"; empty for the default.
        tile_size: Length of a tile's side.
        unit: Of the length: "px" or "m".
        path: The plan file.
        ray: Address of a Ray cluster, "local" for one on this computer, or "" for one process.
    """

    task: str
    in_pairs: bool
    question: str
    options: tuple[str, ...]
    tile_size: int
    unit: str
    path: Path
    ray: str


class BatchDialog(QDialog):
    """Asks for what a plan holds, and shows the command that runs it.

    Args:
        layers: Names of the layers, in order of time.
        path: The plan file that is proposed.
        question: Proposed question.
        options: Proposed closed set of answers.
        parent: Parent widget.

    Signals:
        chosen: A `BatchChoice`: the plan is to be written.
    """

    chosen = Signal(object)

    def __init__(
        self,
        layers: Sequence[str],
        path: Path,
        question: str = "",
        options: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("batchDialog")
        self.setWindowTitle(self.tr("Batch on a cluster"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._layers = WrapLabel(_names(layers), parent=self)
        self._layers.setObjectName("batchLayers")
        self._make_question(len(layers), question, options)
        self._make_tiles()
        self._make_place(path)
        self._make_result()
        self._lay_out()
        self._connect()
        if question:
            self._task.setCurrentIndex(1)
        self._refresh()

    def show_written(self, command: str) -> None:
        """Shows the command that runs the written plan."""
        self._problem.show_text("")
        self._command.setPlainText(command)
        self._result.show()
        self._copy.setFocus(Qt.FocusReason.OtherFocusReason)
        self.resize(self.width(), self.layout().totalHeightForWidth(self.width()))

    def show_problem(self, sentence: str) -> None:
        """Shows why no plan could be written."""
        self._result.hide()
        self._problem.show_text(sentence)

    @property
    def choice(self) -> BatchChoice:
        """What is chosen now."""
        task, in_pairs = self._task.currentData()
        given = [text.strip() for text in self._options.text().split(",")]
        run_on = self._run_on.currentData()
        return BatchChoice(
            task=task,
            in_pairs=in_pairs,
            question=self._question.text().strip() if task == "ask" else "",
            options=tuple(dict.fromkeys(text for text in given if text))
            if task in ("ask", "classify")
            else (),
            tile_size=self._size.value(),
            unit=self._unit.currentData(),
            path=Path(self._path.text().strip()),
            ray=self._address.text().strip() if run_on == "cluster" else run_on,
        )

    # ----------------------------------------------------------------- parts

    def _make_question(self, count: int, question: str, options: Sequence[str]) -> None:
        self._task = QComboBox(self)
        self._task.setObjectName("batchTask")
        self._task.setSizeAdjustPolicy(_ELIDED)
        for text, task, in_pairs in (
            (self.tr("Caption each tile"), "caption", False),
            (self.tr("Ask about each tile"), "ask", False),
            (self.tr("Classify each tile"), "classify", False),
            (self.tr("Describe the change of each tile"), "change", True),
            (self.tr("Ask about the change of each tile"), "ask", True),
        ):
            if not in_pairs or count > 1:
                self._task.addItem(text, (task, in_pairs))
        self._question = QLineEdit(question, self)
        self._question.setObjectName("batchQuestion")
        self._options = QLineEdit(", ".join(options), self)
        self._options.setObjectName("batchOptions")

    def _make_tiles(self) -> None:
        self._size = QSpinBox(self)
        self._size.setObjectName("batchTileSize")
        self._size.setAccessibleName(self.tr("Tile size"))
        self._size.setRange(1, 1_000_000)
        self._size.setValue(_TILE)
        self._size.setGroupSeparatorShown(True)
        self._unit = QComboBox(self)
        self._unit.setObjectName("batchUnit")
        self._unit.setAccessibleName(self.tr("Unit of the tile size"))
        self._unit.addItem(self.tr("pixels"), "px")
        self._unit.addItem(self.tr("metres"), "m")

    def _make_place(self, path: Path) -> None:
        self._path = QLineEdit(str(path), self)
        self._path.setObjectName("batchPlanFile")
        self._path.setAccessibleName(self.tr("Plan file"))
        self._browse = CompactButton("…", parent=self)
        self._browse.setObjectName("batchBrowse")
        self._browse.setAccessibleName(self.tr("Choose the plan file"))
        self._run_on = QComboBox(self)
        self._run_on.setObjectName("batchRunOn")
        self._run_on.setSizeAdjustPolicy(_ELIDED)
        for text, place in (
            (self.tr("A Ray cluster"), "cluster"),
            (self.tr("All cores of one computer"), "local"),
            (self.tr("One process"), ""),
        ):
            self._run_on.addItem(text, place)
        self._address = QLineEdit("auto", self)
        self._address.setObjectName("batchAddress")
        self._address.setToolTip(
            self.tr("auto on a node of the cluster; elsewhere HOST:PORT of its head")
        )

    def _make_result(self) -> None:
        self._problem = Notice("warning", Tone.WARNING, self)
        self._problem.setObjectName("batchProblem")
        self._write = CompactButton(self.tr("Write plan"), parent=self)
        self._write.setObjectName("batchWrite")
        self._write.setDefault(True)
        self._close = CompactButton(self.tr("Close"), parent=self)
        self._close.setObjectName("batchClose")
        self._result = QWidget(self)
        self._result.setObjectName("batchResult")
        self._command = GrowingText(max_lines=4, parent=self._result)
        self._command.setObjectName("batchCommand")
        self._command.setAccessibleName(self.tr("Command"))
        self._command.setReadOnly(True)
        self._copy = CompactButton(self.tr("Copy"), "copy", self._result)
        self._copy.setObjectName("batchCopy")

    def _lay_out(self) -> None:
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for text, field in (
            (self.tr("Task"), self._task),
            (self.tr("Question"), self._question),
            (self.tr("Answers to choose from"), self._options),
            (self.tr("Tile size"), _side_by_side(self._size, self._unit)),
            (self.tr("Plan file"), _side_by_side(self._path, self._browse)),
            (self.tr("Run on"), self._run_on),
            (self.tr("Address"), self._address),
        ):
            self._form.addRow(text, field)
        note = WrapLabel(
            self.tr(
                "The command goes on where it ended if it is run again. Every computer that runs "
                "it needs unirs[cluster] and the rasters under the same names."
            ),
            secondary=True,
            parent=self._result,
        )
        line = QHBoxLayout()
        line.addWidget(self._command, 1)
        line.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignTop)
        result = QVBoxLayout(self._result)
        result.setContentsMargins(0, 0, 0, 0)
        result.addLayout(line)
        result.addWidget(note)
        self._result.hide()
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._write)
        buttons.addWidget(self._close)
        layout = QVBoxLayout(self)
        layout.addWidget(self._layers)
        layout.addLayout(self._form)
        layout.addWidget(self._problem)
        layout.addWidget(self._result)
        layout.addStretch(1)
        layout.addLayout(buttons)
        self.resize(460, 0)

    def _connect(self) -> None:
        for combo in (self._task, self._unit, self._run_on):
            combo.currentIndexChanged.connect(self._refresh)
        for line in (self._question, self._options, self._path, self._address):
            line.textChanged.connect(self._refresh)
        self._size.valueChanged.connect(self._refresh)
        self._browse.clicked.connect(self._choose_path)
        self._write.clicked.connect(lambda: self.chosen.emit(self.choice))
        self._close.clicked.connect(self.close)
        self._copy.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self._command.toPlainText())
        )

    # ----------------------------------------------------------------- behaviour

    def _refresh(self) -> None:
        """Shows what fits the task; a command of another choice is shown no more."""
        choice = self.choice
        self._set_row(self._question, choice.task == "ask")
        self._set_row(self._options, choice.task in ("ask", "classify"))
        self._set_row(self._address, self._run_on.currentData() == "cluster")
        label = self._form.labelForField(self._options)
        is_classify = choice.task == "classify"
        label.setText(self.tr("Classes") if is_classify else self.tr("Answers to choose from"))
        self._options.setPlaceholderText(
            self.tr("those of the model") if is_classify else self.tr("yes, no")
        )
        self._result.hide()
        problem = self._why_not(choice)
        self._problem.show_text("")
        self._write.setEnabled(not problem)
        self._write.setToolTip(problem)

    def _why_not(self, choice: BatchChoice) -> str:
        """One sentence why there can be no plan yet; empty if there can."""
        if choice.task == "ask" and not choice.question:
            return self.tr("Enter the question.")
        if len(choice.options) == 1:
            return self.tr("Give at least two answers to choose from, comma-separated.")
        if not choice.path.is_absolute() or not choice.path.suffix:
            return self.tr("Choose the plan file.")
        if self._run_on.currentData() == "cluster" and not choice.ray:
            return self.tr("Enter the address of the cluster.")
        return ""

    def _set_row(self, field: QWidget, shown: bool) -> None:
        for widget in (field, self._form.labelForField(field)):
            widget.setVisible(shown)

    def _choose_path(self) -> None:
        plans = self.tr("Plans")
        path, _ = QFileDialog.getSaveFileName(
            self,
            self.tr("Plan file"),
            self._path.text(),
            f"{plans} ({_PLAN_FILES})",
            options=QFileDialog.Option.DontConfirmOverwrite,  # an existing file is refused
        )
        if path:
            self._path.setText(path if Path(path).suffix else f"{path}.yaml")


def _names(layers: Sequence[str]) -> str:
    """The names of the first layers, and how many there are besides."""
    names, more = ", ".join(layers[:_NAMED]), len(layers) - _NAMED
    if more > 0:
        names = translate("BatchDialog", "{names} and {count} more").format(names=names, count=more)
    return translate("BatchDialog", "Layers: {names}").format(names=names)


def _side_by_side(wide: QWidget, narrow: QWidget) -> QWidget:
    """A field of two widgets."""
    field = QWidget(wide.parentWidget())
    line = QHBoxLayout(field)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(wide, 1)
    line.addWidget(narrow)
    return field
