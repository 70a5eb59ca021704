"""The configuration of a UniRS model, and its named sizes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from transformers import LlamaConfig, PreTrainedConfig

from unirs.model.language_model import SMOLLM2, LanguageModel
from unirs.model.vision import vision_config
from unirs.prompts import TEMPLATE_VERSION


class UniRSConfig(PreTrainedConfig):
    """Sizes of the three parts, and how images and prompts are prepared for them.

    Attributes:
        vision_config: The vision tower, by its ``model_type`` (``unirs.model.vision``). For SigLIP,
            ``num_hidden_layers`` counts only the layers up to the feature layer, because later
            layers are not part of the model.
        text_config: LLaMA.
        kind: ``"unirs"``, or ``"base"`` for a base model alone (no change extraction module).
        change_module: Whether a UniRS model has the change extraction module. Without it (base
            models, ablation) a pair is read as two images side by side.
        change_head: Cells along the side of a patch in the change map of the change head; 0 for a
            model without that head, whose change map is the cosine distance of patches.
        change_temperature: What the head's logits are divided by, so that their sigmoid is a
            calibrated probability.
        answer_temperature: What the log-probabilities of scored options are divided by, so that
            the probabilities of closed sets of answers are calibrated.
        unsure_below: Confidence below which an answer is not sure, by its kind
            (``unirs.engines.confidence.ConfidenceKind``); kinds without calibration are left out.
        aspect_mode: ``"pad"`` centres an image on a neutral square, ``"resize"`` distorts it to a
            square.
        frame_count: Frames read from a video.
        prompt_template: Version of the template (``prompts.TEMPLATE_VERSION``) used in training.
        conversation: Format of a turn of the language model (``prompts.CONVERSATIONS``).
        clue_source: What writes the clue: ``"second"``, a frozen LLM of its own; ``"adapter"``, the
            same LLM with another adapter, or with none; ``"self"``, the only LLM (base models);
            ``"none"``, nothing (UniRS weights without their base).
        language_model: The LLM if its weights are not in the model folder: the fields of
            ``LanguageModel``. The folder is a compact one then (``unirs.model.compact_folder``).
        adapters: ``rank`` and ``alpha`` of each adapter of a compact folder, by role.
    """

    model_type = "unirs"
    sub_configs = {"vision_config": PreTrainedConfig, "text_config": LlamaConfig}  # noqa: RUF012

    vision_config: Any = None
    text_config: Any = None
    kind: str = "unirs"
    change_module: bool = True
    change_head: int = 0
    change_temperature: float = 1.0
    answer_temperature: float = 1.0
    unsure_below: Any = None
    aspect_mode: str = "pad"
    frame_count: int = 8
    prompt_template: str = TEMPLATE_VERSION
    conversation: str = "vicuna_v1"
    clue_source: str = "none"
    language_model: Any = None
    adapters: Any = None

    def __post_init__(self, **kwargs: Any) -> None:
        """Turn the nested dictionaries of ``config.json`` into configurations.

        Raises:
            ValueError, TypeError: They have an impossible value.
        """
        self.vision_config = vision_config(self.vision_config)
        if not isinstance(self.text_config, LlamaConfig):
            self.text_config = LlamaConfig(**(self.text_config or {}))
        self.adapters = self.adapters or {}
        self.unsure_below = self.unsure_below or {}
        self.change_module = self.change_module and self.kind == "unirs"
        self.change_head = self.change_head if self.change_module else 0
        super().__post_init__(**kwargs)

    @property
    def shared_language_model(self) -> LanguageModel | None:
        """The LLM, if the model folder names it instead of containing it."""
        return LanguageModel(**self.language_model) if self.language_model else None

    @property
    def image_size(self) -> int:
        """Side of the square that the encoder reads, in pixels."""
        return int(self.vision_config.image_size)

    @property
    def grid(self) -> int:
        """Patches along one side."""
        return self.image_size // int(self.vision_config.patch_size)

    @property
    def visual_tokens(self) -> int:
        """Tokens of one image after the down-sampling projector."""
        return math.ceil(self.grid / 2) ** 2


def replace_config(config: UniRSConfig, **changes: Any) -> UniRSConfig:
    """A copy of a configuration with some attributes changed."""
    return UniRSConfig(**{**config.to_dict(), **changes})


def _vila_3b() -> UniRSConfig:
    """UniRS on VILA-1.5-3B: SigLIP so400m at 384 px up to its feature layer -2."""
    return UniRSConfig(
        vision_config={
            "hidden_size": 1152,
            "intermediate_size": 4304,
            "num_hidden_layers": 26,
            "num_attention_heads": 16,
            "image_size": 384,
            "patch_size": 14,
        },
        text_config={
            "vocab_size": 32000,
            "hidden_size": 2560,
            "intermediate_size": 6912,
            "num_hidden_layers": 32,
            "num_attention_heads": 20,
            "max_position_embeddings": 4096,
            "rms_norm_eps": 1e-5,
            "tie_word_embeddings": False,
            "pad_token_id": 0,
        },
    )


def _smollm2() -> UniRSConfig:
    """EfficientNet-Lite2 at 224 px and SmolLM2-135M."""
    return UniRSConfig(
        change_head=4,
        conversation="smollm2",
        language_model=SMOLLM2.to_dict(),
        adapters={"answer": {"rank": 16, "alpha": 32.0}},
        vision_config={"model_type": "efficientnet_lite"},
        text_config={
            "vocab_size": 49152,
            "hidden_size": 576,
            "intermediate_size": 1536,
            "num_hidden_layers": 30,
            "num_attention_heads": 9,
            "num_key_value_heads": 3,
            "max_position_embeddings": 2048,
            "rope_parameters": {"rope_type": "default", "rope_theta": 100_000.0},
            "rms_norm_eps": 1e-5,
            "tie_word_embeddings": True,
            "bos_token_id": 1,
            "eos_token_id": 2,
            "pad_token_id": 2,
        },
    )


def _tiny_smollm2() -> UniRSConfig:
    """``unirs-small`` at the size of ``unirs-tiny``."""
    tiny = _tiny()
    stages = ((1, 3, 1, 8, 1), (2, 3, 2, 8, 1), (2, 5, 2, 8, 2), (2, 3, 2, 16, 1), (2, 3, 2, 16, 1))
    return replace_config(
        tiny,
        change_head=2,
        conversation="smollm2",
        vision_config={
            "model_type": "efficientnet_lite",
            "hidden_size": 32,
            "image_size": 80,
            "stem": 8,
            "stages": stages,
        },
        text_config={
            **tiny.text_config.to_dict(),
            "num_key_value_heads": 1,
            "tie_word_embeddings": True,
        },
    )


def _tiny() -> UniRSConfig:
    """Every part as small as it can be, for tests."""
    return UniRSConfig(
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 128,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": 40,
            "patch_size": 8,
        },
        text_config={
            "vocab_size": 400,
            "hidden_size": 48,
            "intermediate_size": 128,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "max_position_embeddings": 2048,
            "tie_word_embeddings": False,
            "pad_token_id": 0,
        },
    )


PRESETS: dict[str, Callable[[], UniRSConfig]] = {
    "unirs-3b": _vila_3b,
    "unirs-small": _smollm2,
    "unirs-tiny": _tiny,
    "unirs-tiny-small": _tiny_smollm2,
}
"""Named sizes: the paper's; the default model's; and two for tests, of the architectures of both
(odd grids)."""
