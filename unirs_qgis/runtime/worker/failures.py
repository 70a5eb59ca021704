"""Why a worker is not there any more, as a sentence for the person who asked it something."""

from __future__ import annotations

import signal

from qtpy.QtCore import QCoreApplication

from unirs_qgis.shared.process import FROZEN, NO_MESSAGE, WorkerDied

KILLED = -int(getattr(signal, "SIGKILL", 9))
FIRST_WINDOWS_EXCEPTION = 0xC0000000
LOG_LINE_CHARACTERS = 200


def death_sentence(death: WorkerDied) -> str:
    """What happened to a worker that has ended, and what to do. Plain text."""
    status = death.status
    if death.cause == NO_MESSAGE:
        return mismatch_sentence()
    if death.cause == FROZEN:
        return QCoreApplication.translate(
            "WorkerReasons",
            "The worker did not react any more and was ended; ask again, and report it if it "
            "happens once more.",
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
        "The worker ended with exit code {code} ({last_words}); "
        "if it does so again, repair the runtime under Settings ▸ Options ▸ UniRS.",
    ).format(code=status, last_words=_last_words(death.log))


def start_sentence(error: OSError) -> str:
    """Why a worker could not be started, and what to do."""
    return QCoreApplication.translate(
        "WorkerReasons",
        "The worker cannot be started ({error}); "
        "repair the runtime under Settings ▸ Options ▸ UniRS.",
    ).format(error=error)


def silence_sentence(seconds: float) -> str:
    """A worker was started and has not said hello."""
    return QCoreApplication.translate(
        "WorkerReasons",
        "The worker has not answered for {seconds} seconds; ask again when the computer is less "
        "busy, or repair the runtime under Settings ▸ Options ▸ UniRS.",
    ).format(seconds=round(seconds))


def mismatch_sentence() -> str:
    """What was started is no worker, or one of another version."""
    return QCoreApplication.translate(
        "WorkerReasons",
        "The runtime does not fit this version of the plugin; "
        "repair it under Settings ▸ Options ▸ UniRS.",
    )


def missing_sentence() -> str:
    """There is no runtime yet."""
    return QCoreApplication.translate(
        "WorkerReasons",
        "The runtime of UniRS is not set up; set it up under Settings ▸ Options ▸ UniRS.",
    )


def _last_words(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return lines[-1][:LOG_LINE_CHARACTERS] if lines else "…"
