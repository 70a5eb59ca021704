"""A worker for a run, which a cancel need not wait for."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from qgis.core import QgsApplication, QgsProcessingException, QgsProcessingFeedback
from qtpy.QtCore import QCoreApplication

from unirs_qgis.runtime.worker_failures import death_sentence
from unirs_qgis.shared.client import WorkerClient, WorkerDied, WorkerError

_POLL_SECONDS = 0.05


@contextmanager
def worker_session(
    command: Sequence[str], feedback: QgsProcessingFeedback
) -> Iterator[WorkerClient]:
    """A worker that is ready, unless the user cancels before it is; ended at the end.

    Args:
        command: Program and arguments of the worker.
        feedback: Cancels.

    Raises:
        QgsProcessingException: It cannot be started, or is not a worker; in one sentence.
    """
    with WorkerClient(command) as client:
        try:
            hello = client.process.hello
            if is_done(hello.future, feedback):
                hello.result()
            yield client
        except WorkerError as error:
            raise QgsProcessingException(error.message) from error
        except WorkerDied as death:
            raise QgsProcessingException(death_sentence(death)) from death


def is_done(future: concurrent.futures.Future[Any], feedback: QgsProcessingFeedback) -> bool:
    """Wait until something is done, or the user cancels.

    Returns:
        Whether it is done.
    """
    while not feedback.isCanceled():
        try:
            if concurrent.futures.wait([future], _POLL_SECONDS).done:
                return True
        except KeyboardInterrupt:  # Ctrl-C, where QGIS does not make a cancel of it
            feedback.cancel()
        if _in_qgis_process():
            QCoreApplication.processEvents()  # where it does, by an event, and nobody else is there
    return future.done()


def fail_if_interrupted(feedback: QgsProcessingFeedback) -> None:
    """Let a run that Ctrl-C has ended fail in ``qgis_process``, which else ends with exit code 0.

    In QGIS's window a cancel is no failure.

    Raises:
        QgsProcessingException: The run was interrupted.
    """
    if feedback.isCanceled() and _in_qgis_process():
        raise QgsProcessingException(
            QCoreApplication.translate(
                "Processing",
                "The run was interrupted. The rows that are done are kept; with a GeoPackage as "
                "output the same run goes on from there.",
            )
        )


def _in_qgis_process() -> bool:
    return bool(QgsApplication.platform() == "qgis_process")
