"""The runtime's commands on models in the background, one at a time, for the options page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication
from qtpy.QtCore import QObject, Signal

from unirs_qgis.background import BackgroundTask
from unirs_qgis.runtime.model_list import Event, ModelList, ModelQuery
from unirs_qgis.runtime.models import ModelCommands
from unirs_qgis.runtime.programs import proxy_variables

Work = Callable[[ModelCommands, BackgroundTask], Any]


class ModelManager(QObject):
    """Lists, downloads, converts and removes models.

    Args:
        python: Gives the runtime's interpreter; ``None`` without a runtime.
        parent: Qt's owner.
    """

    listed = Signal(object)  # ModelList
    list_failed = Signal(str, str)  # code, sentence
    planned = Signal(object)  # DownloadPlan
    progressed = Signal(object)  # an event of a download or a conversion
    downloaded = Signal(object)  # arguments that convert it; empty if it can answer as it is
    converted = Signal(object)  # its folder
    removed = Signal(object)  # its name
    failed = Signal(str, str)  # code, sentence
    cancelled = Signal()
    busy_changed = Signal(bool)

    def __init__(self, python: Callable[[], Path | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._python = python
        self._task: BackgroundTask | None = None
        self._done: Any = None
        self._listing: BackgroundTask | None = None

    @property
    def is_ready(self) -> bool:
        """Whether there is a runtime to run commands with."""
        return self._python() is not None

    @property
    def is_busy(self) -> bool:
        """Whether a command runs, other than a listing."""
        return self._task is not None

    def refresh(self, query: ModelQuery) -> None:
        """List the models; ``listed`` follows. An earlier listing is dropped."""
        self.drop_listing()
        self._listing = self._task_for(
            self.tr("Listing models"), lambda commands, _: commands.list_models(query)
        )
        if self._listing is None:
            self.listed.emit(ModelList())
            return
        self._listing.succeeded.connect(self._show_list)
        self._listing.failed.connect(self._show_no_list)
        self._listing.cancelled.connect(self._end_listing)
        QgsApplication.taskManager().addTask(self._listing)

    def drop_listing(self) -> None:
        """Cancel the listing without a signal."""
        if self._listing:
            self._listing.drop()
            self._listing = None

    def plan(self, name: str) -> None:
        """Get the size of a download; ``planned`` follows."""
        self._do(
            self.tr("Looking up the model"),
            lambda commands, _: commands.plan_download(name),
            self.planned,
        )

    def download(self, name: str) -> None:
        """Download a model; ``progressed`` and ``downloaded`` follow."""

        def work(commands: ModelCommands, task: BackgroundTask) -> tuple[str, ...]:
            return commands.download(name, lambda event: _report_event(task, event))

        self._do(self.tr("Downloading a model for UniRS"), work, self.downloaded)

    def convert(self, source: str, target: str) -> None:
        """Make a model folder of a checkpoint; ``converted`` follows."""

        def work(commands: ModelCommands, task: BackgroundTask) -> str:
            commands.convert(source, target, lambda event: _report_event(task, event))
            return target

        self._do(self.tr("Converting a model for UniRS"), work, self.converted)

    def remove(self, name: str) -> None:
        """Delete a model; ``removed`` follows. Stop the worker first: it may use the files."""

        def work(commands: ModelCommands, _task: BackgroundTask) -> str:
            commands.remove_model(name)
            return name

        self._do(self.tr("Removing a model"), work, self.removed)

    def cancel(self) -> None:
        """Stop the command; ``cancelled`` follows. Partial files are kept."""
        if self._task:
            self._task.cancel()

    def _do(self, title: str, work: Work, done: Any) -> None:
        if self._task:
            return
        task = self._task_for(title, work)
        if task is None:
            self.failed.emit("runtime_missing", self.tr("Set up the runtime first."))
            return
        self._task, self._done = task, done
        task.event_received.connect(self.progressed)
        task.succeeded.connect(self._on_succeeded)
        task.failed.connect(self._on_failed)
        task.cancelled.connect(self._on_cancelled)
        self.busy_changed.emit(True)
        QgsApplication.taskManager().addTask(task)

    def _task_for(self, title: str, work: Work) -> BackgroundTask | None:
        python = self._python()
        if python is None:
            return None
        variables = proxy_variables()

        def run(task: BackgroundTask) -> Any:
            return work(ModelCommands(python, variables, task.isCanceled), task)

        return BackgroundTask(title, run)

    def _show_list(self, found: ModelList) -> None:
        self._end_listing()
        self.listed.emit(found)

    def _show_no_list(self, code: str, message: str) -> None:
        self._end_listing()
        self.list_failed.emit(code, message)

    def _end_listing(self) -> None:
        self._listing = None  # QGIS deletes tasks that have ended

    def _on_succeeded(self, result: object) -> None:
        self._end()
        self._done.emit(result)

    def _on_failed(self, code: str, message: str) -> None:
        self._end()
        self.failed.emit(code, message)

    def _on_cancelled(self) -> None:
        self._end()
        self.cancelled.emit()

    def _end(self) -> None:
        self._task = None
        self.busy_changed.emit(False)


def _report_event(task: BackgroundTask, event: Event) -> None:
    """Emit an event, and show a download's progress in QGIS's task list."""
    total = event.get("total_bytes")
    if event.get("event") == "progress" and total:
        task.setProgress(100 * event["done_bytes"] / total)
    task.event_received.emit(event)
