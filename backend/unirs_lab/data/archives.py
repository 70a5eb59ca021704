"""Files inside tar archives, named as if the archive were a folder: ``images.tar/A/01.png``.

Samples name such files as they name any other. :func:`at_hand` copies them out for as long as they
are used, one seek each; nothing is unpacked as a whole. Members of a shard
(:mod:`unirs_lab.data.shards`) are checked against their checksums besides.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from unirs.errors import UniRSError
from unirs.files import make_folder, whole_file
from unirs_lab.data.shards import read_from_shard, shard_of

Place = tuple[int, int]
"""Where in an archive a member begins, and how long it is, in bytes."""


def archive_of(path: Path) -> Path | None:
    """The archive that a path leads into, or ``None`` for a file of its own."""
    within = (parent for parent in path.parents if parent.suffix == ".tar")
    return next((parent for parent in within if not parent.is_dir()), None)


def exists(path: Path) -> bool:
    """Whether a file is there, be it on the disk or in an archive.

    Raises:
        UniRSError: ``archive_broken``.
    """
    archive = archive_of(path)
    if archive is None or shard_of(path):
        return (archive or path).is_file()
    return archive.is_file() and _name(path, archive) in _members(archive)


def files_below(base: Path) -> list[Path]:
    """All files of a folder or an archive, by name; without hidden ones, which systems leave.

    Raises:
        UniRSError: ``archive_broken``.
    """
    if base.suffix == ".tar" and base.is_file():
        found = [base / name for name in _members(base)]
    else:
        found = [path for path in base.rglob("*") if path.is_file()]
    return sorted(path for path in found if not _is_hidden(path.relative_to(base)))


@contextmanager
def at_hand(*paths: Path) -> Iterator[tuple[Path, ...]]:
    """Files that can be opened: those in archives are copied to a temporary folder meanwhile.

    Raises:
        UniRSError: ``archive_broken`` or ``shard_broken`` if an archive is missing, cut off or
            without the file; ``output_unwritable`` if the temporary folder takes no more.
    """
    archives = [archive_of(path) for path in paths]
    if not any(archives):
        yield paths
        return
    with TemporaryDirectory(prefix="unirs-") as scratch:
        folders = [Path(scratch, str(number)) for number in range(len(paths))]
        here = tuple(
            _copied(path, archive, folder) if archive else path
            for path, archive, folder in zip(paths, archives, folders, strict=True)
        )
        try:
            yield here
        except UniRSError as error:  # it names the archive, not a copy that is about to go
            message = error.message
            for archive, folder in zip(archives, folders, strict=True):
                message = message.replace(str(folder), str(archive))
            raise UniRSError(error.code, message, **error.details) from error


def _copied(path: Path, archive: Path, folder: Path) -> Path:
    target = folder / _name(path, archive)
    make_folder(target.parent)
    data = read_from_shard(path) if shard_of(path) else _read(archive, _name(path, archive))
    with whole_file(target) as temporary:
        temporary.write_bytes(data)
    return target


def _read(archive: Path, name: str) -> bytes:
    start, size = _members(archive).get(name, (0, -1))
    if size < 0:
        raise _broken(archive, f"has no file {name}")
    with archive.open("rb") as stream:
        stream.seek(start)
        return stream.read(size)


def _members(archive: Path) -> Mapping[str, Place]:
    """Every regular file of an archive; its headers are read once, and again when it changes."""
    try:
        status = archive.stat()
    except OSError as error:
        raise _broken(archive, f"cannot be read ({error.strerror})") from error
    return _listed(archive, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=16)
def _listed(archive: Path, _changed: int, _size: int) -> Mapping[str, Place]:
    try:
        with tarfile.open(archive, "r:") as stream:
            names = ((PurePosixPath(one.name), one) for one in stream if one.isreg())
            return {
                name.as_posix(): (one.offset_data, one.size)
                for name, one in names
                if not name.is_absolute() and ".." not in name.parts
            }
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise _broken(archive, "is no tar archive, or is cut off") from error


def _name(path: Path, archive: Path) -> str:
    return path.relative_to(archive).as_posix()


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "__")) for part in path.parts)


def _broken(archive: Path, what: str) -> UniRSError:
    return UniRSError("archive_broken", f"The archive {archive} {what}; get a new copy.")
