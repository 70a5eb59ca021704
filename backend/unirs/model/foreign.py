"""Tensor names of other projects' checkpoints, and our names of the same tensors.

Two layouts are supported: VILA-1.5 (a base model) and the authors' UniRS code. Both are folders
with ``config.json``, ``llm/``, ``vision_tower/`` and ``mm_projector/``.
"""

from __future__ import annotations

import re

PROJECTOR_BASE = {
    "layers.1.": "projector.norm.",
    "layers.2.": "projector.linear_1.",
    "layers.4.": "projector.linear_2.",
}

PROJECTOR_UNIRS = {
    "layers.single.1.": "projector.norm.",
    "layers.single.2.": "projector.linear_1.",
    "layers.single.4.": "projector.linear_2.",
    "layers.change.h_embedding.": "change.h_embedding.",
    "layers.change.w_embedding.": "change.w_embedding.",
    "layers.change.Conv1.": "change.fuse.",
    "layers.change.LN.left.0.": "change.reduce.",
    "layers.change.LN.left.1.": "change.reduce_norm.",
    "layers.change.LN.left.3.": "change.mix.",
    "layers.change.LN.left.4.": "change.mix_norm.",
    "layers.change.LN.left.6.": "change.expand.",
    "layers.change.LN.left.7.": "change.expand_norm.",
}

VISION = {
    "vision_model.embeddings.": "vision_tower.embeddings.",
    "vision_model.encoder.layers.": "vision_tower.encoder.layers.",
}

LANGUAGE = {
    "model.": "language_model.model.",
    "lm_head.": "language_model.lm_head.",
}

# In foreign files, but not needed: what comes after the feature layer, and constant buffers that
# old versions of transformers stored.
VISION_UNUSED = re.compile(r"vision_model\.(head|post_layernorm)\.|.*\.position_ids$")
LANGUAGE_UNUSED = re.compile(r".*\.rotary_emb\.inv_freq$")
VISION_LAYER = re.compile(r"vision_model\.encoder\.layers\.(\d+)\.")


def projector_names(config: dict[str, object]) -> dict[str, str]:
    """The projector's prefixes for a foreign ``config.json``."""
    return PROJECTOR_UNIRS if is_unirs(config) else PROJECTOR_BASE


def is_unirs(config: dict[str, object]) -> bool:
    """Whether a foreign ``config.json`` is the authors' UniRS (and not plain VILA)."""
    return bool(config.get("chg"))


def rename(name: str, prefixes: dict[str, str]) -> str | None:
    """Our name of a foreign tensor, or ``None`` if the layout does not have it."""
    for foreign, ours in prefixes.items():
        if name.startswith(foreign):
            return ours + name.removeprefix(foreign)
    return None
