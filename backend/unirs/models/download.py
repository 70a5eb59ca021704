"""Downloads of models from a hub: only the files that are needed, resumable, verified.

A download is kept in a hidden folder beside its target, ``.NAME.download``; incomplete files end in
``.part``. When every file has the right checksum, the folder is renamed to the target. So a folder
of this name is complete, and a download that was interrupted is resumed by the next one.
"""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from unirs.errors import UniRSError
from unirs.files import free_bytes, require_space, write_failure
from unirs.models.hub import (
    Hasher,
    RemoteFile,
    RemoteModel,
    find_remote,
    open_remote,
)
from unirs.models.known import KNOWN_MODELS
from unirs.models.remote_kind import needed_files, remote_kind
from unirs.models.store import DOWNLOAD_RECORD, download_folder, models_folders, read_record

RETRIES = 4
"""Attempts in a row without any progress after which a download gives up."""

_TRANSIENT = {"hub_unreachable", "hub_failed"}


@dataclass(frozen=True)
class DownloadPlan:
    """What a download will fetch, and where to.

    Attributes:
        remote: The version on the hub.
        revision: The requested branch, tag or commit; ``None`` for the newest version.
        licence: Licence of the weights; ``None`` if it is not stated.
        folder: The target.
        files: The files that are needed, small ones first.
        present_bytes: Bytes of them that an earlier download has left.
        free_bytes: Free space on the disk of the target.
        needs_conversion: Whether it is a checkpoint for ``unirs convert``.
        is_there: Whether the target exists already, with the same version.
    """

    remote: RemoteModel
    revision: str | None
    licence: str | None
    folder: Path
    files: tuple[RemoteFile, ...]
    present_bytes: int
    free_bytes: int
    needs_conversion: bool
    is_there: bool

    @property
    def total_bytes(self) -> int:
        """Size of all files."""
        return sum(file.size for file in self.files)


def plan_download(
    name: str, folder: Path | None = None, revision: str | None = None
) -> DownloadPlan:
    """Ask the hub what a download would fetch, without fetching it.

    Args:
        name: ``owner/model``, or the short name of one of ``KNOWN_MODELS``.
        folder: The target; without it, a folder of the model's name in the user's models folder.
        revision: Branch, tag or commit; ``None`` is the newest version.

    Raises:
        UniRSError: As ``find_remote``; ``model_unsupported`` or ``model_invalid`` if UniRS cannot
            use the model, ``target_exists`` if the target is something else.
    """
    known = next((model for model in KNOWN_MODELS if model.name == name.lower()), None)
    remote = find_remote(known.repository if known else name, revision)
    folder = Path(folder) if folder else _default_folder(remote)
    kind = remote_kind(remote)
    files = tuple(sorted(needed_files(remote, kind), key=lambda file: file.size))
    return DownloadPlan(
        remote=remote,
        revision=revision,
        licence=known.licence if known else remote.licence,
        folder=folder,
        files=files,
        present_bytes=_present_bytes(download_folder(folder), files),
        free_bytes=free_bytes(folder),
        needs_conversion=kind == "checkpoint",
        is_there=_is_there(folder, remote),
    )


def download(
    plan: DownloadPlan,
    on_progress: Callable[[str, int], None] = lambda _file, _done: None,
    on_retry: Callable[[str, str, float], None] = lambda _file, _reason, _seconds: None,
) -> Path:
    """Fetch what is missing, verify everything, and rename the folder to the target.

    It may be interrupted at any time, by any means: a later call resumes it.

    Args:
        plan: See ``plan_download``.
        on_progress: Called with the name of a file and the present bytes of all files; they
            decrease where a file turns out to be damaged.
        on_retry: Called where the hub fails, with the name of the file, the reason, and the seconds
            until the next attempt.

    Returns:
        The target.

    Raises:
        UniRSError: As ``open_remote``; ``disk_full``, ``output_unwritable``, ``download_damaged``
            if a file has another checksum than the hub states, ``download_running`` if another
            process downloads the same model.
    """
    if plan.is_there:
        return plan.folder
    scratch = download_folder(plan.folder)
    require_space(plan.folder, plan.total_bytes - plan.present_bytes, "The download")
    with _writing_to(plan.folder):
        scratch.mkdir(parents=True, exist_ok=True)
        with exclusive_access(plan.folder):
            _write_record(plan, scratch)
            before = 0
            for file in plan.files:
                advance = partial(_advance, on_progress, file.name, before)
                _Transfer(plan.remote, file, scratch, advance, on_retry).run()
                before += file.size
            _remove_others(scratch, plan.files)
            if plan.folder.is_dir():
                plan.folder.rmdir()  # it is empty, or it would have been refused
            scratch.replace(plan.folder)
    return plan.folder


def _advance(
    on_progress: Callable[[str, int], None], name: str, bytes_before: int, done: int
) -> None:
    on_progress(name, bytes_before + done)


@contextmanager
def exclusive_access(folder: Path) -> Iterator[None]:
    """Prevent other processes from downloading into a folder, or removing it, at the same time.

    Raises:
        UniRSError: ``download_running``.
    """
    from filelock import FileLock, Timeout

    path = folder.with_name(f".{folder.name}.lock")
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise UniRSError(
            "download_running",
            f"Another program is downloading {folder.name}; wait for it, or stop it.",
        ) from error
    try:
        yield
    finally:
        lock.release()
        with suppress(OSError):
            path.unlink()


