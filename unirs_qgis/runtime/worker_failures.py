"""Why a worker has ended, as a sentence for the user."""

from __future__ import annotations

import signal

from qtpy.QtCore import QCoreApplication

from unirs_qgis.shared.failures import (
    FROZEN,
    MISMATCH,
    NO_HELLO,
    NO_MESSAGE,
    NOT_STARTED,
    WorkerDied,
)
from unirs_qgis.shared.process import HELLO_SECONDS

KILLED = -int(getattr(signal, "SIGKILL", 9))
FIRST_WINDOWS_EXCEPTION = 0xC0000000
LOG_LINE_CHARACTERS = 200


def death_sentence(death: WorkerDied) -> str:
    """What happened to a worker that has ended, and what to do. Plain text."""
    status = death.status
    if death.cause in (NO_MESSAGE, MISMATCH):
        return QCoreApplication.translate(
            "WorkerReasons",
            "The runtime does not fit this version of the plugin; "
            "repair it under Settings ▸ Options ▸ UniRS.",
        )
    if death.cause == NOT_STARTED:
        return QCoreApplication.translate(
            "WorkerReasons",
            "The worker cannot be started ({error}); "
            "repair the runtime under Settings ▸ Options ▸ UniRS.",
        ).format(error=death.__cause__)
    if death.cause == NO_HELLO:
        return QCoreApplication.translate(
            "WorkerReasons",
            "The worker has not answered for {seconds} seconds; ask again when the computer is "
            "less busy, or repair the runtime under Settings ▸ Options ▸ UniRS.",
        ).format(seconds=round(HELLO_SECONDS))
    if death.cause == FROZEN:
        return QCoreApplication.translate(
            "WorkerReasons",
            "The worker stopped responding and was ended; ask again, and report it if it happens "
            "once more.",
        )
    if not status:
        return QCoreApplication.translate("WorkerReasons", "The worker has ended; ask again.")
    if status == KILLED:
        return QCoreApplication.translate(
            "WorkerReasons",
            "The worker was killed, probably by the system because the memory ran out; "
            "close other programs or choose a smaller model, then ask again.",
        )
    if status < 0 or status >= FIRST_WINDOWS_EXCEPTION:
        return QCoreApplication.translate(
            "WorkerReasons",
            "The worker crashed ({code}); ask again, and report it if it happens once more.",
        ).format(code=status if status < 0 else f"0x{status:X}")
    return QCoreApplication.translate(
        "WorkerReasons",
        "The worker ended with exit code {code} ({last_line}); "
        "if it does so again, repair the runtime under Settings ▸ Options ▸ UniRS.",
    ).format(code=status, last_line=_last_line(death.log))


def missing_sentence() -> str:
    """There is no runtime yet."""
    return QCoreApplication.translate(
        "WorkerReasons",
        "The runtime of UniRS is not set up; set it up under Settings ▸ Options ▸ UniRS.",
    )


def _last_line(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return lines[-1][:LOG_LINE_CHARACTERS] if lines else "…"
