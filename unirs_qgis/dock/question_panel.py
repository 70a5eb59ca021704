"""The question: suggestions, the box, a closed set of answers, and the buttons."""

from __future__ import annotations

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from unirs_qgis.dock.conversation_bar import ConversationBar
from unirs_qgis.dock.entries import KINDS
from unirs_qgis.dock.language import seems_foreign
from unirs_qgis.dock.parts.buttons import CompactButton, PillButton
from unirs_qgis.dock.parts.flow import FlowLayout
from unirs_qgis.dock.parts.fold import Fold
from unirs_qgis.dock.parts.notice import Notice
from unirs_qgis.dock.parts.overflow_row import OverflowRow
from unirs_qgis.dock.parts.text import GrowingText
from unirs_qgis.dock.suggestions import Suggestion, suggestions
from unirs_qgis.dock.theme import Tone, plain_tooltip

_TASKS = {"single": ("caption",), "pair": ("change",), "video": ("change", "classify")}
"""Tasks of the buttons for each kind of input."""


class QuestionBox(GrowingText):
    """A field that sends on Enter and breaks the line on Shift+Enter."""

    sent = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(min_lines=2, max_lines=6, parent=parent)
        self.setObjectName("questionEdit")
        self.setAccessibleName(self.tr("Question"))
        self.setAccessibleDescription(self.tr("Enter sends, Shift+Enter breaks the line."))
        self.setToolTip(self.tr("Enter sends, Shift+Enter breaks the line, Esc stops the answer."))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter sends, Shift+Enter breaks the line."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.sent.emit()
            event.accept()
        else:
            super().keyPressEvent(event)


