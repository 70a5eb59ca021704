"""One set-up at a time, whichever QGIS window it was started from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qtpy.QtCore import QCoreApplication, QLockFile

from unirs_qgis.runtime.setup.errors import SetupError, sentence


@contextmanager
def setup_lock(path: Path) -> Iterator[None]:
    """Hold the lock while the environment is made, repaired or removed.

    A lock whose owner has died, or whose process number now belongs to another program, is taken
    over.

    Args:
        path: The lock file; its folder is made.

    Raises:
        SetupError: ``setup_running`` if another window holds it, ``permission`` if it cannot be
            written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError("permission", sentence("permission")) from error
    lock = QLockFile(str(path))
    lock.setStaleLockTime(0)  # a set-up may take an hour: age alone makes no lock stale
    if not lock.tryLock(0):
        raise _refusal(lock, path)
    try:
        yield
    finally:
        lock.unlock()


def _refusal(lock: QLockFile, path: Path) -> SetupError:
    if lock.error() != QLockFile.LockError.LockFailedError:
        return SetupError("permission", sentence("permission"))
    return SetupError(
        "setup_running",
        QCoreApplication.translate(
            "Setup",
            "Another QGIS window is setting up UniRS; wait until it has finished there. If there "
            "is no other window, delete the file {path}.",
        ).format(path=path),
    )
