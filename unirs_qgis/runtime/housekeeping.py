"""The folder of the environments: who may change it, and what is removed from it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qtpy.QtCore import QCoreApplication, QLockFile

from unirs_qgis.errors import UserError
from unirs_qgis.runtime.environment import RECORD_NAME, is_environment_folder, read_record
from unirs_qgis.runtime.setup_failures import explain_os_error, failure_sentence
from unirs_qgis.runtime.uv import SetupReport, store_folder

LOCK_NAME = "runtime.lock"

STOPPED_SECONDS = 3600.0
"""A temporary folder of uv that has not changed for so long has been left by a stopped one."""


def remove_environment(folder: Path, report: SetupReport) -> None:
    """Remove all environments, and what profiles share, which would be downloaded anew.

    The record is removed first: from then on there is no runtime. Environments of other profiles
    go on working: their files are links of their own.

    Raises:
        UserError: A failure that the user can act on.
    """
    with setup_lock(folder.parent / LOCK_NAME):
        report.stage(QCoreApplication.translate("Setup", "Removing the runtime…"))
        try:
            (folder / RECORD_NAME).unlink(missing_ok=True)
            if folder.is_dir():
                shutil.rmtree(store_folder(folder), ignore_errors=True)
                shutil.rmtree(folder)
        except OSError as error:
            raise explain_os_error(error) from error


def remove_leftovers(folder: Path) -> None:
    """Remove environments that are unfinished, replaced, or were locked by Windows before."""
    record = read_record(folder)
    for path in folder.iterdir():
        if is_environment_folder(path) and (record is None or path.name != record.folder):
            shutil.rmtree(path, ignore_errors=True)


def remove_stopped(cache: Path) -> None:
    """Remove what a stopped uv has left in its cache.

    Another profile may be setting up with the same cache: what is young is left alone.
    """
    for path in cache.glob(".tmp*"):
        try:
            if time.time() - path.stat().st_mtime > STOPPED_SECONDS:
                shutil.rmtree(path, ignore_errors=True)
        except OSError:
            continue


@contextmanager
def setup_lock(path: Path) -> Iterator[None]:
    """Hold the lock of the set-up, which all QGIS windows share.

    The lock of a process that has ended is replaced.

    Args:
        path: The lock file; its folder is created.

    Raises:
        UserError: ``setup_running`` if another window holds it, ``permission`` if it cannot be
            written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError("permission", failure_sentence("permission")) from error
    lock = QLockFile(str(path))
    lock.setStaleLockTime(0)  # a set-up may take an hour: age alone makes no lock stale
    if not lock.tryLock(0):
        raise _refusal(lock, path)
    try:
        yield
    finally:
        lock.unlock()


def _refusal(lock: QLockFile, path: Path) -> UserError:
    if lock.error() != QLockFile.LockError.LockFailedError:
        return UserError("permission", failure_sentence("permission"))
    return UserError(
        "setup_running",
        QCoreApplication.translate(
            "Setup",
            "Another QGIS window is setting up UniRS; wait until it has finished there. If there "
            "is no other window, delete the file {path}.",
        ).format(path=path),
    )
