"""Items of image banks from real dated rasters."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from unirs.data.raster_truth import LANDSAT_FALSE_COLOUR, NAIP, Cover
from unirs.data.rasters import RasterTiles, Tile, turned
from unirs.inputs import InputKind
from unirs.training.bank import ANYTHING_BUT, IGNORE, Item
from unirs.world import CLASSES

WATER = CLASSES.index("water")


def raster_item(kind: InputKind, folder: Path, size: int, index: int) -> Item:
    """A training tile (or two dates of one) of a folder, at a random tone.

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
    toned = np.stack([_toned(image, rng) for image in images])
    return Item(toned, np.stack([_cells(water, tile, size // 2) for water in waters]), truth)


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
    square = Image.fromarray(known).resize((cells, cells), Image.Resampling.NEAREST)
    return turned(np.asarray(square), tile.turn)


@lru_cache(maxsize=4)
def _open(folder: Path, size: int) -> RasterTiles:
    """Landsat's false-colour composites are told by their folder's name, as in the sample data."""
    bands = LANDSAT_FALSE_COLOUR if "landsat" in folder.name.lower() else NAIP
    return RasterTiles.open(folder, "train", size, bands)
