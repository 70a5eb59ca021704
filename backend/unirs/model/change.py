"""The change extraction module: from the features of two dates to one set of features."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ChangeExtraction(nn.Module):
    """Fuses the features of two dates (paper, section III-B1; form as in the authors' code).

    Positional embeddings are added to both dates, the cosine similarity per location is added to
    all channels of their concatenation, a 1×1 convolution fuses them, and a residual block of
    1×1, 3×3, 1×1 convolutions covers the neighbourhood. The paper does not mention the embeddings,
    BatchNorm and the last ReLU; they are from the code, with which the weights are trained.
    """

    def __init__(self, width: int, grid: int) -> None:
        super().__init__()
        half = width // 2
        self.grid = grid
        self.h_embedding = nn.Embedding(grid, half)
        self.w_embedding = nn.Embedding(grid, half)
        self.fuse = nn.Conv2d(2 * width, width, kernel_size=1)
        self.reduce = nn.Conv2d(width, half, kernel_size=1)
        self.reduce_norm = Float32BatchNorm(half)
        self.mix = nn.Conv2d(half, half, kernel_size=3, padding=1)
        self.mix_norm = Float32BatchNorm(half)
        self.expand = nn.Conv2d(half, width, kernel_size=1)
        self.expand_norm = Float32BatchNorm(width)

    def forward(self, before: Tensor, after: Tensor) -> Tensor:
        """Fuse two dates.

        Args:
            before: Features of the earlier date, ``[batch, grid * grid, width]``.
            after: Features of the later date, same shape.

        Returns:
            Change features, ``[batch, grid * grid, width]``.
        """
        first, second = self._place(before), self._place(after)
        similarity = F.cosine_similarity(first, second, dim=1).unsqueeze(1)
        fused = self.fuse(torch.cat([first, second], dim=1) + similarity)
        hidden = F.relu(self.reduce_norm(self.reduce(fused)))
        hidden = F.relu(self.mix_norm(self.mix(hidden)))
        hidden = self.expand_norm(self.expand(hidden))
        return F.relu(fused + hidden).flatten(2).transpose(1, 2)

    def distance(self, before: Tensor, after: Tensor) -> Tensor:
        """Cosine distance per patch, ``[batch, grid, grid]`` float32, 0 (same) to 1.

        Opposite features count as different as unrelated ones: 1.
        """
        first, second = self._place(before).float(), self._place(after).float()
        return (1.0 - F.cosine_similarity(first, second, dim=1)).clamp(0.0, 1.0)

    def _place(self, features: Tensor) -> Tensor:
        """Add the positional embedding: ``[batch, grid * grid, width]`` to ``[batch, width, …]``.

        The names of the embeddings are swapped relative to their axes, as in the reference code.
        """
        grid = self.grid
        columns = self.h_embedding.weight.unsqueeze(0).expand(grid, grid, -1)
        rows = self.w_embedding.weight.unsqueeze(1).expand(grid, grid, -1)
        position = torch.cat([columns, rows], dim=-1)
        placed = features.unflatten(1, (grid, grid)) + position
        return placed.permute(0, 3, 1, 2)


class MapHead(nn.Linear):
    """Logits of cells finer than patches, from the features of the patches.

    Args:
        width: Width of the features.
        cells: Cells along the side of a patch.
    """

    def __init__(self, width: int, cells: int) -> None:
        super().__init__(width, cells**2)
        self.cells = cells

    def forward(self, input: Tensor) -> Tensor:
        """``[images, grid * grid, width]`` to ``[images, cells * grid, cells * grid]``."""
        grid = round(input.shape[1] ** 0.5)
        logits = super().forward(input).transpose(1, 2).unflatten(2, (grid, grid))
        return F.pixel_shuffle(logits, self.cells).squeeze(1)


class Float32BatchNorm(nn.BatchNorm2d):
    """BatchNorm whose statistics and arithmetic stay in float32 in a model of lower precision."""

    def forward(self, input: Tensor) -> Tensor:
        """Normalise ``[batch, channels, rows, columns]`` in float32 and return the input's type."""
        with torch.autocast(input.device.type, enabled=False):
            return super().forward(input.float()).to(input.dtype)
