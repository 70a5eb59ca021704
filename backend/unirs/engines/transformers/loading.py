"""Loading a vision-language model of ``transformers``; faults are found before it takes memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import torch
import transformers

from unirs.engines.devices import free_memory, guard_memory, resolve_device
from unirs.engines.precision import Precision, resolve_precision
from unirs.engines.transformers.processing import Processing
from unirs.engines.transformers.processor import explained
from unirs.errors import UniRSError
from unirs.model.bundle import quiet_transformers
from unirs.model.quantiser import open_weights
from unirs.model.vlm_folder import VLMFolder, read_vlm_folder

GIGABYTE = 1e9
_GENERATION = "generation_config.json"


class LoadedVLM(NamedTuple):
    """A model in evaluation mode on its device, and what makes its inputs."""

    folder: VLMFolder
    model: Any
    processing: Processing
    precision: str


def load_vlm(path: Path, device: str, precision: str, on_accepted: Any) -> LoadedVLM:
    """Load the model of a folder. Code that comes with it is never run.

    Args:
        path: The folder.
        device: See ``devices.resolve_device``.
        precision: See ``resolve_precision``.
        on_accepted: Called before the weights are read.

    Raises:
        UniRSError: ``model_missing``, ``model_invalid``, ``architecture_unknown``,
            ``model_too_large``, ``template_invalid``, ``device_missing``, ``precision_unknown``,
            ``precision_unsupported`` or ``out_of_memory``.
    """
    folder = read_vlm_folder(path)
    where = resolve_device(device)
    chosen = resolve_precision(precision, where, folder.memory)
    with quiet_transformers():
        config = read_vlm_config(folder)
        _require_memory(folder, chosen, where)
        processing = Processing(folder, config)
        on_accepted()
        model = guard_memory(
            lambda: _load_weights(folder, config, chosen, where),
            lambda: None,
            f"loading the model {folder.name}",
        )
    _complete_ends(model, processing.tokenizer)
    return LoadedVLM(folder, model, processing, chosen.name)


def read_vlm_config(folder: VLMFolder) -> Any:
    """The configuration of a model, as ``transformers`` reads it.

    Raises:
        UniRSError: ``architecture_unknown`` if the library has no such model, or none that reads
            images and text; ``model_invalid`` if its fields make no sense.
    """
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES
    from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING

    kind = folder.model_type
    if kind not in CONFIG_MAPPING_NAMES:
        reason = (
            "comes with program code of its own (auto_map), which UniRS never runs"
            if folder.config.get("auto_map")
            else f"is unknown to transformers {transformers.__version__}"
        )
        raise UniRSError(
            "architecture_unknown",
            f'The architecture "{kind}" of the model {folder.name} {reason}; '
            "choose a model of an architecture that transformers itself has.",
        )
    with explained(f"The model folder {folder.path} is not usable", "model_invalid"):
        config = transformers.AutoConfig.from_pretrained(
            folder.path, local_files_only=True, trust_remote_code=False
        )
    reads_images = type(config) in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING
    if not reads_images or getattr(config, "is_encoder_decoder", False):
        raise UniRSError(
            "architecture_unknown",
            f'The model {folder.name} is a "{kind}", which is no model for a chat about images; '
            "choose one whose card names the task image-text-to-text.",
        )
    return config


def _load_weights(folder: VLMFolder, config: Any, precision: Precision, where: torch.device) -> Any:
    from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING

    kind = MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING[type(config)]
    with explained(f"The model folder {folder.path} is not usable", "model_invalid"):
        model, found = kind.from_pretrained(
            None,  # with a path, the files would be mapped into memory beside the model
            config=config,
            state_dict=open_weights(folder.path, folder.weight_files),
            device_map={"": str(where)},
            output_loading_info=True,
            **precision.loading_options(),
        )
        if (folder.path / _GENERATION).is_file():
            model.generation_config = transformers.GenerationConfig.from_pretrained(
                folder.path, local_files_only=True
            )
    if missing := sorted(found["missing_keys"]):
        raise UniRSError(
            "model_invalid",
            f"The model folder {folder.path} is not usable: the tensor {missing[0]} is missing "
            "from its weights; download it again.",
        )
    return model.eval()


def _require_memory(folder: VLMFolder, precision: Precision, where: torch.device) -> None:
    """Refuse a model that the free memory has no room for.

    Raises:
        UniRSError: ``model_too_large``.
    """
    needs = folder.memory.bytes(precision.name, precision.dtype.itemsize)
    free = free_memory(where)
    if needs > free:
        raise UniRSError(
            "model_too_large",
            f"The model {folder.name} needs about {needs / GIGABYTE:.1f} GB of memory in "
            f"{precision.name}, and {free / GIGABYTE:.1f} GB are free; close other programs, or "
            "choose a smaller precision (int4 is the smallest) or a smaller model.",
            needs_bytes=needs,
            free_bytes=free,
        )


def _complete_ends(model: Any, tokenizer: Any) -> None:
    """Let a model end its answers where its own files leave that to the tokenizer."""
    settings = model.generation_config
    if settings.eos_token_id is None:
        settings.eos_token_id = tokenizer.eos_token_id
    if settings.pad_token_id is None:
        ends = settings.eos_token_id
        settings.pad_token_id = ends[0] if isinstance(ends, list) else ends
