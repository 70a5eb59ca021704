"""A model folder: everything that answering needs, loaded and saved as one thing.

Layout (see ``docs/model-folder.md``)::

    config.json  model.safetensors  generation_config.json     the UniRS model, or all of it but an
                                                               LLM that its config.json names
    tokenizer…  processor_config.json                          its processor
    clue/                                                      frozen base LLM (clue_source second)
    adapter/                                                   PEFT adapter (clue_source adapter)
    README.md                                                  model card
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from transformers import (
    LlamaForCausalLM,
    LlamaTokenizer,
    PreTrainedModel,
    SiglipImageProcessorPil,
)
from transformers import logging as transformers_logging

from unirs.errors import UniRSError
from unirs.model import limits
from unirs.model.adapters import Role, adapter_on, add_adapters, fill_adapter
from unirs.model.config import UniRSConfig
from unirs.model.modeling import UniRSForConditionalGeneration
from unirs.model.processor import UniRSProcessor
from unirs.model.small import numbers_in, read_small, small_tensors, take_adapter, write_small
from unirs.prompts import CONVERSATIONS, TEMPLATE_VERSION

CLUE_FOLDER = "clue"
ADAPTER_FOLDER = "adapter"
BAD_VALUES = (ValueError, TypeError, KeyError, AttributeError, IndexError)
"""What code raises that trusts a file to hold values of the right kind."""


@dataclass
class ModelBundle:
    """A model with its processor and whatever writes its clues.

    Attributes:
        name: Name of the folder.
        folder: Where it was loaded from.
        model: In evaluation mode.
        processor: Images and prompts to tensors.
        clue_language_model: The frozen base LLM where it has weights of its own.
    """

    name: str
    folder: Path
    model: UniRSForConditionalGeneration
    processor: UniRSProcessor
    clue_language_model: LlamaForCausalLM | None = None

    @property
    def config(self) -> UniRSConfig:
        """The model's configuration."""
        return self.model.config

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the folder's weight files, which identifies the model in records."""
        return weights_digest(self.folder)

    @contextmanager
    def language_model(self, role: Role) -> Iterator[LlamaForCausalLM]:
        """The LLM that plays a role: answering, or writing the clue as the frozen base.

        Where both roles share one LLM, it has the role's adapter on, or none if there is none.
        """
        if role == "clue" and self.config.clue_source == "none":
            raise UniRSError(
                "clue_missing", f"The model {self.name} has no base model that could write a clue."
            )
        if role == "clue" and self.clue_language_model is not None:
            yield self.clue_language_model
        else:
            with adapter_on(self.model.language_model, role):
                yield self.model.language_model


def weights_digest(folder: Path) -> str:
    """SHA-256 over the weight files of a model folder."""
    hasher = hashlib.sha256()
    for path in sorted(folder.rglob("*.safetensors")):
        with path.open("rb") as stream:
            while block := stream.read(1 << 22):
                hasher.update(block)
    return hasher.hexdigest()


def load_bundle(
    folder: Path, device: str | torch.device = "cpu", dtype: torch.dtype = torch.float32
) -> ModelBundle:
    """Load a model folder strictly: every tensor is there, and no other.

    Args:
        folder: A model folder as ``save_bundle`` writes it.
        device: Where the weights go.
        dtype: Precision of the weights (BatchNorm stays in float32).

    Raises:
        UniRSError: ``model_missing`` if there is no such folder, ``model_invalid`` if a file or
            tensor is missing, unexpected, misshapen or of another prompt template.
    """
    folder = Path(folder)
    config, processor = load_config(folder), load_processor(folder)
    if _side(processor) != config.image_size:
        raise _invalid(
            folder, f"its processor_config.json has another size than {config.image_size} pixels"
        )
    with quiet_transformers():
        if config.language_model:
            model = _load_small(folder, config, dtype)
        else:
            model = _load_strictly(UniRSForConditionalGeneration, folder, dtype, config=config)
        clue_model = None
        if config.clue_source == "second":
            clue_model = _load_strictly(LlamaForCausalLM, folder / CLUE_FOLDER, dtype).to(device)
        elif config.clue_source == "adapter" and not config.adapters:
            _load_adapter(model.language_model, folder)
    model.to(device)
    return ModelBundle(folder.resolve().name, folder, model, processor, clue_model)


