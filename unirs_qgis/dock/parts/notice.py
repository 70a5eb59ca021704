"""A notice: a warning, an error or a mark."""

from __future__ import annotations

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QPainter, QPaintEvent
from qtpy.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from unirs_qgis.dock.parts.buttons import CompactButton
from unirs_qgis.dock.parts.text import WrapLabel
from unirs_qgis.dock.theme import Tone, colours, icon, tinted_ground, tone


class Notice(QWidget):
    """An icon and a sentence on a tinted ground; hidden while there is none.

    Args:
        icon_name: File in `icons/`, without its ending.
        meaning: Its tone.
        parent: Parent widget.
        offer: Text of a button that helps; empty for none.

    Signals:
        accepted: The user clicked that button.
    """

    accepted = Signal()

    def __init__(
        self,
        icon_name: str,
        meaning: Tone,
        parent: QWidget | None = None,
        offer: str = "",
    ) -> None:
        super().__init__(parent)
        self._icon_name, self._meaning = icon_name, meaning
        self._icon_label = QLabel(self)
        self._icon_label.setFixedSize(16, 16)
        self.label = WrapLabel(parent=self)
        self.button = CompactButton(offer, parent=self)
        self.button.clicked.connect(lambda _checked=False: self.accepted.emit())
        text_column = QVBoxLayout()
        text_column.setSpacing(4)
        text_column.addWidget(self.label)
        text_column.addWidget(self.button)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 4)
        layout.setSpacing(6)
        layout.addWidget(self._icon_label, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(text_column, 1)
        self.show_text("")

    def show_text(self, text: str, with_offer: bool = False) -> None:
        """Shows a sentence; an empty one hides the notice.

        Args:
            text: The sentence.
            with_offer: Whether the button is shown, too.
        """
        self.label.setText(text)
        self.button.setVisible(with_offer)
        self.setAccessibleName(text)
        self.setVisible(bool(text))

    @property
    def text(self) -> str:
        """The sentence."""
        return self.label.text()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002
        """Draws the ground and the icon in this palette's colours."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tinted_ground(colours(self), self._meaning))
        painter.drawRoundedRect(self.rect(), 4, 4)
        ink = tone(colours(self), self._meaning)
        icon(self._icon_name, colours(self), colour=ink).paint(painter, self._icon_label.geometry())
        painter.end()
