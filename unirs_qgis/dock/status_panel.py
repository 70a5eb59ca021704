"""The status line of UniRS and, where the user has to act, the buttons for it."""

from __future__ import annotations

from enum import Enum

from qtpy.QtCore import QCoreApplication, QRectF, Qt, Signal
from qtpy.QtGui import QPainter, QPaintEvent
from qtpy.QtWidgets import (
    QAction,
    QHBoxLayout,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from unirs_qgis.dock.parts.buttons import CompactButton, IconButton
from unirs_qgis.dock.parts.flow import FlowLayout
from unirs_qgis.dock.parts.fold import Fold
from unirs_qgis.dock.parts.text import WrapLabel
from unirs_qgis.dock.theme import (
    Tone,
    colours,
    hairline,
    line_height,
    plain_tooltip,
    tinted_ground,
    tone,
)

translate = QCoreApplication.translate

_DOT = 9
_LOG_LINES = 5000
_LETTERS = 240  # more would push the question out of a low dock


class DockState(Enum):
    """What the dock can do now."""

    NO_LAYER = "no_layer"
    NOT_SET_UP = "not_set_up"
    SETTING_UP = "setting_up"
    LOADING = "loading"
    READY = "ready"
    BUSY = "busy"
    STOPPED = "stopped"
    DIED = "died"
    OFFLINE = "offline"

    @property
    def can_ask(self) -> bool:
        """Whether a question may be sent; a worker that died is started again by the next one."""
        return self in (DockState.READY, DockState.STOPPED, DockState.DIED)

    @property
    def can_stop(self) -> bool:
        """Whether there is something to stop."""
        return self in (DockState.LOADING, DockState.BUSY)

    @property
    def needs_user(self) -> bool:
        """Whether the user has to do something before questions are answered."""
        return self in (
            DockState.NO_LAYER,
            DockState.NOT_SET_UP,
            DockState.SETTING_UP,
            DockState.DIED,
            DockState.OFFLINE,
        )

    @property
    def is_working(self) -> bool:
        """Whether something is under way that the user waits for."""
        return self in (DockState.SETTING_UP, DockState.LOADING, DockState.BUSY)

    @property
    def tone(self) -> Tone:
        """The colour that shows it."""
        if self is DockState.READY:
            return Tone.GOOD
        if self is DockState.DIED:
            return Tone.ERROR
        return Tone.BUSY if self.is_working else Tone.WARNING

    @property
    def sentence(self) -> str:
        """Message of the state, with what to do."""
        return {
            DockState.NO_LAYER: translate(
                "DockState", "Add a raster layer to the project, then ask about it here."
            ),
            DockState.NOT_SET_UP: translate(
                "DockState",
                "UniRS runs on this computer. Set up its runtime once to begin.",
            ),
            DockState.SETTING_UP: translate("DockState", "Setting up the runtime…"),
            DockState.LOADING: translate("DockState", "Loading the model…"),
            DockState.READY: translate("DockState", "Ready"),
            DockState.BUSY: translate("DockState", "Answering…"),
            DockState.STOPPED: translate("DockState", "Stopped"),
            DockState.DIED: translate(
                "DockState", "The worker has ended. The next question starts it again."
            ),
            DockState.OFFLINE: translate(
                "DockState",
                "There is no network, so the runtime cannot be set up from it. "
                "Choose a folder to set up from in the options, or try again later.",
            ),
        }[self]


_BUTTONS = {
    DockState.NOT_SET_UP: ("set_up", "options"),
    DockState.SETTING_UP: ("cancel",),
    DockState.DIED: ("restart", "options"),
    DockState.OFFLINE: ("options", "set_up"),
}


class StatusPanel(QWidget):
    """State of UniRS: a line, or a banner with buttons where the user has to act."""

    set_up_requested = Signal()
    set_up_cancelled = Signal()
    options_requested = Signal()
    restart_requested = Signal()
    help_requested = Signal()
    tiles_requested = Signal()
    features_requested = Signal()
    index_requested = Signal()
    batch_requested = Signal()
    review_requested = Signal()
    history_action = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = DockState.READY
        self._dot = _Dot(self)
        self._label = WrapLabel(parent=self)
        self._label.setObjectName("statusLabel")
        self._menu_button = self._make_menu_button()
        self._progress = QProgressBar(self)
        self._progress.setObjectName("statusProgress")
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(4)
        self._progress.setAccessibleName(self.tr("Progress"))
        self._log = self._make_log()
        self._log_fold = Fold(self.tr("Log"), self._log, parent=self)
        self._log_fold.header.setObjectName("logFold")
        self._buttons = self._make_buttons()
        self._lay_out()
        self.show_state(DockState.READY, "", 0, 0)

    @property
    def state(self) -> DockState:
        """What is shown."""
        return self._state

    def show_state(self, state: DockState, message: str, done: int, total: int) -> None:
        """Shows a state.

        Args:
            state: Which one.
            message: Message to show; empty for that of the state.
            done: Steps done, of work with a known length.
            total: Steps in all; 0 if it is not known.
        """
        started = state is DockState.SETTING_UP and self._state is not state
        self._state = state
        if started:
            self._log.clear()
        text = message or state.sentence
        self._label.setText(text if len(text) <= _LETTERS else text[:_LETTERS] + "…")
        self._label.setToolTip(plain_tooltip(text))
        self.setAccessibleName(text)
        self._dot.show_state(state)
        self._progress.setRange(0, max(0, total))
        self._progress.setValue(min(done, total))
        self._progress.setVisible(state.is_working)
        self._log_fold.setVisible(
            state is DockState.SETTING_UP or (state.needs_user and bool(self._log.toPlainText()))
        )
        for name, button in self._buttons.items():
            button.setVisible(name in _BUTTONS.get(state, ()))
        self._button_row.setVisible(state in _BUTTONS)
        margin = 8 if state.needs_user else 0
        self.layout().setContentsMargins(margin, margin // 2, margin // 2, margin)
        self.updateGeometry()  # Qt does not announce new margins to the outer layout
        self.update()

    def append_log(self, line: str) -> None:
        """Adds a line to the log of the set-up."""
        self._log.appendPlainText(line)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002
        """Draws the ground of the banner."""
        if not self._state.needs_user:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(hairline(colours(self)))
        painter.setBrush(tinted_ground(colours(self), self._state.tone))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 5, 5)
        painter.end()

    # ----------------------------------------------------------------- parts

    def set_kind(self, kind: str) -> None:
        """Offers the batch that fits the kind of input."""
        self._tiles_action.setText(
            {
                "single": self.tr("Caption tiles…"),
                "pair": self.tr("Describe change in tiles…"),
                "video": self.tr("Classify tiles…"),
            }[kind]
        )

    def _make_menu_button(self) -> QToolButton:
        button = IconButton("menu", self.tr("More"), self)
        button.setObjectName("menuButton")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        menu = QMenu(button)
        for name, text, slot in (
            ("tilesAction", "", self.tiles_requested.emit),
            ("featuresAction", self.tr("Ask about polygons…"), self.features_requested.emit),
            ("indexAction", self.tr("Index tiles…"), self.index_requested.emit),
            ("reviewAction", self.tr("Review answers…"), self.review_requested.emit),
            ("batchAction", self.tr("Batch on a cluster…"), self.batch_requested.emit),
            ("", "", None),
            (
                "reportAction",
                self.tr("Report…"),
                lambda: self.history_action.emit("report"),
            ),
            (
                "exportAction",
                self.tr("Export history…"),
                lambda: self.history_action.emit("export"),
            ),
            (
                "asLayerAction",
                self.tr("Add history as layer"),
                lambda: self.history_action.emit("as_layer"),
            ),
            ("", "", None),
            ("optionsAction", self.tr("Options…"), self.options_requested.emit),
            ("helpAction", self.tr("Help"), self.help_requested.emit),
        ):
            if slot is None:
                menu.addSeparator()
            else:
                action = menu.addAction(text)
                action.setObjectName(name)
                action.triggered.connect(lambda _checked=False, slot=slot: slot())
        button.setMenu(menu)
        self._tiles_action = menu.findChild(QAction, "tilesAction")
        self.set_kind("single")
        return button

    def _make_log(self) -> QPlainTextEdit:
        log = QPlainTextEdit(self)
        log.setObjectName("setUpLog")
        log.setAccessibleName(self.tr("Log of the set-up"))
        log.setReadOnly(True)
        log.setTabChangesFocus(True)
        log.setMaximumBlockCount(_LOG_LINES)
        log.setFixedHeight(110)
        return log

    def _make_buttons(self) -> dict[str, CompactButton]:
        made = {}
        for name, object_name, text, signal in (
            ("set_up", "setUpButton", self.tr("Set up"), self.set_up_requested),
            ("cancel", "cancelSetUpButton", self.tr("Cancel"), self.set_up_cancelled),
            ("restart", "restartButton", self.tr("Restart"), self.restart_requested),
            ("options", "optionsButton", self.tr("Options…"), self.options_requested),
        ):
            button = made[name] = CompactButton(text, parent=self)
            button.setObjectName(object_name)
            button.clicked.connect(lambda _checked=False, signal=signal: signal.emit())
        return made

    def _lay_out(self) -> None:
        button_height = self._menu_button.sizeHint().height()
        self._dot.setFixedSize(_DOT, button_height)
        text_column = QVBoxLayout()
        text_column.setContentsMargins(0, (button_height - line_height(self)) // 2, 0, 0)
        text_column.addWidget(self._label)
        text_column.addStretch(1)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self._dot, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(text_column, 1)
        line.addWidget(self._menu_button, 0, Qt.AlignmentFlag.AlignTop)
        self._button_row = QWidget(self)
        row = FlowLayout(4, self._button_row)
        for button in self._buttons.values():
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setSpacing(4)
        layout.addLayout(line)
        layout.addWidget(self._progress)
        layout.addWidget(self._button_row)
        layout.addWidget(self._log_fold)


class _Dot(QWidget):
    """A dot in the tone of the state."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._state = DockState.READY

    def show_state(self, state: DockState) -> None:
        self._state = state
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tone(colours(self), self._state.tone))
        painter.drawEllipse(QRectF(0, (self.height() - _DOT) / 2, _DOT, _DOT))
        painter.end()