class _Transfer:
    """The download of one file: its missing bytes, retries, and the check of its checksum."""

    def __init__(
        self,
        remote: RemoteModel,
        file: RemoteFile,
        scratch: Path,
        on_progress: Callable[[int], None],
        on_retry: Callable[[str, str, float], None],
    ) -> None:
        self._remote, self._file = remote, file
        self._on_progress, self._on_retry = on_progress, on_retry
        self._target = scratch / file.name
        # The digest in its name distinguishes the parts of two versions of a file.
        self._part = _part(scratch, file)

    def run(self) -> None:
        """Fetch the file."""
        self._target.parent.mkdir(parents=True, exist_ok=True)
        if self._target.is_file() and self._is_intact(self._target):
            self._on_progress(self._file.size)
            return
        resumed = self._part.is_file()
        # Resumed bytes may have been damaged earlier: then the file is fetched again as a whole.
        if not self._fetch_intact() and not (resumed and self._fetch_intact()):
            raise UniRSError(
                "download_damaged",
                f"{self._file.name} of {self._remote.repository} arrived with a wrong checksum; "
                "try again, and if that fails too, use another network.",
            )
        self._part.replace(self._target)

    def _fetch_intact(self) -> bool:
        """Fetch the missing bytes, and delete the file if it then has a wrong checksum."""
        self._fetch_all()
        intact = self._is_intact(self._part)
        if not intact:
            self._part.unlink()
        return intact

    def _fetch_all(self) -> None:
        """Fetch the missing bytes, with retries where the hub fails."""
        failures = 0
        while True:
            size = self._part_size()
            if size >= self._file.size and self._part.is_file():
                return
            try:
                self._fetch(size)
            except UniRSError as error:
                failures = 1 if self._part_size() > size else failures + 1
                if error.code not in _TRANSIENT or failures > RETRIES:
                    raise
                wait = min(2.0 ** (failures - 1), 8.0)
                self._on_retry(self._file.name, error.message, wait)
                time.sleep(wait)

    def _fetch(self, offset: int) -> None:
        with (
            open_remote(self._remote, self._file, offset) as (start, pieces),
            self._part.open("r+b" if start else "wb") as part,
        ):
            done = part.seek(start)
            for piece in pieces:
                done += part.write(piece)
                self._on_progress(done)
            part.flush()
            os.fsync(part.fileno())
        if done < self._file.size:
            raise UniRSError(
                "hub_unreachable",
                f"{self._file.name} of {self._remote.repository} ended too early; try again.",
            )

    def _part_size(self) -> int:
        return self._part.stat().st_size if self._part.is_file() else 0

    def _is_intact(self, path: Path) -> bool:
        return path.stat().st_size == self._file.size and (
            _digest(path, self._file.hasher()) == self._file.digest
        )


def _digest(path: Path, hasher: Hasher) -> str:
    with path.open("rb") as stream:
        while piece := stream.read(2**22):
            hasher.update(piece)
    return hasher.hexdigest()


def _part(scratch: Path, file: RemoteFile) -> Path:
    return scratch / f"{file.name}.{file.digest[:12]}.part"


def _default_folder(remote: RemoteModel) -> Path:
    """A folder in the user's models folder that does not hide a bundled model of the same name."""
    user, *others = models_folders()
    name = remote.repository.split("/")[1]
    if any((folder / name).exists() for folder in others):
        raise UniRSError(
            "target_exists",
            f"A model that came with UniRS is called {name}; choose a folder (--to).",
        )
    return user / name


def _is_there(folder: Path, remote: RemoteModel) -> bool:
    """Whether a folder contains this version.

    Raises:
        UniRSError: ``target_exists`` if it contains anything else.
    """
    with _writing_to(folder):
        if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
            return False
    record = read_record(folder)
    if (record.get("repository"), record.get("commit")) == (remote.repository, remote.commit):
        return True
    raise UniRSError(
        "target_exists",
        f"{folder} already exists and is not this version of {remote.repository}; remove it "
        "first (unirs remove), or choose another folder (--to).",
    )


def _write_record(plan: DownloadPlan, scratch: Path) -> None:
    record = {
        "repository": plan.remote.repository,
        "revision": plan.revision,
        "commit": plan.remote.commit,
    }
    (scratch / DOWNLOAD_RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _present_bytes(scratch: Path, files: tuple[RemoteFile, ...]) -> int:
    present = 0
    for file in files:
        for path in (scratch / file.name, _part(scratch, file)):
            with suppress(OSError):
                present += min(path.stat().st_size, file.size)
                break
    return present


def _remove_others(scratch: Path, files: tuple[RemoteFile, ...]) -> None:
    """Delete the files of an earlier version."""
    wanted = {scratch / file.name for file in files} | {scratch / DOWNLOAD_RECORD}
    for path in list(scratch.rglob("*")):
        if path.is_file() and path not in wanted:
            path.unlink()


@contextmanager
def _writing_to(folder: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # a closed output of this program has nothing to do with the folder
        raise
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise UniRSError(
                "disk_full",
                f"The disk of {folder.parent} is full; free some space, or choose another folder "
                "(--to). Partial files are kept.",
            ) from error
        raise write_failure(folder, error) from error
