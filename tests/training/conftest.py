import numpy as np
import pytest

from unirs.inputs import InputKind
from unirs.model import PRESETS, new_bundle, replace_config, train_tokenizer
from unirs.training.bank import Item, build_bank

FRAMES = {InputKind.SINGLE: 1, InputKind.PAIR: 2, InputKind.VIDEO: 8}
SIZE = 40


def coloured_item(kind, index):
    """A dark or bright image, and the words for it: a world that a tiny model can learn."""
    bright = index % 2 == 0
    rng = np.random.default_rng(index)
    shape = (FRAMES[kind], SIZE, SIZE, 3)
    images = rng.integers(180 if bright else 0, 250 if bright else 70, shape).astype(np.uint8)
    cells = np.full((FRAMES[kind], SIZE // 2, SIZE // 2), int(bright), np.uint8)
    word = "bright" if bright else "dark"
    truth = {
        "captions": [f"this is a {word} image of the ground"] * 5,
        "description": f"The image is {word}.",
        "questions": [["presence", "Is it bright?", "yes" if bright else "no"]],
        "event": "fire" if bright else "flood",
        "changed": bright,
    }
    return Item(images, cells, truth)


class MakeItem:
    """Picklable, for the processes that fill a bank."""

    def __init__(self, kind):
        self.kind = kind

    def __call__(self, index):
        return coloured_item(self.kind, index)


@pytest.fixture(scope="session")
def banks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("banks")
    return {
        kind: build_bank(folder / kind.value, MakeItem(kind), 70, processes=1) for kind in InputKind
    }


@pytest.fixture
def make_bundle(tmp_path_factory):
    texts = ["a bright image", "a dark image", "Is it bright?", "yes", "no", "fire", "flood"] * 20
    folder = tmp_path_factory.mktemp("tokenizer")

    def make(**changes):
        config = replace_config(PRESETS["unirs-tiny"](), **changes)
        return new_bundle(config, train_tokenizer(texts, 320, folder), folder / "tiny", seed=3)

    return make
