"""Whether the next question is a follow-up, and the button that begins a new conversation."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import QBoxLayout, QSizePolicy, QWidget

from unirs_qgis.dock.parts.buttons import CompactButton
from unirs_qgis.dock.parts.text import WrapLabel

_LEAST_TEXT = 120  # pixels; with less room beside the button, the sentence stands above it


class ConversationBar(QWidget):
    """A line above the question; hidden while there is nothing to show.

    Signals:
        ended: The next question begins a new conversation.
    """

    ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = WrapLabel(secondary=True, parent=self)
        self._label.setObjectName("conversationLabel")
        self._button = CompactButton(self.tr("New conversation"), parent=self)
        self._button.setObjectName("newConversationButton")
        self._button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._button.setToolTip(self.tr("Ask the next question without those before it"))
        self._button.clicked.connect(lambda _checked=False: self.ended.emit())
        self._row = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self._row.addWidget(self._label, 1)
        self._row.addWidget(self._button)
        self.show_sentence("")

    def show_sentence(self, sentence: str, can_end: bool = False) -> None:
        """Shows a sentence, and the button if there is a conversation; an empty one hides both."""
        self._label.setText(sentence)
        self._label.setAccessibleName(sentence)
        self._button.setVisible(can_end)
        self.setVisible(bool(sentence))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Puts the button below the sentence where there is no room beside it."""
        super().resizeEvent(event)
        beside = event.size().width() - self._button.sizeHint().width() >= _LEAST_TEXT
        direction = QBoxLayout.Direction
        self._row.setDirection(direction.LeftToRight if beside else direction.TopToBottom)
