"""Low-rank adapters (PEFT) on one language model: at most one for each role."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn
from transformers import LlamaForCausalLM

from unirs.model.limits import check_tensors

if TYPE_CHECKING:
    from peft import LoraConfig

Role = Literal["answer", "clue"]

LINEAR_LAYERS = (
    *("q_proj", "k_proj", "v_proj", "o_proj"),
    *("gate_proj", "up_proj", "down_proj"),
)
"""The linear layers in each block of LLaMA."""


def add_adapter(
    language_model: LlamaForCausalLM,
    rank: int = 8,
    alpha: float | None = None,
    dropout: float = 0.0,
    targets: Sequence[str] = LINEAR_LAYERS,
    role: Role = "answer",
) -> None:
    """Attach an adapter to linear layers of the LLM's blocks, and activate it.

    Args:
        language_model: Has no adapter of this role yet.
        rank: Rank of the update.
        alpha: The update is scaled by ``alpha / rank``; ``None`` for twice the rank.
        dropout: Share of a layer's inputs, 0 to 1, that the adapter drops in training.
        targets: Names of layers in each block.
        role: What the adapter is for.

    Raises:
        ValueError: A block has no such layer, or there already is an adapter of this role.
    """
    config = lora_config(rank, alpha, dropout, targets)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a second adapter on the same model
        language_model.add_adapter(config, role)


def lora_config(
    rank: int,
    alpha: float | None = None,
    dropout: float = 0.0,
    targets: Sequence[str] = LINEAR_LAYERS,
) -> LoraConfig:
    """PEFT's configuration of an adapter; see ``add_adapter``."""
    from peft import LoraConfig

    return LoraConfig(
        r=rank,
        lora_alpha=2 * rank if alpha is None else alpha,
        lora_dropout=dropout,
        target_modules=rf".*layers\.\d+\.(self_attn|mlp)\.({'|'.join(targets)})",
        bias="none",
    )


def add_adapters(
    language_model: LlamaForCausalLM, sizes: Mapping[Role, Mapping[str, float]]
) -> None:
    """Attach adapters to all linear layers, one for each role, and activate the answer's.

    Args:
        language_model: Has no adapters yet.
        sizes: ``rank`` and ``alpha`` of each, the answer's among them.
    """
    for role, size in sizes.items():
        add_adapter(language_model, int(size["rank"]), size["alpha"], role=role)
    language_model.set_adapter("answer")


def activate_adapter(language_model: LlamaForCausalLM, role: Role) -> None:
    """Activate the adapter of a role, or none if it has none."""
    adapters = getattr(language_model, "peft_config", {})
    if role in adapters:
        language_model.enable_adapters()
        language_model.set_adapter(role)
    elif adapters:
        language_model.disable_adapters()


def widen_adapters(language_model: LlamaForCausalLM, dtype: torch.dtype) -> None:
    """Give all adapters the type of computation: on quantised layers they are made in float32."""
    for name, weights in language_model.named_parameters():
        if ".lora_" in name:
            weights.data = weights.data.to(dtype)


def adapter_shapes(
    language_model: LlamaForCausalLM, rank: int, targets: Collection[str] = LINEAR_LAYERS
) -> dict[str, tuple[int, int]]:
    """Shapes of an adapter's weights, by the names that ``adapter_tensors`` gives them.

    Args:
        language_model: Without adapters, on any device.
        rank: Rank of the update.
        targets: Names of the layers that the adapter updates.
    """
    shapes = {}
    for name, module in language_model.named_modules():
        if isinstance(module, nn.Linear) and name.rpartition(".")[2] in targets:
            shapes[f"{name}.lora_A.weight"] = (rank, module.in_features)
            shapes[f"{name}.lora_B.weight"] = (module.out_features, rank)
    return shapes


def adapter_tensors(language_model: LlamaForCausalLM, role: Role) -> dict[str, Tensor]:
    """The weights of an adapter, without its role: ``model.layers.0.….lora_A.weight``."""
    return {
        name.replace(f".{role}.", "."): tensor
        for name, tensor in language_model.state_dict().items()
        if f".lora_A.{role}." in name or f".lora_B.{role}." in name
    }


def fill_adapter(
    language_model: LlamaForCausalLM, role: Role, tensors: Mapping[str, Tensor]
) -> None:
    """Copy weights into an adapter, named as ``adapter_tensors`` names them.

    Raises:
        InvalidModelError: A tensor is missing, unexpected or of another shape.
    """
    slots = adapter_tensors(language_model, role)
    check_tensors(
        {name: slot.shape for name, slot in slots.items()},
        {name: tensor.shape for name, tensor in tensors.items()},
    )
    for name, slot in slots.items():
        slot.copy_(tensors[name])
