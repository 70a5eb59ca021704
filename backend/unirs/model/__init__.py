"""The UniRS model: configuration, modules, processor, model folders, foreign checkpoints.

Importing this package is cheap; PyTorch is imported when a part that needs it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unirs.model.bundle import ModelBundle, make_processor, save_bundle
    from unirs.model.config import PRESETS, UniRSConfig, replace_config
    from unirs.model.create import new_bundle, train_tokenizer
    from unirs.model.folder import weights_digest
    from unirs.model.loading import load_bundle, load_config, load_processor
    from unirs.model.modeling import (
        IMAGE_TOKEN,
        UniRSForConditionalGeneration,
        embed_prompt,
        expand_markers,
    )
    from unirs.model.processor import UniRSProcessor

_MODULES = {
    "bundle": ("ModelBundle", "make_processor", "save_bundle"),
    "config": ("PRESETS", "UniRSConfig", "replace_config"),
    "create": ("new_bundle", "train_tokenizer"),
    "folder": ("weights_digest",),
    "loading": ("load_bundle", "load_config", "load_processor"),
    "modeling": (
        *("IMAGE_TOKEN", "UniRSForConditionalGeneration", "embed_prompt", "expand_markers"),
    ),
    "processor": ("UniRSProcessor",),
}

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


def __getattr__(name: str) -> Any:
    """Import a part when it is needed (PEP 562)."""
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
