"""The question: suggestions, the box, a closed set of answers, and the buttons that send."""

from __future__ import annotations

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from unirs_qgis.dock.entries import KINDS
from unirs_qgis.dock.parts.flow import FlowLayout
from unirs_qgis.dock.parts.fold import Fold
from unirs_qgis.dock.parts.notice import Notice
from unirs_qgis.dock.parts.text import GrowingText
from unirs_qgis.dock.suggestions import Suggestion, suggestions
from unirs_qgis.dock.theme import CompactButton, Tone, plain_tooltip

_CHIP_STYLE = """
QToolButton { border: 1px solid palette(mid); border-radius: 9px; padding: 1px 7px; }
QToolButton:hover, QToolButton:focus { border-color: palette(highlight); }
QToolButton:pressed { background: palette(midlight); }
"""


class QuestionBox(GrowingText):
    """A field that sends on Enter and breaks the line on Shift+Enter.

    Args:
        parent: Qt's parent.
    """

    sent = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(min_lines=2, max_lines=6, parent=parent)
        self.setObjectName("questionEdit")
        self.setAccessibleName(self.tr("Question"))
        self.setAccessibleDescription(self.tr("Enter sends, Shift+Enter breaks the line."))
        self.setToolTip(self.tr("Enter sends, Shift+Enter breaks the line, Esc stops the answer."))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter sends, Shift+Enter breaks the line; all else is the field's own."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.sent.emit()
            event.accept()
        else:
            super().keyPressEvent(event)


