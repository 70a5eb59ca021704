"""Image banks: generated or real training images on disk, with what is true of them.

Scenes cost milliseconds to render and are read many times, so they are rendered once, by several
processes, into memory-mapped arrays.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unirs.errors import UniRSError
from unirs.files import file_size

SLICE = 64
"""How many items a process makes at a time."""

IGNORE = 255
"""Class index of cells whose land cover is not known."""

ANYTHING_BUT = 128
"""Added to a class index: the cell's land cover is not known, but it is not this one."""


@dataclass(frozen=True)
class Item:
    """One visual input and its truth.

    Attributes:
        images: ``[frames, size, size, 3]`` uint8: 1, 2, or as many as a video has.
        cells: Land cover at half resolution, ``[frames, size / 2, size / 2]`` uint8 class
            indices, ``IGNORE`` where unknown, ``ANYTHING_BUT`` + a class where only that is ruled
            out.
        truth: Captions, questions and so on, as JSON values.
    """

    images: NDArray[np.uint8]
    cells: NDArray[np.uint8]
    truth: dict[str, Any]


def training_count(items: int) -> int:
    """How many of so many items train; those behind them, a tenth and at most 128, validate."""
    return items - min(128, max(1, items // 10))


def real_and_generated(
    truths: Sequence[dict[str, Any]], items: Iterable[int]
) -> tuple[list[int], list[int]]:
    """Those of some items that are tiles of real rasters, and the others."""
    real: list[int] = []
    generated: list[int] = []
    for item in items:
        (real if truths[item].get("real") else generated).append(item)
    return real, generated


class Bank:
    """A folder of items of one kind, memory-mapped.

    Attributes:
        images: ``[items, frames, size, size, 3]`` uint8.
        cells: ``[items, frames, size / 2, size / 2]`` uint8.
        truths: One dictionary for each item.
    """

    def __init__(self, folder: Path) -> None:
        self.images = np.load(folder / "images.npy", mmap_mode="r", allow_pickle=False)
        self.cells = np.load(folder / "cells.npy", mmap_mode="r", allow_pickle=False)
        lines = (folder / "truths.jsonl").read_text(encoding="utf-8").splitlines()
        self.truths: list[dict[str, Any]] = [json.loads(line) for line in lines]

    def __len__(self) -> int:
        """Number of items."""
        return len(self.truths)


def build_bank(
    folder: Path,
    make: Callable[[int], Item],
    count: int,
    processes: int,
    on_progress: Callable[[int, int], None] | None = None,
) -> Bank:
    """Open a bank, and make its items first where they are not all there.

    Args:
        folder: Where the bank lies; it is complete once ``truths.jsonl`` exists.
        make: Picklable function from index to item; all items have equal shapes.
        count: Number of items.
        processes: How many processes make items; 1 makes them in this one.
        on_progress: Called with the number of items made and ``count``.
    """
    if not (folder / "truths.jsonl").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        first = make(0)
        for name, array in (("images", first.images), ("cells", first.cells)):
            _reserve(folder / f"{name}.npy", (count, *array.shape))
        truths = _fill(folder, make, count, processes, on_progress)
        partial = folder / "truths.jsonl.partial"
        partial.write_text("".join(json.dumps(truth) + "\n" for truth in truths), encoding="utf-8")
        partial.replace(folder / "truths.jsonl")
    return Bank(folder)


def _reserve(path: Path, shape: tuple[int, ...]) -> None:
    """Make an array of bytes on the disk, with all the room that it takes.

    Raises:
        UniRSError: ``disk_full``: without the room, writing to the array would kill the process.
    """
    np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape).flush()
    if not hasattr(os, "posix_fallocate"):
        return
    with path.open("r+b") as stream:
        size = stream.seek(0, os.SEEK_END)
        try:
            os.posix_fallocate(stream.fileno(), 0, size)
        except OSError as error:
            path.unlink()
            raise UniRSError(
                "disk_full",
                f"{path} takes {file_size(size)}, and there is no room for it; make some, or "
                "name another folder.",
            ) from error


def _fill(
    folder: Path,
    make: Callable[[int], Item],
    count: int,
    processes: int,
    on_progress: Callable[[int, int], None] | None,
) -> list[dict[str, Any]]:
    fill = partial(_fill_slice, folder, make, count)
    truths: list[dict[str, Any]] = []
    with ExitStack() as stack:
        run = map if processes == 1 else stack.enter_context(_pool(processes)).map
        for made in run(fill, range(0, count, SLICE)):
            truths += made
            if on_progress:
                on_progress(len(truths), count)
    return truths


def _pool(processes: int) -> ProcessPoolExecutor:
    """Processes that start afresh: a fork copies locks that other threads hold at that moment."""
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"))


def _fill_slice(
    folder: Path, make: Callable[[int], Item], count: int, start: int
) -> list[dict[str, Any]]:
    images = np.load(folder / "images.npy", mmap_mode="r+", allow_pickle=False)
    cells = np.load(folder / "cells.npy", mmap_mode="r+", allow_pickle=False)
    truths = []
    for index in range(start, min(start + SLICE, count)):
        item = make(index)
        images[index], cells[index] = item.images, item.cells
        truths.append(item.truth)
    return truths
