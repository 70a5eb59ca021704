"""The states of the dock, and what each of them says when nothing better is known."""

from __future__ import annotations

from enum import Enum

from qtpy.QtCore import QCoreApplication

from unirs_qgis.dock.theme import Tone

translate = QCoreApplication.translate


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
        """The colour that says it."""
        if self is DockState.READY:
            return Tone.GOOD
        if self is DockState.DIED:
            return Tone.ERROR
        return Tone.BUSY if self.is_working else Tone.WARNING

    @property
    def sentence(self) -> str:
        """What it means, and what to do."""
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
            DockState.STOPPED: translate("DockState", "Stopped. The text so far is kept."),
            DockState.DIED: translate(
                "DockState", "The worker has ended. The next question starts it again."
            ),
            DockState.OFFLINE: translate(
                "DockState",
                "There is no network, so the runtime cannot be set up from it. "
                "Choose a folder of wheels in the options, or try again later.",
            ),
        }[self]
