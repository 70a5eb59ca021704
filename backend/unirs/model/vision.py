"""Vision towers with one interface, selected by ``vision_config.model_type``.

A tower takes images ``[images, 3, image_size, image_size]``, -1 … 1, and returns the features of
their patches, ``[images, grid * grid, hidden_size]``, row by row. Its configuration has
``image_size``, ``patch_size`` and ``hidden_size``.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from transformers import PreTrainedConfig, PreTrainedModel, SiglipVisionConfig, SiglipVisionModel

from unirs.model.efficientnet import EfficientNetLite, EfficientNetLiteConfig


class SiglipTower(SiglipVisionModel):
    """SigLIP up to its last layer, without its last norm and its head."""

    def __init__(self, config: SiglipVisionConfig) -> None:
        config.vision_use_head = False
        super().__init__(config)
        self.post_layernorm = nn.Identity()

    def forward(self, pixel_values: Tensor) -> Tensor:
        """Features of patches."""
        return super().forward(pixel_values).last_hidden_state


_TOWERS: dict[str, tuple[type[PreTrainedConfig], type[PreTrainedModel]]] = {
    SiglipVisionConfig.model_type: (SiglipVisionConfig, SiglipTower),
    EfficientNetLiteConfig.model_type: (EfficientNetLiteConfig, EfficientNetLite),
}


def vision_config(values: PreTrainedConfig | dict[str, Any] | None) -> PreTrainedConfig:
    """The configuration of a tower from its values; SigLIP if they have no ``model_type``.

    Raises:
        ValueError: There is no such tower.
    """
    if isinstance(values, PreTrainedConfig):
        return values
    values = {"model_type": SiglipVisionConfig.model_type, **(values or {})}
    if values["model_type"] not in _TOWERS:
        raise ValueError(f"there is no vision tower {values['model_type']!r}")
    return _TOWERS[values["model_type"]][0](**values)


def vision_tower(config: PreTrainedConfig) -> PreTrainedModel:
    """A tower with random weights."""
    return _TOWERS[config.model_type][1](config)
