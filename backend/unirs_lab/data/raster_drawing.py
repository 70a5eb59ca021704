"""Tiles of dated rasters with known water, drawn for training."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
from numpy.random import Generator

from unirs.inputs import InputKind
from unirs_lab.data.augmentation import as_mask, as_tensor, random_view, relit, resized, viewed
from unirs_lab.data.drawn import Drawn, Source
from unirs_lab.data.rasters import RasterTiles, Split
from unirs_lab.data.real.questions import Balance, Questioner
from unirs_lab.data.samples import Row

DRAWN = 1 << 12
"""Different inputs that a part lists; each is drawn by its random numbers alone."""


def raster_sources(root: Path, split: Split, rows: int) -> Mapping[str, Source]:
    """Tiles, and pairs of tiles, of the dated rasters in a folder, by part of ``naip``.

    Args:
        root: The folder.
        split: Which dates and which ground.
        rows: Questions about a tile.

    Raises:
        UniRSError: As ``RasterTiles.open``.
    """
    tiles = RasterTiles.open(root, split)
    return {
        "tile": Source(InputKind.SINGLE, DRAWN, partial(_draw_tile, tiles, rows)),
        "pair": Source(InputKind.PAIR, DRAWN, partial(_draw_pair, tiles)),
    }


def _draw_tile(tiles: RasterTiles, rows: int, _index: int, rng: Generator, _frames: int) -> Drawn:
    tile, ask = tiles.scene(rng), Questioner(rng, Balance())
    questions = [Row(qa.question, qa.answer, "naip") for qa in tile.questions]
    asked = [questions[i] for i in rng.permutation(len(questions))[: rows - 1]]
    asked.append(ask.caption(tile.captions))
    image = viewed(resized(as_tensor(tile.image[None])), random_view(rng))
    return Drawn(relit(image, rng) if tiles.split == "train" else image, asked)


def _draw_pair(tiles: RasterTiles, _index: int, rng: Generator, _frames: int) -> Drawn:
    """Two dates, with where the water surely came or went."""
    pair, ask = tiles.pair(rng), Questioner(rng, Balance())
    asked = ask.change(ask.one(pair.captions), pair.change != "unchanged")
    view, (before, after) = random_view(rng), pair.water
    changed = after.without(before).sure | before.without(after).sure
    mask = tiles.mask(changed, pair.tile)
    images = viewed(resized(as_tensor(np.stack([pair.before, pair.after]))), view)
    shown = relit(images, rng, 0.8) if tiles.split == "train" else images
    return Drawn(shown, asked, viewed(as_mask(mask), view))
