"""EfficientNet-Lite as a vision tower: three of its feature maps, combined on one patch grid."""

from __future__ import annotations

from itertools import accumulate
from operator import mul
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import PreTrainedConfig, PreTrainedModel

PATCH = 16
"""Pixels along the side of a patch: the stride of the middle map."""

LITE2 = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 3),
    (6, 5, 2, 48, 3),
    (6, 3, 2, 88, 4),
    (6, 5, 1, 120, 4),
    (6, 5, 2, 208, 5),
    (6, 3, 1, 352, 1),
)
"""The stages of EfficientNet-Lite2: expansion, kernel, stride, channels and blocks of each."""

_MOST_STAGES = 16
_LARGEST_STAGE = (8, 7, 2, 4096, 64)
"""Limits of a stage, far above those of every EfficientNet, because a folder may state any."""


class EfficientNetLiteConfig(PreTrainedConfig):
    """Sizes of the tower.

    Attributes:
        hidden_size: Width of the features.
        image_size: Side of the square image in pixels, a multiple of 16.
        stem: Channels of the first convolution's output.
        stages: Expansion, kernel, stride, channels and blocks of each stage.
    """

    model_type = "efficientnet_lite"

    hidden_size: int = 384
    image_size: int = 224
    stem: int = 32
    stages: Any = LITE2

    def __post_init__(self, **kwargs: Any) -> None:
        """Refuse impossible sizes.

        Raises:
            ValueError: A stage is beyond the limits, the stages lack one of the three strides, or
                the image size is not a multiple of the patch size.
        """
        if not all(_is_possible(stage) for stage in self.stages) or len(self.stages) > _MOST_STAGES:
            raise ValueError("the stages of the vision tower are beyond the limits")
        if not {8, 16, 32} <= self.last_stages.keys():
            raise ValueError("the stages of the vision tower do not have the strides 8, 16 and 32")
        if self.image_size % PATCH:
            raise ValueError(f"its image_size {self.image_size} is not a multiple of {PATCH}")
        super().__post_init__(**kwargs)

    @property
    def patch_size(self) -> int:
        """Pixels along the side of a patch."""
        return PATCH

    @property
    def last_stages(self) -> dict[int, int]:
        """The last stage with each stride of a feature map."""
        strides = accumulate((stage[2] for stage in self.stages), mul, initial=2)  # 2: the stem's
        return {stride: number for number, stride in enumerate(strides, start=-1)}


def _is_possible(stage: Any) -> bool:
    bounds = zip(stage, _LARGEST_STAGE, strict=True)
    return all(type(size) is int and 1 <= size <= most for size, most in bounds)


class EfficientNetLite(PreTrainedModel):
    """EfficientNet-Lite (Tan and Le, 2019) without classifier, BatchNorm folded into convolutions.

    The last feature maps of the strides 8, 16 and 32 are resampled to the grid of stride 16 and
    projected to one width, and summed.
    """

    config_class = EfficientNetLiteConfig
    base_model_prefix = ""
    main_input_name = "pixel_values"
    _supports_sdpa = True  # it has no attention, but the enclosing model requires this

    def __init__(self, config: EfficientNetLiteConfig) -> None:
        super().__init__(config)
        self.stem = SameConv(3, config.stem, kernel_size=3, stride=2)
        self.stages = nn.ModuleList()
        width = config.stem
        for expansion, kernel, stride, channels, blocks in config.stages:
            first = Block(width, channels, expansion, kernel, stride)
            others = (Block(channels, channels, expansion, kernel) for _ in range(blocks - 1))
            self.stages.append(nn.Sequential(first, *others))
            width = channels
        self.tapped = [config.last_stages[stride] for stride in (8, 16, 32)]
        fine, middle, coarse = (config.stages[number][3] for number in self.tapped)
        self.fine = nn.Conv2d(4 * fine, config.hidden_size, kernel_size=1)
        self.middle = nn.Conv2d(middle, config.hidden_size, kernel_size=1)
        self.coarse = nn.Conv2d(coarse, config.hidden_size, kernel_size=1)
        self.norm = nn.LayerNorm(config.hidden_size)
        self.post_init()

    def forward(self, pixel_values: Tensor) -> Tensor:
        """Features of patches; see ``unirs.model.vision``."""
        image = pixel_values.contiguous(memory_format=torch.channels_last)  # faster on CPUs
        maps = [F.relu6(self.stem(image))]
        for stage in self.stages:
            maps.append(stage(maps[-1]))
        fine, middle, coarse = (maps[1 + number] for number in self.tapped)
        patches = self.fine(F.pixel_unshuffle(fine, 2)) + self.middle(middle)
        patches = patches + F.interpolate(
            self.coarse(coarse), size=patches.shape[-2:], mode="bilinear", align_corners=False
        )
        return self.norm(patches.flatten(2).transpose(1, 2))

    def _init_weights(self, module: nn.Module) -> None:
        """Keep PyTorch's initial weights; those of the library would be too small."""


class Block(nn.Module):
    """An inverted residual block: expand, convolve each channel separately, project."""

    def __init__(
        self, width: int, channels: int, expansion: int, kernel: int, stride: int = 1
    ) -> None:
        super().__init__()
        inner = width * expansion
        self.expand = SameConv(width, inner, kernel_size=1) if expansion > 1 else None
        self.depthwise = SameConv(inner, inner, kernel_size=kernel, stride=stride, groups=inner)
        self.project = SameConv(inner, channels, kernel_size=1)
        self.residual = stride == 1 and width == channels

    def forward(self, features: Tensor) -> Tensor:
        """``[images, width, rows, columns]`` to ``[images, channels, …]``."""
        hidden = features if self.expand is None else F.relu6(self.expand(features))
        hidden = self.project(F.relu6(self.depthwise(hidden)))
        return features + hidden if self.residual else hidden


class SameConv(nn.Conv2d):
    """A convolution of square maps with TensorFlow's padding "same".

    With a stride, it pads more at the bottom and right than at the top and left. Google's weights
    depend on it.
    """

    def forward(self, input: Tensor) -> Tensor:
        """``[images, channels, side, side]`` to maps of ``ceil(side / stride)``."""
        side, kernel, stride = input.shape[-1], self.kernel_size[0], self.stride[0]
        padding = max((-(-side // stride) - 1) * stride + kernel - side, 0)
        before, after = padding // 2, padding - padding // 2
        return super().forward(F.pad(input, (before, after, before, after)))
