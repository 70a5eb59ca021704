"""The UniRS model: configuration, modules, processor, model folders, foreign checkpoints."""

from unirs.model.bundle import (
    ModelBundle,
    load_bundle,
    load_config,
    load_processor,
    make_processor,
    save_bundle,
    weights_digest,
)
from unirs.model.config import PRESETS, UniRSConfig, replace_config
from unirs.model.create import new_bundle, train_tokenizer
from unirs.model.modeling import (
    IMAGE_TOKEN,
    UniRSForConditionalGeneration,
    embed_prompt,
    expand_markers,
)
from unirs.model.processor import UniRSProcessor

__all__ = [
    "IMAGE_TOKEN",
    "PRESETS",
    "ModelBundle",
    "UniRSConfig",
    "UniRSForConditionalGeneration",
    "UniRSProcessor",
    "embed_prompt",
    "expand_markers",
    "load_bundle",
    "load_config",
    "load_processor",
    "make_processor",
    "new_bundle",
    "replace_config",
    "save_bundle",
    "train_tokenizer",
    "weights_digest",
]
