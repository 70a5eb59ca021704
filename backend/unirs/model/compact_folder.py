"""Compact model folders: everything but the language model, which ``config.json`` names.

One file contains the vision tower, the projector, the change extraction module and its head by
their names in the model, and the weights of each adapter by their names in the language model,
prefixed with ``adapters.ROLE.``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from unirs.model.adapters import (
    Role,
    adapter_shapes,
    adapter_tensors,
    add_adapters,
    fill_adapter,
    widen_adapters,
)
from unirs.model.compact_weights import SCALE, read_compact, write_compact
from unirs.model.config import UniRSConfig
from unirs.model.language_model import LanguageModel
from unirs.model.language_weights import make_language_model, open_language_model
from unirs.model.limits import Weights, check_tensors, read_header
from unirs.model.modeling import UniRSForConditionalGeneration
from unirs.model.processor import UniRSProcessor

WEIGHTS = "model.safetensors"
_LANGUAGE, _ADAPTERS = "language_model.", "adapters."


def own_tensors(model: UniRSForConditionalGeneration) -> dict[str, Tensor]:
    """The tensors that a compact folder stores of a model."""
    own = _without_language_model(model)
    for role in model.config.adapters:
        own |= prefixed(role, adapter_tensors(model.language_model, role))
    return own


def prefixed(role: Role, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights of an adapter under the names that they are stored with."""
    return {f"{_ADAPTERS}{role}.{name}": tensor for name, tensor in tensors.items()}


def take_adapter(role: Role, tensors: dict[str, Any]) -> dict[str, Tensor]:
    """Remove the weights of an adapter from those of a folder, and return them unprefixed."""
    prefix = f"{_ADAPTERS}{role}."
    names = [name for name in tensors if name.startswith(prefix)]
    return {name.removeprefix(prefix): tensors.pop(name) for name in names}


def write_compact_folder(
    folder: Path, config: UniRSConfig, processor: UniRSProcessor, tensors: Mapping[str, Tensor]
) -> None:
    """Write configuration, processor and weights into an existing folder.

    Args:
        folder: Where they go.
        config: Names the language model.
        processor: Its tokenizer is written without white space, which is half of its size.
        tensors: As ``own_tensors`` returns them.

    Raises:
        ValueError: A weight is not finite.
        UniRSError: ``output_unwritable``.
    """
    config.save_pretrained(folder)
    processor.save_pretrained(folder)
    processor.tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    write_compact(tensors, folder / WEIGHTS)


def check_compact_folder(
    model: UniRSForConditionalGeneration, stored: Weights, language_model: LanguageModel
) -> None:
    """Refuse stored weights, or a language model, that do not belong to a model.

    Args:
        model: The model, on any device, without adapters.
        stored: Header of the folder's weight file.
        language_model: The one that the folder names; it is made if it is not kept yet.

    Raises:
        InvalidModelError: A tensor is missing, unexpected or of another shape.
        UniRSError: As ``make_language_model``.
    """
    expected = shapes_of(_without_language_model(model))
    for role, size in model.config.adapters.items():
        shapes = adapter_shapes(model.language_model, size["rank"])
        expected |= {f"{_ADAPTERS}{role}.{name}": shape for name, shape in shapes.items()}
    scales = {f"{name}{SCALE}" for name in stored}
    check_tensors(
        expected, {name: facts.shape for name, facts in stored.items() if name not in scales}
    )
    kept = read_header(make_language_model(language_model))
    check_tensors(
        shapes_of(model.language_model.state_dict()),
        {name: facts.shape for name, facts in kept.items()},
        optional=model.language_model.all_tied_weights_keys,
    )


def load_compact_model(
    folder: Path, config: UniRSConfig, language_model: LanguageModel, options: Mapping[str, Any]
) -> UniRSForConditionalGeneration:
    """Load the model of a folder and of the language model that it names, with its adapters.

    Args:
        folder: The folder.
        config: Its configuration.
        language_model: The language model that it names.
        options: For ``from_pretrained``, as ``quantiser.loading_options`` gives them.

    Raises:
        ValueError, OSError, RuntimeError, SafetensorError: A file is damaged.
        UniRSError: As ``open_language_model``.
    """
    tensors: dict[str, Any] = {
        f"{_LANGUAGE}{name}": tensor for name, tensor in open_language_model(language_model).items()
    }
    tensors |= read_compact(folder / WEIGHTS)
    adapters = {role: take_adapter(role, tensors) for role in config.adapters}
    model = UniRSForConditionalGeneration.from_pretrained(
        None, config=config, state_dict=tensors, **options
    )
    add_adapters(model.language_model, config.adapters)
    for role, weights in adapters.items():
        fill_adapter(model.language_model, role, weights)
    widen_adapters(model.language_model, options["dtype"])
    return model


def shapes_of(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """Shapes of tensors by name."""
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def _without_language_model(model: UniRSForConditionalGeneration) -> dict[str, Tensor]:
    return {
        name: tensor
        for name, tensor in model.state_dict().items()
        if not name.startswith(_LANGUAGE)
    }
