"""Low-rank adapters (PEFT) on one language model: one for each role that has one."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal

from torch import Tensor
from transformers import LlamaForCausalLM

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
    """Attach an adapter to linear layers of the LLM's blocks, and let it be the one that is on.

    Args:
        language_model: Has no adapter of this role yet.
        rank: Of the two matrices that make up an update.
        alpha: The update is scaled by ``alpha / rank``; ``None`` for twice the rank.
        dropout: Share of a layer's inputs that the adapter does not see in training.
        targets: Names of layers in each block.
        role: When it is on.

    Raises:
        ValueError: If a block has no such layer, or there is such an adapter.
    """
    from peft import LoraConfig

    config = LoraConfig(
        r=rank,
        lora_alpha=2 * rank if alpha is None else alpha,
        lora_dropout=dropout,
        target_modules=rf".*layers\.\d+\.(self_attn|mlp)\.({'|'.join(targets)})",
        bias="none",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there is another adapter already
        language_model.add_adapter(config, role)


def add_adapters(
    language_model: LlamaForCausalLM, sizes: Mapping[Role, Mapping[str, float]]
) -> None:
    """Attach adapters of all linear layers, by role, and let the answer's be on.

    Args:
        language_model: Has no adapters yet.
        sizes: ``rank`` and ``alpha`` of each, the answer's among them.

    Raises:
        ValueError: If a rank is larger than the LLM is wide.
    """
    for role, size in sizes.items():
        if size["rank"] > language_model.config.hidden_size:
            raise ValueError(f"the adapter {role} has rank {size['rank']}")
        add_adapter(language_model, int(size["rank"]), size["alpha"], role=role)
    language_model.set_adapter("answer")


@contextmanager
def adapter_on(language_model: LlamaForCausalLM, role: Role) -> Iterator[None]:
    """Let the adapter of a role be on; none, if the role has none. At rest it is the answer's."""
    adapters = getattr(language_model, "peft_config", {})
    if role == "answer" or not adapters:
        yield
    elif role in adapters:
        language_model.set_adapter(role)
        try:
            yield
        finally:
            language_model.set_adapter("answer")
    else:
        language_model.disable_adapters()
        try:
            yield
        finally:
            language_model.enable_adapters()


def adapter_tensors(language_model: LlamaForCausalLM, role: Role) -> dict[str, Tensor]:
    """The weights of an adapter, without its name: ``model.layers.0.….lora_A.weight``."""
    return {
        name.replace(f".{role}.", "."): tensor
        for name, tensor in language_model.state_dict().items()
        if f".lora_A.{role}." in name or f".lora_B.{role}." in name
    }


def fill_adapter(
    language_model: LlamaForCausalLM, role: Role, tensors: Mapping[str, Tensor]
) -> None:
    """Give an adapter its weights, named as by ``adapter_tensors``.

    Raises:
        ValueError: If one is missing, unexpected or misshapen.
    """
    slots = adapter_tensors(language_model, role)
    for name, slot in slots.items():
        if name not in tensors:
            raise ValueError(f"missing tensor {name} of the adapter {role}")
        if slot.shape != tensors[name].shape:
            raise ValueError(f"mismatched tensor {name} of the adapter {role}")
        slot.copy_(tensors[name])
    for name in tensors.keys() - slots.keys():
        raise ValueError(f"unexpected tensor {name} of the adapter {role}")
