"""A base of a few thousand random weights, where the experiments look for one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from unirs_lab.experiments.settings import Settings
from unirs_lab.training.world_rows import base_rows, world_item


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a run of ``unirs train mini`` that got no further than its base."""
    import numpy as np

    from unirs.inputs import InputKind
    from unirs.model import PRESETS, new_bundle, replace_config, save_bundle, train_tokenizer

    folder = tmp_path_factory.mktemp("mini")
    truths = [world_item(InputKind.SINGLE, "train", 40, index).truth for index in range(4)]
    rows = base_rows(np.random.default_rng(0), InputKind.SINGLE, truths)
    texts = [text for row in rows for text in (row.instruction, row.answer)] * 20
    tokenizer = train_tokenizer(texts, 400, folder / "tokenizer")
    config = replace_config(
        PRESETS["unirs-tiny"](), kind="base", clue_source="self", change_module=False
    )
    target = folder / "base" / "model"
    save_bundle(new_bundle(config, tokenizer, target, seed=2), target)
    return folder


@pytest.fixture(scope="session")
def settings(base: Path) -> Settings:
    """The smallest experiments; each test gives them a folder."""
    smallest = Settings(base=base, seeds=1, steps=2, change_steps=1, evaluate=1, processes=1)
    return replace(smallest, folder=Path("not given"))
