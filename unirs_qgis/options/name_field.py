"""A field with a button, for the name of a model."""

from __future__ import annotations

from qtpy.QtCore import QEvent, QObject, Signal
from qtpy.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from unirs_qgis.options.widgets import is_enter


class NameField(QWidget):
    """Takes the name of a model that is to be added to the list."""

    submitted = Signal(str)
    """A name that is not empty."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._enabled = True
        self.edit = QLineEdit()
        self.edit.setObjectName("modelNameEdit")
        self.edit.setPlaceholderText("server:http://localhost:11434/v1#qwen2.5vl")
        self.edit.setToolTip(
            self.tr(
                "A model folder, hf:OWNER/NAME for a model that was downloaded from a hub, or "
                "server:URL#MODEL. An address of a server alone lists its models."
            )
        )
        self.edit.installEventFilter(self)
        self.edit.textChanged.connect(self._enable)
        self.button = QPushButton(self.tr("Add"))
        self.button.setObjectName("addNameButton")
        self.button.clicked.connect(self._submit)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.edit, 1)
        row.addWidget(self.button)
        self._enable()

    def set_enabled(self, enabled: bool) -> None:
        """Whether a name can be added now."""
        self._enabled = enabled
        self._enable()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Enter adds; otherwise it would press the dialog's OK."""
        if is_enter(event):
            self._submit()
            return True
        return super().eventFilter(watched, event)

    def _enable(self) -> None:
        self.button.setEnabled(self._enabled and bool(self.edit.text().strip()))

    def _submit(self) -> None:
        if self.button.isEnabled():
            self.submitted.emit(self.edit.text().strip())
