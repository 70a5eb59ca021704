"""An engine that finds red ground, and rasters with known red squares."""

import contextlib

import numpy as np
import pytest
import rasterio
from affine import Affine

from unirs.answers import Answer, OptionScore, acquisition_dates, image_facts
from unirs.engines.engine import Capabilities
from unirs.inputs import InputKind

SIDE = 8
"""Pixels of the crops that the engine reads, along their longer side."""


class RedEngine:
    """Answers yes where the last image is red, as far as one pixel of its crop can show.

    Args:
        scores: Whether it gives probabilities.
        maps: Whether an answer about a pair comes with a change map: where it is red.
    """

    kind, name, digest, device, precision = "unirs", "red", "ab" * 32, "cpu", "float32"
    host, demonstration, load_seconds, memory_bytes = None, False, 0.0, None
    image_size, frame_count, batch_size = SIDE, 4, 4

    def __init__(self, scores=True, maps=False):
        self.scores, self.maps, self.asked = scores, maps, []

    @property
    def capabilities(self):
        return Capabilities(tuple(InputKind), False, self.maps, "exact", False, False)

    def answers(self, items, *, stop=None, **_):
        for item in items:
            answer = self.answer(item.visual, item.question)
            yield answer
            if stop and stop():
                return

    def answer(self, visual, question, **_):
        crop = visual.crops[-1]
        self.asked.append((question.text, crop.extent))
        red = crop.pixels[..., 0].astype(int) - crop.pixels[..., 1]
        share = float(np.clip(red.max() / 200, 0.01, 0.99))
        red_ground, green_ground = question.options[:2] or ("yes", "no")  # or kinds of ground
        text = red_ground if share >= 0.5 else green_ground
        chances = {red_ground: share, green_ground: 1 - share}
        options = sorted(chances, key=chances.get, reverse=True)
        return Answer(
            text=text,
            task=question.task,
            options=tuple(OptionScore(o, chances[o] if self.scores else None) for o in options),
            confidence=max(chances.values()) if self.scores else None,
            unsure_below=0.6 if self.scores else None,
            change_map=np.clip(red / 200, 0, 1).astype(np.float32) if self.maps else None,
            acquired=acquisition_dates(visual),
            crop=image_facts(visual),
        )


@pytest.fixture
def engine():
    return RedEngine()


@pytest.fixture
def new_engine():
    return RedEngine


@pytest.fixture
def write(tmp_path):
    """Writes a green raster of 1 m pixels with red squares and ground without data."""

    def write(name="town.tif", size=(64, 64), red=(), nodata=(), transform=None, crs="EPSG:32614"):
        rows, columns = size
        pixels = np.zeros((3, rows, columns), np.uint8)
        pixels[0], pixels[1] = 1, 150
        for top, left, side in red:
            pixels[:, top : top + side, left : left + side] = np.array([[[220]], [[10]], [[1]]])
        for top, left, side in nodata:
            pixels[:, top : top + side, left : left + side] = 0
        place = transform or Affine(1, 0, 500_000, 0, -1, 5_000_000)
        profile = {"transform": place} if transform != "none" else {}
        with contextlib.ExitStack() as stack:
            stack.enter_context(pytest.warns(rasterio.errors.NotGeoreferencedWarning)) if (
                transform == "none"
            ) else None
            dataset = stack.enter_context(
                rasterio.open(
                    tmp_path / name,
                    "w",
                    driver="GTiff",
                    width=columns,
                    height=rows,
                    count=3,
                    dtype="uint8",
                    crs=crs,
                    nodata=0,
                    **profile,
                )
            )
            dataset.write(pixels)
        return tmp_path / name

    return write
