"""Random models of the tiny preset: their answers mean nothing, but they must stay the same."""

import functools
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from unirs.engines.unirs import load_pipeline
from unirs.inputs import Crop, VisualInput

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


def answer_by_what_is_seen(bundle) -> None:
    """Let both passes of a random model depend on images and questions."""
    spread_out(bundle.model, seed=2)
    if bundle.clue_language_model is not None:
        spread_out(bundle.clue_language_model, seed=3)


@pytest.fixture(scope="session")
def model_folder(make_model):
    """Saves a tiny model of the asked-for arrangement once, and gives its folder."""

    @functools.cache
    def make(clue_source="second", kind="unirs", change_module=True, preset="unirs-tiny"):
        return make_model(
            f"{preset.removeprefix('unirs-')}-{kind}-{clue_source}-{change_module}",
            CARD,
            answer_by_what_is_seen,
            preset,
            kind=kind,
            clue_source=clue_source,
            change_module=change_module,
            frame_count=4,
        )

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
