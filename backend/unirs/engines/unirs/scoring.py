"""Closed sets of answers: scored instead of generated."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from transformers import LlamaForCausalLM

from unirs.answers import OptionScore
from unirs.engines.unirs.cache import KeyValueCache
from unirs.engines.unirs.decoding import Stop, check

OPTIONS_PER_BATCH = 32


def score_options(
    language_model: LlamaForCausalLM,
    logits: Tensor,
    cache: KeyValueCache,
    options: Sequence[Sequence[int]],
    stop: Stop,
) -> Tensor:
    """Log-probability of each option as the whole answer to one prompt.

    An option's score is the sum of the log-probabilities of its tokens *and of the end of the
    turn behind them*. The end makes options comparable of which one begins with the other ("car",
    "car park"), and the scores become exact probabilities of mutually exclusive answers, so no
    normalisation by length is wanted.

    Args:
        language_model: The language model.
        logits: Behind the prompt, ``[1, vocabulary]``.
        cache: The prompt; read, not changed.
        options: Token ids of each option: at least one, and the end-of-turn token behind it.
        stop: Called before each batch of ``OPTIONS_PER_BATCH`` options.

    Returns:
        ``[options]`` float32, each at most 0.

    Raises:
        Stopped: If ``stop`` returns true.
    """
    scores = []
    for start in range(0, len(options), OPTIONS_PER_BATCH):
        check(stop)
        batch = options[start : start + OPTIONS_PER_BATCH]
        scores.append(_score_batch(language_model, logits, cache, batch))
    return torch.cat(scores)


def rank_options(options: Sequence[str], probabilities: Sequence[float]) -> tuple[OptionScore, ...]:
    """Options with their probabilities, best first."""
    ranking = sorted(range(len(options)), key=lambda index: -probabilities[index])
    return tuple(OptionScore(options[index], probabilities[index]) for index in ranking)


def _score_batch(
    language_model: LlamaForCausalLM,
    logits: Tensor,
    cache: KeyValueCache,
    options: Sequence[Sequence[int]],
) -> Tensor:
    """One forward pass over the options, side by side; the padding is causal and counts nothing."""
    rows = [torch.tensor(option, device=logits.device) for option in options]
    tokens = pad_sequence(rows, batch_first=True)
    counted = pad_sequence([torch.ones_like(row) for row in rows], batch_first=True)
    following = language_model(
        input_ids=tokens[:, :-1], past_key_values=cache.shared(), use_cache=True
    ).logits
    first = logits.unsqueeze(1).expand(len(options), 1, -1)
    chances = torch.cat([first, following], dim=1).float().log_softmax(dim=-1)
    chosen = chances.gather(-1, tokens.unsqueeze(-1)).squeeze(-1)
    return (chosen * counted).sum(dim=1)
