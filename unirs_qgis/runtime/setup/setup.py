"""The set-up as QGIS runs it: tasks in the background, and one place that the others listen to."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsApplication
from qtpy.QtCore import QCoreApplication, QObject, Signal

from unirs_qgis.runtime.background import BackgroundTask
from unirs_qgis.runtime.models.network import proxy_variables
from unirs_qgis.runtime.setup.environment import find_payload, runtime_folder
from unirs_qgis.runtime.setup.pip import Report
from unirs_qgis.runtime.setup.steps import Setup, remove_environment
from unirs_qgis.settings import SetupOptions


class SetupTask(BackgroundTask):
    """Makes the worker's environment. Create it on the GUI thread: it reads the proxy of QGIS.

    Args:
        options: The user's wishes.
        folder: Where environments are; ``runtime_folder()`` if ``None``.
        payload_folder: Where wheel and constraints are; those of the plugin if ``None``.
    """

    def __init__(
        self,
        options: SetupOptions,
        folder: Path | None = None,
        payload_folder: Path | None = None,
    ) -> None:
        folder = runtime_folder() if folder is None else folder
        variables = proxy_variables()

        def work(task: BackgroundTask) -> object:
            payload = find_payload(payload_folder) if payload_folder else find_payload()
            return Setup(folder, payload, options, variables, _report(task)).run()

        super().__init__(QCoreApplication.translate("Setup", "Setting up UniRS"), work)


class RemoveTask(BackgroundTask):
    """Removes what the set-up made; its arguments are those of ``SetupTask``."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = runtime_folder() if folder is None else folder

        def work(task: BackgroundTask) -> None:
            remove_environment(folder, _report(task))

        super().__init__(QCoreApplication.translate("Setup", "Removing the UniRS runtime"), work)


class RuntimeSetup(QObject):
    """The set-up as the dock and the options page see it: one at a time, the same for both.

    Repairing is setting up again: the new environment takes the old one's place when it works.
    """

    started = Signal()
    stage_changed = Signal(str)
    progressed = Signal(int)  # 0 to 100
    logged = Signal(str)
    succeeded = Signal()
    failed = Signal(str, str)  # code, sentence
    cancelled = Signal()
    changed = Signal()  # there is another runtime now, or none, or another one was chosen

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._task: BackgroundTask | None = None
        self.log: list[str] = []
        self.stage = ""
        self.progress = 0

    @property
    def is_running(self) -> bool:
        """Whether an environment is being made or removed."""
        return self._task is not None

    def start(self, options: SetupOptions) -> None:
        """Make, repair or renew the environment; does nothing while one is being made."""
        if not self._task:
            self._run(SetupTask(options))

    def remove(self) -> None:
        """Remove the environment. Stop the worker first: it may hold its files."""
        if not self._task:
            self._run(RemoveTask())

    def cancel(self) -> None:
        """Stop what runs; ``cancelled`` follows."""
        if self._task:
            self._task.cancel()

    def _run(self, task: BackgroundTask) -> None:
        self.log, self.stage, self.progress = [], "", 0
        self._task = task
        task.stage_changed.connect(self._show_stage)
        task.logged.connect(self._add_line)
        task.progressChanged.connect(self._show_progress)
        task.succeeded.connect(self._end_well)
        task.failed.connect(self._end_badly)
        task.cancelled.connect(self._end_cancelled)
        self.started.emit()
        QgsApplication.taskManager().addTask(task)

    def _show_stage(self, stage: str) -> None:
        self.stage = stage
        self.stage_changed.emit(stage)

    def _add_line(self, line: str) -> None:
        self.log.append(line)
        self.logged.emit(line)

    def _show_progress(self, percent: float) -> None:
        self.progress = int(percent)
        self.progressed.emit(self.progress)

    def _end_well(self, _record: object) -> None:
        self._task = None
        self.succeeded.emit()
        self.changed.emit()

    def _end_badly(self, code: str, message: str) -> None:
        self._task = None
        self._add_line(message)
        self.failed.emit(code, message)
        self.changed.emit()

    def _end_cancelled(self) -> None:
        self._task = None
        self.cancelled.emit()
        self.changed.emit()


def _report(task: BackgroundTask) -> Report:
    return Report(task.stage_changed.emit, task.logged.emit, task.setProgress, task.isCanceled)
