"""The configuration of a UniRS model, and its named sizes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

from transformers import LlamaConfig, PreTrainedConfig, SiglipVisionConfig

from unirs.prompts import TEMPLATE_VERSION

ModelKind = Literal["base", "unirs"]
ClueSource = Literal["none", "self", "second", "adapter"]


class UniRSConfig(PreTrainedConfig):
    """Sizes of the three parts, and how images and prompts are made for them.

    Attributes:
        vision_config: SigLIP encoder. ``num_hidden_layers`` counts only the layers whose output
            is used: layers behind the feature layer do not exist here.
        text_config: LLaMA.
        kind: ``"unirs"``, or ``"base"`` for a base model alone (no change extraction module).
        change_module: Whether a UniRS model has the change extraction module. Without it (base
            models, ablation) a pair is read as two images side by side.
        aspect_mode: ``"pad"`` sets an image on a centred neutral square, ``"resize"`` squashes it.
        frame_count: Frames read from a video.
        prompt_template: Version of the template (``prompts.TEMPLATE_VERSION``) used in training.
        clue_source: Who writes the clue: ``"second"``, a frozen LLM of its own; ``"adapter"``, the
            same LLM with the UniRS adapter switched off; ``"self"``, the only LLM there is (base
            models); ``"none"``, nobody (UniRS weights without their base).
    """

    model_type = "unirs"
    sub_configs = {"vision_config": SiglipVisionConfig, "text_config": LlamaConfig}  # noqa: RUF012

    vision_config: Any = None
    text_config: Any = None
    kind: str = "unirs"
    change_module: bool = True
    aspect_mode: str = "pad"
    frame_count: int = 8
    prompt_template: str = TEMPLATE_VERSION
    clue_source: str = "none"

    def __post_init__(self, **kwargs: Any) -> None:
        """Turn the nested dictionaries of ``config.json`` into configurations."""
        self.vision_config = _as_config(SiglipVisionConfig, self.vision_config)
        self.vision_config.vision_use_head = False
        self.text_config = _as_config(LlamaConfig, self.text_config)
        self.change_module = self.change_module and self.kind == "unirs"
        super().__post_init__(**kwargs)

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
        """Tokens of one image behind the down-sampling projector."""
        return math.ceil(self.grid / 2) ** 2


def replace_config(config: UniRSConfig, **changes: Any) -> UniRSConfig:
    """A copy of a configuration with some attributes changed."""
    return UniRSConfig(**{**config.to_dict(), **changes})


def _as_config(cls: type[PreTrainedConfig], value: Any) -> Any:
    return value if isinstance(value, cls) else cls(**(value or {}))


def _vila_3b() -> UniRSConfig:
    """VILA-1.5-3B with UniRS on it: SigLIP so400m at 384 px up to its feature layer -2."""
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


def _small(
    *, image_size: int, vision: tuple[int, int, int], text: tuple[int, int, int], vocabulary: int
) -> UniRSConfig:
    """A size whose FFNs follow the width; ``vision`` and ``text`` are (width, layers, heads)."""
    vision_width, vision_layers, vision_heads = vision
    text_width, text_layers, text_heads = text
    return UniRSConfig(
        vision_config={
            "hidden_size": vision_width,
            "intermediate_size": 4 * vision_width,
            "num_hidden_layers": vision_layers,
            "num_attention_heads": vision_heads,
            "image_size": image_size,
            "patch_size": 8,
        },
        text_config={
            "vocab_size": vocabulary,
            "hidden_size": text_width,
            "intermediate_size": 8 * text_width // 3,
            "num_hidden_layers": text_layers,
            "num_attention_heads": text_heads,
            "max_position_embeddings": 2048,
            "tie_word_embeddings": False,
            "pad_token_id": 0,
        },
    )


PRESETS: dict[str, Callable[[], UniRSConfig]] = {
    "unirs-3b": _vila_3b,
    "unirs-mini": lambda: _small(
        image_size=128, vision=(192, 6, 6), text=(192, 4, 6), vocabulary=1200
    ),
    "unirs-tiny": lambda: _small(image_size=40, vision=(32, 2, 2), text=(48, 2, 2), vocabulary=400),
}
"""Named sizes: the paper's, the bundled demonstration model's, and one for tests (odd grid)."""
