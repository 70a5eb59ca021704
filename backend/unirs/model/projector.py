"""The projector: from patches of the vision tower to a quarter as many tokens of the LLM."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class DownsampleProjector(nn.Module):
    """VILA-1.5's ``mlp_downsample``: each block of 2×2 patches becomes one token.

    The order of the tokens is column by column: VILA of May to August 2024, and UniRS on it, omit
    the last transposition, and weights of that generation depend on it.
    """

    def __init__(self, vision_width: int, text_width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(4 * vision_width)
        self.linear_1 = nn.Linear(4 * vision_width, text_width)
        self.linear_2 = nn.Linear(text_width, text_width)

    def forward(self, features: Tensor) -> Tensor:
        """Project ``[batch, grid * grid, vision_width]`` to ``[batch, tokens, text_width]``."""
        return self.linear_2(F.gelu(self.linear_1(self.norm(fold_blocks(features)))))


def fold_blocks(features: Tensor) -> Tensor:
    """Concatenate each 2×2 block (top left, top right, bottom left, bottom right).

    An odd grid gets a row and a column of zeros at its bottom and right.

    Args:
        features: ``[batch, grid * grid, width]``, row by row.

    Returns:
        ``[batch, ceil(grid / 2) ** 2, 4 * width]``, column by column.
    """
    grid = round(features.shape[1] ** 0.5)
    image = features.unflatten(1, (grid, grid))
    image = F.pad(image, (0, 0, 0, grid % 2, 0, grid % 2))
    blocks = image.unflatten(1, (-1, 2)).unflatten(
        3, (-1, 2)
    )  # [batch, rows, 2, columns, 2, width]
    return blocks.permute(0, 3, 1, 2, 4, 5).flatten(3).flatten(1, 2)
