"""A base of a few thousand random weights for the experiments."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from unirs_lab import world
from unirs_lab.experiments.settings import Settings


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Model folder of a base that nothing has trained."""
    from unirs.model import PRESETS, new_bundle, replace_config, save_bundle, train_tokenizer

    folder = tmp_path_factory.mktemp("base")
    scenes = [world.scene(seed, 40) for seed in range(4)]
    texts = [text for one in scenes for text in (*one.captions, one.description)]
    texts += [text for one in scenes for qa in one.questions for text in (qa.question, qa.answer)]
    tokenizer = train_tokenizer(texts * 20, 400, folder / "tokenizer")
    config = replace_config(
        PRESETS["unirs-tiny"](), kind="base", clue_source="self", change_module=False
    )
    save_bundle(new_bundle(config, tokenizer, folder / "model", seed=2), folder / "model")
    return folder / "model"


@pytest.fixture(scope="session")
def settings(base: Path) -> Settings:
    """The smallest experiments; each test gives them a folder."""
    smallest = Settings(base=base, seeds=1, steps=2, change_epochs=1, evaluate=1, device="cpu")
    return replace(smallest, folder=Path("not given"))
