"""Questions about generated scenes, and about water on held-out tiles of dated rasters.

The answers are known: from the scene's own labels, or from the water index of the raster. Seeds,
dates and ground have never been used in training.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unirs.inputs import InputKind
from unirs.prompts import (
    CAPTION_INSTRUCTION,
    CHANGE_INSTRUCTION,
    classify_instruction,
    short_answer,
)
from unirs_lab.data.rasters import RasterTiles
from unirs_lab.data.samples import Sample
from unirs_lab.data.spectral_indices import LANDSAT_FALSE_COLOUR, NAIP, Bands
from unirs_lab.evaluation.cases import NO_CHANGE_GROUP
from unirs_lab.evaluation.question_kinds import DrawnQuestions, Sources, Split
from unirs_lab.world import EVENTS, QA, ScenePair, pair, scene, seed_for, video

FRAMES = 8
"""Frames of a generated video; a model with fewer takes them at even steps."""

TILE_SEED = 2012


@dataclass(frozen=True, eq=False)
class InMemory:
    """Gives a sample its images, which lie in no file.

    Attributes:
        images: ``[height, width, 3]`` uint8 each, in order of time.
    """

    images: tuple[NDArray[np.uint8], ...]

    def __call__(self, _files: list[NDArray[Any]]) -> list[NDArray[Any]]:
        """The images."""
        return list(self.images)


def _sample(
    name: str,
    images: InMemory,
    instruction: str,
    answers: Iterable[str],
    group: str,
) -> Sample:
    kind = {1: InputKind.SINGLE, 2: InputKind.PAIR}.get(len(images.images), InputKind.VIDEO)
    return Sample(name, kind, (), instruction, tuple(answers), group, edit=images)


def _questions(name: str, images: InMemory, asked: Iterable[QA]) -> list[Sample]:
    return [
        _sample(f"{name}/{number}", images, short_answer(qa.question), (qa.answer,), qa.type)
        for number, qa in enumerate(asked)
    ]


def _change(name: str, images: InMemory, captions: Iterable[str], changed: bool) -> Sample:
    group = "change" if changed else NO_CHANGE_GROUP
    return _sample(f"{name}/changes", images, CHANGE_INSTRUCTION, captions, group)


def _draw_scenes(sources: Sources, split: Split, count: int) -> list[Sample]:
    samples = []
    for index in range(count):
        made, name = scene(seed_for(split, index), sources.size), f"scene-{index}"
        images = InMemory((made.image,))
        samples += _questions(name, images, made.questions)
        caption = f"{name}/caption", images, CAPTION_INSTRUCTION, made.captions, "caption"
        samples.append(_sample(*caption))
    return samples


def draw_changes(sources: Sources, split: Split, changed: int) -> list[Sample]:
    """Generated pairs with their change captions: so many that have changed, and others between."""
    samples: list[Sample] = []
    while changed:
        name, images, made = _draw_pair(sources, split, len(samples))
        samples.append(_change(name, images, made.captions, made.changed))
        changed -= made.changed
    return samples


def _draw_pairs(sources: Sources, split: Split, count: int) -> list[Sample]:
    samples = []
    for index in range(count):
        name, images, made = _draw_pair(sources, split, index)
        samples.append(_change(name, images, made.captions, made.changed))
        asked = (QA("change question", qa.question, qa.answer) for qa in made.questions)
        samples += _questions(name, images, asked)
    return samples


def _draw_pair(sources: Sources, split: Split, index: int) -> tuple[str, InMemory, ScenePair]:
    made = pair(seed_for(split, index), sources.size)
    return f"pair-{index}", InMemory((made.before, made.after)), made


def _draw_videos(sources: Sources, split: Split, count: int) -> list[Sample]:
    samples = []
    for index in range(count):
        made = video(seed_for(split, index), sources.size, FRAMES)
        images, instruction = InMemory(tuple(made.frames)), classify_instruction(EVENTS)
        samples.append(_sample(f"video-{index}", images, instruction, (made.event,), "video"))
    return samples


@dataclass(frozen=True)
class _Rasters:
    """Draws tiles of the held-out dates of a footprint.

    Attributes:
        folder: From the sources to the folder of the rasters.
        bands: What the bands of the rasters are.
    """

    folder: Callable[[Sources], Path | None]
    bands: Bands

    def draw_tiles(self, sources: Sources, split: Split, count: int) -> list[Sample]:
        """Single tiles, each with its question whether there is water."""
        samples = []
        for index, (tiles, rng) in enumerate(self._draws(sources, split, count)):
            made = tiles.scene(rng)
            asked = [qa for qa in made.questions if qa.type == "presence"]
            samples += _questions(f"tile-{index}", InMemory((made.image,)), asked)
        return samples

    def draw_pairs(self, sources: Sources, split: Split, count: int) -> list[Sample]:
        """Two dates of a tile, each with a request for what has changed."""
        samples = []
        for index, (tiles, rng) in enumerate(self._draws(sources, split, count)):
            made = tiles.pair(rng)
            images = InMemory((made.before, made.after))
            changed = made.change != "unchanged"
            samples.append(_change(f"tiles-{index}", images, made.captions, changed))
        return samples

    def _draws(
        self, sources: Sources, split: Split, count: int
    ) -> Iterable[tuple[RasterTiles, np.random.Generator]]:
        folder = self.folder(sources)
        if folder is None:
            return
        tiles = RasterTiles.open(folder, split, sources.size, self.bands)
        rng = np.random.default_rng(TILE_SEED)
        for _ in range(count):
            yield tiles, rng


_NAIP = _Rasters(lambda sources: sources.naip, NAIP)
_LANDSAT = _Rasters(lambda sources: sources.landsat, LANDSAT_FALSE_COLOUR)
_drawn = partial(DrawnQuestions, in_gallery=False)

SCENES = _drawn(name="generated-scenes", draw=_draw_scenes, count=300)
PAIRS = _drawn(name="generated-pairs", draw=_draw_pairs, count=300)
VIDEOS = _drawn(name="generated-videos", draw=_draw_videos, count=150, options=EVENTS)
NAIP_TILES = _drawn(name="naip-tiles", draw=_NAIP.draw_tiles, count=200)
NAIP_PAIRS = _drawn(name="naip-pairs", draw=_NAIP.draw_pairs, count=200)
LANDSAT_TILES = _drawn(name="landsat-tiles", draw=_LANDSAT.draw_tiles, count=200)
LANDSAT_PAIRS = _drawn(name="landsat-pairs", draw=_LANDSAT.draw_pairs, count=200)
