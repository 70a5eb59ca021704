"""The answer: earlier turns, streaming text, then options, clue, images and actions."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import QCoreApplication, QLocale, QRectF, Signal
from qtpy.QtGui import QImage, QPainter, QPaintEvent, QPalette
from qtpy.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from unirs_qgis.answer import Answer
from unirs_qgis.dock.answer_notices import AnswerNotices
from unirs_qgis.dock.entries import Entry, LayerRecord
from unirs_qgis.dock.entry_actions import ICONS, action_text
from unirs_qgis.dock.parts.buttons import CompactButton, IconButton
from unirs_qgis.dock.parts.fold import Fold
from unirs_qgis.dock.parts.layers_label import LayersLabel
from unirs_qgis.dock.parts.notice import Notice
from unirs_qgis.dock.parts.option_bars import OptionBars, percent
from unirs_qgis.dock.parts.stages import stage_label
from unirs_qgis.dock.parts.text import GrowingText, WrapLabel
from unirs_qgis.dock.parts.thumbnails import Thumbnails
from unirs_qgis.dock.theme import Tone, colours, hairline, plain_tooltip, scaled_font
from unirs_qgis.dock.thread_view import ThreadView
from unirs_qgis.dock.timeline import TimelineChart

translate = QCoreApplication.translate

_SEEN_KEPT = 50  # answers whose thumbnails are kept for this session: some 10 MB
_LIKELY = 5  # options that are shown without unfolding
_TITLE_LETTERS = 240  # a longer question is cut here; its tooltip and the copy have all of it


class AnswerView(QWidget):
    """Earlier turns, question, answer, options, clue, images and actions, on one card.

    Args:
        mappable: Ids of the entries with a change map; see `show_actions`.
        parent: Parent widget.
    """

    acted = Signal(str, str)
    date_chosen = Signal(str, int)
    """Id of an entry, and the index of a date of its series."""

    def __init__(self, mappable: set[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry: Entry | None = None
        self._live = False
        self._live_seen: list[QImage] = []
        self._seen: dict[str, list[QImage]] = {}
        self._mappable = mappable
        self.setObjectName("answerView")
        self.setAccessibleName(self.tr("Answer"))
        self._make_parts()
        self._lay_out()
        self.hide()

    @property
    def live(self) -> bool:
        """Whether an answer is in progress."""
        return self._live

    @property
    def beginning(self) -> QWidget:
        """Where the question begins: below the earlier turns, if there are any."""
        return self._title if self._thread.entries else self

    @property
    def text(self) -> QWidget:
        """The widget of the answer text; the dock keeps its end in sight."""
        return self._answer

    @property
    def entry(self) -> Entry | None:
        """The finished answer that is shown."""
        return self._entry

    # ----------------------------------------------------------------- the answer in progress

    def begin(self, title: str) -> None:
        """Clears the view for a new answer."""
        self._entry, self._live, self._live_seen = None, True, []
        self._show_texts(title, (), "", "")
        self.show_thread(())
        self.show_host("")
        self._show_options(())
        self._timeline.show_dates(())
        self._show_seen((), "single")
        self._notices.clear()
        self._error.show_text("")
        self._details.hide()
        self._left_out.hide()
        self.show_actions()
        self.show_stage("")
        self.show()

    def show_stage(self, stage: str, detail: str = "") -> None:
        """Shows the stage of the worker; an unknown one is shown as "Working…".

        Args:
            stage: Its name in the worker protocol.
            detail: How far it is.
        """
        label = stage_label(stage)
        self._stage.setText(f"{label} {detail}".rstrip())
        self._stage.setVisible(self._live)

    def show_thread(self, earlier: Sequence[Entry], note: str = "") -> None:
        """Shows the earlier turns of the conversation.

        Args:
            earlier: The oldest first.
            note: Why the question begins a new conversation; empty for none.
        """
        self._thread.show_turns(earlier)
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def show_host(self, host: str) -> None:
        """Shows the host that the images are sent to; empty if they stay on this computer."""
        sentence = self.tr("Images were sent to {host}.").format(host=host) if host else ""
        self._host.show_text(sentence)

    def add_text(self, piece: str) -> None:
        """Adds a piece of the answer."""
        self._answer.append_piece(piece)
        self._answer.show()

    def show_seen(self, images: Sequence[QImage]) -> None:
        """Shows the images that the model gets."""
        self._live_seen = list(images)
        kind = "pair" if len(images) == 2 else "video" if len(images) > 2 else "single"
        self._show_seen(self._live_seen, kind)

    def finish(self, entry: Entry) -> None:
        """Shows the finished answer."""
        self._live = False
        self._seen[entry.id] = self._live_seen
        while len(self._seen) > _SEEN_KEPT:
            self._seen.pop(next(iter(self._seen)))
        self._show_entry(entry, self._thread.entries)

    def fail(self, message: str) -> None:
        """Ends the answer with an error; the text so far stays."""
        self._live = False
        self._stage.hide()
        self._error.show_text(message)
        self.show()

    # ----------------------------------------------------------------- an answer of the history

    def show_entry(self, entry: Entry, earlier: Sequence[Entry] = ()) -> None:
        """Shows an entry after those of its conversation, unless an answer is in progress."""
        if not self._live:
            self._note.hide()
            self._show_entry(entry, earlier)

    def remove_turn(self, entry_id: str) -> None:
        """Removes an earlier turn that was deleted from the history."""
        entries = self._thread.entries
        kept = [entry for entry in entries if entry.id != entry_id]
        if len(kept) < len(entries):
            self._thread.show_turns(kept, self._entry and self._entry.answer.conversation_turns)

    def clear(self) -> None:
        """Shows nothing, unless an answer is in progress."""
        if not self._live:
            self._entry = None
            self.hide()

    # ----------------------------------------------------------------- parts

    def _make_parts(self) -> None:
        self._thread = ThreadView()
        self._note = WrapLabel(secondary=True)
        self._note.setObjectName("conversationNote")
        self._title = self._text("answerTitle", self.tr("Question"))
        self._title.setFont(scaled_font(self._title.font(), 1.0, bold=True))
        self._layers_label = LayersLabel()
        self._layers_label.setObjectName("layersLabel")
        self._stage = WrapLabel(secondary=True)
        self._stage.setObjectName("stageLabel")
        self._answer = self._text("answerText", self.tr("Answer"))
        self._answer.setFont(scaled_font(self._answer.font(), 1.2))
        self._host = Notice("info", Tone.WARNING)
        self._host.setObjectName("hostMark")
        self._left_out = WrapLabel(secondary=True)
        self._left_out.setObjectName("framesLeftOutLabel")
        self._no_probabilities = WrapLabel(secondary=True)
        self._no_probabilities.setObjectName("noProbabilitiesLabel")
        self._error = Notice("error", Tone.ERROR)
        self._error.setObjectName("errorMark")
        self._notices = AnswerNotices()
        self._timeline = TimelineChart()
        self._timeline.chosen.connect(self._on_date)
        self._bars = OptionBars()
        self._bars.setObjectName("optionBars")
        self._other_bars = OptionBars()
        self._other_bars.setObjectName("otherOptionBars")
        self._other_fold = Fold(self.tr("Less likely answers"), self._other_bars)
        self._clue = self._text("clueText", self.tr("Clue"))
        self._clue_fold = Fold(self.tr("Clue"), self._clue)
        self._clue_fold.header.setObjectName("clueFold")
        self._clue_fold.header.setToolTip(
            self.tr(
                "Text about the image that the base model generated before the question was read"
            )
        )
        self._pictures = Thumbnails()
        self._seen_fold = Fold(self.tr("The model's image"), self._pictures)
        self._seen_fold.header.setObjectName("seenFold")
        self._details = WrapLabel(secondary=True)
        self._details.setObjectName("detailsLabel")
        self._map = CompactButton(action_text("change_map"), "map")
        self._map.setObjectName("mapButton")
        self._map.setToolTip(self.tr("Add the map of this answer to the project"))
        self._map.clicked.connect(lambda: self._act("change_map"))

    def _text(self, object_name: str, name: str) -> GrowingText:
        text = GrowingText()
        text.make_label()
        text.setObjectName(object_name)
        text.setAccessibleName(name)
        return text

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.setSpacing(6)
        for widget in (
            self._thread,
            self._note,
            self._title,
            self._layers_label,
            self._answer,
            self._stage,
            self._timeline,
            self._bars,
            self._other_fold,
            self._no_probabilities,
            self._left_out,
            self._host,
            self._notices,
            self._error,
            self._map,
        ):
            layout.addWidget(widget)
        layout.addLayout(self._action_row())
        for widget in (self._clue_fold, self._seen_fold):
            layout.addWidget(widget)

    def _action_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self._details, 1)
        self._tools: dict[str, IconButton] = {}
        for name in ("zoom", "highlight", "ask_again", "continue", "copy"):
            tool = IconButton(ICONS[name], action_text(name))
            tool.setObjectName(f"{name}Tool")
            tool.clicked.connect(lambda _checked=False, name=name: self._act(name))
            self._tools[name] = tool
            row.addWidget(tool)
        return row

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002
        """Draws the card."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(hairline(colours(self)))
        painter.setBrush(colours(self).color(QPalette.ColorRole.Base))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()

    # ----------------------------------------------------------------- behaviour

    def _show_entry(self, entry: Entry, earlier: Sequence[Entry]) -> None:
        self._entry, answer = entry, entry.answer
        self._thread.show_turns(earlier, answer.conversation_turns)
        self.show_host(answer.host)
        self._show_texts(entry.title, entry.layers, answer.text, answer.clue)
        self._stage.hide()
        self._error.show_text("")
        self._show_options(answer.options)
        self._timeline.show_dates(answer.timeline)
        self._notices.show_answer(answer)
        self._show_seen(self._seen.get(entry.id, ()), entry.kind)
        left_out = answer.frames_left_out
        self._left_out.setText(
            self.tr("Images of the series that the model did not read: {count}").format(
                count=left_out
            )
        )
        self._left_out.setVisible(left_out > 0)
        self._details.setText(_details_of(answer))
        self._details.setToolTip(plain_tooltip(_weights_of(answer)))
        self._details.show()
        self.show_actions()
        self.show()

    def _show_texts(
        self, title: str, layers: Sequence[LayerRecord], answer: str, clue: str
    ) -> None:
        self._title.setToolTip(plain_tooltip(title) if len(title) > _TITLE_LETTERS else "")
        if len(title) > _TITLE_LETTERS:
            title = title[:_TITLE_LETTERS].rstrip() + "…"
        for field, text in ((self._title, title), (self._answer, answer), (self._clue, clue)):
            if field.toPlainText() != text:  # a selection of the user stays
                field.setPlainText(text)
        self._answer.setVisible(bool(answer))
        self._layers_label.show_layers(layers)
        self._clue_fold.setVisible(bool(clue))

    def _show_options(self, options: Sequence[tuple[str, float | None]]) -> None:
        shares = [(text, share) for text, share in options if share is not None]
        likely_first = sorted(shares, key=lambda option: -option[1])
        self._bars.show_options(likely_first[:_LIKELY])
        self._bars.setVisible(bool(likely_first))
        self._other_bars.show_options(likely_first[_LIKELY:])
        self._other_fold.setVisible(len(likely_first) > _LIKELY)
        lacking = len(shares) < len(options)
        self._no_probabilities.setText(
            self.tr("Chosen from {count} answers. The server gives no probabilities.").format(
                count=len(options)
            )
            if lacking
            else ""
        )
        self._no_probabilities.setVisible(lacking)

    def _show_seen(self, images: Sequence[QImage], kind: str) -> None:
        if kind == "pair" and len(images) == 2:
            captions = [self.tr("Before"), self.tr("After")]
        elif len(images) > 1:
            captions = [QLocale().toString(number + 1) for number in range(len(images))]
        else:
            captions = [""] * len(images)
        self._pictures.show_images(images, captions)
        self._seen_fold.setVisible(bool(images))

    def show_actions(self) -> None:
        """Shows the actions that the entry has; call it after a change of the mappable entries."""
        has_entry = self._entry is not None
        self._map.setVisible(has_entry and self._entry.id in self._mappable)
        self._map.setText(action_text("change_map", self._entry.task if has_entry else ""))
        for tool in self._tools.values():
            tool.setVisible(has_entry)
        can_continue = has_entry and self._entry.answer.can_be_followed
        self._tools["continue"].setVisible(can_continue)

    def _on_date(self, index: int) -> None:
        if self._entry is not None:
            self.date_chosen.emit(self._entry.id, index)

    def _act(self, action: str) -> None:
        if self._entry is not None:
            self.acted.emit(self._entry.id, action)


def _details_of(answer: Answer) -> str:
    details = translate("AnswerView", "{seconds} s, {model} on {device}").format(
        seconds=QLocale().toString(answer.seconds, "f", 1),
        model=answer.model,
        device=answer.device,
    )
    if answer.confidence is not None and not answer.options:
        details = translate("AnswerView", "confidence {percent}, {details}").format(
            percent=percent(answer.confidence), details=details
        )
    if answer.agreement is not None:
        details = translate("AnswerView", "views agree by {percent}, {details}").format(
            percent=percent(answer.agreement), details=details
        )
    if answer.views == 1:
        return details
    return translate("AnswerView", "average of {views} views, {details}").format(
        views=answer.views, details=details
    )


def _weights_of(answer: Answer) -> str:
    """Engine and digest, as far as they are known."""
    lines = []
    if answer.engine:
        lines.append(translate("AnswerView", "Engine: {engine}").format(engine=answer.engine))
    if answer.model_digest:
        lines.append(
            translate("AnswerView", "Digest of the model: {digest}").format(
                digest=answer.model_digest
            )
        )
    return "\n".join(lines)
