"""Real dated rasters as training samples: tiles with questions whose answers are known.

A folder holds one footprint at several dates, such as NAIP's public-domain aerial images. A tile is
only asked about what holds for any reading of its unclear pixels
(:mod:`unirs_lab.data.spectral_indices`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

from unirs.errors import UniRSError
from unirs.inputs import NO_CHANGE
from unirs_lab.data.spectral_indices import NAIP, Bands, Cover, DatedRaster, dated_files, read_dated
from unirs_lab.world import QA

Split = Literal["train", "val", "test"]
WaterChange = Literal["grown", "shrunk", "unchanged"]
Window = tuple[slice, slice]
Found = TypeVar("Found")
Scalar = TypeVar("Scalar", bound=np.generic)

TILE_SIDES = (48, 64, 96, 128, 192)
"""Sides of a tile in source pixels: 240 to 960 m for the 5 m NAIP rasters."""

FEWEST_DATES = 6
"""With two dates held out, this leaves four to train with."""

WATER_PRESENT, WATER_ABSENT = 0.015, 0.0005
"""Shares of a tile from which on, and up to which, "is there water?" has a clear answer."""

VEGETATION_SEEN = 0.1
"""Share of a tile from which on a caption names the vegetation."""

WATER_CHANGED, WATER_UNCHANGED, CHANGE_UNCLEAR = 0.03, 0.005, 0.02
"""Shares of a tile from which on water has changed, up to which it has not, and which may be
unclear in a tile that is called unchanged."""

CLEARLY_MORE = 1.25
"""Ratio of two areas from which on one is called larger than the other."""

ROUNDS, DRAWS = 12, 250
"""Tile sizes tried, and tiles drawn of each, before a wished-for answer is given up."""


PRESENCE_QUESTIONS = (
    "Is there a water area?",
    "Is there a water area in the image?",
    "Is a water area present?",
    "Are there any water areas?",
    "Is there water?",
    "Can you see water?",
)

COMPARED = ("vegetation", "water"), ("water", "vegetation")

CHANGE_CAPTIONS: dict[WaterChange, tuple[str, ...]] = {
    "grown": (
        "the water area has grown",
        "the water area has become larger",
        "the water becomes larger",
        "more water covers the land",
        "the land is replaced by water",
    ),
    "shrunk": (
        "the water area has shrunk",
        "the water area has become smaller",
        "the water becomes smaller",
        "less water covers the land",
        "the water is replaced by land",
    ),
    "unchanged": NO_CHANGE,
}


@dataclass(frozen=True)
class Tile:
    """A place on the common grid, and how it is turned.

    Attributes:
        window: Rows and columns.
        turn: Quarter turns, 0 to 3; from 4 on the tile is mirrored as well.
    """

    window: Window
    turn: int


@dataclass(frozen=True)
class TileScene:
    """One image with what is known about it, the counterpart of ``unirs_lab.world.Scene``.

    Attributes:
        image: ``[size, size, 3]`` uint8.
        questions: Questions whose answers are clear.
        captions: Sentences that hold for the image.
        water: Open water on the tile, in source pixels.
        vegetation: Green vegetation, likewise.
        date: Digits of the acquisition date.
        tile: Where the image was cut.
    """

    image: NDArray[np.uint8]
    questions: tuple[QA, ...]
    captions: tuple[str, ...]
    water: Cover
    vegetation: Cover
    date: str
    tile: Tile


@dataclass(frozen=True)
class TilePair:
    """Two dates of one tile, the counterpart of ``unirs_lab.world.Pair``.

    Either date may be the earlier one, so that water shrinks as often as it grows.

    Attributes:
        before: ``[size, size, 3]`` uint8.
        after: ``[size, size, 3]`` uint8.
        change: What the water did.
        captions: Five change captions.
        water: Open water on the tile at the two dates, in source pixels.
        dates: Digits of the two acquisition dates, in the order of the images.
        tile: Where the images were cut.
    """

    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    change: WaterChange
    captions: tuple[str, ...]
    water: tuple[Cover, Cover]
    dates: tuple[str, str]
    tile: Tile


class RasterTiles:
    """Tiles of one footprint at several dates, with answers that are known.

    Two dates (the third from either end: 2012 and 2018 of the NAIP folder) and the south-east
    quarter are held out. Training tiles come from the other dates and do not touch that quarter;
    test tiles come from those two dates and are inside it. Validation tiles show the ground of the
    training tiles at the dates of the test tiles: what a model learnt by heart of its dates fails
    on them as it does on the test tiles, and models can be chosen by them. Training and validation
    tiles are also turned and mirrored. Every sample is determined by the state of the generator
    that draws it.

    Args:
        rasters: Acquisitions on one grid, those of the split.
        split: Which tiles to draw.
        size: Side of the samples in pixels.
        source: Where the rasters come from, for messages.

    Raises:
        UniRSError: ``rasters_small`` if not even the smallest tile fits into a quarter.
    """

    def __init__(
        self, rasters: tuple[DatedRaster, ...], split: Split, size: int, source: str
    ) -> None:
        height, width = rasters[0].valid.shape
        self.rasters = rasters
        self.split = split
        self.size = size
        self.source = source
        self._sides = [side for side in TILE_SIDES if side <= min(height, width) // 2]
        if not self._sides:
            raise UniRSError(
                "rasters_small",
                f"The rasters in {source} are {width} x {height} pixels, but tiles need at least "
                f"{2 * TILE_SIDES[0]} pixels a side; use larger rasters.",
            )

    @classmethod
    def open(
        cls, folder: Path, split: Split = "train", size: int = 128, bands: Bands = NAIP
    ) -> RasterTiles:
        """Read the GeoTIFFs of a folder, whole, onto the grid of the earliest one.

        Raises:
            UniRSError: ``rasters_missing`` if the folder has fewer than six dated GeoTIFFs,
                ``rasters_bands`` if one lacks a band or is not 8-bit, ``rasters_small`` as above.
        """
        paths = dated_files(folder)
        if len(paths) < FEWEST_DATES:
            raise UniRSError(
                "rasters_missing",
                f"{folder} holds {len(paths)} GeoTIFF(s) with a date at the end of the name, but "
                f"{FEWEST_DATES} are needed; name a folder with more dates of one footprint.",
            )
        held_out = {paths[2], paths[-3]}
        chosen = [path for path in paths if (path in held_out) == (split != "train")]
        return cls(read_dated(paths[0], chosen, bands), split, size, str(folder))

    def scene(self, rng: Generator) -> TileScene:
        """One image with questions and captions; half of them show no water, where there are any.

        Raises:
            UniRSError: ``rasters_unclear`` if no tile has a clear answer.
        """
        wanted = bool(rng.integers(2))

        def draw(side: int) -> tuple[bool, tuple[Tile, DatedRaster]] | None:
            tile = self._tile(rng, side)
            raster = self.rasters[int(rng.integers(len(self.rasters)))]
            present = water_present(raster.water.cut(tile.window))
            if present is None or not raster.valid[tile.window].all():
                return None
            return present is wanted, (tile, raster)

        tile, raster = self._search(rng, draw)
        water, vegetation = raster.water.cut(tile.window), raster.vegetation.cut(tile.window)
        return TileScene(
            image=self._image(raster, tile),
            questions=scene_questions(water, vegetation, rng),
            captions=scene_captions(water, vegetation),
            water=water,
            vegetation=vegetation,
            date=raster.date,
            tile=tile,
        )

    def pair(self, rng: Generator) -> TilePair:
        """Two dates with change captions; the water of half of them is unchanged.

        Half of the unchanged tiles do have water, so that water by itself is no sign of change.

        Raises:
            UniRSError: ``rasters_unclear`` if no pair has a clear answer.
        """
        choices = (
            ("grown", True),
            ("shrunk", True),
            ("unchanged", True),
            ("unchanged", False),
        )
        wanted = choices[int(rng.integers(len(choices)))]

        def draw(
            side: int,
        ) -> tuple[bool, tuple[Tile, DatedRaster, DatedRaster, WaterChange]] | None:
            tile = self._tile(rng, side)
            first, second = rng.choice(len(self.rasters), 2, replace=False)
            before, after = self.rasters[first], self.rasters[second]
            water = before.water.cut(tile.window)
            change = water_change(water, after.water.cut(tile.window))
            if change is None or not (before.valid & after.valid)[tile.window].all():
                return None
            wet = change != "unchanged" or bool(water_present(water))
            return (change, wet) == wanted, (tile, before, after, change)

        tile, before, after, change = self._search(rng, draw)
        return TilePair(
            before=self._image(before, tile),
            after=self._image(after, tile),
            change=change,
            captions=CHANGE_CAPTIONS[change],
            water=(before.water.cut(tile.window), after.water.cut(tile.window)),
            dates=(before.date, after.date),
            tile=tile,
        )

    def _search(self, rng: Generator, draw: Callable[[int], tuple[bool, Found] | None]) -> Found:
        """Draw until a clear tile has the wished-for answer, else take the last clear one."""
        found = None
        for _ in range(ROUNDS):
            side = self._sides[int(rng.integers(len(self._sides)))]
            for _ in range(DRAWS):
                drawn = draw(side)
                if drawn is not None:
                    wished, found = drawn
                    if wished:
                        return found
        if found is None:
            raise UniRSError(
                "rasters_unclear",
                f"No tile of the rasters in {self.source} shows clearly water or land; check that "
                "the bands are as stated.",
            )
        return found

    def _tile(self, rng: Generator, side: int) -> Tile:
        height, width = self.rasters[0].valid.shape
        middle_row, middle_column = height // 2, width // 2
        rows, columns = (0, height), (0, width)
        if self.split == "test":
            rows, columns = (middle_row, height), (middle_column, width)
        elif rng.integers(2):
            rows = (0, middle_row)
        else:
            columns = (0, middle_column)
        top = int(rng.integers(rows[0], rows[1] - side + 1))
        left = int(rng.integers(columns[0], columns[1] - side + 1))
        turn = int(rng.integers(8)) if self.split != "test" else 0
        return Tile((slice(top, top + side), slice(left, left + side)), turn)

    def mask(self, pixels: NDArray[np.bool_], tile: Tile) -> NDArray[np.bool_]:
        """A mask in source pixels of a tile's window, as the tile's images are shown."""
        shown = squared(pixels.astype(np.uint8), tile, self.size, Image.Resampling.NEAREST)
        return shown > 0

    def _image(self, raster: DatedRaster, tile: Tile) -> NDArray[np.uint8]:
        return squared(raster.image[tile.window], tile, self.size, Image.Resampling.BICUBIC)


def squared(
    pixels: NDArray[Scalar], tile: Tile, size: int, resampling: Image.Resampling
) -> NDArray[Scalar]:
    """What a tile's window holds, ``size`` pixels a side and turned as the tile is."""
    square = np.asarray(Image.fromarray(pixels).resize((size, size), resampling))
    mirrored = square[:, ::-1] if tile.turn >= 4 else square
    return np.ascontiguousarray(np.rot90(mirrored, tile.turn % 4))


