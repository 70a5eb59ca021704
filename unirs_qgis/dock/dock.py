"""The dock: input, answer, history and question, from top to bottom."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QImage, QKeySequence
from qtpy.QtWidgets import QDockWidget, QShortcut, QVBoxLayout, QWidget

from unirs_qgis.dock.answer_view import AnswerView
from unirs_qgis.dock.entries import Entry
from unirs_qgis.dock.history_view import HistoryView
from unirs_qgis.dock.input_panel import HostWidgets, InputPanel
from unirs_qgis.dock.parts.scroll_column import ScrollColumn
from unirs_qgis.dock.parts.tab_order import follow_layout
from unirs_qgis.dock.question_panel import QuestionPanel
from unirs_qgis.dock.series_panel import SeriesItem
from unirs_qgis.dock.status_panel import DockState, StatusPanel

_NEAR_END = 40  # pixels from the end of the column at which older entries come


class UniRSDock(QDockWidget):
    """The panel of UniRS beside the map.

    It has no reference to layers or the worker: signals carry what the user does, and methods
    show the state. `status` has the signals of the banner and of the menu.

    Args:
        widgets: QGIS's own choosers of layers and extent.
        parent: Parent widget.

    Signals:
        submitted: Task ("ask", "where", "when", "caption", "change", "classify"), question, closed
            set of answers. The question is empty for all tasks but "ask", "where" and "when".
        stopped: The answer in progress is to be stopped.
        swapped: Before and after are to be swapped.
        kind_changed: The user chose "single", "pair" or "video".
        dates_edited: The user changed a date: see `dates`.
        series_changed: The user changed the series: see `series` and `video_path`.
        series_add_requested: "chosen" (the layer in the first chooser) or "visible" (all shown).
        entry_action: Id of an entry, and "zoom", "highlight", "ask_again", "continue", "copy",
            "delete" or "change_map".
        date_chosen: Id of an entry, and the index of a date of its series, to show on the map.
        entry_selected: Id of the entry that the user has selected; empty for none.
        ask_tiles_requested: The question in the box and the closed set of answers: to be asked
            about each tile, because the extent is too large for one image.
        features_requested: The same, about each polygon of a layer.
        batch_requested: The same, of a batch on a cluster.
        conversation_ended: The next question is to begin a new conversation.
    """

    submitted = Signal(str, str, list)
    stopped = Signal()
    swapped = Signal()
    kind_changed = Signal(str)
    dates_edited = Signal()
    series_changed = Signal()
    series_add_requested = Signal(str)
    restart_requested = Signal()
    ask_tiles_requested = Signal(str, list)
    features_requested = Signal(str, list)
    batch_requested = Signal(str, list)
    conversation_ended = Signal()
    entry_action = Signal(str, str)
    date_chosen = Signal(str, int)
    entry_selected = Signal(str)

    def __init__(self, widgets: HostWidgets, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("UniRSDock")
        self.setWindowTitle(self.tr("UniRS"))
        self._problem = ""
        self.status = StatusPanel(self)
        self._input = InputPanel(widgets, self)
        self._mappable: set[str] = set()  # ids of the entries with a change map
        self._history = HistoryView(self._mappable, self)
        self._answer = AnswerView(self._mappable, self)
        self._question = QuestionPanel(self)
        self._stop_key = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        self._stop_key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._lay_out()
        self._connect()
        self.show_state(DockState.NO_LAYER)

    # ----------------------------------------------------------------- state

    @property
    def state(self) -> DockState:
        """What the dock can do now."""
        return self.status.state

    def show_state(
        self, state: DockState, message: str = "", done: int = 0, total: int = 0
    ) -> None:
        """Shows a state, and enables what can be done in it.

        Args:
            state: Which one.
            message: Message to show; empty for that of the state.
            done: Steps done, of work with a known length.
            total: Steps in all; 0 if it is not known.
        """
        self.status.show_state(state, message, done, total)
        self._question.set_state(state.can_ask, state.can_stop)
        self._stop_key.setEnabled(state.can_stop)  # otherwise Esc is left to QGIS

    def append_log(self, line: str) -> None:
        """Adds a line to the log of the set-up."""
        self.status.append_log(line)

    # ----------------------------------------------------------------- input

    @property
    def kind(self) -> str:
        """Kind of input: "single", "pair" or "video"."""
        return self._input.kind

    def set_kind(self, kind: str) -> None:
        """Shows the fields of a kind of input, without emitting `kind_changed`."""
        self._input.set_kind(kind)
        self._show_kind()

    @property
    def series(self) -> list[SeriesItem]:
        """The layers of the series, in order."""
        return self._input.series

    def show_series(self, items: list[SeriesItem], warning: str = "") -> None:
        """Shows the layers of the series, and a warning about their dates."""
        self._input.show_series(items, warning)
        self._show_kind()

    @property
    def video_path(self) -> str:
        """Path of the video file; empty if the series is one of layers."""
        return self._input.video_path

    def set_video_path(self, path: str) -> None:
        """Shows a video file as the series; an empty path goes back to layers."""
        self._input.set_video_path(path)
        self._show_kind()

    def dates(self) -> tuple[str, ...]:
        """Dates of acquisition as `InputPanel.dates`; unchanged ones come back as given."""
        return self._input.dates()

    @property
    def corrections(self) -> tuple[str, ...]:
        """What is corrected in the later dates, by the worker's names."""
        return self._input.corrections

    def show_dates(self, dates: tuple[str, ...], warning: str = "") -> None:
        """Shows the dates (see `dates`) of one layer or of a pair, and a warning about them."""
        self._input.show_dates(dates, warning)

    def show_differences(self, differences: Sequence[tuple[str, str]]) -> None:
        """Shows what differs between two dates without being a change; see `PairNotice`."""
        self._input.show_differences(differences)

    def show_crop(self, summary: str, warning: str = "", offer_tiles: bool = False) -> None:
        """Shows the ground size of a pixel and of the crop, and a warning about it.

        Args:
            summary: Short text.
            warning: One sentence; empty for none.
            offer_tiles: Whether asking tile by tile would help.
        """
        self._input.show_crop(summary, warning, offer_tiles)

    def show_problem(self, sentence: str) -> None:
        """Shows why the input cannot be asked about, and disables the buttons.

        Args:
            sentence: Why, and what to do; empty if it can be asked about.
        """
        self._problem = sentence
        self._show_kind()

    def show_note(self, sentence: str) -> None:
        """Shows a remark on the chosen layer and the map; empty for none."""
        self._input.show_note(sentence)

    # ----------------------------------------------------------------- question and answer

    @property
    def question(self) -> str:
        """The text of the box."""
        return self._question.question

    def set_question(self, text: str, focus: bool = True) -> None:
        """Fills the box, and moves the keyboard focus there if that is wanted."""
        self._question.set_question(text)
        if focus:
            self.focus_question()

    def focus_question(self) -> None:
        """Moves the keyboard focus to the box."""
        self._question.box.setFocus(Qt.FocusReason.OtherFocusReason)

    def begin_answer(self, title: str) -> None:
        """Clears the answer for a new one, of this title, and makes room for it."""
        self._history.select("")
        self._history.set_shown_above("")
        self._input.fold()
        self._answer.begin(title)
        self._reveal_answer()
        self._column.follow(self._answer.text)

    def show_thread(self, earlier: Sequence[Entry], note: str = "") -> None:
        """Shows the earlier turns of the conversation above the answer in progress.

        Args:
            earlier: The oldest first.
            note: Why the question begins a new conversation; empty for none.
        """
        self._answer.show_thread(earlier, note)
        self._reveal_answer()

    def show_host(self, host: str) -> None:
        """Shows the host that the images are sent to; empty if they stay on this computer."""
        self._answer.show_host(host)

    def show_conversation(self, sentence: str, can_end: bool = False) -> None:
        """Shows whether the next question is a follow-up.

        Args:
            sentence: Empty for none.
            can_end: Whether there is a conversation that can be ended.
        """
        self._question.show_conversation(sentence, can_end)

    def show_stage(self, stage: str, detail: str = "") -> None:
        """Shows the stage of the worker, by its name in the protocol, and how far it is."""
        self._answer.show_stage(stage, detail)

    def add_text(self, piece: str) -> None:
        """Adds a piece to the answer."""
        self._answer.add_text(piece)

    def show_seen(self, thumbnails: list[QImage]) -> None:
        """Shows the images that the model gets, the earliest first."""
        self._answer.show_seen(thumbnails)

    def finish_answer(self, entry: Entry, can_map: bool = False) -> None:
        """Shows the finished answer, whether or not it is in the history.

        Args:
            entry: The answer.
            can_map: Whether there is a change map for it.
        """
        column, top = self._column, self._answer.beginning
        keep_top = column.shows_top(top) or column.follows_within(top)
        self._column.stop_following()
        self.set_mappable(entry.id, can_map)
        self._answer.finish(entry)
        self._mark_shown()
        if keep_top:
            self._reveal_answer()

    def fail_answer(self, message: str) -> None:
        """Ends the answer with an error message; the text so far stays."""
        self._answer.fail(message)

    def set_mappable(self, entry_id: str, mappable: bool) -> None:
        """Sets whether there is a change map for an entry."""
        (self._mappable.add if mappable else self._mappable.discard)(entry_id)
        self._answer.show_actions()

    # ----------------------------------------------------------------- history

    def show_history(self, entries: list[Entry]) -> None:
        """Replaces all entries; their order does not matter."""
        self._history.show_all(entries)

    def add_entry(self, entry: Entry) -> None:
        """Adds an entry; one of the same id is replaced."""
        self._history.add(entry)
        self._mark_shown()

    def show_entry(self, entry_id: str) -> None:
        """Shows an entry of the history, unless an answer is in progress."""
        entry = self._history.entry(entry_id)
        if entry is not None:
            self._answer.show_entry(entry, self._history.thread_before(entry))
            self._mark_shown()
            self._reveal_answer()

    def remove_entry(self, entry_id: str) -> None:
        """Removes an entry from the history and from the answer view."""
        if self._answer.entry is not None and self._answer.entry.id == entry_id:
            self._answer.clear()
        self._history.remove(entry_id)
        self._answer.remove_turn(entry_id)
        self._mark_shown()

    @property
    def search(self) -> HistoryView:
        """The field that searches history and indexes, with what was found."""
        return self._history

    # ----------------------------------------------------------------- composition

    def _lay_out(self) -> None:
        moving = QWidget(self)
        column = QVBoxLayout(moving)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(8)
        for part in (self._input, self._answer, self._history):
            column.addWidget(part)
        column.addStretch(1)
        body = QWidget(self)
        self._column = ScrollColumn(moving, body)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(6, 4, 6, 6)
        layout.setSpacing(6)
        layout.addWidget(self.status)
        layout.addWidget(self._column, 1)
        layout.addWidget(self._question)
        self.setWidget(body)
        follow_layout(body)

    def _connect(self) -> None:
        self.status.restart_requested.connect(self.restart_requested)
        self.status.batch_requested.connect(
            lambda: self.batch_requested.emit(self.question, self._question.options())
        )
        self.status.features_requested.connect(
            lambda: self.features_requested.emit(self.question, self._question.options())
        )
        self._input.swapped.connect(self.swapped)
        self._input.kind_changed.connect(self._on_kind_changed)
        self._input.dates_edited.connect(self.dates_edited)
        self._input.series_changed.connect(self._on_series_changed)
        self._input.series_add_requested.connect(self.series_add_requested)
        self._input.tiles_requested.connect(
            lambda: self.ask_tiles_requested.emit(self.question, self._question.options())
        )
        self._column.verticalScrollBar().valueChanged.connect(
            self._on_scrolled, Qt.ConnectionType.QueuedConnection
        )  # not while the column is scrolling
        self._history.acted.connect(self.entry_action)
        self._history.chosen.connect(self._on_chosen)
        self._answer.acted.connect(self.entry_action)
        self._answer.date_chosen.connect(self.date_chosen)
        self._question.submitted.connect(self.submitted)
        self._question.stopped.connect(self.stopped)
        self._question.conversation_ended.connect(self.conversation_ended)
        self._question.restart_requested.connect(self.restart_requested)
        self._stop_key.activated.connect(self._question.stop.click)

    def _on_kind_changed(self, kind: str) -> None:
        self._show_kind()
        self.kind_changed.emit(kind)

    def _on_series_changed(self) -> None:
        self._show_kind()
        self.series_changed.emit()

    def _on_chosen(self, entry_id: str) -> None:
        self.show_entry(entry_id)
        self.entry_selected.emit(entry_id)

    def _reveal_answer(self) -> None:
        """Scrolls to the question that is shown, and to as much of its answer as there is room."""
        self._column.reveal(self._answer, self._answer.beginning)

    def _mark_shown(self) -> None:
        """Marks the entry in the history whose answer is shown above it."""
        entry_id = self._answer.entry.id if self._answer.entry is not None else ""
        self._history.set_shown_above(entry_id)
        self._history.select(entry_id)

    def _on_scrolled(self, value: int) -> None:
        if value >= self._column.verticalScrollBar().maximum() - _NEAR_END:
            self._history.show_older()

    def _show_kind(self) -> None:
        """Shows what fits the kind of input, if it can be asked about."""
        self.status.set_kind(self.kind)
        self._question.set_kind(self.kind, is_dated=not self.video_path)
        problem = self._problem
        if not problem and self.kind == "video" and not (self.series or self.video_path):
            problem = self.tr("Add dated layers to the series, or choose a video file.")
        self._input.show_problem(problem)
        self._question.show_problem(problem)
