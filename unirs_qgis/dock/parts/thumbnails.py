"""Small images side by side, each with a caption."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QImage, QPainter, QPaintEvent, QPalette, QPixmap
from qtpy.QtWidgets import QWidget

from unirs_qgis.dock.parts.flow import FlowLayout
from unirs_qgis.dock.theme import colours, hairline, line_height, muted, scaled_font

SIDE = 112  # two fit into the narrowest dock


class _Thumbnail(QWidget):
    def __init__(self, image: QImage, caption: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._image, self._caption = image, caption
        self.setFont(scaled_font(self.font(), 0.9))
        self.setAccessibleName(caption)
        scale = SIDE / max(1, image.width(), image.height())
        self._shown = QSize(
            max(1, round(image.width() * scale)), max(1, round(image.height() * scale))
        )
        self.setFixedSize(
            max(self._shown.width(), self.fontMetrics().horizontalAdvance(caption)),
            self._shown.height() + (line_height(self) + 2 if caption else 0),
        )

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap.fromImage(
            self._image.scaled(
                self._shown * ratio,
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        )
        pixmap.setDevicePixelRatio(ratio)
        painter.fillRect(
            0,
            0,
            self._shown.width(),
            self._shown.height(),
            colours(self).color(QPalette.ColorRole.AlternateBase),
        )  # nodata is transparent
        painter.drawPixmap(0, 0, pixmap)
        painter.setPen(hairline(colours(self)))
        painter.drawRect(0, 0, self._shown.width() - 1, self._shown.height() - 1)
        painter.setPen(muted(colours(self)))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignBottom, self._caption)
        painter.end()


class Thumbnails(QWidget):
    """A row of images that wraps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = FlowLayout(6)
        self.setLayout(self._layout)

    def show_images(self, images: Sequence[QImage], captions: Sequence[str]) -> None:
        """Replaces all images and their captions."""
        while (item := self._layout.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()
        for image, caption in zip(images, captions):
            self._layout.addWidget(_Thumbnail(image, caption, self))
        self.updateGeometry()
