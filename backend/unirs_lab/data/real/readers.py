"""The collections, each read from its annotations and its images into one form.

Annotations are read strictly; images are opened when they are read, one at a time, straight
out of ``images.tar`` or from an unpacked folder (:mod:`unirs_lab.data.visuals`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from unirs.errors import UniRSError
from unirs_lab.data.archives import files_below
from unirs_lab.data.readers.annotations import Record, inside, parse_json, read_bytes
from unirs_lab.data.real import splits
from unirs_lab.data.real.items import Box, RealItem, Split
from unirs_lab.data.real.scenes import SCENES

Line = TypeVar("Line", bound=Record)

_NUMBER = re.compile(r"\d+")


def read_real(root: Path, collection: str, split: Split | None = None) -> list[RealItem]:
    """What a collection knows of its images, in the order of its files.

    Args:
        root: The folder with a folder for each collection.
        collection: One of ``COLLECTIONS``.
        split: Only this part of it; ``None`` for all.

    Raises:
        UniRSError: ``dataset_unknown``; ``dataset_layout`` or ``archive_broken`` if something is
            missing; ``dataset_broken`` if it does not have the collection's form.
    """
    if collection not in COLLECTIONS:
        raise UniRSError(
            "dataset_unknown",
            f"There is no collection {collection!r}; name one of: {', '.join(COLLECTIONS)}.",
        )
    items = COLLECTIONS[collection](root / collection)
    return [item for item in items if split in {None, item.split}]


class _Captioned(Record):
    image: str
    split: Split
    scene: str | None
    captions: tuple[str, ...]
    questions: tuple[tuple[str, str], ...] = ()


class _Flown(Record):
    image: str
    split: Split
    scene: str
    boxes: tuple[Box, ...]


def _rsicd(root: Path) -> Iterator[RealItem]:
    source = root / "captions.jsonl"
    for line in _lines(source, TypeAdapter(_Captioned)):
        yield RealItem(
            id=f"{root.name}/{line.image}",
            split=splits.rsicd(line.image, line.split),
            images=(inside(_images(root), line.image, source),),
            scene=line.scene and _scene("rsicd", line.scene, source),
            captions=line.captions,
        )


def _ucmerced(root: Path) -> Iterator[RealItem]:
    source = root / "samples.jsonl"
    for line in _lines(source, TypeAdapter(_Captioned)):
        yield RealItem(
            id=f"{root.name}/{line.image}",
            split=splits.ucmerced(_number(Path(line.image))),
            images=(inside(_images(root), line.image, source),),
            scene=line.scene and _scene("ucmerced", line.scene, source),
            captions=line.captions,
            questions=line.questions,
        )


def _by_class_folder(root: Path) -> Iterator[RealItem]:
    base = _images(root)
    for path in _pictures(base):
        name = path.relative_to(base).as_posix()
        yield RealItem(
            id=f"{root.name}/{name}",
            split=splits.by_class_folder(root.name, name),
            images=(path,),
            scene=_scene(root.name, path.parent.name, path),
        )


def _aerial_cars(root: Path) -> Iterator[RealItem]:
    source = root / "boxes.jsonl"
    for line in _lines(source, TypeAdapter(_Flown)):
        yield RealItem(
            id=f"{root.name}/{line.image}",
            split=splits.aerial_cars(line.scene, line.split),
            images=(inside(_images(root), line.image, source),),
            boxes=line.boxes,
        )


def _epfl_roads(root: Path) -> Iterator[RealItem]:
    base = _images(root)
    for path in _pictures(base, "images"):
        yield RealItem(
            id=f"{root.name}/{path.stem}",
            split=splits.epfl_roads(_number(path)),
            images=(path,),
            mask=base / "label" / f"{path.stem}.png",
        )


def _levir_cd(root: Path) -> Iterator[RealItem]:
    base = _images(root)
    for path in _pictures(base, "A"):
        yield RealItem(
            id=f"{root.name}/{path.stem}",
            split=splits.levir_cd(_number(path)),
            images=(path, base / "B" / path.name),
            mask=base / "label" / f"{path.stem}.png",
        )


COLLECTIONS: Mapping[str, Callable[[Path], Iterator[RealItem]]] = {
    "rsicd": _rsicd,
    "ucmerced": _ucmerced,
    "levir-cd": _levir_cd,
    "eurosat": _by_class_folder,
    "nwpu": _by_class_folder,
    "aerial-cars": _aerial_cars,
    "epfl-roads": _epfl_roads,
}
"""The reader of each collection, by the name of its folder."""


def read_change_sentences(root: Path) -> list[tuple[str, int]]:
    """Sentences about changed and unchanged pairs, with how often each was written.

    Args:
        root: The folder with a folder for each collection.

    Raises:
        UniRSError: ``dataset_layout``, ``dataset_broken``.
    """
    source = root / "levir-cc-sentences" / "sentences.tsv"
    try:
        rows = [line.split(b"\t") for line in read_bytes(source).splitlines()]
        return [(sentence.decode("utf-8"), int(count)) for count, sentence in rows]
    except ValueError as error:
        raise UniRSError(
            "dataset_broken",
            f"{source} has a line that is not a number, a tab and a sentence; get a new copy.",
        ) from error


def _images(root: Path) -> Path:
    """Where the images of a collection are."""
    archive = root / "images.tar"
    return archive if archive.is_file() else root


def _pictures(base: Path, folder: str = "") -> list[Path]:
    """The images of a collection without annotations."""
    found = [path for path in files_below(base) if path.suffix in {".jpg", ".png", ".webp"}]
    if folder:
        found = [path for path in found if path.parent == base / folder]
    if not found:
        raise UniRSError(
            "dataset_layout",
            f"There are no images in {base / folder}; put the collection's images.tar there, or "
            "unpack it there.",
        )
    return found


def _lines(source: Path, form: TypeAdapter[Line]) -> Iterator[Line]:
    for number, line in enumerate(read_bytes(source).splitlines(), start=1):
        yield parse_json(line, form, f"Line {number} of {source}")


def _scene(collection: str, name: str, source: Path) -> str:
    names = SCENES[collection]
    if name not in names:
        raise UniRSError(
            "dataset_broken",
            f"{source} names the scene {name!r:.80}, which is none of {', '.join(names)}; "
            "get a new copy.",
        )
    return names[name]


def _number(path: Path) -> int:
    """The number at the end of a file's name."""
    found = _NUMBER.findall(path.stem)
    if not found:
        raise UniRSError("dataset_broken", f"{path} has no number in its name; get a new copy.")
    return int(found[-1])
