"""Small widgets that several groups of the page share. Their texts are plain text."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import QEvent, Qt, Signal
from qtpy.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)


def plain_label(text: str = "", parent: QWidget | None = None) -> QLabel:
    """A label that wraps, and shows plain text."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setText(text)
    # A wrapped label is as high as its text needs at the width that it is given.
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label


def hint_label(text: str, parent: QWidget | None = None) -> QLabel:
    """An explanation below a field: smaller than what it explains."""
    label = plain_label(text, parent)
    font = label.font()
    font.setPointSizeF(font.pointSizeF() * 0.9)
    label.setFont(font)
    return label


def is_enter(event: QEvent) -> bool:
    """Whether Enter was pressed; in a field it would press the dialog's OK."""
    keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    return event.type() == QEvent.Type.KeyPress and event.key() in keys


def button_row(*buttons: QWidget) -> QHBoxLayout:
    """Buttons from the left, at their natural width."""
    row = QHBoxLayout()
    for button in buttons:
        row.addWidget(button)
    row.addStretch()
    return row


def compact_combo() -> QComboBox:
    """A combo box that may be narrower than its longest text."""
    combo = QComboBox()
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(8)
    combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return combo


class Message(QWidget):
    """A sentence with an icon in front; hidden while there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = QLabel(self)
        self._text = plain_label(parent=self)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        self.hide()

    @property
    def text(self) -> str:
        """The text that is shown."""
        return self._text.text() if not self.isHidden() else ""

    def warn(self, text: str) -> None:
        """Show a failure."""
        self._show(text, QStyle.StandardPixmap.SP_MessageBoxWarning)

    def inform(self, text: str) -> None:
        """Show a success."""
        self._show(text, QStyle.StandardPixmap.SP_MessageBoxInformation)

    def _show(self, text: str, icon: QStyle.StandardPixmap) -> None:
        side = self.style().pixelMetric(QStyle.PixelMetric.PM_SmallIconSize)
        self._icon.setPixmap(self.style().standardIcon(icon).pixmap(side, side))
        self._text.setText(text)
        self.setVisible(bool(text))


class Activity(QWidget):
    """The stage and progress of work, and a button that cancels it; hidden when idle."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stage = plain_label(parent=self)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self.cancel_button = QPushButton(self.tr("Cancel"), self)
        self.cancel_button.clicked.connect(self._cancel)
        row = QHBoxLayout()
        row.addWidget(self._bar, 1)
        row.addWidget(self.cancel_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stage)
        column.addLayout(row)
        self.hide()

    def begin(self, stage: str) -> None:
        """Show it, with unknown progress."""
        self.cancel_button.setEnabled(True)
        self.show_stage(stage)
        self.show_progress(None)
        self.show()

    def show_stage(self, stage: str) -> None:
        """Show a stage."""
        self._stage.setText(stage)

    def show_progress(self, percent: int | None) -> None:
        """Show the progress; ``None`` if it is unknown."""
        self._bar.setRange(0, 0 if percent is None else 100)
        self._bar.setValue(percent or 0)

    def _cancel(self) -> None:
        self.cancel_button.setEnabled(False)
        self.show_stage(self.tr("Stopping…"))
        self.cancelled.emit()


class Confirmation(QWidget):
    """A question with a button to accept, instead of a dialog."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = plain_label(parent=self)
        self.accept_button = QPushButton(self)
        self.decline_button = QPushButton(self.tr("Not now"), self)
        self.accept_button.clicked.connect(self._accept)
        self.decline_button.clicked.connect(self.hide)
        self._accepted: Callable[[], None] = self.hide
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._text)
        column.addLayout(button_row(self.accept_button, self.decline_button))
        self.hide()

    @property
    def text(self) -> str:
        """The question that is shown."""
        return self._text.text() if not self.isHidden() else ""

    def ask(self, text: str, answer: str, accepted: Callable[[], None]) -> None:
        """Show a question.

        Args:
            text: The question.
            answer: Text of the button.
            accepted: Called when it is pressed.
        """
        self._accepted = accepted
        self._text.setText(text)
        self.accept_button.setText(answer.replace("&", "&&"))
        self.show()

    def _accept(self) -> None:
        self.hide()
        self._accepted()
