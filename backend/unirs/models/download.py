"""A model from a hub to a folder: only the files that are needed, resumed, checked, then there.

A download lives in a hidden folder beside its target, ``.NAME.download``. Files that are not
complete end in ``.part``. When every file has its checksum the folder takes the target's name, so
a folder that is there is whole, and whatever ended a download, the next one goes on from there.
"""

from __future__ import annotations

import errno
import fnmatch
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from unirs.errors import UniRSError
from unirs.files import file_size
from unirs.models.hub import (
    Hasher,
    RemoteFile,
    RemoteModel,
    find_remote,
    open_remote,
    read_config,
)
from unirs.models.known import KNOWN_MODELS
from unirs.models.store import (
    CHECKPOINT_MARK,
    DOWNLOAD_RECORD,
    download_folder,
    models_folders,
    read_record,
)

NEEDED = ("*.safetensors", "*.json", "*.model", "README.md", "LICENSE*")
"""Weights, configurations, tokenizers, the card. Never a ``.bin``: those are pickles."""

USELESS = ("trainer_state.json", ".*", "*/.*")
"""What fits a pattern of ``NEEDED`` and is of no use here."""

RETRIES = 4
"""Attempts in a row that may bring nothing before a download gives up."""

_WORTH_A_RETRY = {"hub_unreachable", "hub_failed"}


@dataclass(frozen=True)
class DownloadPlan:
    """What a download will fetch, and where to.

    Attributes:
        remote: The version on the hub.
        revision: What was asked for: a branch, tag or commit; ``None`` is the newest version.
        folder: The folder that will be there at the end.
        files: The files that are needed, small ones first.
        present_bytes: What an earlier download left of them.
        free_bytes: Free space where they go.
        needs_conversion: Whether it is a checkpoint for ``unirs convert`` and no model folder yet.
        is_there: Whether the folder is there already, from the same version.
    """

    remote: RemoteModel
    revision: str | None
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
        folder: Where it goes; without it, into the user's models folder under its own name.
        revision: Branch, tag or commit; ``None`` is the newest version.

    Raises:
        UniRSError: As ``find_remote``; ``model_unsupported`` if UniRS cannot use the model,
            ``target_exists`` if there is something else under that name.
    """
    known = {model.name: model.repository for model in KNOWN_MODELS}
    remote = find_remote(known.get(name.lower(), name), revision)
    folder = Path(folder) if folder else _default_folder(remote)
    files = tuple(sorted(filter(_is_needed, remote.files), key=lambda file: file.size))
    needs_conversion = any(file.name == CHECKPOINT_MARK for file in files)
    has_weights = any(file.name.endswith(".safetensors") for file in files)
    usable = needs_conversion or read_config(remote).get("model_type") == "unirs"
    if not has_weights or not usable:
        raise UniRSError(
            "model_unsupported",
            f"{remote.repository} is neither a UniRS model folder nor a VILA-1.5 checkpoint with "
            "weights as safetensors.",
        )
    return DownloadPlan(
        remote=remote,
        revision=revision,
        folder=folder,
        files=files,
        present_bytes=_present_bytes(download_folder(folder), files),
        free_bytes=_free_bytes(folder),
        needs_conversion=needs_conversion,
        is_there=_is_there(folder, remote),
    )


def download(
    plan: DownloadPlan,
    on_progress: Callable[[str, int], None] = lambda _file, _done: None,
    on_retry: Callable[[str, str, float], None] = lambda _file, _reason, _seconds: None,
) -> Path:
    """Fetch what is missing, check everything, and put the folder in its place.

    It may be ended at any time, by any means: a later call goes on from there.

    Args:
        plan: See ``plan_download``.
        on_progress: Called with the name of a file and the bytes of all files that are there by
            now; they become fewer where a file turns out to be damaged.
        on_retry: Called where the hub fails, with the name of the file, the reason, and the seconds
            until the next attempt.

    Returns:
        The folder.

    Raises:
        UniRSError: As ``open_remote``; ``disk_full``, ``output_unwritable``, ``download_damaged``
            if a file differs from what the hub promised, ``download_running`` if another process
            fetches the same model.
    """
    if plan.is_there:
        return plan.folder
    scratch = download_folder(plan.folder)
    missing = plan.total_bytes - plan.present_bytes
    if missing > plan.free_bytes:
        raise _disk_full(plan.folder, file_size(missing), file_size(plan.free_bytes))
    with _unwritable_said(plan.folder):
        scratch.mkdir(parents=True, exist_ok=True)
        with only_one(plan.folder):
            _write_record(plan, scratch)
            before = 0
            for file in plan.files:
                advance = partial(_advance, on_progress, file.name, before)
                _Transfer(plan.remote, file, scratch, advance, on_retry).run()
                before += file.size
            _remove_others(scratch, plan.files)
            if plan.folder.is_dir():
                plan.folder.rmdir()  # an empty one, or it would have been refused
            scratch.replace(plan.folder)
    return plan.folder


def _advance(
    on_progress: Callable[[str, int], None], name: str, bytes_before: int, done: int
) -> None:
    on_progress(name, bytes_before + done)


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Keep other processes from downloading into a folder, or removing it, at the same time.

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
            f"Another program is downloading {folder.name} right now; wait for it, or stop it.",
        ) from error
    try:
        yield
    finally:
        lock.release()
        with suppress(OSError):
            path.unlink()


class _Transfer:
    """One file on its way: from what is there of it to a file with the right checksum."""

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
        self._whole = scratch / file.name
        # The digest in its name keeps the parts of two versions of a file apart.
        self._part = _part(scratch, file)

    def run(self) -> None:
        """Fetch the file."""
        self._whole.parent.mkdir(parents=True, exist_ok=True)
        if self._whole.is_file() and self._is_right(self._whole):
            self._on_progress(self._file.size)
            return
        resumed = self._part.is_file()
        # Damage in what was resumed may be of long ago: that deserves a fresh start.
        if not self._came_right() and not (resumed and self._came_right()):
            raise UniRSError(
                "download_damaged",
                f"{self._file.name} of {self._remote.repository} came with a wrong checksum; "
                "try again, and if it stays so, through another network.",
            )
        self._part.replace(self._whole)

    def _came_right(self) -> bool:
        """Fetch what is missing; what then has a wrong checksum is deleted."""
        self._fetch_all()
        right = self._is_right(self._part)
        if not right:
            self._part.unlink()
        return right

    def _fetch_all(self) -> None:
        """Fetch the rest, and again where the hub fails, as long as something comes."""
        failures = 0
        while True:
            size = self._part_size()
            if size >= self._file.size and self._part.is_file():
                return
            try:
                self._fetch(size)
            except UniRSError as error:
                failures = 1 if self._part_size() > size else failures + 1
                if error.code not in _WORTH_A_RETRY or failures > RETRIES:
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

    def _is_right(self, path: Path) -> bool:
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


def _is_needed(file: RemoteFile) -> bool:
    def fits(patterns: tuple[str, ...]) -> bool:
        return any(fnmatch.fnmatchcase(file.name, pattern) for pattern in patterns)

    return fits(NEEDED) and not fits(USELESS)


def _default_folder(remote: RemoteModel) -> Path:
    """In the user's models folder, under a name that does not hide a bundled model."""
    user, *others = models_folders()
    name = remote.repository.split("/")[1]
    if any((folder / name).exists() for folder in others):
        raise UniRSError(
            "target_exists", f"A model that came with UniRS is called {name}; name a folder (--to)."
        )
    return user / name


