"""The earlier turns of a conversation, above its latest answer."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor
from qtpy.QtWidgets import QVBoxLayout, QWidget

from unirs_qgis.dock.entries import Entry
from unirs_qgis.dock.parts.fold import Fold
from unirs_qgis.dock.parts.text import GrowingText
from unirs_qgis.dock.theme import scaled_font

_SHOWN = 32  # turns; the history has all
_MOST_LETTERS = 300  # of a question or an answer
_GAP = 0.35  # of a line


class ThreadView(QWidget):
    """Questions and answers as text that can be selected; hidden while there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()
        self._text = GrowingText()
        self._text.make_label()
        self._text.setObjectName("threadText")
        self._text.setAccessibleName(self.tr("Conversation so far"))
        self._text.setFont(scaled_font(self._text.font(), 0.92))
        self._fold = Fold(self.tr("Conversation so far"), self._text, unfolded=True)
        self._fold.header.setObjectName("threadFold")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.addWidget(self._fold)
        self.show_turns(())

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is shown."""
        return self._entries

    def show_turns(self, entries: Sequence[Entry], read: int | None = None) -> None:
        """Shows earlier turns.

        Args:
            entries: The oldest first.
            read: How many of them the model read, the latest ones; ``None`` if not known yet.
        """
        self._entries = tuple(entries)
        unread = 0 if read is None else max(0, len(entries) - read)
        self._text.clear()
        self._cursor = QTextCursor(self._text.document())
        hidden = max(0, len(entries) - _SHOWN)
        if hidden:
            self._add(
                self.tr("Earlier ones, in the history: {count}").format(count=hidden), italic=True
            )
        for number, entry in enumerate(entries[hidden:], start=hidden):
            if number > hidden:
                self._add_gap()
            if unread and number == max(unread, hidden):
                self._add_unread()
                self._add_gap()
            self._add(entry.title, bold=True)
            self._add(entry.answer.text)
        if unread and unread == len(entries):
            self._add_gap()
            self._add_unread()
        self.setVisible(bool(entries))

    def _add_unread(self) -> None:
        self._add(
            self.tr("The model did not read what is above: the conversation is too long for it."),
            italic=True,
        )

    def _add_gap(self) -> None:
        """Adds some pixels: a field of plain text has no margins between its paragraphs."""
        style = QTextCharFormat()
        style.setFont(scaled_font(self._text.font(), _GAP))
        self._cursor.insertBlock(QTextBlockFormat(), style)

    def _add(self, text: str, bold: bool = False, italic: bool = False) -> None:
        """Adds a paragraph of plain text."""
        line = " ".join(text[: _MOST_LETTERS + 1].split())
        if len(text) > _MOST_LETTERS:
            line = line[:_MOST_LETTERS].rstrip() + "…"
        style = QTextCharFormat()
        font = scaled_font(self._text.font(), 1.0, bold=bold)
        font.setItalic(italic)
        style.setFont(font)
        if not self._text.document().isEmpty():
            self._cursor.insertBlock()
        self._cursor.insertText(line, style)
