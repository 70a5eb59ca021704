"""The panel of a review: both dates, the question, the answer, and a key for each decision."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import QgsMapLayer, QgsMapLayerProxyModel, QgsProject, QgsVectorLayer
from qgis.gui import QgsMapLayerComboBox
from qtpy.QtCore import QEvent, QLocale, Qt, Signal
from qtpy.QtGui import QFont, QKeyEvent
from qtpy.QtWidgets import (
    QComboBox,
    QCompleter,
    QDockWidget,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from unirs_qgis.dock.parts.buttons import CompactButton
from unirs_qgis.dock.parts.flow import FlowLayout
from unirs_qgis.dock.parts.notice import Notice
from unirs_qgis.dock.parts.sentences import translated
from unirs_qgis.dock.parts.text import WrapLabel
from unirs_qgis.dock.theme import Tone, plain_tooltip
from unirs_qgis.review.forms import AnswerRow, Form
from unirs_qgis.review.views import DateViews

_MOST_BUTTONS = 9
"""Options that have a button and a key each; of more, one is typed."""

_FORM_WIDTH, _OPTION_WIDTH = 320, 260  # pixels


class ReviewPanel(QDockWidget):
    """Shows one answer at a time, and takes what the user decides about it.

    Args:
        parent: QGIS's window.

    Signals:
        table_chosen: The user chose a layer (or ``None``).
        history_chosen: The user chose the history.
        order_chosen: The user chose the other order: see ``in_turn``.
        accepted: The answer is right.
        corrected: What it should be.
        skipped: To be decided later.
        back: The answer before this one is to be shown again.
        export_requested: The decisions are to be written as training data.
    """

    table_chosen = Signal(object)
    history_chosen = Signal()
    order_chosen = Signal()
    accepted = Signal()
    corrected = Signal(str)
    skipped = Signal()
    back = Signal()
    export_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("UniRSReview")
        self.setWindowTitle(self.tr("Review answers"))
        self._row: AnswerRow | None = None
        self.views = DateViews(self)
        self._make_parts()
        self._lay_out()
        self._connect()
        self.offer_tables()
        self.show_row(None)

    # ------------------------------------------------------------ what it shows

    def offer_tables(self) -> None:
        """Offer the layers of the project that have answers."""
        layers = QgsProject.instance().mapLayers().values()
        self._tables.blockSignals(True)
        self._tables.setExceptedLayerList([layer for layer in layers if not _has_answers(layer)])
        self._tables.blockSignals(False)

    def choose_table(self, layer: QgsVectorLayer | None, is_history: bool = False) -> None:
        """Show which layer, or that the history is reviewed; without a signal."""
        self._tables.blockSignals(True)
        if is_history:
            self._tables.setCurrentIndex(self._tables.findText(self._history_text))
        else:
            self._tables.setLayer(layer)
        self._tables.blockSignals(False)

    @property
    def in_turn(self) -> bool:
        """Whether doubtful and sure answers come in turn."""
        return self._order.currentIndex() == 1

    def show_progress(self, done: int, total: int) -> None:
        """Show how many answers are decided."""
        self._progress.setRange(0, max(total, 1))
        self._progress.setValue(done)
        self._progress.setFormat(
            self.tr("{done} of {total} checked").format(done=done, total=total)
        )
        self._export.setEnabled(done > 0)

    def show_row(self, row: AnswerRow | None, known: Sequence[str] = ()) -> None:
        """Show an answer.

        Args:
            row: The answer; ``None`` if there is none to review.
            known: Texts that a correction is completed by.
        """
        self._row = row
        self._question.setText(row.question if row else "")
        self._question.setVisible(bool(row and row.question))
        self._answer.setText(self._answer_text(row) if row else "")
        self._offer_options(row)
        self._offer_text(row, known)
        for button in (self._accept, self._skip, self._back):
            button.setEnabled(row is not None)
        if row is None:
            self.views.clear()
        else:
            self._body.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_end(self, sentence: str, can_go_back: bool) -> None:
        """Show that there is nothing to review, and why."""
        self.show_row(None)
        self._answer.setText(sentence)
        self._back.setEnabled(can_go_back)

    def show_problem(self, sentence: str) -> None:
        """Show why the images or the decision are missing; nothing for an empty sentence."""
        self._problem.show_text(sentence)

    # ------------------------------------------------------------ parts

    def _make_parts(self) -> None:
        self._body = _Body(self)
        self._tables = QgsMapLayerComboBox(self)
        self._tables.setFilters(QgsMapLayerProxyModel.Filter.VectorLayer)
        self._tables.setAllowEmptyLayer(True)
        self._history_text = self.tr("History of the panel UniRS")
        self._tables.setAdditionalItems([self._history_text])
        self._tables.setObjectName("reviewTable")
        self._tables.setAccessibleName(self.tr("Table of answers"))
        self._tables.setToolTip(self.tr("Table of answers"))
        self._order = QComboBox(self)
        self._order.addItems(
            [self.tr("Doubtful answers first"), self.tr("Doubtful and sure answers in turn")]
        )
        self._order.setObjectName("reviewOrder")
        self._order.setAccessibleName(self.tr("Order of the answers"))
        self._order.setToolTip(
            self.tr(
                "In turn is better for training: corrections of doubtful answers alone are "
                "one-sided"
            )
        )
        self._progress = QProgressBar(self)
        self._question, self._answer = WrapLabel(parent=self), WrapLabel(parent=self)
        self._question.setFont(_weighted(self.font(), bold=True))
        self._answer.setObjectName("reviewAnswer")
        self._problem = Notice("warning", Tone.WARNING, self)
        self._options = QWidget(self)
        FlowLayout(4, self._options)
        self._text = QLineEdit(self)
        self._text.setObjectName("reviewText")
        self._text.setAccessibleName(self.tr("The right answer"))
        self._text.setPlaceholderText(self.tr("The right answer (C to edit, Enter to keep)"))
        self._accept = CompactButton(self.tr("Accept (A)"), parent=self)
        self._correct = CompactButton(self.tr("Correct (C)"), parent=self)
        self._skip = CompactButton(self.tr("Skip (S)"), parent=self)
        self._back = CompactButton(self.tr("Back (Backspace)"), parent=self)
        self._export = CompactButton(self.tr("Export as training data…"), parent=self)
        for name, button in (
            ("Accept", self._accept),
            ("Correct", self._correct),
            ("Skip", self._skip),
            ("Back", self._back),
            ("Export", self._export),
        ):
            button.setObjectName(f"review{name}")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _lay_out(self) -> None:
        buttons = FlowLayout(4)
        for button in (self._accept, self._correct, self._skip, self._back):
            buttons.addWidget(button)
        form = QWidget(self)
        form.setFixedWidth(_FORM_WIDTH)
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (self._tables, self._order, self._progress, self._problem):
            column.addWidget(part)
        column.addWidget(self._question)
        column.addWidget(self._answer)
        column.addWidget(self._options)
        column.addWidget(self._text)
        column.addLayout(buttons)
        column.addStretch(1)
        column.addWidget(self._export)
        row = QHBoxLayout(self._body)
        row.setContentsMargins(6, 6, 6, 6)
        row.addWidget(self.views, 1)
        row.addWidget(form)
        self.setWidget(self._body)

    def _connect(self) -> None:
        self._tables.layerChanged.connect(self._on_table)
        self._order.activated.connect(lambda _index: self.order_chosen.emit())
        self._accept.clicked.connect(lambda _checked=False: self.accepted.emit())
        self._correct.clicked.connect(lambda _checked=False: self._correct_text())
        self._skip.clicked.connect(lambda _checked=False: self.skipped.emit())
        self._back.clicked.connect(lambda _checked=False: self.back.emit())
        self._export.clicked.connect(lambda _checked=False: self.export_requested.emit())
        self._body.key_pressed.connect(self._on_key)

    # ------------------------------------------------------------ behaviour

    def _on_table(self, layer: QgsMapLayer | None) -> None:
        if layer is None and self._tables.currentText() == self._history_text:
            self.history_chosen.emit()
        else:
            self.table_chosen.emit(layer)

    def _answer_text(self, row: AnswerRow) -> str:
        """The answer with its confidence, what was decided before, and warnings."""
        lines = [self.tr("Answer: {text}").format(text=row.text)]
        if row.confidence is not None:
            share = QLocale().toString(100 * row.confidence, "f", 0)
            lines[0] += f" ({share} %)"
        if row.is_done:
            lines.append(self.tr("Checked: {text}").format(text=row.right_text))
        lines += map(translated, row.warnings)
        return "\n".join(lines)

    def _offer_options(self, row: AnswerRow | None) -> None:
        """A button for each option."""
        flow = self._options.layout()
        while (item := flow.takeAt(0)) is not None:
            item.widget().deleteLater()
        for number, option in enumerate(self._numbered(row), start=1):
            text = self.fontMetrics().elidedText(option, Qt.TextElideMode.ElideRight, _OPTION_WIDTH)
            button = CompactButton(f"{number}  {text}".replace("&", "&&"), parent=self._options)
            button.setToolTip(plain_tooltip(option))
            button.setObjectName(f"reviewOption{number}")
            button.setFont(_weighted(self.font(), bold=row is not None and option == row.text))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _checked=False, text=option: self._give(text))
            flow.addWidget(button)
            button.show()
        self._options.setVisible(flow.count() > 0)

    def _offer_text(self, row: AnswerRow | None, known: Sequence[str]) -> None:
        """A line for the right answer, where it is no option with a key."""
        is_text = row is not None and not self._numbered(row)
        self._text.setVisible(is_text)
        self._correct.setVisible(is_text)
        self._text.setText(row.right_text if row else "")
        self._text.setCursorPosition(0)
        completer = QCompleter(sorted(set(known)), self._text)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._text.setCompleter(completer)

    def _give(self, text: str) -> None:
        """Take a text as the right answer, which is one of the options if there are any."""
        if self._row is None or not text:
            return
        options = self._row.options
        if options and text not in options:
            self.show_problem(self.tr("“{text}” is none of the options.").format(text=text))
        elif text == self._row.text:
            self.accepted.emit()
        else:
            self.corrected.emit(text)

    def _correct_text(self) -> None:
        """Take what is in the line; if nothing was changed there, let it be edited."""
        text = self._text.text().strip()
        if self._row is not None and text != self._row.right_text:
            self._give(text)
        else:
            self._text.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._text.selectAll()

    def _on_key(self, key: int) -> None:
        """What a key decides; those of letters do not come from the line while it is edited."""
        options = self._numbered(self._row)
        number = key - Qt.Key.Key_1
        is_editing = self._body.focusWidget() is self._text
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and is_editing:
            self._give(self._text.text().strip())
        elif key == Qt.Key.Key_Escape:
            self._text.setText(self._row.right_text if self._row else "")
            self._body.setFocus(Qt.FocusReason.OtherFocusReason)
        elif key == Qt.Key.Key_Backspace:
            self._back.click()
        elif self._row is None:
            return
        elif key in (Qt.Key.Key_A, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._accept.click()
        elif key == Qt.Key.Key_S:
            self._skip.click()
        elif key == Qt.Key.Key_C and not options:
            self._correct_text()
        elif 0 <= number < len(options):
            self._give(options[number])

    @staticmethod
    def _numbered(row: AnswerRow | None) -> list[str]:
        """The options that have a key."""
        options = list(row.options) if row else []
        return options if len(options) <= _MOST_BUTTONS else []


_KEYS = {
    *(Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Backspace, Qt.Key.Key_Escape),
    *(Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_S),
    *(Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_5),
    *(Qt.Key.Key_6, Qt.Key.Key_7, Qt.Key.Key_8, Qt.Key.Key_9),
}


class _Body(QWidget):
    """Takes the keys of the review, also those that QGIS has for other things (S: snapping)."""

    key_pressed = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def event(self, event: QEvent) -> bool:
        """Claim the keys before the window's shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and _is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, Qt's name
        """Pass the keys on."""
        if _is_ours(event):
            self.key_pressed.emit(event.key())
            event.accept()
        else:
            super().keyPressEvent(event)


def _weighted(font: QFont, bold: bool) -> QFont:
    font = QFont(font)
    font.setBold(bold)
    return font


def _is_ours(event: QKeyEvent) -> bool:
    keypad = Qt.KeyboardModifier.KeypadModifier
    plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, keypad)
    return plain and event.key() in _KEYS


def _has_answers(layer: QgsMapLayer) -> bool:
    return isinstance(layer, QgsVectorLayer) and Form.of(layer.fields()) is not None
