"""What a model folder holds that names its language model: all the rest, stored small.

One file has the vision tower, the projector, the change extraction module and its head by their
names in the model, and each adapter's weights by their names in the language model, behind
``adapters.ROLE.``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from unirs.model.adapters import Role, adapter_tensors
from unirs.model.compact import read_compact, write_compact
from unirs.model.config import UniRSConfig
from unirs.model.language_model import open_language_model
from unirs.model.modeling import UniRSForConditionalGeneration
from unirs.model.processor import UniRSProcessor

WEIGHTS = "model.safetensors"
_LANGUAGE, _ADAPTERS = "language_model.", "adapters."


def small_tensors(model: UniRSForConditionalGeneration) -> dict[str, Tensor]:
    """What is stored of a model."""
    own = {
        name: tensor
        for name, tensor in model.state_dict().items()
        if not name.startswith(_LANGUAGE)
    }
    for role in model.config.adapters:
        own |= named(role, adapter_tensors(model.language_model, role))
    return own


def named(role: Role, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights of an adapter under the names that they are stored with."""
    return {f"{_ADAPTERS}{role}.{name}": tensor for name, tensor in tensors.items()}


def write_small(
    folder: Path, config: UniRSConfig, processor: UniRSProcessor, tensors: Mapping[str, Tensor]
) -> None:
    """Write a folder: configuration, processor and weights.

    Args:
        folder: Is there.
        config: Names the language model.
        processor: Its tokenizer is written without white space, which is half of it.
        tensors: As ``small_tensors`` gives them.

    Raises:
        ValueError: If a weight is not finite.
        UniRSError: ``output_unwritable``.
    """
    config.save_pretrained(folder)
    processor.save_pretrained(folder)
    processor.tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    write_compact(tensors, folder / WEIGHTS)


def read_small(folder: Path, config: UniRSConfig) -> dict[str, Any]:
    """The weights of a folder and of its language model: all of the model, and its adapters.

    Those of the language model are as ``open_language_model`` gives them.

    Raises:
        ValueError, OSError, SafetensorError: If the file is damaged.
        UniRSError: As ``open_language_model``.
    """
    if config.shared_language_model is None:
        raise ValueError("it names no language model")
    language_model = open_language_model(config.shared_language_model)
    return read_compact(folder / WEIGHTS) | {
        f"{_LANGUAGE}{name}": tensor for name, tensor in language_model.items()
    }


def numbers_in(tensors: Mapping[str, Any]) -> int:
    """How many numbers the weights hold that ``read_small`` gives."""
    shapes = (
        part.shape if isinstance(part, Tensor) else part.get_shape() for part in tensors.values()
    )
    return sum(math.prod(shape) for shape in shapes)


def take_adapter(role: Role, tensors: dict[str, Any]) -> dict[str, Tensor]:
    """Take an adapter's weights out of those of a folder, without what ``named`` put before."""
    prefix = f"{_ADAPTERS}{role}."
    names = [name for name in tensors if name.startswith(prefix)]
    return {name.removeprefix(prefix): tensors.pop(name) for name in names}
