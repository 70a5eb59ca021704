"""What the dock says of the state of things: input, runtime, worker and question."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import QObject

from unirs_qgis.asking import Asking
from unirs_qgis.dock import DockState, UniRSDock
from unirs_qgis.inputs.inputs import Inputs
from unirs_qgis.runtime.setup.environment import Runtime, describe_runtime
from unirs_qgis.runtime.setup.setup import RuntimeSetup
from unirs_qgis.runtime.worker.worker import Worker, WorkerState
from unirs_qgis.settings import Settings

OFFLINE_CODES = {"network", "proxy", "certificate", "login"}
"""Failures of the set-up that another network, or a folder of wheels, would mend."""


class Status(QObject):
    """Watches everything that the dock's state depends on, and shows it.

    Args:
        dock: Shows the state.
        inputs: Tells whether there is anything to look at.
        asking: Tells whether a question is on its way.
        worker: Tells whether it died.
        setup: Tells whether a runtime is being made.
        settings: Tells which runtime is wanted.
        parent: Owner.
    """

    def __init__(
        self,
        dock: UniRSDock,
        inputs: Inputs,
        asking: Asking,
        worker: Worker,
        setup: RuntimeSetup,
        settings: Callable[[], Settings],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._dock, self._inputs, self._asking = dock, inputs, asking
        self._worker, self._setup, self._settings = worker, setup, settings
        self._failure = ("", "")
        for signal in (inputs.changed, asking.changed, worker.changed):
            signal.connect(self.show)
        setup.started.connect(self._on_setup_started)
        setup.stage_changed.connect(self.show)
        setup.progressed.connect(self.show)
        setup.logged.connect(dock.append_log)
        setup.failed.connect(self._on_setup_failed)
        setup.changed.connect(self.look_again)
        self.look_again()

    def look_again(self) -> None:
        """The runtime or the settings may be others now."""
        self._runtime: Runtime = describe_runtime(self._settings())
        self.show()

    def show(self, *_signal: object) -> None:
        """Show the state as it is now."""
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
            return state, failure or self._runtime.message
        if self._asking.is_busy:
            loading = self._asking.stage in ("", "load")
            return (DockState.LOADING if loading else DockState.BUSY), ""
        if not self._inputs.has_any:
            return DockState.NO_LAYER, self._inputs.why_none
        if self._worker.state is WorkerState.DIED:
            return DockState.DIED, self._worker.reason
        return (DockState.STOPPED if self._asking.was_stopped else DockState.READY), ""

    def _on_setup_started(self) -> None:
        self._failure = ("", "")
        self.show()

    def _on_setup_failed(self, code: str, message: str) -> None:
        self._failure = (code, message)
        self.show()
