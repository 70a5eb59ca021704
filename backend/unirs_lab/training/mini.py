"""The small model, from nothing to a model folder: the paper's steps at small size."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import LlamaTokenizer

from unirs import prompts
from unirs.files import alone_in, keep_settings
from unirs.inputs import InputKind
from unirs.model import (
    PRESETS,
    load_bundle,
    new_bundle,
    replace_config,
    save_bundle,
    train_tokenizer,
)
from unirs_lab.training.bank import Bank, Item, build_bank
from unirs_lab.training.heads import EventHead
from unirs_lab.training.loop import LoopOptions, describe, fit
from unirs_lab.training.objectives import BaseObjective, VisionObjective
from unirs_lab.training.options import MiniOptions, Report, Stage
from unirs_lab.training.prepared import clues_of, features_of, visual_tokens
from unirs_lab.training.raster_items import raster_item
from unirs_lab.training.world_rows import base_rows, world_item
from unirs_lab.training.world_stages import (
    BASE_SHARES,
    Material,
    WorldMixture,
    as_unirs,
    land_cover_head,
    teach_colours,
    train_change_module,
    tune_base,
    tune_llm,
)
from unirs_lab.world import EVENTS

JOINT_SHARES = {InputKind.SINGLE: (7, 6), InputKind.PAIR: (7, 3), InputKind.VIDEO: (2, 1)}
"""Generated inputs of each kind in a batch of the mixture, and rows about each of them.

