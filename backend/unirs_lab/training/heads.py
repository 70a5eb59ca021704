"""What the encoder is taught by: the land cover in each cell of each patch, and events.

A stand-in, at small size, for what SigLIP knows from its pre-training: a world of generated
scenes knows the truth of every pixel, and features learn far sooner from that than from words.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from unirs_lab.training.bank import ANYTHING_BUT, IGNORE


class LandCoverHead(nn.Module):
    """Reads the land cover of a patch's cells from its features, linearly.

    Args:
        width: Width of the features.
        cells: Cells along one side of a patch.
        classes: Number of land-cover classes.
    """

    def __init__(self, width: int, cells: int, classes: int) -> None:
        super().__init__()
        self.cells, self.classes = cells, classes
        self.norm = nn.LayerNorm(width)
        self.linear = nn.Linear(width, cells * cells * classes)

    def forward(self, features: Tensor) -> Tensor:
        """Logits ``[images, patches, cells * cells, classes]`` of ``[images, patches, width]``."""
        return self.linear(self.norm(features)).unflatten(-1, (-1, self.classes))

    def loss(self, features: Tensor, cells: Tensor) -> Tensor:
        """Cross-entropy against ``cells`` ``[images, rows, columns]``, as a bank keeps them."""
        logits = self(features).float().flatten(0, -2)
        wanted = self.by_patch(cells).flatten()
        known, ruled_out = wanted < ANYTHING_BUT, (wanted >= ANYTHING_BUT) & (wanted != IGNORE)
        right = F.cross_entropy(logits[known], wanted[known], reduction="sum")
        wrong = F.cross_entropy(
            logits[ruled_out], wanted[ruled_out] - ANYTHING_BUT, reduction="none"
        )
        # what is ruled out at probability p costs -log(1 - p), p itself being exp(-wrong)
        avoided = -torch.log(-torch.expm1(-wrong.clamp(min=1e-4)))
        return (right + avoided.sum()) / (known | ruled_out).sum().clamp(min=1)

    def accuracy(self, features: Tensor, cells: Tensor) -> float:
        """Share of known cells whose class is right."""
        wanted = self.by_patch(cells)
        known = wanted < ANYTHING_BUT
        right = (self(features).argmax(-1) == wanted) & known
        return float(right.sum() / known.sum().clamp(min=1))

    def by_patch(self, cells: Tensor) -> Tensor:
        """Order ``[images, rows, columns]`` cells as ``[images, patches, cells * cells]``."""
        blocks = cells.long().unflatten(1, (-1, self.cells)).unflatten(3, (-1, self.cells))
        return blocks.permute(0, 1, 3, 2, 4).flatten(3).flatten(1, 2)


class ChangeHeads(nn.Module):
    """Reads from fused features what each of two dates shows in each cell, and which cells differ.

    What has changed can be told from the two land covers alone, but taught by itself it is learnt
    in far fewer steps.

    Args:
        width: Width of the features.
        cells: Cells along one side of a patch.
        classes: Number of land-cover classes.
    """

    COVER_WEIGHT, CHANGED_WEIGHT = 0.5, 2.0
    RARITY = 3.0
    """Weight of a cell that has changed, an unchanged one being 1: few have."""

    def __init__(self, width: int, cells: int, classes: int) -> None:
        super().__init__()
        self.before = LandCoverHead(width, cells, classes)
        self.after = LandCoverHead(width, cells, classes)
        self.changed = LandCoverHead(width, cells, 1)

    def loss(self, features: Tensor, cells: Tensor) -> Tensor:
        """Cross-entropy of features ``[pairs, patches, width]``.

        Args:
            features: Fused features.
            cells: Land cover of both dates, ``[pairs, 2, rows, columns]``, as a bank keeps it.
        """
        before, after = cells.unbind(1)
        cover = self.before.loss(features, before) + self.after.loss(features, after)
        changed = self._changed_loss(features, before, after)
        return self.COVER_WEIGHT * cover + self.CHANGED_WEIGHT * changed

    def _changed_loss(self, features: Tensor, early: Tensor, late: Tensor) -> Tensor:
        before, after = self.changed.by_patch(early), self.changed.by_patch(late)
        named = (before < ANYTHING_BUT) & (after < ANYTHING_BUT)
        left_or_entered = (before - after).abs() == ANYTHING_BUT
        known = named | left_or_entered
        logits = self.changed(features).squeeze(-1).float()[known]
        wanted = (before != after)[known].float()
        rarity = torch.tensor(self.RARITY, device=logits.device)
        loss = F.binary_cross_entropy_with_logits(
            logits, wanted, pos_weight=rarity, reduction="sum"
        )
        return loss / known.sum().clamp(min=1)


class EventHead(nn.Module):
    """Reads what happens from the mean of one frame's features: events are no land cover.

    Args:
        width: Width of the features.
        events: Their names.
    """

    def __init__(self, width: int, events: Sequence[str]) -> None:
        super().__init__()
        self.events = tuple(events)
        self.norm = nn.LayerNorm(width)
        self.linear = nn.Linear(width, len(self.events))

    def loss(self, features: Tensor, events: Sequence[str]) -> Tensor:
        """Cross-entropy of features ``[images, patches, width]`` against each image's event."""
        wanted = torch.tensor([self.events.index(name) for name in events], device=features.device)
        return F.cross_entropy(self.linear(self.norm(features).mean(1)).float(), wanted)


def to_pixels(images: Tensor) -> Tensor:
    """``[…, size, size, 3]`` uint8 to normalised ``[…, 3, size, size]`` float32, as SigLIP's."""
    return images.movedim(-1, -3).float() / 127.5 - 1.0


def flip(images: Tensor, cells: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Turn and mirror a batch of images ``[n, size, size, 3]`` and its cells at random."""
    turns = int(torch.randint(4, (1,), generator=generator))
    images, cells = images.rot90(turns, (1, 2)), cells.rot90(turns, (1, 2))
    if torch.rand(1, generator=generator) < 0.5:
        images, cells = images.flip(2), cells.flip(2)
    return images, cells
