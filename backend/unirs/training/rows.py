"""Rows of instruction tuning, and batches of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from unirs.inputs import InputKind
from unirs.model import IMAGE_TOKEN, UniRSProcessor
from unirs.prompts import base_prompt, unirs_prompt

NO_LOSS = -100


@dataclass(frozen=True)
class Row:
    """One instruction with its answer.

    Attributes:
        kind: What is looked at.
        item: Index of the visual input in its bank.
        instruction: The task's instruction or the question.
        answer: What the model shall say.
        clue: Words of the frozen base, in the prompt of UniRS; ``None`` leaves the clue out.
        base: Whether the row is for the base model (no tag, no clue, each image on its own).
    """

    kind: InputKind
    item: int
    instruction: str
    answer: str
    clue: str | None = None
    base: bool = False


@dataclass(frozen=True)
class TokenBatch:
    """A right-padded batch, ready for ``UniRSForConditionalGeneration.forward``.

    Attributes:
        input_ids: ``[batch, length]``, ``IMAGE_TOKEN`` once for each visual token.
        attention_mask: ``[batch, length]``.
        labels: ``[batch, length]``, ``NO_LOSS`` outside the answers.
    """

    input_ids: Tensor
    attention_mask: Tensor
    labels: Tensor


def encode_row(processor: UniRSProcessor, row: Row, markers: int) -> tuple[Tensor, Tensor]:
    """Prompt ids (with one marker for each image) and answer ids of a row."""
    if row.base:
        prompt = base_prompt(row.instruction, markers)
    else:
        prompt = unirs_prompt(row.kind, row.instruction, row.clue, markers)
    return processor.encode(prompt), torch.tensor(processor.encode_answer(row.answer))


def collate(rows: Sequence[tuple[Tensor, Tensor]], visual_tokens: int) -> TokenBatch:
    """Pad encoded rows on the right, expand their markers, and mask all but the answers."""
    sequences, labels = [], []
    for prompt, answer in rows:
        repeats = torch.where(prompt == IMAGE_TOKEN, visual_tokens, 1)
        expanded = prompt.repeat_interleave(repeats)
        sequences.append(torch.cat([expanded, answer]))
        labels.append(torch.cat([torch.full_like(expanded, NO_LOSS), answer]))
    pad = torch.nn.utils.rnn.pad_sequence
    input_ids = pad(sequences, batch_first=True, padding_value=0)
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    mask = (torch.arange(input_ids.shape[1]) < lengths.unsqueeze(1)).long()
    return TokenBatch(input_ids, mask, pad(labels, batch_first=True, padding_value=NO_LOSS))
