"""What the worker corrects in the later of several dates before the model reads them."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QHBoxLayout, QWidget


class Corrections(QWidget):
    """Two check boxes: the later dates are aligned, and get the colours of the first."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._align = QCheckBox(self.tr("Align"), self)
        self._align.setObjectName("alignBox")
        self._align.setToolTip(
            self.tr("Move dates that lie more than a pixel of the model apart onto the first one")
        )
        self._match_colours = QCheckBox(self.tr("Match colours"), self)
        self._match_colours.setObjectName("matchColoursBox")
        self._match_colours.setToolTip(
            self.tr("Give the later dates the light and colours of the first one")
        )
        for box in (self._align, self._match_colours):
            box.toggled.connect(lambda _checked: self.changed.emit())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._align)
        layout.addWidget(self._match_colours)
        layout.addStretch(1)

    def names(self) -> tuple[str, ...]:
        """The corrections that are wanted, by their names in the worker's protocol."""
        boxes = (("align", self._align), ("match_colours", self._match_colours))
        return tuple(name for name, box in boxes if box.isChecked())
