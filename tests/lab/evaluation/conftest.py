"""A random model of a few thousand weights, with the words of the benchmark."""

from __future__ import annotations

from pathlib import Path

import pytest

from unirs.engines.unirs import Pipeline, load_pipeline

WORDS = [
    "Is there a road? yes no rural urban area",
    "the scene is the same as before",
    "a house appears near the road, water and trees",
    "Describe this remote sensing image. Answer the question using a single word or phrase.",
]


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from unirs.model import PRESETS, new_bundle, save_bundle, train_tokenizer

    folder = tmp_path_factory.mktemp("models") / "unirs-tiny"
    tokenizer = train_tokenizer(WORDS * 20, 400, folder.parent / "tokenizer")
    config = PRESETS["unirs-tiny"]()
    config.clue_source = "second"
    save_bundle(new_bundle(config, tokenizer, folder, seed=1), folder)
    return folder


@pytest.fixture
def pipeline(tiny_folder: Path) -> Pipeline:
    return load_pipeline(tiny_folder, device="cpu", precision="float32")
