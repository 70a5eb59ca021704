"""Whether the next question is a follow-up, and the button that begins a new conversation."""

from __future__ import annotations

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from unirs_qgis.dock.parts.buttons import CompactButton
from unirs_qgis.dock.parts.text import WrapLabel


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
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._label, 1)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.show_sentence("")

    def show_sentence(self, sentence: str, can_end: bool = False) -> None:
        """Shows a sentence, and the button if there is a conversation; an empty one hides both."""
        self._label.setText(sentence)
        self._label.setAccessibleName(sentence)
        self._button.setVisible(can_end)
        self.setVisible(bool(sentence))
