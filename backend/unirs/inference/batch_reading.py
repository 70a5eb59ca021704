"""Lets an LLM read many prompts side by side, and go on with all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from transformers import LlamaForCausalLM

from unirs.inference.cache import KeyValueCache
from unirs.inference.decoding import Stop, check, prefill


@dataclass(frozen=True)
class BatchReading:
    """Prompts of a batch that an LLM has read to their ends.

    Each row is ``prefix | padding | words``: the prefixes are of one length, and the padding lies
    before the words, so that all rows end, and grow, at the same place. The padding is masked and
    takes no position.

    Attributes:
        language_model: Who read them.
        logits: Behind the last token of each, ``[rows, vocabulary]``.
        cache: Keys and values, ``[rows, …]``.
        mask: ``[rows, tokens]`` bool, false at the padding.
    """

    language_model: LlamaForCausalLM
    logits: Tensor
    cache: KeyValueCache
    mask: Tensor

    def generate(self, limits: Sequence[int], end_token: int, stop: Stop) -> list[list[int]]:
        """Choose the most probable token again and again, in all rows (greedy).

        Args:
            limits: Tokens at most, for each row.
            end_token: Ends a row, and is not given out.
            stop: Asked before each token.

        Returns:
            Token ids of each row. The cache holds them afterwards: a reading generates once.

        Raises:
            Stopped: If the user stopped.
        """
        said: list[list[int]] = [[] for _ in limits]
        growing = set(range(len(said)))
        logits, mask = self.logits, self.mask
        while True:
            check(stop)
            tokens = logits.argmax(dim=-1, keepdim=True)
            for row, token in enumerate(tokens[:, 0].tolist()):
                if row not in growing:
                    continue
                if token == end_token or len(said[row]) == limits[row]:
                    growing.remove(row)
                else:
                    said[row].append(token)
            if not any(len(said[row]) < limits[row] for row in growing):
                return said
            mask = torch.cat([mask, torch.ones_like(mask[:, :1])], dim=1)
            logits = _run(self.language_model, tokens, self.cache, mask)

    def alone(self, row: int) -> tuple[Tensor, KeyValueCache]:
        """Logits ``[1, vocabulary]`` and cache of one row, as if it had been read by itself."""
        kept = self.mask[row]
        cache = self.cache.select(torch.tensor([row], device=kept.device), int(kept.sum()), kept)
        return self.logits[row : row + 1], cache


def read_batch(
    language_model: LlamaForCausalLM,
    prefixes: Tensor,
    prefix_of: Sequence[int],
    words: Sequence[Tensor],
    room: int,
    stop: Stop,
) -> BatchReading:
    """Read prompts: each prefix once, then the words of all prompts behind their prefixes.

    Args:
        language_model: The LLM.
        prefixes: Embedded system prompts and images, ``[prefixes, length, width]``.
        prefix_of: Which of the prefixes each prompt begins with.
        words: Token ids of what follows in each prompt, ``[any length]``, at least one.
        room: Tokens that will follow at most.
        stop: Asked now and then.

    Raises:
        Stopped: If the user stopped.
    """
    length = prefixes.shape[1]
    first = KeyValueCache(language_model.config.num_hidden_layers)
    first.reserve(length)
    prefill(language_model, prefixes, first, stop)
    tokens = pad_sequence(list(words), batch_first=True, padding_side="left")
    counted = pad_sequence(
        [torch.ones_like(ids, dtype=torch.bool) for ids in words],
        batch_first=True,
        padding_side="left",
    )
    rows = torch.tensor(prefix_of, device=tokens.device)
    cache = first.select(rows, length + tokens.shape[1] + room)
    mask = torch.cat([counted.new_ones(len(rows), length), counted], dim=1)
    return BatchReading(language_model, _run(language_model, tokens, cache, mask), cache, mask)


def _run(
    language_model: LlamaForCausalLM, tokens: Tensor, cache: KeyValueCache, mask: Tensor
) -> Tensor:
    """Logits behind the last of ``tokens`` ``[rows, new]``, which join the cache."""
    positions = (mask.cumsum(dim=1) - 1)[:, -tokens.shape[1] :]
    output = language_model(
        input_ids=tokens,
        attention_mask=mask.long(),
        position_ids=positions,
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=1,
    )
    return output.logits[:, -1]
