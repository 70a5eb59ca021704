"""An engine that finds red ground at a date and new red ground between two, and dated rasters."""

import numpy as np
import pytest
import rasterio
from affine import Affine

from unirs.answers import Answer, OptionScore, acquisition_dates, image_facts
from unirs.engines.engine import Capabilities
from unirs.inputs import InputKind, Task
from unirs.when.question import ANY_CHANGE

RED, GREEN = (220, 10, 1), (1, 150, 0)


class RedEngine:
    """Answers yes where the image is red, or where it has become so.

    Args:
        inputs: Kinds that it reads.
        scores: Whether it gives probabilities.
        wrong: For a date alone, the probability of yes that it gives instead.
    """

    kind, name, digest, device, precision = "unirs", "red", "ab" * 32, "cpu", "float32"
    host, demonstration, load_seconds, memory_bytes = None, False, 0.0, None
    image_size, frame_count, batch_size = 8, 4, 4

    def __init__(self, inputs=tuple(InputKind), scores=True, wrong=()):
        self.capabilities = Capabilities(tuple(inputs), False, False, "exact", False, False)
        self.scores, self.wrong, self.asked = scores, dict(wrong), []

    def patch_features(self, _crop):
        return None

    def answers(self, items, *, stop=None, **_):
        for item in items:
            yield self.answer(item.visual, item.question)
            if stop and stop():
                return

    def answer(self, visual, question, **_):
        dates = acquisition_dates(visual)
        self.asked.append((question.text, dates))
        red = [bool(crop.pixels[..., 0].mean() > 100) for crop in visual.crops]
        facts = {"task": question.task, "acquired": dates, "crop": image_facts(visual)}
        if question.task is Task.CHANGE:
            changed = red[0] != red[1]
            return Answer(
                "the ground has become red" if changed else "same", changed=changed, **facts
            )
        is_yes = red[-1]
        if len(red) == 2:
            is_yes = red[0] != red[1] and (question.text == ANY_CHANGE or red[1])
        share = self.wrong.get(dates[0]) if len(red) == 1 else None
        share = (0.9 if is_yes else 0.1) if share is None else share
        chances = {"yes": share, "no": 1 - share}
        best = sorted(chances, key=chances.get, reverse=True)
        scores = tuple(OptionScore(o, chances[o] if self.scores else None) for o in best)
        return Answer(best[0], options=scores, **facts)


@pytest.fixture
def engine():
    return RedEngine()


@pytest.fixture
def new_engine():
    return RedEngine


@pytest.fixture
def write(tmp_path):
    """Writes a series: for each date, whether it is red; ``None`` for one without data."""

    def write(dates, crs="EPSG:32614"):
        paths = []
        for name, red in dates.items():
            pixels = np.zeros((3, 16, 16), np.uint8)
            if red is not None:
                pixels[:] = np.array(RED if red else GREEN).reshape(3, 1, 1)
            paths.append(tmp_path / f"{name}.tif")
            place = Affine(1, 0, 500_000, 0, -1, 5_000_000)
            with rasterio.open(
                paths[-1], "w", driver="GTiff", width=16, height=16, count=3, dtype="uint8",
                crs=crs, nodata=0, transform=place,
            ) as dataset:  # fmt: skip
                dataset.write(pixels)
        return paths

    return write
