"""What a stage starts from, what of it learns, and the model folder that it ends with."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from unirs.errors import UniRSError
from unirs.model import (
    ModelBundle,
    UniRSForConditionalGeneration,
    load_bundle,
    make_processor,
    replace_config,
    save_bundle,
)
from unirs.model.adapters import LINEAR_LAYERS, add_adapter
from unirs.model.change import ChangeExtraction
from unirs_lab.training.checkpoints import load_weights
from unirs_lab.training.settings import StageSettings

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
"""Precisions of the settings: of what is frozen, and of the finished model folder."""


@dataclass(frozen=True)
class LoraOptions:
    """A low-rank adapter.

    Attributes:
        rank: Of the two matrices that make up each update.
        alpha: The update is scaled by ``alpha / rank``.
        dropout: Share of a layer's inputs that the adapter does not see in training, 0 to 1.
        targets: Linear layers of each block that are adapted.
    """

    rank: int = 64
    alpha: float = 128.0
    dropout: float = 0.05
    targets: tuple[str, ...] = LINEAR_LAYERS


@dataclass(frozen=True)
class Tuning:
    """What of a model learns.

    Attributes:
        parts: Of ``vision_tower``, ``projector``, ``change`` (with its head) and
            ``language_model``; all others are frozen.
        lora: A new adapter that learns in the LLM's place.
        own_adapter: Whether the adapter that the model folder has learns in the LLM's place.
        seed: Of a new adapter's random half, which has to be equal in all processes.
    """

    parts: Sequence[str] = ("language_model",)
    lora: LoraOptions | None = None
    own_adapter: bool = False
    seed: int = 0


def learn(bundle: ModelBundle, tuning: Tuning) -> nn.ModuleDict:
    """Let parts of a model learn, and nothing else.

    Args:
        bundle: The model that tuning starts from; it gets a new adapter.
        tuning: What learns.

    Returns:
        What an objective's ``trainable`` gives: the parts by name, in the order of ``parts``.

    Raises:
        UniRSError: ``model_tuned`` if the LLM is no longer the base, ``lora_invalid``,
            ``adapter_missing``.
    """
    bundle.model.requires_grad_(False)
    if "language_model" in tuning.parts:
        _learn_language(bundle, tuning)
    modules = nn.ModuleDict({name: _part(bundle.model, name) for name in tuning.parts})
    for name, module in modules.items():
        if name != "language_model":
            module.requires_grad_(True)
    return modules


def finish(
    start: Path,
    run: Path,
    target: Path,
    tuning: Tuning,
    card: str | None = None,
    dtype: torch.dtype = torch.bfloat16,
    clues: bool = True,
) -> None:
    """Make the model folder of a joint run, in one process, however many trained.

    Its clues are the frozen base's: the LLM without its adapter, or the LLM that tuning started
    from, which is stored in the folder as well. It takes main memory for two LLMs at most.

    Args:
        start: The model folder that tuning started from.
        run: The folder of the loop, with its checkpoint.
        target: The folder to write.
        tuning: As in ``learn``.
        card: Text of the model card.
        dtype: Precision of the weights on disk; an adapter keeps float32.
        clues: Whether the base goes with a tuned LLM, to write clues; ``False`` for one that was
            trained without.

    Raises:
        UniRSError: As ``load_bundle``, ``learn`` and ``load_weights``.
    """
    bundle = load_bundle(start, dtype=dtype)
    full = "second" if clues else "none"
    source = "adapter" if tuning.lora else full
    if tuning.own_adapter:
        source = bundle.config.clue_source
    elif source == "second":
        bundle.clue_language_model = copy.deepcopy(bundle.model.language_model)
    load_weights(run, learn(bundle, tuning))
    bundle.config.clue_source = source
    bundle.config.answer_temperature = 1.0  # fitted to the answers before, as are the thresholds
    bundle.config.unsure_below = {}
    save_bundle(bundle, target, card)


def _learn_language(bundle: ModelBundle, tuning: Tuning) -> None:
    language_model = bundle.model.language_model
    if tuning.own_adapter:
        if "answer" not in bundle.config.adapters:
            raise UniRSError(
                "adapter_missing",
                f"{bundle.folder} has no adapter that could learn on; start from unirs-small or a "
                "model of its kind, or set tuning=lora.",
            )
        for name, weights in language_model.named_parameters():
            weights.requires_grad_(".lora_A.answer." in name or ".lora_B.answer." in name)
    elif bundle.config.clue_source in ("second", "adapter") or bundle.config.adapters:
        raise UniRSError(
            "model_tuned",
            f"The LLM of {bundle.folder} is tuned already, and could not write clues as the frozen "
            "base does; start from the folder of the change stage, or of the base.",
        )
    elif tuning.lora is None:
        bundle.config.language_model = None  # the tuned one is no other folder's
        language_model.requires_grad_(True)
    else:
        _attach(bundle, tuning.lora, tuning.seed)


def _part(model: UniRSForConditionalGeneration, name: str) -> nn.Module:
    if name != "change":
        return getattr(model, name)
    return nn.ModuleList([part for part in (model.change, model.change_head) if part is not None])


def _attach(bundle: ModelBundle, lora: LoraOptions, seed: int) -> None:
    language_model = bundle.model.language_model
    try:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            add_adapter(language_model, lora.rank, lora.alpha, lora.dropout, lora.targets)
    except ValueError as error:
        raise UniRSError(
            "lora_invalid", f"No such adapter can be attached to {bundle.folder}: {error}"
        ) from error
    for weights in language_model.parameters():
        if weights.requires_grad:  # PEFT leaves only the adapter's so
            weights.data = weights.data.float()


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
