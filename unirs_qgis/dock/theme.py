"""Colours and icons that follow the palette: light, dark, and whatever QGIS's theme makes of it."""

from __future__ import annotations

from enum import Enum
from functools import cache, lru_cache
from html import escape
from math import ceil
from pathlib import Path

from qtpy.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QSize, Qt
from qtpy.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QIcon,
    QImage,
    QImageReader,
    QPalette,
    QPixmap,
)
from qtpy.QtWidgets import QWidget

RECOLOURED = (
    QEvent.Type.Polish,
    QEvent.Type.PaletteChange,
    QEvent.Type.StyleChange,
    QEvent.Type.Show,
)
"""When a widget may have got other colours."""

_ICONS = Path(__file__).with_name("icons")
_ICON_PIXELS = (16, 24, 32, 48)
_READABLE, _DISCERNIBLE = 3.0, 1.5  # contrast of text, and of what is switched off


class Tone(Enum):
    """Meaning of a colour. The value is its hue in degrees; the palette gives the lightness."""

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


def colours(widget: QWidget) -> QPalette:
    """The colours in which a widget paints itself: inks that stand out from what is behind it.

    A theme of QGIS ("Night Mapping") is a stylesheet that makes most widgets transparent, with a
    palette that it does not use: its text is as dark as its ground.
    """
    result = QPalette(widget.palette())
    role = QPalette.ColorRole
    for ground in (role.Window, role.Base):
        result.setBrush(ground, _behind(widget, ground))
    for ground, ink in (
        (role.Window, role.WindowText),
        (role.Base, role.Text),
        (role.Button, role.ButtonText),
        (role.Highlight, role.HighlightedText),
    ):
        if _is_plain(result.brush(ground)):
            _make_readable(result, ground, ink)
    return result


def _behind(widget: QWidget | None, ground: QPalette.ColorRole) -> QBrush:
    """The ground of a widget, or of the nearest ancestor that has a plain one."""
    while widget is not None:
        brush = widget.palette().brush(ground)
        if _is_plain(brush):
            return brush
        widget = widget.parentWidget()
    return QGuiApplication.palette().brush(ground)


def _is_plain(brush: QBrush) -> bool:
    """Whether a brush is one colour: a stylesheet may make it transparent, or a gradient."""
    return brush.style() == Qt.BrushStyle.SolidPattern and brush.color().alpha() > 0


def _make_readable(palette: QPalette, ground: QPalette.ColorRole, ink: QPalette.ColorRole) -> None:
    group = QPalette.ColorGroup
    behind = palette.color(group.Active, ground)
    for one in (group.Active, group.Inactive):
        if contrast(behind, palette.color(one, ink)) < _READABLE:
            inks = (QColor(Qt.GlobalColor.black), QColor(Qt.GlobalColor.white))
            palette.setColor(one, ink, max(inks, key=lambda colour: contrast(behind, colour)))
    if contrast(behind, palette.color(group.Disabled, ink)) < _DISCERNIBLE:
        palette.setColor(group.Disabled, ink, blend(palette.color(group.Active, ink), behind, 0.5))


def contrast(one: QColor, other: QColor) -> float:
    """Contrast ratio of two colours, 1 to 21, as WCAG 2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: QColor) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in colour.getRgbF()[:3]
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def muted(palette: QPalette) -> QColor:
    """Colour of secondary text: readable, with less contrast than primary text."""
    window = palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Window)
    paler = (_between_text_and_base(palette, share) for share in (0.35, 0.2, 0.1))
    ink = palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText)
    return next((colour for colour in paler if contrast(window, colour) >= _READABLE), ink)


def hairline(palette: QPalette) -> QColor:
    """Colour of separator lines."""
    return _between_text_and_base(palette, 0.8)


def _between_text_and_base(palette: QPalette, share: float) -> QColor:
    active = QPalette.ColorGroup.Active  # a heading is no disabled item, though Qt paints it as one
    text = palette.color(active, QPalette.ColorRole.Text)
    return blend(text, palette.color(active, QPalette.ColorRole.Base), share)


def tone(palette: QPalette, meaning: Tone) -> QColor:
    """A signal colour that stands out from this palette's ground."""
    window = palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Window)
    steps = (165, 215, 85) if is_dark(palette) else (85, 45, 165)
    shades = [QColor.fromHsl(meaning.value, 170, lightness) for lightness in steps]
    return next((x for x in shades if contrast(window, x) >= _READABLE), shades[1])


def tinted_ground(palette: QPalette, meaning: Tone) -> QColor:
    """A ground with a breath of a signal colour, for text in the palette's own colour."""
    return blend(palette.color(QPalette.ColorRole.Base), tone(palette, meaning), 0.12)


def plain_tooltip(text: str) -> str:
    """A tooltip that shows plain text, also where Qt would take it for HTML."""
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


def icon(
    name: str,
    palette: QPalette,
    role: QPalette.ColorRole = QPalette.ColorRole.WindowText,
    colour: QColor | None = None,
) -> QIcon:
    """An icon of this folder in the palette's colours, sharp on screens of every density.

    Args:
        name: File in `icons/`, without its ending.
        palette: Gives the colours of the enabled and the disabled icon.
        role: Which of its colours.
        colour: Instead of the palette's.
    """
    result = QIcon()
    for mode, group in (
        (QIcon.Mode.Normal, QPalette.ColorGroup.Active),
        (QIcon.Mode.Disabled, QPalette.ColorGroup.Disabled),
    ):
        ink = colour or palette.color(group, role)
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


def line_height(widget: QWidget) -> int:
    """Height of a line of text in the widget's font, in pixels.

    Lines of some fonts overlap: their distance has no room for the underscores of the last one.
    """
    metrics = QFontMetricsF(widget.font())
    return ceil(max(metrics.lineSpacing(), metrics.height()))
