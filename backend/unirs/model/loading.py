"""Loading a model folder: every check that its content allows first, then the weights."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedModel

from unirs.errors import short_reason
from unirs.model import limits
from unirs.model.adapters import adapter_shapes, widen_adapters
from unirs.model.bundle import ModelBundle, quiet_transformers
from unirs.model.compact_folder import check_compact_folder, load_compact_model, shapes_of
from unirs.model.config import UniRSConfig
from unirs.model.folder import (
    ADAPTER_FOLDER,
    CLUE_FOLDER,
    CONFIG,
    TOKENIZER_FILES,
    ModelFolder,
    read_config,
    read_folder,
    refuse_invalid,
)
from unirs.model.limits import InvalidModelError
from unirs.model.modeling import UniRSForConditionalGeneration
from unirs.model.processor import UniRSProcessor
from unirs.model.quantised import Quantisation
from unirs.model.quantiser import loading_options, open_weights
from unirs.model.sentence_map import read_sentence_map

_BAD_VALUES = (ValueError, TypeError, KeyError, AttributeError, IndexError)
"""What a library raises when a file has values of the wrong kind."""


def load_bundle(
    folder: Path | ModelFolder,
    device: str | torch.device = "cpu",
    dtype: torch.dtype = torch.float32,
    on_accepted: Callable[[], None] = lambda: None,
    quantisation: Quantisation | None = None,
) -> ModelBundle:
    """Load a model folder strictly: every tensor is there, and no other.

    Each tensor is read, converted and put onto the device before the next one is read.

    Args:
        folder: A model folder, or what ``read_folder`` found in one.
        device: Where the weights go.
        dtype: Type of the weights (BatchNorm stays in float32).
        on_accepted: Called when the folder has passed every check, before its weights are loaded:
            the moment to release another model.
        quantisation: Of the language models' linear layers.

    Raises:
        UniRSError: As ``read_folder``; ``model_invalid`` if a tensor is missing, unexpected or of
            another shape, or a file cannot be read; ``language_model_missing``,
            ``language_model_invalid``, ``disk_full`` and ``output_unwritable`` for the language
            model that the folder names.
    """
    found = folder if isinstance(folder, ModelFolder) else read_folder(Path(folder))
    what = f"The model folder {found.path}"
    config, processor = _config(found.path, found.config), load_processor(found.path)
    with quiet_transformers():
        with refuse_invalid(what):
            _check_processor(processor, config)
            clue_config = _clue_config(found.path) if config.clue_source == "second" else None
            _check_weights(found, config, clue_config)
            sentence_map = read_sentence_map(found.path, config.vision_config.hidden_size)
        on_accepted()
        with refuse_invalid(what), _readable_files():
            options = {**loading_options(dtype, quantisation), "device_map": {"": str(device)}}
            model = _load_model(found, config, options)
            clue_model = None
            if clue_config:
                clue_model = _load(LlamaForCausalLM, found.path / CLUE_FOLDER, clue_config, options)
                clue_model.to(device).eval()
    model.to(device).eval()
    return ModelBundle(
        found.name,
        found.path,
        model,
        processor,
        clue_model,
        found.card,
        quantisation,
        sentence_map,
    )


def load_config(folder: Path) -> UniRSConfig:
    """The configuration of a model folder, without its weights.

    Raises:
        UniRSError: As ``read_config``.
    """
    return _config(folder, read_config(folder))


def _config(folder: Path, written: Mapping[str, Any]) -> UniRSConfig:
    with quiet_transformers(), refuse_invalid(f"The model folder {folder}"), sensible_values():
        return UniRSConfig.from_dict(dict(written))


def _clue_config(folder: Path) -> LlamaConfig:
    written = limits.read_json(folder / CLUE_FOLDER / CONFIG)
    limits.check_sizes(written)
    with sensible_values():
        return LlamaConfig.from_dict(written)


@contextmanager
def sensible_values() -> Iterator[None]:
    """Refuse a configuration from which the library cannot make a model.

    Raises:
        InvalidModelError: Quotes the library.
    """
    try:
        yield
    except InvalidModelError:
        raise
    except (StrictDataclassError, ArithmeticError, RuntimeError, *_BAD_VALUES) as error:
        raise InvalidModelError(
            f"its configuration has an impossible value ({short_reason(error)})"
        ) from error


def _check_weights(
    found: ModelFolder, config: UniRSConfig, clue_config: LlamaConfig | None
) -> None:
    """Compare the headers of all weight files with the tensors that the configuration describes."""
    model = _describe(UniRSForConditionalGeneration, config)
    if found.language_model:
        check_compact_folder(model, found.weights["."], found.language_model)
        return
    _check_part(model, found, ".")
    if clue_config:
        _check_part(_describe(LlamaForCausalLM, clue_config), found, CLUE_FOLDER)
    elif config.clue_source == "adapter":
        _check_adapter(model.language_model, found)


def _describe(cls: type[PreTrainedModel], config: Any) -> Any:
    """A model without memory for its weights."""
    with sensible_values(), torch.device("meta"):
        return cls(config)


def _check_part(model: PreTrainedModel, found: ModelFolder, part: str) -> None:
    stored = {name: facts.shape for name, facts in found.weights.get(part, {}).items()}
    limits.check_tensors(
        shapes_of(model.state_dict()), stored, optional=model.all_tied_weights_keys
    )


def _check_adapter(language_model: LlamaForCausalLM, found: ModelFolder) -> None:
    from peft import LoraConfig

    written = limits.read_json(found.path / ADAPTER_FOLDER / "adapter_config.json")
    width = language_model.config.hidden_size
    limits.check_adapter(written, LoraConfig().to_dict(), width)
    targets = written["target_modules"]
    named = targets if isinstance(targets, list) else re.findall(r"\w+_proj", targets)
    limits.check_tensors(
        {
            f"base_model.model.{name}": shape
            for name, shape in adapter_shapes(language_model, written["r"], named).items()
        },
        {name: facts.shape for name, facts in found.weights[ADAPTER_FOLDER].items()},
    )


def _check_processor(processor: UniRSProcessor, config: UniRSConfig) -> None:
    """Refuse a processor that would enlarge images to another size than the model reads."""
    size = dict.fromkeys(("height", "width"), config.image_size)
    if dict(processor.image_processor.size) != size:
        raise InvalidModelError(
            f"its processor_config.json has another size than {config.image_size} pixels"
        )


@contextmanager
def _readable_files() -> Iterator[None]:
    """Refuse files that a library fails to read. Exhausted memory is not their fault."""
    try:
        yield
    except (OSError, SafetensorError, ValueError, KeyError) as error:
        raise InvalidModelError(f"its weights cannot be loaded ({short_reason(error)})") from error


def _load_model(
    found: ModelFolder, config: UniRSConfig, options: Mapping[str, Any]
) -> UniRSForConditionalGeneration:
    if found.language_model:
        return load_compact_model(found.path, config, found.language_model, options)
    model = _load(UniRSForConditionalGeneration, found.path, config, options)
    if config.clue_source == "adapter":
        model.language_model.load_adapter(str(found.path.resolve() / ADAPTER_FOLDER), "answer")
        widen_adapters(model.language_model, options["dtype"])
    return model


def _load(cls: type[PreTrainedModel], folder: Path, config: Any, options: Mapping[str, Any]) -> Any:
    return cls.from_pretrained(None, config=config, state_dict=open_weights(folder), **options)


def load_processor(folder: Path) -> UniRSProcessor:
    """The processor of a model folder, without the model.

    Raises:
        UniRSError: ``model_invalid``.
    """
    with refuse_invalid(f"The model folder {folder}"):
        for name in TOKENIZER_FILES:  # the library would make an empty tokenizer
            if not (folder / name).is_file():
                raise InvalidModelError(f"it has no {name}")
        try:
            with quiet_transformers():
                return UniRSProcessor.from_pretrained(folder, local_files_only=True)
        except Exception as error:  # the tokenizer's own library raises bare exceptions
            raise InvalidModelError(
                f"its processor cannot be loaded ({short_reason(error)})"
            ) from error
