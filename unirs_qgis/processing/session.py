"""What a run holds open: the worker, which a cancel need not wait for, and the layers."""

from __future__ import annotations

import concurrent.futures
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsRasterLayer,
    QgsRectangle,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.crops.draw import OVERSAMPLING
from unirs_qgis.crops.grid import CropError
from unirs_qgis.crops.renderer import Crop, render_crop
from unirs_qgis.crops.snapshot import LayerSnapshot
from unirs_qgis.runtime.worker_failures import death_sentence
from unirs_qgis.shared.client import PendingRequest, WorkerClient, WorkerDied, WorkerError
from unirs_qgis.shared.process import OnNotification
from unirs_qgis.shared.protocol import Message

translate = QCoreApplication.translate

_POLL_SECONDS = 0.05


class _AccessClient(WorkerClient):
    """Adds key and permission to what is sent; the run, its rows and its retries have neither.

    Args:
        command: Program and arguments of the worker.
        access: See ``access.access_params``.
    """

    def __init__(self, command: Sequence[str], access: Mapping[str, Any]) -> None:
        super().__init__(command)
        self._access = dict(access)

    def submit(
        self,
        method: str,
        params: Message | None = None,
        on_notification: OnNotification | None = None,
    ) -> PendingRequest:
        """Send a request and do not wait; see ``WorkerProcess.submit``."""
        extra = self._access if params and "model" in params else {}
        return super().submit(method, {**(params or {}), **extra}, on_notification)


@contextmanager
def worker_session(
    command: Sequence[str], feedback: QgsProcessingFeedback, access: Mapping[str, Any]
) -> Iterator[WorkerClient]:
    """A worker that is ready, unless the user cancels before it is; ended at the end.

    Args:
        command: Program and arguments of the worker.
        feedback: Cancels.
        access: Key and permission for the model's server; see ``access.access_params``.

    Raises:
        QgsProcessingException: It cannot be started, or is not a worker; in one sentence.
    """
    with _AccessClient(command, access) as client:
        try:
            hello = client.process.hello
            if is_done(hello.future, feedback):
                hello.result()
            yield client
        except WorkerError as error:
            raise QgsProcessingException(error.message) from error
        except WorkerDied as death:
            raise QgsProcessingException(death_sentence(death)) from death


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A private folder for the crops of a run.

    Raises:
        QgsProcessingException: The disk of temporary files is full, or read-only.
    """
    try:
        folder = tempfile.TemporaryDirectory(prefix="unirs-")
    except OSError as error:
        raise QgsProcessingException(
            translate(
                "Processing",
                "No temporary folder can be made for the crops ({reason}); free some space on "
                "its disk.",
            ).format(reason=error.strerror)
        ) from error
    with folder as path:
        yield Path(path)


def load_model(
    client: WorkerClient, params: Mapping[str, Any], feedback: QgsProcessingFeedback
) -> Mapping[str, Any] | None:
    """Load the model before anything is asked, so that its errors end the run at once.

    Args:
        client: The worker.
        params: Which model to load, and how.
        feedback: Shows a warning where it is a demonstration model; cancels.

    Returns:
        The result of ``load``; ``None`` if the user cancels before it comes.
    """
    if feedback.isCanceled():
        return None
    feedback.setProgressText(translate("Processing", "Loading the model…"))
    pending = client.submit("load", dict(params))
    if not is_done(pending.future, feedback):
        return None
    loaded = pending.future.result()
    if loaded["demonstration"]:
        feedback.pushWarning(
            translate("Processing", "{model} is experimental: check its answers.").format(
                model=loaded["model"]
            )
        )
    return loaded


def is_done(
    future: concurrent.futures.Future[Any],
    feedback: QgsProcessingFeedback,
    while_waiting: Callable[[], None] = lambda: None,
) -> bool:
    """Wait until something is done, or the user cancels.

    Args:
        future: What to wait for.
        feedback: Cancels.
        while_waiting: Called every now and then, on this thread.

    Returns:
        Whether it is done.
    """
    while not feedback.isCanceled():
        try:
            if concurrent.futures.wait([future], _POLL_SECONDS).done:
                return True
        except KeyboardInterrupt:  # Ctrl-C, where QGIS does not make a cancel of it
            feedback.cancel()
        while_waiting()
        if _in_qgis_process():
            QCoreApplication.processEvents()  # where it does, the cancel comes as an event
    return future.done()


def fail_if_interrupted(feedback: QgsProcessingFeedback, kept: str = "") -> None:
    """Fail after Ctrl-C in ``qgis_process``, which would end with exit code 0 otherwise.

    In QGIS's window a cancel is no failure.

    Args:
        feedback: Of the run.
        kept: What is kept of it, in a sentence.

    Raises:
        QgsProcessingException: The run was interrupted.
    """
    if feedback.isCanceled() and _in_qgis_process():
        interrupted = translate("Processing", "The run was interrupted.")
        raise QgsProcessingException(f"{interrupted} {kept}".rstrip())


def _in_qgis_process() -> bool:
    return bool(QgsApplication.platform() == "qgis_process")


class LayerRenderer:
    """Opens layers once, and draws crops of many extents, on the thread of the run.

    Args:
        snapshots: The layers, in order of time.
        crs: Of all extents.
        feedback: Cancels the drawing.
        dates: Of the layers, for the model; see ``layers.dates_for_model``.
    """

    def __init__(
        self,
        snapshots: Sequence[LayerSnapshot],
        crs: QgsCoordinateReferenceSystem,
        feedback: QgsProcessingFeedback,
        dates: Sequence[str],
    ) -> None:
        self._dates = dates
        self._snapshots = snapshots
        self._crs = crs
        self._feedback = feedback
        self._layers: list[QgsRasterLayer] = []

    def crops(self, extent: QgsRectangle, size: int, folder: Path) -> list[Crop]:
        """A crop of each layer, all on one grid.

        Args:
            extent: Extent of the crops.
            size: Pixels on the longer side of the model's image.
            folder: Folder of their files.

        Raises:
            CropError: There is no crop of this extent.
            CropCancelled: The user has cancelled.
            QgsProcessingException: A layer can no longer be opened.
        """
        if not self._layers:
            self._open(OVERSAMPLING * size)
        return [
            render_crop(
                layer, extent, self._crs, size, folder, f"crop-{number}", self._feedback, date
            )
            for number, (layer, date) in enumerate(zip(self._layers, self._dates), start=1)
        ]

    def close(self) -> None:
        """Close the layers, on the thread that has opened them."""
        self._layers.clear()

    def _open(self, side: int) -> None:
        try:
            self._layers = [snapshot.open(side) for snapshot in self._snapshots]
        except CropError as error:
            raise QgsProcessingException(str(error)) from error
