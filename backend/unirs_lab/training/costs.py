"""What parts of a training cost: tokens, operations, bytes. Arithmetic without a model at hand."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from unirs.inputs import InputKind
from unirs.model import UniRSConfig, UniRSForConditionalGeneration, replace_config
from unirs_lab.training.settings import JointSettings

CLUE_TOKENS = 90
TEXT_TOKENS = {InputKind.SINGLE: 110, InputKind.PAIR: 85, InputKind.VIDEO: 190}
"""Tokens of a row beside its images and its clue: system prompt, task tag, instruction, answer."""

STATE = 16
"""Bytes for each weight that learns: itself, its gradient and Adam's two moments, in float32."""

HALF = 2
"""Bytes of a number in bfloat16."""

SAVED_BY_LAYER = {"bfloat16": (34, 8), "float32": (40, 16)}
"""Bytes that a layer of the LLM keeps of each token for the way back: so many times its width, and
so many times its FFN's width. Counted with saved-tensor hooks on the LLaMA of transformers."""

SAVED_BY_LOGIT = 12
"""Bytes for each token and word of the vocabulary: logits, their float32 copy, its gradient."""


@dataclass(frozen=True)
class Sizes:
    """Numbers of weights, and the configuration that they follow from.

    Attributes:
        vision: Weights of the vision tower.
        projector: Of the projector.
        change: Of the change extraction module.
        language: Of the LLM.
        embedding: Of its token embedding, which no matrix product uses. The head is as large.
        config: The configuration.
    """

    vision: int
    projector: int
    change: int
    language: int
    embedding: int
    config: UniRSConfig

    @classmethod
    def of(cls, config: UniRSConfig) -> Sizes:
        """Count a model without making it: its tensors have shapes and no memory."""
        unirs = replace_config(config, kind="unirs", change_module=True)
        with torch.device("meta"):
            model = UniRSForConditionalGeneration(unirs)
        return cls(
            vision=_count(model.vision_tower),
            projector=_count(model.projector),
            change=_count(model.change),
            language=_count(model.language_model),
            embedding=_count(model.get_input_embeddings()),
            config=unirs,
        )

    @property
    def whole(self) -> int:
        """All weights."""
        return self.vision + self.projector + self.change + self.language

    @property
    def matrices(self) -> int:
        """Weights of the LLM that every token is multiplied with."""
        return self.language - self.embedding

    @property
    def layer(self) -> int:
        """Weights of a layer of the LLM."""
        layers = int(self.config.text_config.num_hidden_layers)
        return (self.language - 2 * self.embedding) // layers

    @property
    def width(self) -> int:
        """Width of the vision tower."""
        return int(self.config.vision_config.hidden_size)

    @property
    def decoder(self) -> int:
        """Weights of the caption decoder: one layer between an embedding and a head."""
        return 2 * int(self.config.text_config.vocab_size) * self.width + 16 * self.width**2


def images_of(settings: JointSettings, kind: InputKind) -> int:
    """Images of an input."""
    return {InputKind.SINGLE: 1, InputKind.PAIR: 2, InputKind.VIDEO: settings.frame_count}[kind]


def row_tokens(settings: JointSettings, sizes: Sizes, kind: InputKind) -> int:
    """Tokens of a row: those of its images, its text, its clue."""
    fused = kind is InputKind.PAIR and settings.change_module
    markers = 1 if fused else images_of(settings, kind)
    clue = CLUE_TOKENS * settings.with_clues
    return markers * sizes.config.visual_tokens + TEXT_TOKENS[kind] + clue


def row_operations(settings: JointSettings, sizes: Sizes, kind: InputKind) -> float:
    """Operations of a row: images forward, LLM forward and back, and again with checkpointing."""
    forward = language_operations(sizes, row_tokens(settings, sizes, kind))
    images = images_of(settings, kind) * image_operations(sizes)
    return images + forward * (passes(settings) + settings.machine.gradient_checkpointing)


def passes(settings: JointSettings) -> int:
    """How many forwards the LLM's way there and back costs.

    Back is two where all weights learn, one where only activations need gradients (LoRA).
    """
    return 3 if settings.tuning == "full" else 2


def language_operations(sizes: Sizes, tokens: int) -> float:
    """Operations of the LLM over a sequence, forward.

    Two for each weight and token; in each layer's attention, four times its width for each token
    that a token reads.
    """
    text = sizes.config.text_config
    attention = 4.0 * text.num_hidden_layers * text.hidden_size * tokens**2
    return 2.0 * sizes.matrices * tokens + attention


def image_operations(sizes: Sizes) -> float:
    """Operations of the vision tower and the projector for an image."""
    vision, patches = sizes.config.vision_config, sizes.config.grid**2
    layers = getattr(vision, "num_hidden_layers", 0)  # a tower of convolutions has no attention
    attention = 4.0 * layers * vision.hidden_size * patches**2
    projected = 2.0 * sizes.projector * sizes.config.visual_tokens
    return 2.0 * sizes.vision * patches + attention + projected


def saved_bytes(settings: JointSettings, sizes: Sizes, tokens: int) -> float:
    """Bytes of activations that the LLM keeps of so many tokens for the way back."""
    text = sizes.config.text_config
    by_width, by_ffn = SAVED_BY_LAYER[settings.precision]
    layer = float(tokens * (by_width * text.hidden_size + by_ffn * text.intermediate_size))
    if settings.machine.gradient_checkpointing:
        return layer + 4.0 * tokens * text.hidden_size * (text.num_hidden_layers + 2)
    return layer * text.num_hidden_layers


def adapter_size(settings: JointSettings, sizes: Sizes) -> int:
    """Weights of the adapter: its rank times inputs and outputs of seven matrices a layer."""
    text = sizes.config.text_config
    sides = 4 * 2 * text.hidden_size + 3 * (text.hidden_size + text.intermediate_size)
    return int(settings.lora.rank * sides * text.num_hidden_layers)


def _count(module: torch.nn.Module | None) -> int:
    return sum(weights.numel() for weights in module.parameters()) if module else 0
