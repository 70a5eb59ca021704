"""Model folders with random weights, written piece by piece: for measures at full size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import LlamaTokenizer

from unirs.model.adapters import adapter_shapes, lora_config
from unirs.model.bundle import make_processor, quiet_transformers
from unirs.model.config import UniRSConfig
from unirs.model.folder import ADAPTER_FOLDER
from unirs.model.modeling import UniRSForConditionalGeneration

_PIECE_BYTES = 2**29


def write_random_folder(
    folder: Path,
    config: UniRSConfig,
    tokenizer: LlamaTokenizer,
    rank: int = 8,
    device: str | torch.device = "cpu",
) -> None:
    """Write a model folder with random weights in bfloat16, half a gigabyte at a time.

    One language model has an adapter for the answer, and writes the clue without it.

    Args:
        folder: Created.
        config: Sizes; the vocabulary may be larger than the tokenizer's.
        tokenizer: As ``train_tokenizer`` returns it.
        rank: Rank of the adapter.
        device: Where the numbers are drawn.
    """
    config.clue_source, config.dtype = "adapter", torch.bfloat16
    with torch.device("meta"):
        model = UniRSForConditionalGeneration(config)
    (folder / ADAPTER_FOLDER).mkdir(parents=True)
    with quiet_transformers():
        config.save_pretrained(folder)
        make_processor(config, tokenizer).save_pretrained(folder)
    generator = torch.Generator(device).manual_seed(0)
    tied = model.all_tied_weights_keys
    described = {name: each for name, each in model.state_dict().items() if name not in tied}
    for number, piece in enumerate(_pieces(described, generator)):
        save_file(piece, folder / f"model-{number:05}.safetensors", metadata={"format": "pt"})
    lora_config(rank).save_pretrained(folder / ADAPTER_FOLDER)
    adapter = {
        f"base_model.model.{name}": _random(torch.empty(shape, device="meta"), generator)
        for name, shape in adapter_shapes(model.language_model, rank).items()
    }
    save_file(adapter, folder / ADAPTER_FOLDER / "adapter_model.safetensors")


def _pieces(
    described: dict[str, Tensor], generator: torch.Generator
) -> Iterator[dict[str, Tensor]]:
    """Random tensors by name, as many at a time as fit ``_PIECE_BYTES``."""
    piece: dict[str, Tensor] = {}
    for name, tensor in described.items():
        piece[name] = _random(tensor, generator)
        if sum(2 * each.numel() for each in piece.values()) > _PIECE_BYTES:
            yield piece
            piece = {}
    yield piece


def _random(described: Tensor, generator: torch.Generator) -> Tensor:
    """A tensor of that shape, so large that activations keep their size through the layers."""
    if not described.is_floating_point():
        return torch.zeros(described.shape, dtype=described.dtype)
    if described.ndim < 2:  # of norms; as biases they do no harm
        return torch.ones(described.shape, dtype=torch.bfloat16)
    width = described[0].numel()
    numbers = torch.empty(described.shape, dtype=torch.bfloat16, device=generator.device)
    return numbers.normal_(std=width**-0.5, generator=generator).cpu()
