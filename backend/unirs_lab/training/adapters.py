"""What of the LLM learns in joint tuning, all or an adapter, and the model folder behind it."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from unirs.errors import UniRSError
from unirs.model import ModelBundle, load_bundle, save_bundle
from unirs.model.adapters import LINEAR_LAYERS, add_adapter
from unirs_lab.training.checkpoints import load_weights


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


def learn(bundle: ModelBundle, lora: LoraOptions | None, seed: int = 0) -> nn.ModuleDict:
    """Let the LLM learn, or an adapter on it, and nothing else.

    Args:
        bundle: The model that tuning starts from; its LLM is the base. It gets the adapter.
        lora: The adapter; ``None`` for full tuning.
        seed: Of the adapter's random half, which has to be equal in all processes.

    Returns:
        What an objective's ``trainable`` gives.

    Raises:
        UniRSError: ``model_tuned`` if the LLM is not the base any more, ``lora_invalid``.
    """
    if bundle.config.clue_source in ("second", "adapter") or bundle.config.adapters:
        raise UniRSError(
            "model_tuned",
            f"The LLM of {bundle.folder} is tuned already, and could not write clues as the frozen "
            "base does; start from the folder of the change stage, or of the base.",
        )
    bundle.model.requires_grad_(False)
    language_model = bundle.model.language_model
    if lora is None:
        bundle.config.language_model = None  # the tuned one is no other folder's
        language_model.requires_grad_(True)
    else:
        _attach(bundle, lora, seed)
    return nn.ModuleDict({"language_model": language_model})


def finish(
    start: Path,
    run: Path,
    target: Path,
    lora: LoraOptions | None,
    card: str | None = None,
    dtype: torch.dtype = torch.bfloat16,
    clues: bool = True,
) -> None:
    """Make the model folder of a joint run, in one process, however many trained.

    Its clues are the frozen base's: the LLM without its adapter, or the LLM that tuning started
    from, which lies in the folder as well. It takes main memory for two LLMs at most.

    Args:
        start: The model folder that tuning started from.
        run: The folder of the loop, with its checkpoint.
        target: The folder to write.
        lora: As in ``learn``.
        card: Text of the model card.
        dtype: Precision of the weights on disk; an adapter keeps float32.
        clues: Whether the base goes with a tuned LLM, to write clues; ``False`` for one that was
            trained without.

    Raises:
        UniRSError: As ``load_bundle``, ``learn`` and ``load_weights``.
    """
    bundle = load_bundle(start, dtype=dtype)
    base = copy.deepcopy(bundle.model.language_model) if clues and not lora else None
    load_weights(run, learn(bundle, lora))
    bundle.clue_language_model = base
    bundle.config.clue_source = "adapter" if lora else "second" if clues else "none"
    save_bundle(bundle, target, card)


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
