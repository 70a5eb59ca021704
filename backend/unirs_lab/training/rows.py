"""Rows of instruction tuning, and batches of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from unirs.inputs import InputKind
from unirs.model import UniRSProcessor, expand_markers
from unirs.prompts import base_prompt, unirs_prompt
from unirs_lab.data.samples import Row

NO_LOSS = -100


@dataclass(frozen=True)
class TokenBatch:
    """A right-padded batch, ready for ``UniRSForConditionalGeneration``.

    Attributes:
        input_ids: ``[batch, length]``, ``IMAGE_TOKEN`` once for each visual token.
        attention_mask: ``[batch, 1, length, length]`` bool, true where a token reads another; where
            each sequence is one row, ``[batch, length]`` bool, false at the padding: attention is
            causal then, for which devices have faster kernels.
        position_ids: ``[batch, length]``.
        labels: ``[batch, length]``, ``NO_LOSS`` outside the answers.
    """

    input_ids: Tensor
    attention_mask: Tensor
    position_ids: Tensor
    labels: Tensor

    def to(self, device: torch.device) -> TokenBatch:
        """The batch on a device."""
        moved = (self.input_ids, self.attention_mask, self.position_ids, self.labels)
        return TokenBatch(*(tensor.to(device) for tensor in moved))

    def inputs(self) -> dict[str, Tensor]:
        """The batch as keyword arguments of the model."""
        return {
            "input_ids": self.input_ids,
            "attention_mask": self.attention_mask,
            "position_ids": self.position_ids,
            "labels": self.labels,
        }


EncodedRow = tuple[Tensor, Tensor]
"""Ids of a prompt, with one marker for each image, and ids of its answer."""


def encode_row(
    processor: UniRSProcessor,
    kind: InputKind,
    row: Row,
    markers: int,
    clue: str | None = None,
    base: bool = False,
) -> EncodedRow:
    """Prompt ids (with one marker for each image) and answer ids of a row.

    Args:
        processor: The model's.
        kind: What the row is about.
        row: Instruction and answer.
        markers: Sets of visual tokens that stand in the prompt.
        clue: The frozen base's description, for UniRS; ``None`` leaves it out.
        base: Whether the row is for the base model: no task tag, no clue.
    """
    if base:
        prompt = base_prompt(row.instruction, markers)
    else:
        prompt = unirs_prompt(kind, row.instruction, clue, markers)
    return processor.encode(prompt), torch.tensor(processor.encode_answer(row.answer))


def collate(groups: Sequence[Sequence[EncodedRow]], visual_tokens: int) -> TokenBatch:
    """Lay out groups of rows, each group about the same images, one group a sequence.

    The rows of a group share their system prompt and images, which are read once: every row sees
    this prefix and itself, but no other row. The loss is that of the rows by themselves, at a
    fraction of the tokens.

    Args:
        groups: Encoded rows by visual input.
        visual_tokens: Tokens that stand for one image.
    """
    packed = [_pack(rows, visual_tokens) for rows in groups]
    length = max(len(one.ids) for one in packed)
    batch = len(packed)
    input_ids = torch.zeros(batch, length, dtype=torch.long)
    position_ids = torch.zeros_like(input_ids)
    labels = torch.full_like(input_ids, NO_LOSS)
    owner = torch.full_like(input_ids, -1)  # the row that a token belongs to; 0 is the prefix
    for index, one in enumerate(packed):
        here = slice(0, len(one.ids))
        input_ids[index, here] = one.ids
        position_ids[index, here] = one.positions
        labels[index, here] = one.labels
        owner[index, here] = one.owner
    mask = owner >= 0 if max(map(len, groups)) == 1 else _shared_prefix_mask(owner)
    return TokenBatch(input_ids, mask, position_ids, labels)


def _shared_prefix_mask(owner: Tensor) -> Tensor:
    """Every token reads the prefix and its own row as far as they stand before it."""
    same = owner.unsqueeze(2) == owner.unsqueeze(1)
    return (same | (owner == 0).unsqueeze(1)).tril().unsqueeze(1)


@dataclass(frozen=True)
class _Packed:
    ids: Tensor
    positions: Tensor
    labels: Tensor
    owner: Tensor


def _pack(rows: Sequence[EncodedRow], visual_tokens: int) -> _Packed:
    """One sequence: what the prompts begin with in common, then the rest of each row."""
    shared = _common_length([prompt for prompt, _ in rows])
    prefix = expand_markers(rows[0][0][:shared], visual_tokens)
    ids, labels = [prefix], [torch.full_like(prefix, NO_LOSS)]
    positions, owner = [torch.arange(len(prefix))], [torch.zeros_like(prefix)]
    for number, (prompt, answer) in enumerate(rows, start=1):
        rest = expand_markers(prompt[shared:], visual_tokens)
        ids.append(torch.cat([rest, answer]))
        labels.append(torch.cat([torch.full_like(rest, NO_LOSS), answer]))
        positions.append(torch.arange(len(prefix), len(prefix) + len(ids[-1])))
        owner.append(torch.full_like(ids[-1], number))
    return _Packed(torch.cat(ids), torch.cat(positions), torch.cat(labels), torch.cat(owner))


def _common_length(prompts: Sequence[Tensor]) -> int:
    """Length of the common beginning; every prompt keeps a token, which predicts its answer."""
    limit = min(map(len, prompts)) - 1
    stacked = torch.stack([prompt[:limit] for prompt in prompts])
    equal = (stacked == stacked[0]).all(dim=0)
    return limit if bool(equal.all()) else int((~equal).long().argmax())