def save_bundle(bundle: ModelBundle, folder: Path, card: str | None = None) -> None:
    """Write a model folder.

    Args:
        bundle: What to write, in the precision that its tensors have.
        folder: Made if it is not there.
        card: Text of the model card (``README.md``), if there is one.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    folder = Path(folder)
    try:
        _save(bundle, folder, card)
    except (OSError, SafetensorError) as error:  # the latter where a disk is full
        raise UniRSError(
            "output_unwritable",
            f"The model folder {folder} cannot be written ({first_line(error)}); make room, or "
            "name another folder.",
        ) from error


def _save(bundle: ModelBundle, folder: Path, card: str | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    model, config = bundle.model, bundle.config
    with quiet_transformers():
        if config.language_model:
            write_small(folder, config, bundle.processor, small_tensors(model))
        else:
            if config.clue_source == "adapter":
                model.language_model.save_pretrained(folder / ADAPTER_FOLDER)
            model.save_pretrained(folder, state_dict=_state_without_adapter(model))
            bundle.processor.save_pretrained(folder)
        if bundle.clue_language_model is not None:
            bundle.clue_language_model.save_pretrained(folder / CLUE_FOLDER)
    if card is not None:
        (folder / "README.md").write_text(card, encoding="utf-8")


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Keep the library's progress bars and advice out of the program's own output."""
    verbosity = transformers_logging.get_verbosity()
    bars = transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(verbosity)
        if bars:
            transformers_logging.enable_progress_bar()


def make_processor(config: UniRSConfig, tokenizer: LlamaTokenizer) -> UniRSProcessor:
    """The processor that fits a configuration."""
    side = {"height": config.image_size, "width": config.image_size}
    half = [0.5, 0.5, 0.5]
    images = SiglipImageProcessorPil(
        size=side, resample=3, image_mean=half, image_std=half, do_convert_rgb=True
    )
    return UniRSProcessor(images, tokenizer, config.aspect_mode, config.conversation)


def load_config(folder: Path) -> UniRSConfig:
    """The configuration of a model folder, without its weights.

    Raises:
        UniRSError: ``model_missing``, ``model_invalid``.
    """
    if not (folder / "config.json").is_file():
        raise UniRSError("model_missing", f"{folder} is not a model folder: it has no config.json.")
    try:
        limits.check_files(folder)
        written = limits.read_json(folder / "config.json")
        if written.get("model_type") == "unirs":
            limits.check_sizes(written)
        with quiet_transformers():
            config = UniRSConfig.from_pretrained(folder, local_files_only=True)
    except limits.Unfit as error:
        raise _invalid(folder, str(error)) from error
    except (OSError, RecursionError, ArithmeticError, StrictDataclassError, *BAD_VALUES) as error:
        raise _invalid(folder, f"config.json cannot be read ({first_line(error)})") from error
    if written.get("model_type") != "unirs":
        raise UniRSError(
            "model_invalid",
            f"{folder} is not a UniRS model folder; convert it first with 'unirs convert'.",
        )
    if config.prompt_template != TEMPLATE_VERSION:
        raise _invalid(
            folder,
            f"it was trained with the prompt template {config.prompt_template!r}, "
            f"and this version writes {TEMPLATE_VERSION!r}",
        )
    if config.conversation not in CONVERSATIONS:
        raise _invalid(folder, f"its config.json has the conversation {config.conversation!r}")
    return config


def _load_small(
    folder: Path, config: UniRSConfig, dtype: torch.dtype
) -> UniRSForConditionalGeneration:
    """A model whose language model lies elsewhere, with its adapters."""
    try:
        tensors = read_small(folder, config)
        adapters = {role: take_adapter(role, tensors) for role in config.adapters}
        model = _load_strictly(
            UniRSForConditionalGeneration, folder, dtype, config=config, state_dict=tensors
        )
        if adapters:
            add_adapters(model.language_model, config.adapters)
        for role, weights in adapters.items():
            fill_adapter(model.language_model, role, weights)
    except (OSError, RuntimeError, SafetensorError, *BAD_VALUES) as error:
        raise _invalid(folder, f"its weights cannot be loaded ({first_line(error)})") from error
    return model.eval()


