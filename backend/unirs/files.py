"""Where models lie, and how any output gets to its place: whole, or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from unirs.errors import UniRSError

SETTINGS_FILE = "settings.json"
"""What the content of a folder was made with."""

LOCK_FILE = ".lock"
"""Held by the process that writes into a folder."""


def file_size(size: float) -> str:
    """Bytes as a person reads them, everywhere alike: 1 GB is 10^9 bytes, as disks are sold."""
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


def models_folder() -> Path:
    """The user's folder of models: ``UNIRS_MODELS``, else the platform's place for data."""
    import platformdirs

    chosen = os.environ.get("UNIRS_MODELS")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("unirs")) / "models"


@contextmanager
def whole_file(path: str | os.PathLike[str], *failures: type[Exception]) -> Iterator[Path]:
    """A temporary path beside the target, which becomes the target when all went well.

    Args:
        path: The target.
        failures: What the library that writes raises, besides ``OSError``, where it cannot.

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
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise UniRSError(
            "output_unwritable",
            f"{target} cannot be written ({reason}); check that its folder exists, takes files and "
            "has room.",
            reason=str(error),
        ) from error
    finally:
        with suppress(OSError):  # where nothing can be written, nothing is to be deleted
            temporary.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder that can be written to.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UniRSError(
            "output_unwritable", f"The folder {folder} cannot be made: {error.strerror}."
        ) from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise UniRSError("output_unwritable", f"The folder {folder} cannot be written to.")


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other processes of UniRS from writing into a folder meanwhile.

    What a long run keeps there is mapped into memory: two writers do not only spoil each other's
    files, they crash. The lock goes with the process, however that ends.

    Args:
        folder: Made if it is not there.

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
            f"Another process is writing into {folder}; wait for it, stop it, or name another "
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
    """Note in a folder what its content is made with; refuse to go on with something else.

    Args:
        folder: Takes ``SETTINGS_FILE``.
        settings: JSON values.

    Raises:
        UniRSError: ``settings_differ`` if the folder was begun with other settings,
            ``settings_broken`` if they cannot be read, ``output_unwritable``.
    """
    path = folder / SETTINGS_FILE
    wanted = json.loads(json.dumps(settings))
    if path.is_file():
        begun = _begun_with(path)
        names = [n for n in {**begun, **wanted} if begun.get(n) != wanted.get(n)]
        if names:
            raise UniRSError(
                "settings_differ",
                f"{folder} was begun with {names[0]} = {begun.get(names[0])} and not "
                f"{wanted.get(names[0])}; delete it, or name another folder.",
            )
        return
    make_folder(folder)
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(wanted, indent=2) + "\n", encoding="utf-8")


def _begun_with(path: Path) -> dict[str, Any]:
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        settings = None
    if not isinstance(settings, dict):
        raise UniRSError(
            "settings_broken",
            f"{path} cannot be read, which says what is in its folder; delete the folder, or name "
            "another one.",
        )
    return settings
