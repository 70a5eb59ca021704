"""Texts on a page: they are broken into lines here, so that it is known how high they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from qgis.core import QgsExpressionContextUtils, QgsLayout, QgsLayoutItemLabel
from qtpy.QtGui import QColor, QFont, QFontMetricsF, QTextLayout, QTextOption

_SCALE = 10
"""Fonts are measured so many times larger: metrics are rounded to pixels."""

_MM_OF_POINT = 25.4 / 72
_NEARLY_ALL = 0.96
"""Share of the width that lines fill: QGIS measures a little differently."""

_VARIABLE = "unirs_text"


@dataclass(frozen=True)
class Style:
    """How a text looks.

    Attributes:
        points: Size of the font.
        bold: Whether it is bold.
        colour: Of the letters.
    """

    points: float
    bold: bool = False
    colour: str = "#1c1c1c"

    @property
    def line(self) -> float:
        """Height of a line, in millimetres."""
        return 1.06 * QFontMetricsF(self._measured).lineSpacing() / _SCALE

    @property
    def font(self) -> QFont:
        """The font of the application in this size."""
        font = QFont()
        font.setPointSizeF(self.points)
        font.setBold(self.bold)
        return font

    @property
    def _measured(self) -> QFont:
        font = self.font
        font.setPixelSize(round(_SCALE * _MM_OF_POINT * self.points))
        return font

    def lines(self, text: str, width: float) -> list[str]:
        """The lines of a text; a word that is longer than a line is broken.

        Args:
            text: Any text.
            width: Of the lines, in millimetres.
        """
        return [
            line
            for paragraph in text.splitlines() or [""]
            for line in self._broken(paragraph, _SCALE * _NEARLY_ALL * width)
        ]

    def _broken(self, paragraph: str, width: float) -> Iterator[str]:
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout = QTextLayout(paragraph, self._measured)
        layout.setTextOption(option)
        units = paragraph.encode("utf-16-le", "surrogatepass")  # Qt counts in these
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            begin, end = line.textStart(), line.textStart() + line.textLength()
            yield units[2 * begin : 2 * end].decode("utf-16-le", "replace").rstrip()
        layout.endLayout()


def label(layout: QgsLayout, lines: list[str], style: Style) -> QgsLayoutItemLabel:
    """A label with these lines, as they are.

    QGIS evaluates what stands in [% %] in the text of a label, also if it comes from a layer's name
    or a model. Here it is the value of a variable, which is not looked at again.
    """
    item = QgsLayoutItemLabel(layout)
    QgsExpressionContextUtils.setLayoutItemVariable(item, _VARIABLE, "\n".join(lines))
    item.setText(f"[% @{_VARIABLE} %]")
    item.setMarginX(0)
    item.setMarginY(0)
    if hasattr(item, "setTextFormat"):  # from QGIS 3.24 on
        shape = item.textFormat()
        shape.setFont(style.font)
        shape.setSize(style.points)
        shape.setColor(QColor(style.colour))
        item.setTextFormat(shape)
    else:
        item.setFont(style.font)
        item.setFontColor(QColor(style.colour))
    layout.addLayoutItem(item)
    return item
