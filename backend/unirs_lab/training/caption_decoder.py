"""The caption decoder of stage 1: teaches the change module, and is then thrown away."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class CaptionDecoder(nn.Module):
    """A single-layer Transformer decoder over visual tokens (paper, section IV-A; Chg2Cap).

    Args:
        width: Width of the visual tokens.
        vocabulary: Number of tokens.
        length: Longest caption, in tokens.
        heads: Attention heads.
        dropout: Share of the layer's activations that are dropped in training, 0 to 1.
    """

    def __init__(
        self,
        width: int,
        vocabulary: int,
        length: int = 64,
        heads: int = 8,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.position = nn.Embedding(length, width)
        self.layer = nn.TransformerDecoderLayer(
            width, heads, 4 * width, dropout=dropout, batch_first=True, norm_first=True
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary)

    def forward(self, visual: Tensor, tokens: Tensor) -> Tensor:
        """Logits of the next token, ``[batch, length, vocabulary]``.

        Args:
            visual: ``[batch, visual_tokens, width]``.
            tokens: ``[batch, length]``, beginning with the start token.
        """
        length = tokens.shape[1]
        positions = torch.arange(length, device=tokens.device)
        hidden = self.embedding(tokens) + self.position(positions)
        mask = nn.Transformer.generate_square_subsequent_mask(length, device=tokens.device)
        hidden = self.layer(hidden, visual, tgt_mask=mask.to(hidden.dtype), tgt_is_causal=True)
        return self.head(self.norm(hidden))

    def loss(self, visual: Tensor, captions: Sequence[Sequence[int]], start: int) -> Tensor:
        """Cross-entropy of captions (each ending with the end token) under teacher forcing."""
        wanted = nn.utils.rnn.pad_sequence(
            [torch.tensor(caption) for caption in captions], batch_first=True, padding_value=-100
        ).to(visual.device)
        begin = torch.full_like(wanted[:, :1], start)
        given = torch.cat([begin, wanted[:, :-1].clamp(min=0)], dim=1)
        logits = self(visual, given).float()
        return F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=-100)

    def generate(self, visual: Tensor, start: int, end: int, length: int = 40) -> list[list[int]]:
        """Greedy captions without start and end tokens, one for each row of ``visual``."""
        tokens = torch.full((len(visual), 1), start, device=visual.device)
        for _ in range(length):
            following = self(visual, tokens)[:, -1].argmax(-1, keepdim=True)
            tokens = torch.cat([tokens, following], dim=1)
            if bool((tokens[:, 1:] == end).any(1).all()):
                break
        rows = [row[1:].tolist() for row in tokens]
        return [row[: row.index(end)] if end in row else row for row in rows]