def _load_strictly(
    cls: type[PreTrainedModel], folder: Path, dtype: torch.dtype, **kwargs: Any
) -> Any:
    """A model, of the folder's files or of the weights given as ``state_dict``."""
    _require(folder, "config.json")  # the library would make a model of its default size, 7B
    try:
        _check_weights(cls, folder, **kwargs)
        model, report = cls.from_pretrained(
            None if "state_dict" in kwargs else folder,
            dtype=dtype,
            local_files_only=True,
            use_safetensors=True,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # they are refused below, by name
            **kwargs,
        )
    except limits.Unfit as error:
        raise _invalid(folder, str(error)) from error
    except (
        *(OSError, RuntimeError, ArithmeticError, SafetensorError, StrictDataclassError),
        *BAD_VALUES,
    ) as error:
        raise _invalid(folder, f"its weights cannot be loaded ({first_line(error)})") from error
    for problem in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        if report[problem]:
            first = sorted(report[problem])[0]
            name = first if isinstance(first, str) else first[0]
            raise _invalid(folder, f"{problem.replace('_keys', '')} tensor {name}")
    return model.eval()


def _check_weights(
    cls: type[PreTrainedModel],
    folder: Path,
    config: Any = None,
    state_dict: Mapping[str, Any] | None = None,
) -> None:
    """Refuse a configuration of a much larger model than the weights are of.

    The library would make up what is missing, in memory, before it says so.
    """
    if config is None:
        limits.check_sizes(limits.read_json(folder / "config.json"))
        config = cls.config_class.from_pretrained(folder, local_files_only=True)
    if state_dict is None:
        limits.check_kinds(folder)
        held = limits.count_numbers(folder)
    else:
        held = numbers_in(state_dict)
    with torch.device("meta"):
        described = sum(parameter.numel() for parameter in cls(config).parameters())
    if described > 2 * held:
        raise limits.Unfit(
            f"its configuration describes {described:,} numbers, and its weights hold {held:,}"
        )


def _load_adapter(language_model: LlamaForCausalLM, model_folder: Path) -> None:
    from peft import LoraConfig

    folder = model_folder / ADAPTER_FOLDER
    for name in ("adapter_config.json", "adapter_model.safetensors"):
        _require(folder, name)  # the library would ask a hub for it, or unpickle another file
    try:
        limits.check_adapter(
            limits.read_json(folder / "adapter_config.json"),
            LoraConfig().to_dict(),
            language_model.config.hidden_size,
        )
        language_model.load_adapter(str(folder.resolve()), "answer")
    except limits.Unfit as error:
        raise _invalid(model_folder, str(error)) from error
    except (OSError, RuntimeError, SafetensorError, *BAD_VALUES) as error:
        raise _invalid(folder, f"its adapter cannot be loaded ({first_line(error)})") from error
    language_model.eval()


def load_processor(folder: Path) -> UniRSProcessor:
    """The processor of a model folder, without the model.

    Raises:
        UniRSError: ``model_invalid``.
    """
    for name in ("tokenizer.json", "tokenizer_config.json"):
        _require(folder, name)  # the library would make an empty tokenizer
    try:
        with quiet_transformers():
            return UniRSProcessor.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # the tokenizer's own library raises bare exceptions
        raise _invalid(folder, f"its processor cannot be loaded ({first_line(error)})") from error


def _side(processor: UniRSProcessor) -> int | None:
    """Side of the squares that a processor makes, in pixels; ``None`` if it makes others."""
    size = dict(processor.image_processor.size)
    return (
        size["height"] if size == dict.fromkeys(("height", "width"), size.get("height")) else None
    )


def _state_without_adapter(model: UniRSForConditionalGeneration) -> dict[str, torch.Tensor]:
    """The weights under the names that they have where no adapter is attached."""
    return {
        name.replace(".base_layer.", "."): tensor
        for name, tensor in model.state_dict().items()
        if ".lora_" not in name
    }


def _require(folder: Path, name: str) -> None:
    """Refuse a folder without a file that the library would replace by one of its own."""
    if not (folder / name).is_file():
        raise _invalid(folder, f"it has no {name}")


def _invalid(folder: Path, reason: str) -> UniRSError:
    return UniRSError("model_invalid", f"The model folder {folder} is not usable: {reason}.")


def first_line(error: Exception) -> str:
    """What an error of a library says, in one line."""
    return " ".join((str(error).strip().splitlines() or [type(error).__name__])[:2])
