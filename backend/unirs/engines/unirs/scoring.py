"""Closed sets of answers: scored instead of generated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from transformers import LlamaForCausalLM

from unirs.engines.run import Stop, check
from unirs.engines.unirs.cache import KeyValueCache
from unirs.engines.unirs.decoding import rows_at_once

OPTIONS_PER_BATCH = 32
"""Options of one prompt that are read at once."""

POSITIONS_PER_BATCH = 64
"""Places whose logits, as long as the vocabulary, are held at once."""


def score_options(
    language_model: LlamaForCausalLM,
    logits: Tensor,
    cache: KeyValueCache,
    options: Sequence[Sequence[Sequence[int]]],
    stop: Stop,
    mask: Tensor | None = None,
) -> list[Tensor]:
    """Log-probability of each option as the whole answer to its prompt, for prompts side by side.

    An option's score is the sum of the log-probabilities of its tokens *and of the end of the
    turn behind them*. The end makes options comparable of which one begins with the other ("car",
    "car park"), and the scores become exact probabilities of mutually exclusive answers, so no
    normalisation by length is wanted.

    The options of a prompt are read one behind the other, as one row: each attends to the prompt
    and to itself, at the places where it would stand as the only one. So the prompt's keys and
    values are there once, however many options there are.

    Args:
        language_model: The language model.
        logits: Behind each prompt, ``[rows, vocabulary]``.
        cache: The prompts; read, not changed.
        options: For each prompt the token ids of each option: at least one, and the end-of-turn
            token behind it.
        stop: Called before each forward pass.
        mask: ``[rows, tokens]`` bool over the prompts, false at padding; ``None`` without padding.

    Returns:
        ``[options]`` float32 for each prompt, each at most 0.

    Raises:
        Stopped: If ``stop`` returns true.
    """
    pieces = [piece for row, each in enumerate(options) for piece in _pieces(row, each)]
    firsts = _first_chances(logits, options)
    scores = [first.clone() for first in firsts]
    for batch in _batches(pieces, logits.device):
        check(stop)
        following = _following_chances(language_model, cache, batch, mask)
        for piece, chances in zip(batch, following, strict=True):
            scores[piece.row][piece.start : piece.start + len(piece.options)] += chances
    return scores


@dataclass(frozen=True)
class _Piece:
    """Some options of one prompt, which are read one behind the other.

    Attributes:
        row: Of the prompt.
        start: Number of the first option.
        options: Token ids of each.
    """

    row: int
    start: int
    options: Sequence[Sequence[int]]

    @property
    def length(self) -> int:
        """Tokens to read: all but the last of each option, behind which nothing is asked."""
        return sum(len(option) - 1 for option in self.options)


def _pieces(row: int, options: Sequence[Sequence[int]]) -> Iterator[_Piece]:
    for start in range(0, len(options), OPTIONS_PER_BATCH):
        yield _Piece(row, start, options[start : start + OPTIONS_PER_BATCH])


def _batches(pieces: Sequence[_Piece], device: torch.device) -> Iterator[list[_Piece]]:
    """Pieces that are read in one forward pass, in their order."""
    left = iter(pieces)
    longest = max(piece.length for piece in pieces)
    while batch := list(islice(left, rows_at_once(device, longest))):
        yield batch


def _first_chances(logits: Tensor, options: Sequence[Sequence[Sequence[int]]]) -> list[Tensor]:
    """Log-probability of the first token of each option."""
    chances = logits.float().log_softmax(dim=-1)
    firsts = [[option[0] for option in each] for each in options]
    return [
        row[torch.tensor(each, device=logits.device)]
        for row, each in zip(chances, firsts, strict=True)
    ]


def _following_chances(
    language_model: LlamaForCausalLM,
    cache: KeyValueCache,
    pieces: Sequence[_Piece],
    mask: Tensor | None,
) -> list[Tensor]:
    """Log-probability of all tokens of each option behind its first, one tensor for each piece."""
    device, held = language_model.device, cache.length
    rows = torch.tensor([piece.row for piece in pieces], device=device)
    read = [[token for option in each.options for token in option[:-1]] for each in pieces]
    wanted = [[token for option in each.options for token in option[1:]] for each in pieces]
    numbers = [[n for n, option in enumerate(each.options) for _ in option[1:]] for each in pieces]
    places = [[place for o in each.options for place in range(len(o) - 1)] for each in pieces]
    number, place = _padded(numbers, -1, device), _padded(places, 0, device)
    same = number.unsqueeze(2) == number.unsqueeze(1)  # padding attends to itself: never to nothing
    prompt = torch.ones(len(pieces), held, dtype=torch.bool, device=device)
    if mask is not None:
        prompt = mask[rows, :held]
    seen = torch.cat([prompt.unsqueeze(1).expand(-1, number.shape[1], -1), same.tril()], dim=2)
    hidden = language_model.model(
        input_ids=_padded(read, 0, device),
        attention_mask=seen.unsqueeze(1),
        position_ids=prompt.sum(dim=1, keepdim=True) + place,
        past_key_values=cache.shared(rows),
        use_cache=True,
    ).last_hidden_state[number >= 0]
    targets = torch.tensor([token for each in wanted for token in each], device=device)
    chances = torch.cat(
        [
            language_model.lm_head(some).float().log_softmax(dim=-1).gather(-1, these.unsqueeze(-1))
            for some, these in zip(
                hidden.split(POSITIONS_PER_BATCH), targets.split(POSITIONS_PER_BATCH), strict=True
            )
        ]
    )[:, 0]
    return [
        each.new_zeros(len(piece.options)).index_add(0, torch.tensor(of, device=device), each)
        for piece, of, each in zip(
            pieces, numbers, chances.split([len(each) for each in wanted]), strict=True
        )
    ]


def _padded(rows: Sequence[Sequence[int]], value: int, device: torch.device) -> Tensor:
    """``[rows, longest]``, filled up with a value behind each row."""
    tensors = [torch.tensor(row, dtype=torch.long, device=device) for row in rows]
    return pad_sequence(tensors, batch_first=True, padding_value=value)
