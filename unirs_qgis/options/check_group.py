"""The self-test, and the diagnostics to copy, on the options page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from qgis.core import QgsApplication
from qtpy.QtCore import Signal
from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import QGroupBox, QPushButton, QVBoxLayout, QWidget

from unirs_qgis.background import BackgroundTask
from unirs_qgis.options.diagnostics import report, runtime_versions
from unirs_qgis.options.widgets import Activity, Message, button_row, hint_label
from unirs_qgis.runtime.access import access_params
from unirs_qgis.runtime.environment import describe_runtime
from unirs_qgis.runtime.worker import Job, Worker
from unirs_qgis.settings import Settings


class CheckGroup(QGroupBox):
    """Runs the self-test, and collects diagnostics for a report.

    Args:
        worker: Runs the test.
        settings: Gives the settings on the page.
        parent: Qt's owner.
    """

    reported = Signal(str)
    """A diagnostics report has been copied."""

    def __init__(
        self, worker: Worker, settings: Callable[[], Settings], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Check"))
        self._worker = worker
        self._settings = settings
        self._job: Job | None = None
        self._task: BackgroundTask | None = None
        self._test_result = ""
        self.test_button = QPushButton(self.tr("Test"))
        self.test_button.setObjectName("selfTestButton")
        self.test_button.setToolTip(self.tr("Asks the model about images with known answers"))
        self.test_button.clicked.connect(self._start)
        self.copy_button = QPushButton(self.tr("Copy diagnostics"))
        self.copy_button.setObjectName("diagnosticsButton")
        self.copy_button.setToolTip(
            self.tr("Copies versions and the last test for a report, without your name or data")
        )
        self.copy_button.clicked.connect(self._collect)
        self.activity, self.notice = Activity(), Message()
        self.activity.cancelled.connect(self.stop)
        column = QVBoxLayout(self)
        column.addWidget(hint_label(self.tr("Ask the chosen model questions with known answers.")))
        column.addLayout(button_row(self.test_button, self.copy_button))
        column.addWidget(self.activity)
        column.addWidget(self.notice)

    def stop(self) -> None:
        """Stop the test."""
        if self._job:
            self._job.cancel()

    def close_quietly(self) -> None:
        """The page is deleted: drop job and task."""
        if self._job:
            self._job.drop()
        if self._task:
            self._task.drop()
        self._job = self._task = None

    def _start(self) -> None:
        settings = self._settings()
        self.notice.hide()
        self.activity.begin(self.tr("Loading the model…"))
        self.test_button.setEnabled(False)
        names = ("model", "device", "precision")
        self._job = self._worker.submit(
            "self_test",
            {name: getattr(settings, name) for name in names},
            partial(access_params, settings),  # of the page, which need not be saved yet
        )
        self._job.progressed.connect(self._show_stage)
        self._job.finished.connect(self._show_result)
        self._job.failed.connect(self._show_failure)

    def _show_stage(self, stage: str) -> None:
        if stage == "case":
            self.activity.show_stage(self.tr("Answering questions with known answers…"))

    def _show_result(self, result: dict[str, Any]) -> None:
        cases = result["cases"]
        facts = {
            "right": sum(case["passed"] for case in cases),
            "count": len(cases),
            "model": result["model"],
            "device": result["device"],
        }
        text = self.tr("{model} on {device}: {right} of {count} answers are right.")
        self._test_result = text.format(**facts)
        wrong = [
            self.tr("{question} Expected: {expected}. Answer: {answer}.").format(**case)
            for case in cases
            if not case["passed"]
        ]
        self._end()
        if result["passed"]:
            self.notice.inform(self._test_result)
        elif not result["stopped"]:
            self.notice.warn("\n".join([self._test_result, *wrong]))

    def _show_failure(self, code: str, message: str) -> None:
        self._end()
        self._test_result = f"{code}: {message}"
        if code != "cancelled":
            self.notice.warn(message)

    def _end(self) -> None:
        self._job = None
        self.activity.hide()
        self.test_button.setEnabled(True)

    def _collect(self) -> None:
        runtime = describe_runtime(self._settings())
        self.copy_button.setEnabled(False)

        def work(task: BackgroundTask) -> dict[str, str]:
            return runtime_versions(runtime.python, task.isCanceled) if runtime.python else {}

        self._task = BackgroundTask(self.tr("Collecting versions"), work)
        self._task.succeeded.connect(self._copy)
        QgsApplication.taskManager().addTask(self._task)

    def _copy(self, versions: dict[str, str]) -> None:
        self._task = None
        settings = self._settings()
        text = report(
            settings, describe_runtime(settings), versions, self._test_result, self._worker.log
        )
        QGuiApplication.clipboard().setText(text)
        self.copy_button.setEnabled(True)
        self.notice.inform(self.tr("The diagnostics have been copied; paste them into a report."))
        self.reported.emit(text)
