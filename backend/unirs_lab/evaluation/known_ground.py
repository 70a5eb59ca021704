"""Ground on which it is known where the answer to a question is yes: mosaics, and real pairs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from unirs.dates import parse_date
from unirs.imagery.export import write_crop
from unirs.inputs import Crop
from unirs_lab.data.real import RealItem, read_real
from unirs_lab.data.real.facts import known
from unirs_lab.data.visuals import read_mask, read_picture
from unirs_lab.evaluation.question_kinds import Split
from unirs_lab.evaluation.real_questions import CHANGED, TILE

CELL = 256
"""Pixels of a cell of a mosaic: an image of UC Merced, 77 m."""

ACROSS = 6
"""Cells along a mosaic, as far as there are images for them."""

THINGS = ("airplanes", "boats", "storage tanks", "beaches", "baseball fields", "farmlands")
"""What mosaics are asked for: things that nearly all scenes surely show or surely lack."""

CELL_COVERED = 0.25
"""Share of a cell of a mosaic that places must cover, so that it counts as found."""

CRS = "EPSG:32614"
Layout = Literal["districts", "scattered"]


@dataclass(frozen=True)
class KnownGround:
    """Rasters, a question, and the truth.

    Attributes:
        name: Names it in records.
        rasters: GeoTIFFs, one or two dates.
        question: With the answer yes or no.
        truth: ``[rows, columns]`` of cells over the rasters: 1 yes, 0 no, -1 not known.
        covered: Share of a cell that places must cover, so that it counts as found.
    """

    name: str
    rasters: tuple[Path, ...]
    question: str
    truth: NDArray[np.int8]
    covered: float


def mosaics(root: Path, split: Split, layout: Layout, folder: Path) -> Iterator[KnownGround]:
    """A mosaic of UC Merced's images, asked for each of ``THINGS``.

    Args:
        root: Folder of the collections.
        split: Its images.
        layout: Images of one kind of scene beside each other, or anywhere.
        folder: For the GeoTIFF.
    """
    items = read_real(root, "ucmerced", split)
    across = min(ACROSS, math.isqrt(len(items)))
    items = _drawn(items, across**2, layout)
    places = _along_a_curve(across) if layout == "districts" else [*np.ndindex(across, across)]
    pixels = np.zeros((across * CELL, across * CELL, 3), np.uint8)
    truths = {thing: np.full((across, across), -1, np.int8) for thing in THINGS}
    for item, (row, column) in zip(items, places, strict=True):
        picture = Image.fromarray(read_picture(item.images[0])).resize((CELL, CELL))
        top, left = row * CELL, column * CELL
        pixels[top : top + CELL, left : left + CELL] = np.asarray(picture)
        there, absent = (
            {thing.many for thing in part} for part in known(item.scene, item.captions)
        )
        for thing, truth in truths.items():
            truth[row, column] = 1 if thing in there else 0 if thing in absent else -1
    path = folder / f"ucmerced-{split}-{layout}.tif"
    _write(pixels, 0.3, path)
    for thing, truth in truths.items():
        question = f"Are there {thing} in the image?"
        yield KnownGround(f"{path.stem}/{thing}", (path,), question, truth, CELL_COVERED)


def pairs(root: Path, split: Split, folder: Path) -> Iterator[KnownGround]:
    """The pairs of LEVIR-CD, with tiles that have changed from ``CHANGED`` of their ground on.

    Args:
        root: Folder of the collections.
        split: Its pairs.
        folder: For the GeoTIFFs.
    """
    for item in read_real(root, "levir-cd", split):
        if item.mask is None:
            continue
        paths = []
        for image, year in zip(
            item.images, ("2001", "2002"), strict=True
        ):  # only their order counts
            paths.append(folder / f"{Path(item.id).name}-{year}.tif")
            _write(read_picture(image), 0.5, paths[-1], year)
        mask = read_mask(item.mask)
        rows, columns = mask.shape[0] // TILE, mask.shape[1] // TILE
        shares = mask.reshape(rows, TILE, columns, TILE).mean(axis=(1, 3))
        truth = np.where(shares >= CHANGED, 1, np.where(shares == 0, 0, -1)).astype(np.int8)
        question = "Are there new buildings?"
        yield KnownGround(item.id, tuple(paths), question, truth, CHANGED)


def _drawn(items: Sequence[RealItem], count: int, layout: Layout) -> list[RealItem]:
    """The images of a mosaic, at random with a fixed seed, sorted by scene for districts."""
    rng = np.random.default_rng(1 if layout == "districts" else 2)
    drawn = [items[index] for index in rng.permutation(len(items))[:count]]
    return sorted(drawn, key=lambda item: str(item.scene)) if layout == "districts" else drawn


def _along_a_curve(across: int) -> list[tuple[int, int]]:
    """Cells in Morton's order: neighbours in the list mostly are neighbours on the ground."""
    bits = range(across.bit_length())

    def place(number: int) -> tuple[int, int]:
        row = sum((number >> 2 * bit + 1 & 1) << bit for bit in bits)
        return row, sum((number >> 2 * bit & 1) << bit for bit in bits)

    cells = map(place, range(4 ** len(bits)))
    return [cell for cell in cells if max(cell) < across]


def _write(pixels: NDArray[np.uint8], pixel: float, path: Path, year: str = "") -> None:
    """A GeoTIFF with square pixels of some metres."""
    height, width = pixels.shape[:2]
    left, top = 500_000.0, 5_000_000.0
    extent = (left, top - height * pixel, left + width * pixel, top)
    write_crop(Crop(pixels, extent, CRS, date=parse_date(year) if year else None), path)
