"""The state that the dock shows: input, runtime, worker and question."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import QObject

from unirs_qgis.dock import DockState, UniRSDock
from unirs_qgis.inputs.controller import InputController
from unirs_qgis.question import QuestionController
from unirs_qgis.runtime.environment import Runtime, describe_runtime
from unirs_qgis.runtime.runtime_setup import RuntimeSetup
from unirs_qgis.runtime.worker import Worker, WorkerState
from unirs_qgis.settings import Settings

OFFLINE_CODES = {
    *("network", "proxy", "certificate", "login"),
    *("uv", "no_python", "no_build", "wheel_missing", "folder", "index_invalid", "platform"),
}
"""Failures of the set-up for which the options have the remedy: another network, or a folder."""


class Status(QObject):
    """Shows the state of input, runtime, worker and question in the dock.

    Args:
        dock: Shows the state.
        inputs: Whether there is anything to ask about.
        questions: Whether there is a pending question.
        worker: Whether it died.
        setup: Whether the runtime is being set up.
        settings: Gives the user's settings.
        parent: Owner.
    """

    def __init__(
        self,
        dock: UniRSDock,
        inputs: InputController,
        questions: QuestionController,
        worker: Worker,
        setup: RuntimeSetup,
        settings: Callable[[], Settings],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._dock, self._inputs, self._questions = dock, inputs, questions
        self._worker, self._setup, self._settings = worker, setup, settings
        self._failure = ("", "")
        for signal in (inputs.changed, questions.changed, worker.changed):
            signal.connect(self.show)
        setup.started.connect(self._on_setup_started)
        setup.stage_changed.connect(self.show)
        setup.progressed.connect(self.show)
        setup.logged.connect(dock.append_log)
        setup.failed.connect(self._on_setup_failed)
        setup.changed.connect(self.check_runtime)
        setup.planned.connect(self.show)
        self.check_runtime()

    def check_runtime(self) -> None:
        """Read the runtime's state again: it or the settings may have changed."""
        self._runtime: Runtime = describe_runtime(self._settings())
        self.show()

    def show(self, *_signal: object) -> None:
        """Show the current state."""
        if self._setup.is_running:
            total = 100 if self._setup.progress else 0
            self._dock.show_state(
                DockState.SETTING_UP, self._setup.stage, self._setup.progress, total
            )
        else:
            self._dock.show_state(*self._state())

    def _state(self) -> tuple[DockState, str]:
        code, failure = self._failure
        if self._runtime.python is None:
            state = DockState.OFFLINE if code in OFFLINE_CODES else DockState.NOT_SET_UP
            return state, failure or " ".join(
                filter(None, (self._runtime.message, self._setup.plan_text))
            )
        if self._questions.is_busy:
            loading = self._questions.stage in ("", "load")
            return (DockState.LOADING if loading else DockState.BUSY), ""
        if not self._inputs.has_any:
            return DockState.NO_LAYER, self._inputs.why_none
        if self._worker.state is WorkerState.DIED:
            return DockState.DIED, self._worker.reason
        return (DockState.STOPPED if self._questions.was_stopped else DockState.READY), ""

    def _on_setup_started(self) -> None:
        self._failure = ("", "")
        self.show()

    def _on_setup_failed(self, code: str, message: str) -> None:
        self._failure = (code, message)
        self.show()
