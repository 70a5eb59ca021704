"""What a stage starts from: the base, and UniRS on top of it with a fresh change module."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from unirs.model import ModelBundle, UniRSForConditionalGeneration, make_processor, replace_config
from unirs.model.change import ChangeExtraction
from unirs_lab.training.settings import StageSettings

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
"""Precisions of the settings: of what is frozen, and of the finished model folder."""


def unirs_on(
    base: ModelBundle, folder: Path, settings: StageSettings, change_module: bool
) -> ModelBundle:
    """A UniRS model of a base's own parts, which takes no memory but that of its change module.

    Args:
        base: A base model; its parts are used and not copied.
        folder: The model folder that it is going to be.
        settings: Aspect mode, frames, and the seed of the change module.
        change_module: Whether it has one; without, pairs are read as two images.
    """
    config = replace_config(
        base.config,
        kind="unirs",
        clue_source="none",
        change_module=change_module,
        aspect_mode=settings.aspect_mode,
        frame_count=settings.frame_count,
    )
    with torch.device("meta"):
        model = UniRSForConditionalGeneration(config).eval()
    for name in ("vision_tower", "projector", "language_model"):
        setattr(model, name, getattr(base.model, name))
    if change_module:
        model.change = new_change_module(
            config.vision_config.hidden_size, config.grid, settings.seed
        )
        model.change.to(base.model.device)
    processor = make_processor(config, base.processor.tokenizer)
    return replace(base, name=folder.name, folder=folder, model=model, processor=processor)


def new_change_module(width: int, grid: int, seed: int) -> ChangeExtraction:
    """A change module with weights of Xavier's distribution, as Chg2Cap begins with."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        module = ChangeExtraction(width, grid).eval()
        for weights in module.parameters():
            if weights.dim() > 1:
                nn.init.xavier_uniform_(weights)
    return module
