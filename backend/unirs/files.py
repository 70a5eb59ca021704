"""Files and folders: complete outputs or none, free space, locks, and the models folder."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from unirs.errors import UniRSError, short_reason

SETTINGS_FILE = "settings.json"
"""Records the settings that the content of a folder was made with."""

GEOPACKAGE = {"VERSION": "1.2"}
"""Options of GDAL for a new GeoPackage: the newest version that the GDAL of QGIS 3.22 opens."""

LOCK_FILE = ".lock"
"""Held by the process that writes into a folder."""


def file_size(size: float) -> str:
    """A size in bytes, for people: 1 GB is 10^9 bytes, as on the label of a disk."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size:.0f} bytes"


def free_bytes(folder: Path) -> int:
    """Free space on the disk of a folder that need not exist yet, in bytes."""
    existing = next(
        each for each in (folder.absolute(), *folder.absolute().parents) if each.is_dir()
    )
    return shutil.disk_usage(existing).free


def require_space(folder: Path, needed_bytes: float, what: str) -> None:
    """Refuse to start writing what would not fit on the disk.

    Args:
        folder: Where it will be written; need not exist yet.
        needed_bytes: Size of everything that is still to be written.
        what: What will be written, as the subject of a sentence, such as ``"The shards"``.

    Raises:
        UniRSError: ``disk_full``.
    """
    free = free_bytes(folder)
    if free < needed_bytes:
        raise UniRSError(
            "disk_full",
            f"{what} will take {file_size(needed_bytes)} in {folder}, but only {file_size(free)} "
            "is free there; free some space, or choose another folder.",
        )


def write_failure(path: Path, error: Exception) -> UniRSError:
    """The failure to write a file or folder, for whatever reason the system or a library gave."""
    reason = getattr(error, "strerror", None) or short_reason(error)
    return UniRSError(
        "output_unwritable",
        f"{path} cannot be written ({reason}); check that its folder exists, is writable and has "
        "free space.",
        reason=str(error),
    )


def models_folder() -> Path:
    """The user's models folder: ``UNIRS_MODELS``, else in the platform's folder for user data."""
    import platformdirs

    chosen = os.environ.get("UNIRS_MODELS")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("unirs")) / "models"


@contextmanager
def whole_file(path: str | os.PathLike[str], *failures: type[Exception]) -> Iterator[Path]:
    """A temporary path beside the target, which is renamed to the target after success.

    Args:
        path: The target.
        failures: Exceptions of the library that writes, besides ``OSError``.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    refusals: tuple[type[Exception], ...] = (OSError, *failures)
    target = Path(path)
    temporary = target.with_name(f".{uuid4().hex}{target.suffix}")
    try:
        yield temporary
        temporary.replace(target)
    except refusals as error:
        raise write_failure(target, error) from error
    finally:
        with suppress(OSError):  # where nothing could be written, there is nothing to delete
            temporary.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Create a folder, and check that it is writable.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UniRSError(
            "output_unwritable", f"The folder {folder} cannot be created: {error.strerror}."
        ) from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise UniRSError(
            "output_unwritable", f"The folder {folder} is not writable; choose another one."
        )


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Prevent other processes of UniRS from writing into a folder at the same time.

    The files of a long run are mapped into memory: two writers would not only damage each other's
    files, they would crash. The lock ends with the process, however that ends.

    Args:
        folder: Created if it does not exist.

    Raises:
        UniRSError: ``folder_in_use``, ``output_unwritable``.
    """
    from filelock import FileLock, Timeout

    make_folder(folder)
    lock = FileLock(folder / LOCK_FILE, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise UniRSError(
            "folder_in_use",
            f"Another process is writing into {folder}; wait for it, stop it, or choose another "
            "folder.",
        ) from None
    except OSError as error:
        raise UniRSError(
            "output_unwritable", f"The folder {folder} cannot be locked: {error.strerror}."
        ) from error
    try:
        yield
    finally:
        lock.release()


def keep_settings(folder: Path, settings: Mapping[str, Any]) -> None:
    """Record the settings that a folder's content is made with, and refuse to change them later.

    Args:
        folder: Where ``SETTINGS_FILE`` is written.
        settings: JSON values.

    Raises:
        UniRSError: ``settings_differ`` if the folder was started with other settings,
            ``settings_broken`` if they cannot be read, ``output_unwritable``.
    """
    path = folder / SETTINGS_FILE
    wanted = json.loads(json.dumps(settings))
    if path.is_file():
        recorded = _recorded_settings(path)
        names = [n for n in {**recorded, **wanted} if recorded.get(n) != wanted.get(n)]
        if names:
            raise UniRSError(
                "settings_differ",
                f"{folder} was started with {names[0]} = {recorded.get(names[0])} and not "
                f"{wanted.get(names[0])}; delete it, or choose another folder.",
            )
        return
    make_folder(folder)
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(wanted, indent=2) + "\n", encoding="utf-8")


def _recorded_settings(path: Path) -> dict[str, Any]:
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        settings = None
    if not isinstance(settings, dict):
        raise UniRSError(
            "settings_broken",
            f"{path}, the settings of its folder, cannot be read; delete the folder, or choose "
            "another one.",
        )
    return settings
