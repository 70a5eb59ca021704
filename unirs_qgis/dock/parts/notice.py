"""A sentence that should be seen: a warning, an error, a mark."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtGui import QPainter, QPaintEvent
from qtpy.QtWidgets import QHBoxLayout, QLabel, QWidget

from unirs_qgis.dock.parts.text import WrapLabel
from unirs_qgis.dock.theme import Tone, icon, tinted_ground, tone


class Notice(QWidget):
    """An icon and a sentence on a tinted ground; hidden while there is nothing to say.

    Args:
        icon_name: File in `icons/`, without its ending.
        meaning: Its tone.
        parent: Qt's parent.
    """

    def __init__(self, icon_name: str, meaning: Tone, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name, self._meaning = icon_name, meaning
        self._sign = QLabel(self)
        self._sign.setFixedSize(16, 16)
        self.label = WrapLabel(parent=self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 4)
        layout.setSpacing(6)
        layout.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.label, 1)
        self.hide()

    def say(self, text: str) -> None:
        """Shows a sentence; an empty one hides the notice."""
        self.label.setText(text)
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
        painter.setBrush(tinted_ground(self.palette(), self._meaning))
        painter.drawRoundedRect(self.rect(), 4, 4)
        ink = tone(self.palette(), self._meaning)
        icon(self._icon_name, self.palette(), ink).paint(painter, self._sign.geometry())
        painter.end()
