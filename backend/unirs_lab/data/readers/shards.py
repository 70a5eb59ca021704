"""Shards of another dataset: ``<split>/index.json`` and the shards that it lists."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import TypeAdapter

from unirs_lab.data.readers.annotations import parse_json, read_bytes, read_json
from unirs_lab.data.samples import Sample
from unirs_lab.data.shards import (
    CONTENTS,
    INDEX,
    Shard,
    ShardedSample,
    ShardIndex,
    broken,
    contents_path,
    tar_path,
)

_INDEX = TypeAdapter(ShardIndex)


def index(root: Path, split: str) -> Path:
    """The file that was written last."""
    return root / split / INDEX


def read_index(root: Path, split: str) -> ShardIndex:
    """What was written last: of which dataset the shards are, and which there are.

    Raises:
        UniRSError: ``dataset_layout``, ``dataset_broken``.
    """
    return read_json(index(root, split), _INDEX)


def read(root: Path, split: str) -> list[Sample]:
    """The samples of all shards in order. Of the tars only the size is checked.

    Raises:
        UniRSError: ``dataset_layout``, ``dataset_broken``, or ``shard_broken`` for a shard that is
            missing, cut off, or of another writing than the index.
    """
    source = index(root, split)
    shards = read_index(root, split).shards
    return [sample for shard in shards for sample in _samples(source.parent, shard)]


def _samples(folder: Path, shard: Shard) -> list[Sample]:
    tar = tar_path(folder, shard.name)
    if not tar.is_file():
        raise broken(tar, "is missing")
    if (size := tar.stat().st_size) != shard.size:
        raise broken(tar, f"has {size:,} of {shard.size:,} bytes")
    text = read_bytes(contents_path(tar))
    if hashlib.sha256(text).hexdigest() != shard.contents_sha256:
        raise broken(tar, f"is not the one that {contents_path(tar).name} describes")
    contents = parse_json(text, CONTENTS, str(contents_path(tar)))
    return [_sample(tar, one) for one in contents.samples]


def _sample(tar: Path, one: ShardedSample) -> Sample:
    return Sample(
        id=one.id,
        kind=one.kind,
        images=tuple(tar / name for name in one.images),
        instruction=one.instruction,
        answers=one.answers,
        group=one.group,
        mask=tar / one.mask if one.mask else None,
    )