class QuestionPanel(QWidget):
    """What is asked, and the buttons.

    Args:
        parent: Qt's parent.
    """

    submitted = Signal(str, str, list)
    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind, self._can_ask, self._can_stop, self._has_input = "single", False, False, True
        self._bar = QWidget(self)
        self._bar.setObjectName("suggestionsBar")
        self._bar.setAccessibleName(self.tr("Suggested questions"))
        self._chips = {kind: [self._chip(one) for one in suggestions(kind)] for kind in KINDS}
        self.box = QuestionBox(self)
        self._options = QLineEdit(self)
        self._options.setObjectName("optionsEdit")
        self._options.setClearButtonEnabled(True)
        self._options.setPlaceholderText(self.tr("yes, no"))
        self._options.setAccessibleName(self.tr("Answers to choose from, parted by commas"))
        self._options.setMinimumWidth(60)
        self._fold = Fold(self.tr("Answers to choose from"), self._options, parent=self)
        self._fold.header.setObjectName("optionsFold")
        self._fold.header.setToolTip(
            self.tr("The model weighs these answers and gives the probability of each.")
        )
        self._hint = Notice("warning", Tone.WARNING, self)
        self._make_buttons()
        self._lay_out()
        self._connect()
        self.set_kind("single")

    @property
    def question(self) -> str:
        """The text of the box, without white space around it."""
        return self.box.toPlainText().strip()

    def set_question(self, text: str) -> None:
        """Fills the box; undo brings back what was in it."""
        self.box.selectAll()
        self.box.insertPlainText(text)

    def options(self) -> list[str]:
        """The closed set of answers, each once; empty for a free answer."""
        if not self._fold.unfolded:
            return []
        given = [option.strip() for option in self._options.text().split(",")]
        return list(dict.fromkeys(option for option in given if option))

    def set_options(self, text: str) -> None:
        """Shows a closed set of answers, parted by commas; an empty one folds the field away."""
        self._options.setText(text)
        self._fold.set_unfolded(bool(text))

    def set_kind(self, kind: str) -> None:
        """Offers what fits a kind of input: "single", "pair" or "video"."""
        self._kind = kind
        for chip_kind, chips in self._chips.items():
            for chip in chips:
                chip.setVisible(chip_kind == kind)
        self.box.setPlaceholderText(
            {
                "single": self.tr("Ask about this image…"),
                "pair": self.tr("Ask about the change…"),
                "video": self.tr("Ask about this series…"),
            }[kind]
        )
        self._refresh()

    def set_state(self, can_ask: bool, can_stop: bool) -> None:
        """Says whether a question may be sent, and whether there is one to stop."""
        self._can_ask, self._can_stop = can_ask, can_stop
        self._refresh()

    def set_has_input(self, has_input: bool) -> None:
        """Says whether there is something to ask about."""
        self._has_input = has_input
        self._refresh()

    # ----------------------------------------------------------------- parts

    def _make_buttons(self) -> None:
        self.ask = CompactButton(self.tr("Ask"), "ask", self)
        self.stop = CompactButton(self.tr("Stop"), "stop", self)
        self.caption = CompactButton(self.tr("Caption"), "", self)
        self.change = CompactButton(self.tr("Describe change"), "", self)
        self.classify = CompactButton(self.tr("Classify"), "", self)
        self.stop.setToolTip(self.tr("Stop the answer and keep what was said so far (Esc)"))
        for name, button in (
            ("askButton", self.ask),
            ("captionButton", self.caption),
            ("changeButton", self.change),
            ("classifyButton", self.classify),
            ("stopButton", self.stop),
        ):
            button.setObjectName(name)

    def _chip(self, suggestion: Suggestion) -> QToolButton:
        chip = QToolButton(self._bar)
        chip.setText(suggestion.label)
        chip.setToolTip(plain_tooltip(suggestion.question))
        chip.setAccessibleDescription(suggestion.question)
        chip.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        chip.setStyleSheet(_CHIP_STYLE)
        chip.clicked.connect(lambda: self._take(suggestion))
        return chip

    def _lay_out(self) -> None:
        row = FlowLayout(4, self._bar)
        for chips in self._chips.values():
            for chip in chips:
                row.addWidget(chip)
        first = QHBoxLayout()
        first.setSpacing(4)
        first.addWidget(self.ask, 1)
        first.addWidget(self.stop)
        second = FlowLayout(4)
        for button in (self.caption, self.change, self.classify):
            second.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._bar)
        layout.addWidget(self.box)
        layout.addWidget(self._fold)
        layout.addWidget(self._hint)
        layout.addLayout(first)
        layout.addLayout(second)

    def _connect(self) -> None:
        self.box.sent.connect(self._send_question)
        self.box.textChanged.connect(self._refresh)
        self._options.textChanged.connect(self._refresh)
        self._options.returnPressed.connect(self._send_question)
        self._fold.toggled.connect(self._refresh)
        self.ask.clicked.connect(self._send_question)
        self.caption.clicked.connect(lambda: self.submitted.emit("caption", "", []))
        self.change.clicked.connect(lambda: self.submitted.emit("change", "", []))
        self.classify.clicked.connect(lambda: self.submitted.emit("classify", "", self.options()))
        self.stop.clicked.connect(self.stopped)

    # ----------------------------------------------------------------- behaviour

    def _take(self, suggestion: Suggestion) -> None:
        self.set_question(suggestion.question)
        self.set_options(suggestion.options)
        self.box.setFocus(Qt.FocusReason.OtherFocusReason)

    def _send_question(self) -> None:
        if self.ask.isEnabled():
            self.box.selectAll()  # the next question replaces it, and it is still there to edit
            self.submitted.emit("ask", self.question, self.options())

    def _refresh(self) -> None:
        ready = self._can_ask and self._has_input
        too_few = len(self.options()) == 1
        self._hint.say(
            self.tr("Give at least two answers to choose from, parted by commas.")
            if too_few
            else ""
        )
        self.ask.setEnabled(ready and bool(self.question) and not too_few)
        self.stop.setEnabled(self._can_stop)
        fits = {"single": self.caption, "pair": self.change, "video": self.classify}[self._kind]
        for button, tip, otherwise in (
            (
                self.caption,
                self.tr("Describe the image"),
                self.tr("A caption describes one image: choose Image above."),
            ),
            (
                self.change,
                self.tr("Describe what changed between the two dates"),
                self.tr("A change needs two dates: choose Pair above."),
            ),
            (
                self.classify,
                self.tr("Name the event that the series or video shows"),
                self.tr("Only a series or a video is classified: choose Series above."),
            ),
        ):
            button.setEnabled(
                ready and button is fits and not (button is self.classify and too_few)
            )
            button.setToolTip(tip if button is fits else otherwise)
