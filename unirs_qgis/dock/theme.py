"""Colours and icons that follow the palette: light, dark, and whatever QGIS's theme makes of it."""

from __future__ import annotations

from enum import Enum
from functools import cache, lru_cache
from html import escape
from pathlib import Path

from qtpy.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QSize, Qt
from qtpy.QtGui import QColor, QFont, QFontMetrics, QIcon, QImage, QImageReader, QPalette, QPixmap
from qtpy.QtWidgets import QPushButton, QSizePolicy, QToolButton, QWidget

_ICONS = Path(__file__).with_name("icons")
_ICON_PIXELS = (16, 24, 32, 48)


class Tone(Enum):
    """What a colour says. The value is its hue in degrees; the palette gives the lightness."""

    GOOD = 140
    BUSY = 210
    WARNING = 38
    ERROR = 2


def blend(first: QColor, second: QColor, share: float) -> QColor:
    """A colour between two.

    Args:
        first: What share 0 gives.
        second: What share 1 gives.
        share: 0 to 1.
    """
    one, other = first.getRgbF(), second.getRgbF()
    return QColor.fromRgbF(*(one[i] + (other[i] - one[i]) * share for i in range(3)))


def is_dark(palette: QPalette) -> bool:
    """Whether light text stands on a dark ground."""
    window, text = QPalette.ColorRole.Window, QPalette.ColorRole.WindowText
    return palette.color(window).lightness() < palette.color(text).lightness()


def muted(palette: QPalette) -> QColor:
    """For what is said beside the main thing: still readable, less loud than text."""
    return _between_text_and_base(palette, 0.35)


def hairline(palette: QPalette) -> QColor:
    """For lines that part one thing from the next."""
    return _between_text_and_base(palette, 0.8)


def _between_text_and_base(palette: QPalette, share: float) -> QColor:
    active = QPalette.ColorGroup.Active  # a heading is no disabled item, though Qt paints it as one
    text = palette.color(active, QPalette.ColorRole.Text)
    return blend(text, palette.color(active, QPalette.ColorRole.Base), share)


def tone(palette: QPalette, meaning: Tone) -> QColor:
    """A signal colour that stands out from this palette's ground."""
    return QColor.fromHsl(meaning.value, 170, 165 if is_dark(palette) else 85)


def tinted_ground(palette: QPalette, meaning: Tone) -> QColor:
    """A ground with a breath of a signal colour, for text in the palette's own colour."""
    return blend(palette.color(QPalette.ColorRole.Base), tone(palette, meaning), 0.12)


def plain_tooltip(text: str) -> str:
    """A tooltip that shows text as it is: Qt would take anything that looks like HTML for it."""
    return f"<p style='white-space: pre-wrap'>{escape(text)}</p>" if text else ""


def scaled_font(font: QFont, factor: float, bold: bool = False) -> QFont:
    """The font in another size, whether it is set in points or in pixels."""
    result = QFont(font)
    if font.pointSizeF() > 0:
        result.setPointSizeF(font.pointSizeF() * factor)
    else:
        result.setPixelSize(max(1, round(font.pixelSize() * factor)))
    result.setBold(bold)
    return result


def icon(name: str, palette: QPalette, colour: QColor | None = None) -> QIcon:
    """An icon of this folder in the palette's colours, sharp on screens of every density.

    Args:
        name: File in `icons/`, without its ending.
        palette: Gives the colours of the enabled and the disabled icon.
        colour: Instead of the palette's.
    """
    result = QIcon()
    for mode, group in (
        (QIcon.Mode.Normal, QPalette.ColorGroup.Active),
        (QIcon.Mode.Disabled, QPalette.ColorGroup.Disabled),
    ):
        ink = colour or palette.color(group, QPalette.ColorRole.ButtonText)
        for pixels in _ICON_PIXELS:
            result.addPixmap(QPixmap.fromImage(_drawn(name, ink.name(), pixels)), mode)
    return result


@lru_cache(maxsize=512)
def _drawn(name: str, ink: str, pixels: int) -> QImage:
    data = QByteArray(_svg(name).replace("currentColor", ink).encode())
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(b"svg"))
    reader.setScaledSize(QSize(pixels, pixels))
    return reader.read()


@cache
def _svg(name: str) -> str:
    return (_ICONS / f"{name}.svg").read_text(encoding="utf-8")


class IconButton(QToolButton):
    """A flat button with nothing but an icon, which changes with the palette.

    Args:
        name: File in `icons/`, without its ending.
        text: What it does, in a few words: tooltip and name for screen readers.
        parent: Qt's parent.
    """

    def __init__(self, name: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setText(text)
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.setIcon(icon(name, self.palette()))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Draws the icon anew when the theme changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.setIcon(icon(self._name, self.palette()))


class CompactButton(QPushButton):
    """A push button that is no wider than its text, with an icon that changes with the palette.

    Args:
        text: Its text.
        icon_name: File in `icons/`, without its ending; empty for none.
        parent: Qt's parent.
    """

    def __init__(self, text: str, icon_name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._icon_name = icon_name
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._tint()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Without the least width that many styles give to a push button."""
        words = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        sign = self.iconSize().width() + 4 if self._icon_name else 0
        return QSize(words + sign + 16, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """As small as its text allows."""
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Draws the icon anew when the theme changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()

    def _tint(self) -> None:
        if self._icon_name:
            self.setIcon(icon(self._icon_name, self.palette()))


def line_height(widget: QWidget) -> int:
    """Height of a line of text in the widget's font, in pixels."""
    return QFontMetrics(widget.font()).lineSpacing()
