"""Samples to shards (:mod:`unirs_lab.data.shards`), in the form of webdataset."""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from pathlib import Path

import numpy as np

from unirs.errors import UniRSError
from unirs.files import alone_in, make_folder, require_space, whole_file
from unirs_lab.data.samples import Sample
from unirs_lab.data.shards import (
    INDEX,
    Member,
    Shard,
    ShardContents,
    ShardedSample,
    ShardIndex,
    contents_path,
    tar_path,
)

SHARD_BYTES = 512_000_000
"""Size of a shard: few files, and a few of them at a time still mix well."""

_PLAIN_SUFFIX = re.compile(r"[a-z0-9]{1,8}")


def write_shards(
    samples: Sequence[Sample],
    folder: Path,
    dataset: str,
    split: str,
    shard_bytes: int = SHARD_BYTES,
    on_progress: Callable[[int, int], None] | None = None,
) -> ShardIndex:
    """Write samples as shards; images stay as they were encoded, and are written once.

    Visual inputs come in one shuffled order, always the same, so that the samples of a few
    shards are like those of all. Equal files give equal shards, bit for bit.

    Args:
        samples: A split of a dataset.
        folder: Takes the shards; made if it is not there.
        dataset: Name of the dataset, for the index.
        split: Name of the split, for the index.
        shard_bytes: Bytes of images in a shard, about.
        on_progress: Called with the bytes of images written and of all.

    Raises:
        UniRSError: ``shards_exist`` if the folder has an index already,
            ``image_broken`` for a file that cannot be read, ``disk_full`` if there is too little
            room, ``folder_in_use`` by another process, ``output_unwritable``.
    """
    if (folder / INDEX).exists():
        raise UniRSError(
            "shards_exist", f"{folder} holds shards already; name another folder, or delete it."
        )
    views = _views(samples)
    total = sum(view.size for view in views)
    make_folder(folder)
    require_space(folder, total, "The shards")
    shards, done = [], 0
    with alone_in(folder):
        for number, own in enumerate(_fill(views, shard_bytes)):
            shards.append(_write_shard(folder, f"shard-{number:05}", own))
            done += sum(view.size for view in own)
            if on_progress:
                on_progress(done, total)
        index = ShardIndex(dataset=dataset, split=split, shards=tuple(shards))
        _write_text(folder / INDEX, index.model_dump_json(indent=1))
    return index


@dataclass(frozen=True)
class _View:
    """A visual input: files by the end of their names, their bytes, and all samples about it."""

    key: str
    files: dict[str, Path]
    size: int
    samples: list[Sample]

    def entry(self) -> dict[str, bytes]:
        """Files by the end of their names, and all samples as JSON."""
        texts = [
            {"id": s.id, "instruction": s.instruction, "answers": s.answers, "group": s.group}
            for s in self.samples
        ]
        about = {"kind": self.samples[0].kind.value, "samples": texts}
        files = {end: _read(path) for end, path in self.files.items()}
        return {"json": json.dumps(about).encode(), **files}

    def sharded(self) -> list[ShardedSample]:
        """Its samples, with the names that their files have in the shard."""
        names = {path: f"{self.key}.{end}" for end, path in self.files.items()}
        return [
            ShardedSample(
                id=sample.id,
                kind=sample.kind,
                images=tuple(names[path] for path in sample.images),
                instruction=sample.instruction,
                answers=sample.answers,
                group=sample.group,
                mask=names[sample.mask] if sample.mask else None,
            )
            for sample in self.samples
        ]


def _views(samples: Sequence[Sample]) -> list[_View]:
    """The visual inputs of the samples, each once, shuffled."""
    found: dict[tuple[object, ...], list[Sample]] = {}
    for sample in samples:
        found.setdefault((sample.kind, sample.images, sample.mask), []).append(sample)
    own = list(found.values())
    turns = np.random.default_rng(0).permutation(len(own))
    return [_view(f"{number:09}", own[turn]) for number, turn in enumerate(turns)]


def _view(key: str, samples: list[Sample]) -> _View:
    first = samples[0]
    files = {f"{n}.{_suffix(path)}": path for n, path in enumerate(first.images)}
    if first.mask:
        files[f"mask.{_suffix(first.mask)}"] = first.mask
    return _View(key, files, sum(_size(path) for path in files.values()), samples)


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower().removeprefix(".")
    if not _PLAIN_SUFFIX.fullmatch(suffix):
        raise UniRSError(
            "image_broken", f"The name of {path} does not end like an image's; rename it."
        )
    return suffix


def _fill(views: Sequence[_View], shard_bytes: int) -> Iterator[list[_View]]:
    """What goes into each shard."""
    starts = np.cumsum([0] + [view.size for view in views])[:-1]
    for _, own in groupby(zip(starts, views, strict=True), lambda each: each[0] // shard_bytes):
        yield [view for _, view in own]


def _write_shard(folder: Path, name: str, views: Sequence[_View]) -> Shard:
    tar = tar_path(folder, name)
    with whole_file(tar) as temporary:
        with tarfile.open(temporary, "w") as archive:
            checksums = _write_entries(archive, views)
        contents = ShardContents(
            members=_members(temporary, checksums),
            samples=tuple(sample for view in views for sample in view.sharded()),
        )
        sha256 = _sha256(temporary)
    text = contents.model_dump_json()
    _write_text(contents_path(tar), text)
    return Shard(
        name=name,
        samples=len(contents.samples),
        size=tar.stat().st_size,
        sha256=sha256,
        contents_sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def _write_entries(archive: tarfile.TarFile, views: Sequence[_View]) -> dict[str, str]:
    """SHA-256 of each image, by its name in the shard."""
    checksums = {}
    for view in views:
        for end, data in sorted(view.entry().items()):
            member = tarfile.TarInfo(f"{view.key}.{end}")  # of the year 1970: equal at any time
            member.size = len(data)
            archive.addfile(member, BytesIO(data))
            if end in view.files:
                checksums[member.name] = hashlib.sha256(data).hexdigest()
    return checksums


def _members(tar: Path, checksums: dict[str, str]) -> dict[str, Member]:
    with tarfile.open(tar) as archive:
        return {
            one.name: Member(offset=one.offset_data, size=one.size, sha256=checksums[one.name])
            for one in archive
            if one.name in checksums
        }


def _write_text(path: Path, text: str) -> None:
    with whole_file(path) as temporary:
        temporary.write_bytes(text.encode())


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        hasher = hashlib.sha256()
        while block := stream.read(1 << 20):
            hasher.update(block)
    return hasher.hexdigest()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise _unreadable(path, error) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> UniRSError:
    return UniRSError(
        "image_broken", f"{path} cannot be read ({error.strerror}); get a new copy.", path=str(path)
    )
