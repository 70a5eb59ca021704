"""The set-up as dock and options page use it: one background task at a time, with signals."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsApplication
from qtpy.QtCore import QCoreApplication, QObject, Signal

from unirs_qgis.background import BackgroundTask
from unirs_qgis.runtime.environment import find_payload, runtime_folder
from unirs_qgis.runtime.housekeeping import remove_environment
from unirs_qgis.runtime.installation import Setup
from unirs_qgis.runtime.offline import Saving
from unirs_qgis.runtime.plan import Plan, make_plan
from unirs_qgis.runtime.platforms import this_platform
from unirs_qgis.runtime.programs import proxy_variables
from unirs_qgis.runtime.uv import SetupReport
from unirs_qgis.settings import SetupOptions


class SetupTask(BackgroundTask):
    """Sets up the runtime. Create it on the GUI thread: it reads the proxy of QGIS.

    Args:
        options: The user's options.
        folder: Folder of the environments; ``runtime_folder()`` if ``None``.
        payload_folder: Folder of wheel and locks; the plugin's own if ``None``.
        accepts_larger: Whether the user agrees to a build of PyTorch that is larger than announced.
    """

    def __init__(
        self,
        options: SetupOptions,
        folder: Path | None = None,
        payload_folder: Path | None = None,
        *,
        accepts_larger: bool = False,
    ) -> None:
        folder = runtime_folder() if folder is None else folder
        variables = proxy_variables()

        def work(task: BackgroundTask) -> object:
            payload = find_payload(payload_folder) if payload_folder else find_payload()
            report = _report(task)
            return Setup(folder, payload, options, variables, report, accepts_larger).run()

        super().__init__(QCoreApplication.translate("Setup", "Setting up UniRS"), work)


class RemoveTask(BackgroundTask):
    """Removes the runtime that the set-up created; its argument is that of ``SetupTask``."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = runtime_folder() if folder is None else folder

        def work(task: BackgroundTask) -> None:
            remove_environment(folder, _report(task))

        super().__init__(QCoreApplication.translate("Setup", "Removing the UniRS runtime"), work)


class SaveTask(BackgroundTask):
    """Saves a folder to set another computer up from. Create it on the GUI thread.

    Args:
        options: The user's options.
        platform: Platform of the other computer.
        target: The folder.
        folder: Folder of the environments; ``runtime_folder()`` if ``None``.
    """

    def __init__(
        self, options: SetupOptions, platform: str, target: Path, folder: Path | None = None
    ) -> None:
        folder = runtime_folder() if folder is None else folder
        variables = proxy_variables()

        def work(task: BackgroundTask) -> object:
            payload, report = find_payload(), _report(task)
            return Saving(target, platform, folder, payload, options, variables, report).run()

        super().__init__(QCoreApplication.translate("Setup", "Saving the UniRS runtime"), work)


class PlanTask(BackgroundTask):
    """Finds out what a set-up would install; its argument is that of ``SetupTask``."""

    def __init__(self, options: SetupOptions, folder: Path | None = None) -> None:
        folder = runtime_folder() if folder is None else folder

        def work(task: BackgroundTask) -> Plan:
            locks = find_payload().locks
            return make_plan(this_platform(), locks, options, folder, task.isCanceled)

        super().__init__(QCoreApplication.translate("Setup", "Planning the set-up"), work)


class RuntimeSetup(QObject):
    """The one set-up of dock and options page.

    Repair is another set-up: the new environment replaces the old one once it works.
    """

    started = Signal()
    stage_changed = Signal(str)
    progressed = Signal(int)  # 0 to 100
    logged = Signal(str)
    succeeded = Signal()
    failed = Signal(str, str)  # code, sentence
    cancelled = Signal()
    planned = Signal()
    saved = Signal(str)  # the folder
    changed = Signal()  # another runtime was set up or chosen, or it was removed

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._task: BackgroundTask | None = None
        self._planning: PlanTask | None = None
        self._options = SetupOptions()
        self._offered: SetupOptions | None = None
        self.plan_text = ""
        self.log: list[str] = []
        self.stage = ""
        self.progress = 0

    @property
    def is_running(self) -> bool:
        """Whether the runtime is being set up or removed."""
        return self._task is not None

    def start(self, options: SetupOptions) -> None:
        """Set up, repair or renew the runtime, unless a set-up runs already.

        With the options of a try that has offered a larger build of PyTorch, that build is taken.
        """
        if not self._task:
            self._options = options
            self._run(SetupTask(options, accepts_larger=options == self._offered))

    def save(self, options: SetupOptions, platform: str, target: Path) -> None:
        """Save what another computer is set up from; ``saved`` follows."""
        if not self._task:
            task = SaveTask(options, platform, target)
            task.succeeded.connect(self._on_saved)
            self._run(task)

    def remove(self) -> None:
        """Remove the runtime. Stop the worker first: it may have its files open."""
        if not self._task:
            self._run(RemoveTask())

    def plan(self, options: SetupOptions) -> None:
        """Find out what ``start`` would install; ``planned`` follows, and fills ``plan_text``."""
        if self._planning:
            self._planning.drop()
        self._planning = PlanTask(options)
        self._planning.succeeded.connect(self._on_planned)
        self._planning.failed.connect(self._on_unplanned)
        QgsApplication.taskManager().addTask(self._planning)

    def cancel(self) -> None:
        """Stop the set-up; ``cancelled`` follows."""
        if self._task:
            self._task.cancel()

    def _run(self, task: BackgroundTask) -> None:
        self.log, self.stage, self.progress = [], "", 0
        self._task = task
        task.stage_changed.connect(self._show_stage)
        task.logged.connect(self._add_line)
        task.progressChanged.connect(self._show_progress)
        task.succeeded.connect(self._on_succeeded)
        task.failed.connect(self._on_failed)
        task.cancelled.connect(self._on_cancelled)
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

    def _on_planned(self, plan: Plan) -> None:
        self._show_plan(plan.text)

    def _on_unplanned(self, code: str, message: str) -> None:
        # A source tree has no package: the set-up itself explains that.
        self._show_plan(message if code == "platform" else "")

    def _show_plan(self, text: str) -> None:
        self._planning = None
        self.plan_text = text
        self.planned.emit()

    def _on_saved(self, folder: object) -> None:
        self.saved.emit(str(folder))

    def _on_succeeded(self, _record: object) -> None:
        self._task = None
        self.succeeded.emit()
        self.changed.emit()

    def _on_failed(self, code: str, message: str) -> None:
        self._offered = self._options if code == "larger_build" else None
        self._task = None
        self._add_line(message)
        self.failed.emit(code, message)
        self.changed.emit()

    def _on_cancelled(self) -> None:
        self._task = None
        self.cancelled.emit()
        self.changed.emit()


def _report(task: BackgroundTask) -> SetupReport:
    return SetupReport(task.stage_changed.emit, task.logged.emit, task.setProgress, task.isCanceled)
