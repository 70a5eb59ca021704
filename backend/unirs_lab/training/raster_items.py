"""Items of image banks from real dated rasters."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from unirs.inputs import InputKind
from unirs_lab.data.raster_truth import LANDSAT_FALSE_COLOUR, NAIP, Cover
from unirs_lab.data.rasters import RasterTiles, Tile, squared
from unirs_lab.training.bank import ANYTHING_BUT, IGNORE, Item
from unirs_lab.training.looks import Look, recoloured
from unirs_lab.world import CLASSES

WATER = CLASSES.index("water")

RECOLOURED = 0.8
"""Share of real images whose water and land get other colours."""

ANY_WATER = 0.75
"""Share of those whose water gets any colour of water, and not one that it has on another tile."""

LOOKS = 400
"""Tiles among which these colours are looked for."""

SHORE = 0.05
"""Share of a tile that water and land take at least where both are looked at."""


def raster_item(kind: InputKind, folder: Path, size: int, index: int) -> Item:
    """A training tile (or two dates of one) of a folder, in random colours.

    Of its land cover the cells say what the water index knows.

    Args:
        kind: ``SINGLE`` or ``PAIR``.
        folder: Dated rasters, see ``RasterTiles``.
        size: Side of the images in pixels.
        index: Which one: equal indices give equal items.
    """
    tiles = _open(folder, size)
    rng = np.random.default_rng([index, kind is InputKind.PAIR])
    if kind is InputKind.PAIR:
        two = tiles.pair(rng)
        images = np.stack([two.before, two.after])
        changed = two.change != "unchanged"
        truth = {"captions": list(two.captions), "changed": changed, "questions": []}
        waters: tuple[Cover, ...] = two.water
        tile = two.tile
    else:
        one = tiles.scene(rng)
        images = one.image[None]
        questions = [[q.type, q.question, q.answer] for q in one.questions]
        truth = {"captions": list(one.captions), "questions": questions}
        waters = (one.water,)
        tile = one.tile
    truth["real"] = True
    shown = [
        _toned(_recoloured(image, _wet_share(water, tile, size), folder, rng), rng)
        for image, water in zip(images, waters, strict=True)
    ]
    cells = [_cells(water, tile, size // 2) for water in waters]
    return Item(np.stack(shown), np.stack(cells), truth)


def _recoloured(
    image: NDArray[np.uint8], wet: NDArray[np.float32], folder: Path, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """The image, or the image as water and land look on another tile."""
    shores = _shores(folder, len(image))
    if not shores or rng.random() >= RECOLOURED:
        return image
    water, land = shores[int(rng.integers(len(shores)))]
    tinted = water.as_any_water(rng) if rng.random() < ANY_WATER else water.varied(rng)
    return recoloured(image, (wet, 1 - wet), (tinted, land.varied(rng)))


@lru_cache(maxsize=4)
def _shores(folder: Path, size: int) -> list[tuple[Look, Look]]:
    """How water and land look where they meet, on training tiles of all dates."""
    tiles, rng = _open(folder, size), np.random.default_rng(0)
    looks = []
    for one in (tiles.scene(rng) for _ in range(LOOKS)):
        wet = _wet_share(one.water, one.tile, size)
        if one.water.least >= SHORE and one.water.most <= 1 - SHORE:
            looks.append((Look.of(one.image, wet), Look.of(one.image, 1 - wet)))
    return looks


def _wet_share(water: Cover, tile: Tile, size: int) -> NDArray[np.float32]:
    """How much of each pixel is water, 0 to 1; half of it where that is unclear."""
    share = np.stack([water.sure, water.possible]).mean(axis=0, dtype=np.float32)
    return squared(share, tile, size, Image.Resampling.BILINEAR)


def _toned(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """The image at another radiometry: dates differ in it, and there are few dates."""
    gamma = np.exp(rng.normal(0, 0.2))
    gain = np.exp(rng.normal(0, 0.12) + rng.normal(0, 0.05, 3))
    shift = rng.normal(0, 8)
    bright = 255 * (image / 255) ** gamma
    return np.clip(bright * gain + shift, 0, 255).astype(np.uint8)


def _cells(water: Cover, tile: Tile, cells: int) -> NDArray[np.uint8]:
    """Water where it is sure, anything but water where it is impossible, unknown between."""
    known = np.full(water.sure.shape, IGNORE, np.uint8)
    known[~water.possible] = ANYTHING_BUT + WATER
    known[water.sure] = WATER
    return squared(known, tile, cells, Image.Resampling.NEAREST)


@lru_cache(maxsize=4)
def _open(folder: Path, size: int) -> RasterTiles:
    """Landsat's false-colour composites are told by their folder's name, as in the sample data."""
    bands = LANDSAT_FALSE_COLOUR if "landsat" in folder.name.lower() else NAIP
    return RasterTiles.open(folder, "train", size, bands)
