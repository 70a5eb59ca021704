"""LEVIR-CC and LEVIR-MCI: pairs of dates with five captions, the latter also with change masks.

Sources: Liu et al., "Remote Sensing Image Change Captioning with Dual-Branch Transformers", 2022;
Liu et al., "Change-Agent", 2024.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter

from unirs.inputs import InputKind
from unirs.prompts import CHANGE_INSTRUCTION
from unirs_lab.data.readers.annotations import Record, inside, read_json
from unirs_lab.data.samples import Sample

ANNOTATIONS = "LevirCCcaptions.json"


class _Sentence(Record):
    raw: str


class _Pair(Record):
    filename: str
    split: str
    changeflag: bool
    sentences: tuple[_Sentence, ...]


class _File(Record):
    images: tuple[_Pair, ...]


_FORM = TypeAdapter(_File)


def index(root: Path, split: str) -> Path:
    """The folder that holds the images of a split."""
    return root / "images" / split


def read_captions(root: Path, split: str) -> list[Sample]:
    """LEVIR-CC: pairs with captions; captions keep their words, without white space around them.

    Raises:
        UniRSError: ``dataset_layout``, ``dataset_broken``.
    """
    return _read(root, split, masks=False)


def read_masks(root: Path, split: str) -> list[Sample]:
    """LEVIR-MCI: the same pairs, with a mask each (0 is no change, the rest kinds of change).

    Raises:
        UniRSError: ``dataset_layout``, ``dataset_broken``.
    """
    return _read(root, split, masks=True)


def _read(root: Path, split: str, *, masks: bool) -> list[Sample]:
    source = root / ANNOTATIONS
    pairs = read_json(source, _FORM).images
    return [
        _sample(pair, index(root, split), source, masks=masks)
        for pair in pairs
        if pair.split == split
    ]


def _sample(pair: _Pair, folder: Path, source: Path, *, masks: bool) -> Sample:
    return Sample(
        id=pair.filename,
        kind=InputKind.PAIR,
        images=(
            inside(folder / "A", pair.filename, source),
            inside(folder / "B", pair.filename, source),
        ),
        instruction=CHANGE_INSTRUCTION,
        answers=tuple(sentence.raw.strip() for sentence in pair.sentences),
        group="change" if pair.changeflag else "no change",
        mask=inside(folder / "label", pair.filename, source) if masks else None,
    )