Batches are small: comparing two areas is learnt by the number of steps, and not by their size.
"""

JOINT_VISITS = 2
"""How often the joint stage comes back to an input, each time with other questions."""

CLUE_SHARE = 0.8
"""Share of the rows of the mixture that come with their clue."""

REAL_SHARES = {InputKind.SINGLE: (6, 2), InputKind.PAIR: (4, 2), InputKind.VIDEO: (0, 0)}
"""Real tiles in a batch, where rasters join: with few rows, for there is little to ask."""

ONE_WAY = 0.25
"""Share of the joint steps in which few comparisons are reversed."""


def train_mini(options: MiniOptions, stages: tuple[Stage, ...], report: Report) -> Path:
    """Train stages of the small model, one after the other.

    Args:
        options: What and how long.
        stages: Of ``options.stages``; each needs the one before it in the folder.
        report: Where progress is told.

    Returns:
        The model folder of the last stage.

    Raises:
        UniRSError: ``model_missing`` if an earlier stage is not in the folder,
            ``settings_differ`` if the folder was begun with other settings, ``folder_in_use`` by
            another process, and whatever ``MiniOptions.checked`` finds.
    """
    options.checked(stages)
    stages = tuple(stage for stage in options.stages if stage in stages)
    train = {
        "base": _train_base,
        "change": _train_change,
        "colours": _train_colours,
        "joint": _train_joint,
    }
    with alone_in(options.folder):
        banks = _banks(options, report)
        for stage in stages:
            train[stage](options, banks, report)
    last = options.variant if stages[-1] == "joint" else stages[-1]
    return options.folder / last / "model"


def _banks(options: MiniOptions, report: Report) -> dict[InputKind, Bank]:
    banks = {}
    size = PRESETS["unirs-mini"]().image_size
    for kind, count in options.items.items():
        report.stage(f"{kind.value} scenes")
        make = partial(_make_item, kind, size, options.rasters, options.raster_items)
        folder = options.folder / "banks" / kind.value
        rasters = [path.name for path in options.rasters] if kind is not InputKind.VIDEO else []
        share = options.raster_items if rasters else 0
        keep_settings(folder, {"items": count, "rasters": rasters, "raster_items": share})
        banks[kind] = build_bank(folder, make, count, options.processes, report.making)
    return banks


def _make_item(
    kind: InputKind, size: int, rasters: tuple[Path, ...], share: float, index: int
) -> Item:
    """A generated item, or a real one at evenly spread places."""
    if rasters and kind is not InputKind.VIDEO:
        every = round(1 / share)
        if index % every == every - 1:
            return raster_item(kind, rasters[index // every % len(rasters)], size, index)
    return world_item(kind, "train", size, index)


def _train_base(options: MiniOptions, banks: dict[InputKind, Bank], report: Report) -> None:
    folder = options.folder / "base"
    loop = LoopOptions(options.vision_steps, 1.5e-3, weight_decay=0.02, device=options.device)
    words_loop = replace(loop, steps=options.language_steps, learning_rate=1e-3)
    reading_loop = replace(words_loop, steps=options.reading_steps, weight_decay=0.0)
    _keep(folder, options, {"vision": loop, "language": words_loop, "reading": reading_loop})
    torch.manual_seed(options.seed)
    tokenizer = _tokenizer(folder, banks)
    config = replace_config(PRESETS["unirs-mini"](), kind="base", clue_source="self")
    bundle = new_bundle(config, tokenizer, folder / "model", options.seed)
    bundle.model.to(options.device)
    width = config.vision_config.hidden_size
    head, event_head = land_cover_head(width), EventHead(width, EVENTS)
    report.stage("vision tower on land cover and events")
    vision = VisionObjective(bundle, head, event_head, banks)
    fit(vision, loop, folder / "vision", report.training)

    report.stage("general base on words")
    objective = BaseObjective(bundle, head, banks, base_rows, BASE_SHARES)
    fit(objective, words_loop, folder / "language", report.training)
    features = {
        kind: features_of(folder, bundle, kind, banks[kind], len(banks[kind]), report)
        for kind in (InputKind.SINGLE, InputKind.VIDEO)
    }
    tune_base(bundle, banks, features, reading_loop, folder / "reading", options.seed, report)
    save_bundle(bundle, folder / "model")


def _train_change(options: MiniOptions, banks: dict[InputKind, Bank], report: Report) -> None:
    folder, bank = options.folder / "change", banks[InputKind.PAIR]
    loop = LoopOptions(options.change_steps, 1e-3, weight_decay=0.01, device=options.device)
    _keep(folder, options, {"change": loop})
    base = load_bundle(options.folder / "base" / "model", options.device)
    bundle = as_unirs(base, folder / "model", options.seed)
    prepared = options.folder / "base"
    features = features_of(prepared, bundle, InputKind.PAIR, bank, len(bank), report)
    train_change_module(bundle, features, bank, loop, folder, options.seed, report)


def _train_colours(options: MiniOptions, banks: dict[InputKind, Bank], report: Report) -> None:
    folder, bank = options.folder / "colours", banks[InputKind.PAIR]
    loop = LoopOptions(options.colour_steps, 4e-4, weight_decay=0.01, device=options.device)
    loops = {
        "probe": replace(loop, steps=max(1, options.colour_steps // 2), learning_rate=3e-3),
        "colours": loop,
    }
    _keep(folder, options, loops)
    bundle = load_bundle(options.folder / "change" / "model", options.device)
    prepared = options.folder / "base"
    features = features_of(prepared, bundle, InputKind.PAIR, bank, len(bank), report)
    teach_colours(bundle, features, bank, loops, folder, options.seed, report)


def _train_joint(options: MiniOptions, banks: dict[InputKind, Bank], report: Report) -> None:
    folder, before = options.folder / options.variant, options.stages[-2]
    # features are those of the last stage that trained the vision tower
    prepared = options.folder / ("colours" if before == "colours" else "base")
    loop = LoopOptions(options.joint_steps, 1e-3, device=options.device, validate_every=100)
    _keep(folder, options, {"joint": loop})
    base = load_bundle(options.folder / "base" / "model", options.device)
    if options.change_module:
        bundle = load_bundle(options.folder / before / "model", options.device)
    else:
        bundle = as_unirs(base, folder / "model", options.seed, change_module=False)
    materials = {}
    for kind, bank in banks.items():
        drawn = JOINT_SHARES[kind][0] + REAL_SHARES[kind][0]
        visited = options.joint_steps * drawn // JOINT_VISITS
        needed = min(len(bank), max(16, visited))
        features = features_of(prepared, bundle, kind, bank, needed, report)
        alone, visual = visual_tokens(bundle, kind, features)
        clues = clues_of(prepared, base, kind, alone, report) if options.clues else [""] * needed
        materials[kind] = Material(bank.truths, visual, clues)
    clue_share = CLUE_SHARE if options.clues else 0.0
    one_way_steps = round(ONE_WAY * options.joint_steps)
    mixture = WorldMixture(JOINT_SHARES, clue_share, REAL_SHARES, one_way_steps)
    tune_llm(bundle, base, materials, mixture, loop, folder, options.seed, report)


def _tokenizer(folder: Path, banks: dict[InputKind, Bank]) -> LlamaTokenizer:
    """A vocabulary of all words that the world and the prompts use."""
    texts: list[str] = [
        *prompts.TASK_TAGS.values(),
        *prompts.CLUE_INSTRUCTIONS.values(),
        prompts.CAPTION_INSTRUCTION,
        prompts.SHORT_ANSWER_SUFFIX,
        prompts.classify_instruction(prompts.ERA_CLASSES),
    ] * 50
    for kind, bank in banks.items():
        for truth in bank.truths[:2_000]:
            for row in base_rows(np.random.default_rng(0), kind, [truth, truth]):
                texts += [row.instruction, row.answer]
            texts += truth.get("captions", [])
    vocabulary = PRESETS["unirs-mini"]().text_config.vocab_size
    return train_tokenizer(texts, vocabulary, folder / "tokenizer")


def _keep(folder: Path, options: MiniOptions, loops: dict[str, LoopOptions]) -> None:
    """Hold a stage's folder to what it was begun with; where it runs does not matter."""
    settings: dict[str, Any] = {name: describe(loop) for name, loop in loops.items()}
    settings |= {"seed": options.seed, "change_module": options.change_module}
    keep_settings(folder, {**settings, "clues": options.clues})
