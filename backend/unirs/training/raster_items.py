"""Items of image banks from real dated rasters."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from unirs.inputs import InputKind
from unirs.training.bank import IGNORE, Item
from unirs.training.raster_truth import LANDSAT_FALSE_COLOUR, NAIP
from unirs.training.rasters import RasterTiles


def raster_item(kind: InputKind, folder: Path, size: int, index: int) -> Item:
    """A training tile (or two dates of one) of a folder; its land cover is not known by cell.

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
    else:
        one = tiles.scene(rng)
        images = one.image[None]
        questions = [[q.type, q.question, q.answer] for q in one.questions]
        truth = {"captions": list(one.captions), "questions": questions}
    cells = np.full((len(images), size // 2, size // 2), IGNORE, np.uint8)
    return Item(images, cells, truth)


@lru_cache(maxsize=4)
def _open(folder: Path, size: int) -> RasterTiles:
    """Landsat's false-colour composites are told by their folder's name, as in the sample data."""
    bands = LANDSAT_FALSE_COLOUR if "landsat" in folder.name.lower() else NAIP
    return RasterTiles.open(folder, "train", size, bands)
