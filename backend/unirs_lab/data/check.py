"""Whether a copy of a dataset is whole: every file opened, counts beside the published ones."""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain, cycle
from pathlib import Path
from typing import Any, Literal

from unirs.errors import UniRSError
from unirs.imagery import is_video
from unirs.inputs import InputKind
from unirs_lab.data.archives import archive_of
from unirs_lab.data.datasets import Counts, Dataset
from unirs_lab.data.samples import Sample
from unirs_lab.data.visuals import probe

DefectKind = Literal[
    "missing file",
    "unreadable file",
    "too few frames",
    "pair of two sizes",
    "mask of another size",
    "empty question",
    "empty answer",
    "repeated id",
]

SHOWN = 12
"""Examples that a result keeps for the contact sheet."""

_AT_ONCE = 256
"""Files handed to the threads together: few enough to stop soon, many enough to keep all busy."""

Size = tuple[int, int]


@dataclass(frozen=True)
class Defect:
    """What is wrong with one sample or one of its files.

    Attributes:
        kind: What kind of defect it is.
        sample: Id of the (first) sample that has it.
        message: One sentence, which names the file where one is to blame.
    """

    kind: DefectKind
    sample: str
    message: str


@dataclass(frozen=True)
class CheckResult:
    """What was found in one split.

    Attributes:
        dataset: Name of the dataset.
        root: Folder of the copy.
        split: Which split.
        counts: Samples, answers and different image files.
        published: The counts that a publication gives; may be fewer, or none.
        groups: Samples of each group, the most frequent first.
        defects: In order of the samples.
        examples: A few samples without defects, of different groups.
        decoded: Whether images were decoded, or only their headers read.
        seconds: How long it took.
    """

    dataset: str
    root: Path
    split: str
    counts: Counts
    published: Counts
    groups: Mapping[str, int]
    defects: tuple[Defect, ...]
    examples: tuple[Sample, ...]
    decoded: bool
    seconds: float

    @property
    def sound(self) -> bool:
        """Whether nothing is broken; counts may still differ from the published ones."""
        return not self.defects

    @property
    def verdict(self) -> str:
        """The result in a few words."""
        if self.defects:
            return f"{len(self.defects)} defect(s)"
        if any(self.counts[name] != number for name, number in self.published.items()):
            return "sound, but not of the published size"
        return "sound, of the published size" if self.published else "sound"

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "split": self.split,
            "verdict": self.verdict,
            "sound": self.sound,
            "counts": dict(self.counts),
            "published": dict(self.published),
            "groups": dict(self.groups),
            "defects": [asdict(defect) for defect in self.defects],
            "decoded": self.decoded,
            "seconds": round(self.seconds, 3),
        }


