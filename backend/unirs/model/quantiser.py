"""Quantising while loading: each tensor becomes int8 or int4 as it is read from its file.

``transformers`` lets a library register a quantiser of its own. The one here replaces linear layers
inside of the language model's blocks; embeddings, norms and the vision part stay wide. An output
layer with weights of its own becomes int8, because its rounding decides between tokens. Works for
every model that ``from_pretrained`` loads.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.core_model_loading import ConversionOps
from transformers.quantizers import HfQuantizer
from transformers.quantizers.auto import register_quantization_config, register_quantizer
from transformers.utils.quantization_config import QuantizationConfigMixin

from unirs.errors import UniRSError
from unirs.model.quantised import Quantisation, QuantisedLinear, quantisable, quantise

_METHOD = "unirs"
_BLOCK = re.compile(r"(^|\.)(layers|h|blocks)\.\d+\.")
"""Names of modules inside of a decoder's blocks."""


@register_quantization_config(_METHOD)
class LoadingQuantisation(QuantizationConfigMixin):
    """How ``from_pretrained`` quantises the weights that it reads."""

    def __init__(self, quantisation: Quantisation, **_: Any) -> None:
        self.quant_method = _METHOD
        self.quantisation = quantisation


@register_quantizer(_METHOD)
class _LoadingQuantiser(HfQuantizer):
    """Replaces layers before loading, and quantises each of their weights when it arrives."""

    is_trainable = False

    def is_serializable(self) -> bool:
        return False

    def _process_model_before_weight_loading(self, model: PreTrainedModel, **_: Any) -> None:
        replace_layers(model, self.quantization_config.quantisation)

    def param_needs_quantization(self, model: PreTrainedModel, param_name: str, **_: Any) -> bool:
        place, _dot, name = param_name.rpartition(".")
        return name == "weight" and isinstance(model.get_submodule(place), QuantisedLinear)

    def get_quantize_ops(self) -> _Quantise:
        return _Quantise()

    def _process_model_after_weight_loading(self, model: PreTrainedModel, **_: Any) -> None:
        self.remove_quantization_config(model)  # it concerned loading alone


class _Quantise(ConversionOps):
    """One weight to packed weights and scales."""

    def convert(
        self,
        input_dict: dict[str, Any],
        *_: Any,
        model: PreTrainedModel,
        full_layer_name: str,
        **__: Any,
    ) -> dict[str, Tensor]:
        [value] = input_dict.values()
        weight = value[0] if isinstance(value, list) else value
        place = full_layer_name.rpartition(".")[0]
        layer = model.get_submodule(place)
        packed, scales = quantise(weight, layer.quantisation)
        return {full_layer_name: packed, f"{place}.scales": scales}


def loading_options(dtype: torch.dtype, quantisation: Quantisation | None = None) -> dict[str, Any]:
    """Arguments of ``from_pretrained`` that load weights in a precision.

    Args:
        dtype: Type of what stays wide, and of computation.
        quantisation: Of the linear layers of the language model.
    """
    options: dict[str, Any] = {"dtype": dtype}
    if quantisation:
        options["quantization_config"] = LoadingQuantisation(quantisation)
    return options


def open_weights(folder: Path, files: Collection[Path] = ()) -> dict[str, Any]:
    """All tensors of a folder's safetensors files by name, each read when it is used.

    For the ``state_dict`` of ``from_pretrained``. By default that function maps the files into
    memory, where what has been read counts beside the model until all is loaded.

    Args:
        folder: The folder.
        files: Its files that count; by default all.

    Raises:
        OSError, SafetensorError: A file cannot be read.
    """
    tensors = _Unread()
    for file in files or sorted(folder.glob("*.safetensors")):
        stored: Any = safe_open(file, "pt", backend="pread")
        tensors.update({name: stored.get_slice(name) for name in stored.keys()})  # noqa: SIM118
    return tensors


class _Unread(dict[str, Any]):
    """Tensors that are still in their files. ``transformers`` copies its arguments in vain."""

    def __deepcopy__(self, _memo: dict[int, Any]) -> _Unread:
        return self


def replace_layers(model: nn.Module, quantisation: Quantisation) -> None:
    """Put quantised layers, without weights, in the place of those that can be quantised.

    Layers whose sizes int4 cannot hold become int8; those that int8 cannot hold stay wide.

    Raises:
        UniRSError: ``precision_unsupported`` if no layer can be quantised.
    """
    decoder, head = _decoder(model), _own_head(model)
    wanted: dict[int, tuple[Quantisation, ...]] = {
        id(layer): (quantisation, "int8")
        for name, layer in decoder.named_modules()
        if _BLOCK.search(f"{name}.")
    }
    if head is not None:
        wanted[id(head)] = ("int8",)
    replaced = 0
    for name, layer in list(model.named_modules()):
        possible = [each for each in wanted.get(id(layer), ()) if quantisable(layer, each)]
        if possible:
            model.set_submodule(name, _emptied(layer, possible[0]))
            replaced += 1
    if not replaced:
        raise UniRSError(
            "precision_unsupported",
            f"The model has no layers with sizes that {quantisation} can hold; choose bfloat16.",
        )


def _emptied(layer: nn.Module, quantisation: Quantisation) -> QuantisedLinear:
    assert isinstance(layer, nn.Linear)  # noqa: S101 - as ``quantisable`` has found
    with torch.device("meta"):
        return QuantisedLinear(
            layer.in_features,
            layer.out_features,
            layer.bias is not None,
            quantisation,
            layer.weight.dtype,
        )


def _decoder(model: nn.Module) -> nn.Module:
    """The language model without its output layer."""
    decoder: Any = getattr(model, "language_model", model)
    while isinstance(decoder, PreTrainedModel) and decoder.get_decoder() is not decoder:
        decoder = decoder.get_decoder()
    return decoder


def _own_head(model: nn.Module) -> nn.Linear | None:
    """The output layer, if it does not share the weights of the embedding."""
    for holder in (getattr(model, "language_model", None), model):
        head = getattr(holder, "lm_head", None)
        if isinstance(holder, PreTrainedModel) and isinstance(head, nn.Linear):
            return None if "lm_head.weight" in holder.all_tied_weights_keys else head
    return None
