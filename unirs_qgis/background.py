"""Background tasks of QGIS that succeed, fail or are cancelled."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

from qgis.core import Qgis, QgsMessageLog, QgsTask
from qtpy.QtCore import QCoreApplication, Signal

from unirs_qgis.errors import UserError


class Stopped(Exception):  # noqa: N818 - not an error
    """The user stopped the work."""


class BackgroundTask(QgsTask):
    """A task that ends with one of ``succeeded``, ``failed`` and ``cancelled``.

    QGIS lists it, and stops it when it quits. Signals arrive on the thread of the receiver.

    Args:
        title: Name in QGIS's task list.
        work: Called with the task, on a background thread; its result comes with ``succeeded``. It
            raises ``UserError`` to fail, ``Stopped`` when it was cancelled.
    """

    stage_changed = Signal(str)
    logged = Signal(str)
    event_received = Signal(object)
    succeeded = Signal(object)
    failed = Signal(str, str)
    cancelled = Signal()

    def __init__(self, title: str, work: Callable[[BackgroundTask], Any]) -> None:
        super().__init__(title, QgsTask.Flag.CanCancel)
        self._work = work
        self._result: Any = None
        self._error: UserError | None = None
        self._is_dropped = False

    def run(self) -> bool:
        """Do the work; QGIS calls it in a background thread."""
        try:
            self._result = self._work(self)
        except Stopped:
            return False
        except UserError as error:
            self._error = error
            return False
        except Exception as error:  # a defect, which QGIS would ignore
            QgsMessageLog.logMessage(traceback.format_exc(), "UniRS", Qgis.MessageLevel.Critical)
            self._error = UserError("defect", _defect(error))
            return False
        return True

    def finished(self, result: bool) -> None:
        """Emit how it ended; QGIS calls it on the GUI thread."""
        if self._is_dropped:
            return
        if result:
            self.succeeded.emit(self._result)
        elif self._error and not self.isCanceled():
            self.failed.emit(self._error.code, self._error.message)
        else:
            self.cancelled.emit()

    def drop(self) -> None:
        """Stop it without a signal."""
        self._is_dropped = True
        self.cancel()


def _defect(error: Exception) -> str:
    text = QCoreApplication.translate(
        "BackgroundTask",
        "A defect in UniRS stopped this ({kind}: {reason}); see the log panel, and report it.",
    )
    return text.format(kind=type(error).__name__, reason=str(error).partition("\n")[0])