def water_present(water: Cover) -> bool | None:
    """Whether there is open water; ``None`` where that is not clear."""
    if water.least >= WATER_PRESENT:
        return True
    return False if water.most <= WATER_ABSENT else None


def water_change(before: Cover, after: Cover) -> WaterChange | None:
    """What the water did between two dates; ``None`` where that is not clear."""
    gained, lost = after.without(before), before.without(after)
    if gained.least >= WATER_CHANGED and lost.least <= WATER_UNCHANGED:
        return "grown"
    if lost.least >= WATER_CHANGED and gained.least <= WATER_UNCHANGED:
        return "shrunk"
    certain, conceivable = gained.least + lost.least, gained.most + lost.most
    return "unchanged" if certain <= WATER_UNCHANGED and conceivable <= CHANGE_UNCLEAR else None


def scene_questions(water: Cover, vegetation: Cover, rng: Generator) -> tuple[QA, ...]:
    """The questions about one image whose answers are clear."""
    questions = []
    present = water_present(water)
    if present is not None:
        answer = "yes" if present else "no"
        questions.append(QA("presence", str(rng.choice(PRESENCE_QUESTIONS)), answer))
    if vegetation.least >= CLEARLY_MORE * water.most:
        answers = "yes", "no"
    elif water.least >= CLEARLY_MORE * vegetation.most:
        answers = "no", "yes"
    else:
        return tuple(questions)
    for (first, second), larger in zip(COMPARED, answers, strict=True):
        question = f"Is there more {first} than {second} in the image?"
        questions.append(QA("comparison", question, larger))
    return tuple(questions)


def scene_captions(water: Cover, vegetation: Cover) -> tuple[str, ...]:
    """Sentences that hold for an image, for any reading of its unclear pixels."""
    seen = []
    if water.least >= WATER_PRESENT:
        seen.append("water")
    if vegetation.least >= VEGETATION_SEEN:
        seen.append("vegetation")
    content = " and ".join(seen) or "open land"
    captions = [f"an aerial image with {content}", f"{content} seen from above"]
    if water.least > 0.5:
        captions.append("most of the image is covered by water")
    elif vegetation.least > 0.5:
        captions.append("most of the image is covered by vegetation")
    return tuple(captions)
