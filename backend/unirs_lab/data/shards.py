"""Samples in shards: large tar files of webdataset's form, for data that fills several disks.

A folder of shards, each written whole or not at all, and the index last::

    index.json         dataset, split, and for each shard its size and checksums
    shard-00000.tar    images as they were encoded, beside them a JSON of their samples
    shard-00000.json   the samples again, and where in the tar each file begins

Any reader of webdataset streams the tars. Here a file in a shard is named by a path below it, such
as ``shard-00000.tar/000000007.0.png``, so that samples in shards are samples as all others are
(``data/archives.py``). One seek finds a file, which is what lets a run go on anywhere, and it
is held against its checksum. Nothing that a shard holds is decoded but as JSON of a known form or
as an image.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import NonNegativeInt, StringConstraints, TypeAdapter

from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs_lab.data.readers.annotations import Record, read_json

INDEX = "index.json"

_TAR_NAME = re.compile(r"shard-[0-9]{5}\.tar")

ShardName = Annotated[str, StringConstraints(pattern=r"^shard-[0-9]{5}$")]
MemberName = Annotated[str, StringConstraints(pattern=r"^[0-9]{9}\.[a-z0-9]+(\.[a-z0-9]+)?$")]
"""The number of a visual input, then which of its files: ``000000007.1.png``, ``….mask.png``.

Such a name cannot lead out of the folder that it is taken out into.
"""


class Member(Record):
    """The place of a file in a shard, in bytes, and its SHA-256."""

    offset: NonNegativeInt
    size: NonNegativeInt
    sha256: str


class ShardedSample(Record):
    """A sample whose files are members of a shard."""

    id: str
    kind: InputKind
    images: tuple[MemberName, ...]
    instruction: str
    answers: tuple[str, ...]
    group: str = ""
    mask: MemberName | None = None


class ShardContents(Record):
    """What one shard holds."""

    members: dict[MemberName, Member]
    samples: tuple[ShardedSample, ...]


class Shard(Record):
    """One shard: its size in bytes, the SHA-256 of the tar and of the list of its contents."""

    name: ShardName
    samples: int
    size: int
    sha256: str
    contents_sha256: str


class ShardIndex(Record):
    """All shards of one split."""

    format: Literal["unirs-shards-1"] = "unirs-shards-1"
    dataset: str
    split: str
    shards: tuple[Shard, ...]


CONTENTS = TypeAdapter(ShardContents)


def tar_path(folder: Path, name: str) -> Path:
    """The tar file of a shard."""
    return folder / f"{name}.tar"


def contents_path(tar: Path) -> Path:
    """The file that lists what a tar holds."""
    return tar.with_suffix(".json")


def shard_of(path: Path) -> Path | None:
    """The shard of a file, or ``None`` for any other file."""
    return path.parent if _TAR_NAME.fullmatch(path.parent.name) else None


def read_from_shard(path: Path) -> bytes:
    """The bytes of a file in a shard.

    Raises:
        UniRSError: ``shard_broken`` if the shard is missing, cut off or not as it was written.
    """
    tar, name = path.parent, path.name
    member = _contents(contents_path(tar)).members.get(name)
    if member is None:
        raise broken(tar, f"has no file {name}")
    try:
        with tar.open("rb") as stream:
            stream.seek(member.offset)
            data = stream.read(member.size)
    except OSError as error:
        raise broken(tar, f"cannot be read ({error.strerror})") from error
    if hashlib.sha256(data).hexdigest() != member.sha256:
        raise broken(tar, f"is damaged or cut off at the file {name}")
    return data


def broken(tar: Path, what: str) -> UniRSError:
    """The error for a shard that is not as it was written."""
    return UniRSError("shard_broken", f"The shard {tar} {what}; copy or write it again.")


@lru_cache(maxsize=16)
def _contents(path: Path) -> ShardContents:
    """Kept for the few shards that a mixture reads at a time."""
    return read_json(path, CONTENTS)