class QuestionPanel(QWidget):
    """The question and the buttons."""

    submitted = Signal(str, str, list)
    stopped = Signal()
    restart_requested = Signal()
    conversation_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind, self._can_ask, self._can_stop, self._problem = "single", False, False, ""
        self._was_stopped = False  # and there is still something to stop
        self._is_dated = False
        self._suggestion: Suggestion | None = None  # the one that set the options
        self._chips = {kind: [self._chip(one) for one in suggestions(kind)] for kind in KINDS}
        self._bar = OverflowRow([chip for chips in self._chips.values() for chip in chips], self)
        self._bar.setObjectName("suggestionsBar")
        self._bar.setAccessibleName(self.tr("Suggested questions"))
        self._conversation = ConversationBar(self)
        self.box = QuestionBox(self)
        self._options = QLineEdit(self)
        self._options.setObjectName("optionsEdit")
        self._options.setClearButtonEnabled(True)
        self._options.setPlaceholderText(self.tr("yes, no"))
        self._options.setAccessibleName(self.tr("Answers to choose from, comma-separated"))
        self._options.setMinimumWidth(60)
        self._fold = Fold(self.tr("Answers to choose from"), self._options, parent=self)
        self._fold.header.setObjectName("optionsFold")
        self._fold.header.setToolTip(
            self.tr("The model gives each of these answers a probability.")
        )
        self._hint = Notice("warning", Tone.WARNING, self)
        self._hint.setObjectName("optionsHint")
        self._language_hint = Notice("info", Tone.BUSY, self)
        self._language_hint.setObjectName("languageHint")
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
        """Shows a closed set of answers, separated by commas; an empty one folds the field away."""
        self._options.setText(text)
        self._fold.set_unfolded(bool(text))

    def set_kind(self, kind: str, is_dated: bool = True) -> None:
        """Shows what fits a kind of input.

        Args:
            kind: "single", "pair" or "video".
            is_dated: Whether a series is one of layers, which have dates; a video file is not.
        """
        self._kind, self._is_dated = kind, is_dated
        self._bar.show_buttons(self._chips[kind])
        self.box.setPlaceholderText(
            {
                "single": self.tr("Ask about this image…"),
                "pair": self.tr("Ask about the change…"),
                "video": self.tr("Ask about this series…"),
            }[kind]
        )
        self._refresh()

    def set_state(self, can_ask: bool, can_stop: bool) -> None:
        """Sets whether a question may be sent, and whether there is one to stop."""
        self._can_ask, self._can_stop = can_ask, can_stop
        self._was_stopped = self._was_stopped and can_stop
        self._refresh()

    def show_problem(self, problem: str) -> None:
        """Sets why the input cannot be asked about; empty if it can."""
        self._problem = problem
        self._refresh()

    def show_conversation(self, sentence: str, can_end: bool) -> None:
        """Shows whether the next question is a follow-up; empty for nothing to show."""
        self._conversation.show_sentence(sentence, can_end)

    # ----------------------------------------------------------------- parts

    def _make_buttons(self) -> None:
        self.ask = CompactButton(self.tr("Ask"), "ask", self)
        self.where = CompactButton(self.tr("Where"), "search", self)
        self.when = CompactButton(self.tr("When"), "calendar", self)
        self.stop = CompactButton(self.tr("Stop"), "stop", self)
        self.restart = CompactButton(self.tr("Restart"), "again", self)
        self.tasks = {
            "caption": CompactButton(self.tr("Caption"), "", self),
            "change": CompactButton(self.tr("Describe change"), "", self),
            "classify": CompactButton(self.tr("Classify"), "", self),
        }
        self.stop.setToolTip(self.tr("Stop the answer and keep the text so far (Esc)"))
        self.restart.setToolTip(self.tr("Restart the worker if it does not respond"))
        named = {
            "ask": self.ask,
            "where": self.where,
            "when": self.when,
            "stop": self.stop,
            **self.tasks,
        }
        named["restartNow"] = self.restart
        for name, button in named.items():
            button.setObjectName(f"{name}Button")

    def _chip(self, suggestion: Suggestion) -> PillButton:
        chip = PillButton(suggestion.label, self)
        chip.setToolTip(plain_tooltip(suggestion.question))
        chip.setAccessibleDescription(suggestion.question)
        chip.clicked.connect(lambda: self._take(suggestion))
        return chip

    def _lay_out(self) -> None:
        buttons = FlowLayout(4)
        for button in (
            self.ask,
            self.where,
            self.when,
            self.stop,
            *self.tasks.values(),
            self.restart,
        ):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for part in (self._bar, self._conversation, self.box, self._language_hint):
            layout.addWidget(part)
        for part in (self._fold, self._hint):
            layout.addWidget(part)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        self.box.sent.connect(self._send_question)
        self.box.textChanged.connect(self._on_edited)
        self._options.textChanged.connect(self._refresh)
        self._options.textEdited.connect(self._on_options_edited)
        self._options.returnPressed.connect(self._send_question)
        self._fold.toggled.connect(self._refresh)
        self.ask.clicked.connect(self._send_question)
        self.where.clicked.connect(lambda: self.submitted.emit("where", self.question, []))
        self.when.clicked.connect(lambda: self.submitted.emit("when", self.question, []))
        for task, button in self.tasks.items():
            button.clicked.connect(lambda _checked=False, task=task: self._send_task(task))
        self.stop.clicked.connect(self.stopped)
        self.stopped.connect(self._on_stopped)
        self.restart.clicked.connect(self.restart_requested)
        self._conversation.ended.connect(self.conversation_ended)

    # ----------------------------------------------------------------- behaviour

    def _take(self, suggestion: Suggestion) -> None:
        self._suggestion = None
        self.set_question(suggestion.question)
        self.set_options(suggestion.options)
        self._suggestion = suggestion
        self.box.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_edited(self) -> None:
        """Clears the options of a suggested question once the question is edited."""
        if self._suggestion is not None and self.question != self._suggestion.question:
            self._suggestion = None
            self.set_options("")
        self._refresh()

    def _on_options_edited(self) -> None:
        """The options are the user's own from now on."""
        self._suggestion = None

    def _on_stopped(self) -> None:
        """Offers to restart a worker that goes on."""
        self._was_stopped = self._can_stop
        self._refresh()

    def _send_question(self) -> None:
        if self.ask.isEnabled():
            self.box.selectAll()  # the next question replaces it, and it is still there to edit
            self.submitted.emit("ask", self.question, self.options())

    def _send_task(self, task: str) -> None:
        """Options of a suggested question are not sent as classes."""
        own = task == "classify" and self._suggestion is None
        self.submitted.emit(task, "", self.options() if own else [])

    def _refresh(self) -> None:
        ready = self._can_ask and not self._problem
        too_few = len(self.options()) == 1
        self._hint.show_text(
            self.tr("Give at least two answers to choose from, comma-separated.") if too_few else ""
        )
        self._language_hint.show_text(
            self.tr("The model expects English: this looks like another language.")
            if seems_foreign(self.question)
            else ""
        )
        self.ask.setEnabled(ready and bool(self.question) and not too_few)
        self.ask.setToolTip(plain_tooltip(self._problem))
        self.where.setEnabled(ready and bool(self.question))
        self.where.setVisible(self._kind != "video" and not self._can_stop)
        self.where.setToolTip(
            plain_tooltip(self._problem)
            or self.tr("Find where in the extent the answer is yes: name a thing, or ask yes or no")
        )
        is_series = self._kind == "video" and self._is_dated
        self.when.setEnabled(ready and bool(self.question))
        self.when.setVisible(is_series and not self._can_stop)
        self.when.setToolTip(
            plain_tooltip(self._problem)
            or self.tr(
                "Find between which dates the answer becomes yes: name a thing, or ask yes or no"
            )
        )
        self.stop.setEnabled(self._can_stop)
        self.ask.setVisible(not self._can_stop)
        self.stop.setVisible(self._can_stop)
        self.restart.setVisible(self._was_stopped)
        tips = {
            "caption": self.tr("Describe the image"),
            "change": self.tr("Describe what changed from each date to the next")
            if is_series
            else self.tr("Describe what changed between the two dates"),
            "classify": self.tr("Name the event that the series or video shows"),
        }
        for task, button in self.tasks.items():
            of_file = self._kind == "video" and not self._is_dated
            fits = task in _TASKS[self._kind] and not (of_file and task == "change")
            button.setVisible(fits and not self._can_stop)
            button.setEnabled(ready and not (task == "classify" and too_few))
            button.setToolTip(plain_tooltip(self._problem) or tips[task])