def check(
    dataset: Dataset,
    root: Path,
    split: str,
    *,
    decode: bool = True,
    frame_count: int = 8,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> CheckResult:
    """Read a split and open every file it names.

    Args:
        dataset: Which dataset.
        root: Folder of the copy.
        split: Which split.
        decode: Whether to decode images, which finds those that are cut off; else their headers
            alone are read.
        frame_count: Frames that a video must have.
        workers: Threads that read files; one a core if ``None``.
        on_progress: Called with the number of files done and of all.

    Raises:
        UniRSError: As :meth:`Dataset.read`.
    """
    start = time.monotonic()
    samples = dataset.read(root, split)
    files = list(dict.fromkeys(chain.from_iterable(_files(sample) for sample in samples)))
    inspect = partial(_inspect, decode=decode, frame_count=frame_count)
    found_in: dict[Path, Size | UniRSError] = {}
    for path, found in zip(files, _in_threads(inspect, files, workers), strict=True):
        found_in[path] = found
        if on_progress:
            on_progress(len(found_in), len(files))
    defects = tuple(_defects(samples, found_in, frame_count))
    broken = {defect.sample for defect in defects}
    return CheckResult(
        dataset=dataset.name,
        root=root,
        split=split,
        counts={
            "samples": len(samples),
            "answers": sum(len(sample.answers) for sample in samples),
            "images": len({path for sample in samples for path in sample.images}),
        },
        published=dataset.published.get(split, {}),
        groups=dict(Counter(sample.group for sample in samples).most_common()),
        defects=defects,
        examples=tuple(_of_every_group(sample for sample in samples if sample.id not in broken)),
        decoded=decode,
        seconds=time.monotonic() - start,
    )


def _files(sample: Sample) -> tuple[Path, ...]:
    return sample.images if sample.mask is None else (*sample.images, sample.mask)


def _in_threads(
    inspect: Callable[[Path], Size | UniRSError], files: Sequence[Path], workers: int | None
) -> Iterator[Size | UniRSError]:
    """What is found in each file, in order. Decoders let other threads run meanwhile."""
    with ThreadPoolExecutor(workers or os.cpu_count()) as pool:
        for start in range(0, len(files), _AT_ONCE):
            yield from pool.map(inspect, files[start : start + _AT_ONCE])


def _inspect(path: Path, *, decode: bool, frame_count: int) -> Size | UniRSError:
    try:
        return probe(path, frame_count, decode=decode)
    except UniRSError as error:
        return error


def _defects(
    samples: Sequence[Sample], found_in: Mapping[Path, Size | UniRSError], frame_count: int
) -> Iterator[Defect]:
    reported: set[Path] = set()
    ids: set[str] = set()
    for sample in samples:
        if sample.id in ids:
            yield Defect("repeated id", sample.id, f"The id {sample.id!r} is given twice or more.")
        ids.add(sample.id)
        yield from _defects_of_text(sample)
        for path in _files(sample):
            found = found_in[path]
            if isinstance(found, UniRSError) and path not in reported:
                reported.add(path)
                missing = found.details.get("missing", False)
                kind: DefectKind = "missing file" if missing else "unreadable file"
                yield Defect(kind, sample.id, found.message)
        yield from _defects_of_length(sample, frame_count)
        yield from _defects_of_size(sample, found_in)


def _defects_of_text(sample: Sample) -> Iterator[Defect]:
    if not sample.instruction.strip():
        yield Defect("empty question", sample.id, f"Nothing is asked about {sample.images[0]}.")
    if not sample.answers or not all(answer.strip() for answer in sample.answers):
        yield Defect("empty answer", sample.id, f"An answer about {sample.images[0]} is empty.")


def _defects_of_length(sample: Sample, frame_count: int) -> Iterator[Defect]:
    """Of a video of single frames; what is too short in a file is found as it is decoded."""
    first, count = sample.images[0], len(sample.images)
    if sample.kind is not InputKind.VIDEO or count >= frame_count:
        return
    if count == 1 and archive_of(first) is None and not is_video(first):
        yield Defect("too few frames", sample.id, f"{first} is no video, but a single image.")
    elif count > 1:
        message = f"{first} is one of {count} frames, but {frame_count} are needed."
        yield Defect("too few frames", sample.id, message)


def _defects_of_size(
    sample: Sample, found_in: Mapping[Path, Size | UniRSError]
) -> Iterator[Defect]:
    if sample.kind is not InputKind.PAIR:
        return
    first, second = sample.images
    sizes = [found_in[path] for path in _files(sample)]
    if any(isinstance(size, UniRSError) for size in sizes[:2]):
        return
    if sizes[0] != sizes[1]:
        message = f"{first} is {_text(sizes[0])}, but {second} is {_text(sizes[1])}."
        yield Defect("pair of two sizes", sample.id, message)
    if sample.mask is not None and not isinstance(sizes[2], UniRSError) and sizes[2] != sizes[0]:
        message = f"{sample.mask} is {_text(sizes[2])}, but {first} is {_text(sizes[0])}."
        yield Defect("mask of another size", sample.id, message)


def _text(size: Size | UniRSError) -> str:
    return "{} × {} px".format(*size) if isinstance(size, tuple) else "unreadable"


def _of_every_group(samples: Iterable[Sample]) -> list[Sample]:
    """A few samples: of each group in turn, from all over the split, so that images differ."""
    by_group: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_group[sample.group].append(sample)
    rounds = -(-SHOWN // max(1, len(by_group)))
    steps = [step / (rounds * len(by_group)) for step in range(rounds * len(by_group))]
    turns = zip(steps, cycle(by_group.values()), strict=False)
    chosen = [members[int(len(members) * step)] for step, members in turns]
    return list(dict.fromkeys(chosen))[:SHOWN]
