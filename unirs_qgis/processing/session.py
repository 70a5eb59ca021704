"""A worker for a run, which a cancel need not wait for."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from qgis.core import QgsApplication, QgsProcessingException, QgsProcessingFeedback
from qtpy.QtCore import QCoreApplication

from unirs_qgis.runtime.worker.failures import death_sentence, silence_sentence, start_sentence
from unirs_qgis.runtime.worker.worker import WorkerSession
from unirs_qgis.shared.process import HELLO_SECONDS, WorkerDied, WorkerError

_POLL_SECONDS = 0.05


@contextmanager
def worker_session(
    command: Sequence[str], feedback: QgsProcessingFeedback
) -> Iterator[WorkerSession]:
    """A worker that has said hello, unless the user cancels before it does; ended at the end.

    Args:
        command: Program and arguments of the worker.
        feedback: Cancels.

    Raises:
        QgsProcessingException: It cannot be started, or is none; in one sentence.
    """
    session = WorkerSession(command)
    try:
        _start(session, feedback)
        yield session
    except WorkerError as error:
        raise QgsProcessingException(error.message) from error
    except WorkerDied as death:
        raise QgsProcessingException(death_sentence(death)) from death
    finally:
        session.__exit__(None, None, None)


def _start(session: WorkerSession, feedback: QgsProcessingFeedback) -> None:
    with concurrent.futures.ThreadPoolExecutor(1) as starter:
        started = starter.submit(session.__enter__)
        if not is_done(started, feedback):
            session.__exit__(None, None, None)  # or the starter would wait for an answer
            return
    try:
        started.result()
    except OSError as error:
        raise QgsProcessingException(start_sentence(error)) from error
    except concurrent.futures.TimeoutError as error:
        raise QgsProcessingException(silence_sentence(HELLO_SECONDS)) from error


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
