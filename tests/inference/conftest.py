"""Random models of the tiny preset: their answers mean nothing, but they must stay the same."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from unirs.inference import load_pipeline
from unirs.inputs import Crop, VisualInput
from unirs.model import PRESETS, new_bundle, replace_config, save_bundle, train_tokenizer

WORDS = [
    "is there a road in the image? yes, there is a road between the two rows of houses.",
    "how many buildings are there? the number of buildings is 12. is it rural or urban?",
    "the two scenes are the same as before. some houses appear at the top of the scene.",
    "a river, a field, a forest, a parking lot, a flood and a traffic jam; déjà vu: ü, ö, ä.",
]
CARD = """---
tags: [demonstration, remote-sensing]
---
# unirs-tiny

A random model for tests. It knows nothing.
"""


def spread_out(module: torch.nn.Module, seed: int) -> None:
    """Make random weights large enough for answers to depend on images and questions."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if parameter.ndim > 1:
                scale = 0.5 if "lora_" in name else 1.2 * parameter.shape[-1] ** -0.5
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * scale)


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory):
    return train_tokenizer(WORDS * 20, 400, tmp_path_factory.mktemp("tokenizer"))


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory, tokenizer):
    """Saves a tiny model of the asked-for arrangement once, and gives its folder."""
    parent = tmp_path_factory.mktemp("models")

    def make(clue_source="second", kind="unirs", change_module=True):
        folder = parent / f"tiny-{kind}-{clue_source}-{change_module}"
        if not folder.exists():
            config = replace_config(
                PRESETS["unirs-tiny"](),
                kind=kind,
                clue_source=clue_source,
                change_module=change_module,
                frame_count=4,
            )
            bundle = new_bundle(config, tokenizer, folder, seed=1)
            spread_out(bundle.model, seed=2)
            if bundle.clue_language_model is not None:
                spread_out(bundle.clue_language_model, seed=3)
            save_bundle(bundle, folder, card=CARD)
        return folder

    return make


@pytest.fixture(scope="session")
def make_pipeline(model_folder):
    """Loads a fresh pipeline, with nothing in its caches."""

    def make(*arrangement, precision="float32", **options):
        return load_pipeline(model_folder(*arrangement, **options), "cpu", precision)

    return make


@pytest.fixture
def pipeline(make_pipeline):
    return make_pipeline()


def crop(seed: int, height: int = 40, width: int = 40) -> Crop:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Crop(noise)


@pytest.fixture(scope="session")
def images():
    """Noise images and visual inputs made of them, by seed."""
    return SimpleNamespace(
        crop=crop,
        single=lambda seed=0: VisualInput.single(crop(seed)),
        pair=lambda seed=0: VisualInput.pair(crop(seed), crop(seed + 100)),
        video=lambda seed=0, frames=4: VisualInput.video([crop(seed + n) for n in range(frames)]),
    )
