"""What the algorithms about an index of tiles have in common: the worker reads the files itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback
from qtpy.QtCore import QCoreApplication

from unirs_qgis.processing.algorithm import UniRSAlgorithm, readiness
from unirs_qgis.processing.model_parameters import model_access
from unirs_qgis.processing.session import fail_if_interrupted, is_done, worker_session
from unirs_qgis.runtime.environment import describe_runtime, worker_command
from unirs_qgis.settings import read_settings
from unirs_qgis.shared.client import WorkerClient

translate = QCoreApplication.translate


class IndexAlgorithm(UniRSAlgorithm):
    """Sends requests about files to the worker, which reads them itself."""

    def prepareAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,  # noqa: ARG002
    ) -> bool:
        """On the main thread: find the runtime, and what a server is sent."""
        runtime = describe_runtime(read_settings())
        if runtime.python is None:
            raise QgsProcessingException(readiness(runtime))
        self._command = worker_command(runtime.python)
        self._access = model_access(self.parameterAsString(parameters, "MODEL", context))
        return True

    def session(self, feedback: QgsProcessingFeedback) -> Any:
        """A worker, gone at the end; see ``worker_session``."""
        return worker_session(self._command, feedback, self._access)

    @staticmethod
    def result(
        worker: WorkerClient,
        method: str,
        params: Mapping[str, Any],
        feedback: QgsProcessingFeedback,
        cancelled_result: bool = False,
    ) -> Mapping[str, Any] | None:
        """The result of a request, with its progress.

        Args:
            worker: Answers.
            method: Of the protocol.
            params: Its parameters.
            feedback: Shows how far it is; cancels.
            cancelled_result: Whether to wait, after a cancel, for what was done until then.

        Returns:
            ``None`` after a cancel.

        Raises:
            QgsProcessingException: In one sentence.
        """
        last: dict[str, Any] = {}

        def show() -> None:
            if last.get("total"):
                feedback.setProgress(100 * last["done"] / last["total"])

        pending = worker.submit(method, dict(params), lambda _kind, facts: last.update(facts))
        if is_done(pending.future, feedback, show):
            return pending.future.result()
        pending.cancel()
        if cancelled_result:
            return pending.future.result()
        fail_if_interrupted(feedback)
        return None
