"""The small model, from nothing to a model folder: the paper's steps at small size."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import LlamaTokenizer

from unirs import prompts
from unirs.inputs import InputKind
from unirs.model import (
    PRESETS,
    ModelBundle,
    load_bundle,
    new_bundle,
    replace_config,
    save_bundle,
    train_tokenizer,
)
from unirs.training.bank import Bank, Item, build_bank, training_count
from unirs.training.caption_decoder import CaptionDecoder
from unirs.training.clues import write_clues
from unirs.training.heads import EventHead, LandCoverHead, to_pixels
from unirs.training.loop import LoopOptions, Progress, describe, fit
from unirs.training.objectives import (
    BaseObjective,
    ChangeObjective,
    JointObjective,
    VisionObjective,
)
from unirs.training.raster_items import raster_item
from unirs.training.rows import Row
from unirs.training.world_rows import base_rows, unirs_row, world_item
from unirs.world import CLASSES, EVENTS

Stage = Literal["base", "change", "joint"]
STAGES: tuple[Stage, ...] = ("base", "change", "joint")
CELLS_PER_PATCH = 4
JOINT_SHARES = {InputKind.SINGLE: (30, 4), InputKind.PAIR: (14, 2), InputKind.VIDEO: (7, 1)}
"""Visual inputs of each kind in a batch of the mixture, and rows about each of them."""

JOINT_VISITS = 2
"""How often the joint stage comes back to an input, each time with other questions."""

CLUE_SHARE = 0.5
"""Share of the rows of the mixture that come with their clue."""


@dataclass(frozen=True)
class MiniOptions:
    """How the small model is trained.

    Attributes:
        folder: Everything is written here; a second call goes on where the first one stopped.
        items: Generated training items by kind.
        rasters: Folders of dated rasters with a near-infrared band that join the scenes.
        raster_items: Real tiles among the items of each kind, as a share of ``items``.
        vision_steps: Steps of the encoder alone, 48 images each.
        language_steps: Steps of the general base, 20 scenes and some more each.
        change_steps: Steps of the change module, 64 pairs each.
        joint_steps: Steps of the LLM on the mixture.
        variant: Name of the folder of the joint stage, so that ablations lie beside the model.
        change_module: ``False`` reads a pair as two images side by side (ablation).
        clues: ``False`` trains without clues (ablation).
        device: ``"cpu"``, or an accelerator's name.
        processes: Processes that render.
        seed: Of weights and batches.
    """

    folder: Path
    items: dict[InputKind, int] = field(
        default_factory=lambda: {
            InputKind.SINGLE: 12_000,
            InputKind.PAIR: 9_000,
            InputKind.VIDEO: 2_000,
        }
    )
    rasters: tuple[Path, ...] = ()
    raster_items: float = 0.12
    vision_steps: int = 1_000
    language_steps: int = 550
    change_steps: int = 800
    joint_steps: int = 1_000
    variant: str = "joint"
    change_module: bool = True
    clues: bool = True
    device: str = "cpu"
    processes: int = os.cpu_count() or 1
    seed: int = 0


@dataclass(frozen=True)
class Report:
    """Where to tell what is going on.

    Attributes:
        stage: Called with the name of each part.
        making: Called with done and total while items are made or read.
        training: Called with the progress of a training loop.
    """

    stage: Callable[[str], None] = lambda _name: None
    making: Callable[[int, int], None] = lambda _done, _total: None
    training: Callable[[Progress], None] = lambda _progress: None


def train_mini(options: MiniOptions, stages: tuple[Stage, ...], report: Report) -> Path:
    """Train stages of the small model, one after the other.

    Args:
        options: What and how long.
        stages: Of ``base``, ``change``, ``joint``; each needs the one before it in the folder.
        report: Where progress is told.

    Returns:
        The model folder of the last stage.

    Raises:
        UniRSError: ``model_missing`` if an earlier stage is not in the folder,
            ``rasters_missing`` for a folder of rasters that is not there.
    """
    banks = _banks(options, report)
    for stage in stages:
        {"base": _train_base, "change": _train_change, "joint": _train_joint}[stage](
            options, banks, report
        )
    last = options.variant if stages[-1] == "joint" else stages[-1]
    return options.folder / last / "model"


def _banks(options: MiniOptions, report: Report) -> dict[InputKind, Bank]:
    banks = {}
    size = PRESETS["unirs-mini"]().image_size
    for kind, count in options.items.items():
        report.stage(f"{kind.value} scenes")
        make = partial(_make_item, kind, size, options.rasters, options.raster_items)
        folder = options.folder / "banks" / kind.value
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
    torch.manual_seed(options.seed)
    tokenizer = _tokenizer(folder, banks)
    config = replace_config(PRESETS["unirs-mini"](), kind="base", clue_source="self")
    bundle = new_bundle(config, tokenizer, folder / "model", options.seed)
    bundle.model.to(options.device)
    width = config.vision_config.hidden_size
    head, event_head = _head(width), EventHead(width, EVENTS)
    loop = LoopOptions(options.vision_steps, 1.5e-3, weight_decay=0.02, device=options.device)
    report.stage("vision tower on land cover and events")
    vision = VisionObjective(bundle, head, event_head, banks)
    fit(vision, loop, folder / "vision", report.training)

    report.stage("general base on words")
    shares = {InputKind.SINGLE: 20, InputKind.PAIR: 3, InputKind.VIDEO: 2}
    objective = BaseObjective(bundle, head, banks, base_rows, shares)
    loop = replace(loop, steps=options.language_steps, learning_rate=1e-3)
    fit(objective, loop, folder / "language", report.training)
    save_bundle(bundle, folder / "model")
    _record(folder, options, loop)


def _train_change(options: MiniOptions, banks: dict[InputKind, Bank], report: Report) -> None:
    folder, bank = options.folder / "change", banks[InputKind.PAIR]
    base = load_bundle(options.folder / "base" / "model", options.device)
    bundle = _as_unirs(base, options)
    features = _features(options, bundle, InputKind.PAIR, bank, len(bank), report)
    encode = bundle.processor.encode_answer
    captions = [[encode(c) for c in truth["captions"]] for truth in bank.truths]
    width = bundle.config.vision_config.hidden_size
    heads = (_head(width), _head(width))
    text = bundle.config.text_config
    decoder = CaptionDecoder(text.hidden_size, text.vocab_size)
    report.stage("change module on captions")
    loop = LoopOptions(options.change_steps, 1e-3, weight_decay=0.01, device=options.device)
    objective = ChangeObjective(bundle, features, bank, captions, heads, decoder)
    fit(objective, loop, folder, report.training)
    save_bundle(bundle, folder / "model")
    _record(folder, options, loop)


def _train_joint(options: MiniOptions, banks: dict[InputKind, Bank], report: Report) -> None:
    folder = options.folder / options.variant
    base = load_bundle(options.folder / "base" / "model", options.device)
    start = "change" if options.change_module else "base"
    bundle = load_bundle(options.folder / start / "model", options.device)
    if not options.change_module:
        bundle = _as_unirs(base, options)
    visual, clues = {}, {}
    for kind, bank in banks.items():
        visited = options.joint_steps * JOINT_SHARES[kind][0] // JOINT_VISITS
        needed = min(len(bank), max(16, visited))
        features = _features(options, bundle, kind, bank, needed, report)
        alone, visual[kind] = _visual(bundle, kind, features)
        clues[kind] = _clues(options, base, kind, alone, report)
    draw = partial(_draw_rows, banks=banks, clues=clues)
    validation = [
        unirs_row(np.random.default_rng(i), kind, item, bank.truths[item], clues[kind][item])
        for kind, bank in banks.items()
        for i, item in enumerate(range(training_count(len(clues[kind])), len(clues[kind])))
    ]
    report.stage("LLM on the mixture")
    loop = LoopOptions(options.joint_steps, 1.5e-3, device=options.device, validate_every=100)
    objective = JointObjective(bundle, visual, draw, validation)
    fit(objective, loop, folder, report.training)
    bundle.config.clue_source = "second"
    bundle.clue_language_model = base.model.language_model
    save_bundle(bundle, folder / "model")
    _record(folder, options, loop)


def _draw_rows(
    rng: np.random.Generator,
    banks: dict[InputKind, Bank],
    clues: dict[InputKind, list[str]],
) -> list[Row]:
    """One batch of the mixture."""
    rows = []
    for kind, (items, rows_each) in JOINT_SHARES.items():
        for item in map(int, rng.integers(0, training_count(len(clues[kind])), items)):
            for _ in range(rows_each):
                clue = clues[kind][item] if rng.random() < CLUE_SHARE else None
                rows.append(unirs_row(rng, kind, item, banks[kind].truths[item], clue or None))
    return rows


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


def _head(width: int) -> LandCoverHead:
    return LandCoverHead(width, CELLS_PER_PATCH, len(CLASSES))


def _as_unirs(base: ModelBundle, options: MiniOptions) -> ModelBundle:
    """A UniRS model that starts as its base, with a fresh change extraction module."""
    config = replace_config(
        base.config, kind="unirs", clue_source="none", change_module=options.change_module
    )
    folder = options.folder / "change" / "model"
    bundle = new_bundle(config, base.processor.tokenizer, folder, options.seed)
    bundle.model.to(options.device)
    missing, unexpected = bundle.model.load_state_dict(base.model.state_dict(), strict=False)
    strangers = [name for name in missing if not name.startswith("change.")] + unexpected
    if strangers:
        raise ValueError(f"base and UniRS differ in {strangers[0]}")
    return bundle


@torch.inference_mode()
def _features(
    options: MiniOptions,
    bundle: ModelBundle,
    kind: InputKind,
    bank: Bank,
    count: int,
    report: Report,
) -> Tensor:
    """Frozen features ``[count, frames, patches, width]`` of a bank in bfloat16, kept on disk."""
    path = options.folder / "base" / "features" / f"{kind.value}.safetensors"
    if path.is_file():
        features = load_file(path)["features"]
        if len(features) >= count:
            return features[:count]
    report.stage(f"features of {kind.value} inputs")
    parts = []
    for start in range(0, count, 64):
        images = torch.tensor(bank.images[start : min(start + 64, count)])
        pixels = to_pixels(images.flatten(0, 1).to(options.device))
        with torch.autocast(pixels.device.type, torch.bfloat16):
            features = bundle.model.encode_images(pixels)
        parts.append(features.to("cpu", torch.bfloat16).unflatten(0, images.shape[:2]))
        report.making(start + len(images), count)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial_path = path.with_suffix(".partial")
    save_file({"features": torch.cat(parts)}, partial_path)
    partial_path.replace(path)
    return torch.cat(parts)


@torch.inference_mode()
def _visual(bundle: ModelBundle, kind: InputKind, features: Tensor) -> tuple[Tensor, Tensor]:
    """Projected tokens: each image on its own (base), and as UniRS reads the input."""
    alone, read = [], []
    for part in features.split(64):
        frames = part.to(bundle.model.device, torch.float32)
        single = bundle.model.project(frames.flatten(0, 1)).unflatten(0, part.shape[:2])
        alone.append(single.to("cpu", torch.bfloat16))
        if kind is InputKind.PAIR and bundle.model.change is not None:
            fused = bundle.model.project_pair(frames[:, 0], frames[:, 1])
            read.append(fused.unsqueeze(1).to("cpu", torch.bfloat16))
    return torch.cat(alone), torch.cat(read or alone)


def _clues(
    options: MiniOptions, base: ModelBundle, kind: InputKind, alone: Tensor, report: Report
) -> list[str]:
    """Clues of a bank, kept on disk."""
    if not options.clues:
        return [""] * len(alone)
    path = options.folder / "base" / "clues" / f"{kind.value}.json"
    if path.is_file():
        clues = json.loads(path.read_text(encoding="utf-8"))
        if len(clues) >= len(alone):
            return list(clues[: len(alone)])
    report.stage(f"clues for {kind.value} inputs")
    clues = write_clues(base, kind, alone, on_progress=report.making)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(clues), encoding="utf-8")
    return clues


def _record(folder: Path, options: MiniOptions, loop: LoopOptions) -> None:
    record = {
        "items": {kind.value: count for kind, count in options.items.items()},
        "rasters": [path.name for path in options.rasters],
        "loop": describe(loop),
        "seed": options.seed,
    }
    (folder / "record.json").write_text(json.dumps(record, indent=2), encoding="utf-8")