def _is_there(folder: Path, remote: RemoteModel) -> bool:
    """Whether this very version is there.

    Raises:
        UniRSError: ``target_exists`` if anything else is.
    """
    with _unwritable_said(folder):
        if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
            return False
    record = read_record(folder)
    if (record.get("repository"), record.get("commit")) == (remote.repository, remote.commit):
        return True
    raise UniRSError(
        "target_exists",
        f"{folder} is there already and is not this version of {remote.repository}; remove it "
        "first (unirs remove), or name another folder (--to).",
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


def _free_bytes(folder: Path) -> int:
    existing = next(parent for parent in folder.absolute().parents if parent.is_dir())
    return shutil.disk_usage(existing).free


def _remove_others(scratch: Path, files: tuple[RemoteFile, ...]) -> None:
    """Delete what an earlier version has left."""
    wanted = {scratch / file.name for file in files} | {scratch / DOWNLOAD_RECORD}
    for path in list(scratch.rglob("*")):
        if path.is_file() and path not in wanted:
            path.unlink()


@contextmanager
def _unwritable_said(folder: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # whoever listens has gone; that is no matter of the folder
        raise
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise _disk_full(folder) from error
        raise UniRSError(
            "output_unwritable",
            f"{folder} cannot be written ({error.strerror or error}); name another folder (--to).",
        ) from error


def _disk_full(folder: Path, needed: str = "", free: str = "") -> UniRSError:
    figures = f" ({needed} are needed, {free} are free)" if needed else ""
    return UniRSError(
        "disk_full",
        f"The disk of {folder.parent} is full{figures}; make room or name another folder (--to). "
        "What has come is kept.",
    )
