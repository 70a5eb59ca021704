"""An engine that describes colours, and rasters of known colours."""

import numpy as np
import pytest
import rasterio
from affine import Affine

from unirs.answers import Answer, OptionScore, acquisition_dates, image_facts
from unirs.engines.engine import Capabilities
from unirs.index.sentences import load_sentence_model
from unirs.inputs import InputKind, Task

SIDE = 8
COLOURS = {
    "a red desert without any plant": (200, 20, 20),
    "a green forest with many trees": (20, 150, 20),
    "the blue water of a lake": (20, 20, 200),
}


class ColourEngine:
    """Describes the colour of the last image.

    Args:
        digest: Of its weights.
        features: Whether it gives features of images.
        same: A caption for everything.
        places: Whether it places images among sentences.
    """

    kind, name, device, precision, host = "unirs", "colours", "cpu", "float32", None
    demonstration, load_seconds, memory_bytes = False, 0.0, None
    image_size, frame_count, batch_size = SIDE, 4, 4

    def __init__(self, digest="ab" * 32, features=True, same=None, places=False):
        self.digest, self.features, self.same, self.asked = digest, features, same, 0
        self.places = places

    @property
    def capabilities(self):
        return Capabilities(tuple(InputKind), False, False, "exact", False, False)

    def answers(self, items, *, stop=None, **_):
        for item in items:
            if stop and stop():
                return
            yield self.answer(item.visual, item.question)

    def answer(self, visual, question, **_):
        self.asked += 1
        means = [crop.pixels.mean(axis=(0, 1)) for crop in visual.crops]
        caption = min(COLOURS, key=lambda each: np.abs(means[-1] - COLOURS[each]).sum())
        chances = [0.9 if caption == each else 0.1 for each in question.options]
        scores = [chance / sum(chances) for chance in chances]
        ranked = sorted(zip(question.options, scores, strict=True), key=lambda each: -each[1])
        changed = np.abs(means[-1] - means[0]).sum() > 20 if len(means) == 2 else None
        return Answer(
            text=ranked[0][0] if ranked else self.same or caption,
            task=question.task,
            options=tuple(OptionScore(*each) for each in ranked),
            changed=bool(changed) if question.task is Task.CHANGE else None,
            model=self.name,
            digest=self.digest,
            acquired=acquisition_dates(visual),
            crop=image_facts(visual),
            image_sentence=load_sentence_model().embed([caption])[0] if self.places else None,
            image_features=np.concatenate(means).astype(np.float32) if self.features else None,
        )


@pytest.fixture
def engine():
    return ColourEngine()


@pytest.fixture
def new_engine():
    return ColourEngine


@pytest.fixture
def write(tmp_path):
    """Writes a raster of 1 m pixels whose tiles of 8 m have colours, from west to east."""

    def write(name, *captions, date="2020-05-01", crs="EPSG:32614"):
        colours = [COLOURS[caption] for caption in captions]
        pixels = np.repeat(np.array(colours, np.uint8).T[:, None], SIDE, axis=2)
        path = tmp_path / name
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            width=SIDE * len(colours),
            height=SIDE,
            count=3,
            dtype="uint8",
            crs=crs,
            transform=Affine(1, 0, 500_000, 0, -1, 5_000_000),
        ) as dataset:
            dataset.write(np.repeat(pixels, SIDE, axis=1))
            dataset.update_tags(ACQUISITION_DATE=date)
        return str(path)

    return write
