"""Prefill and greedy decoding over a key/value cache, and text that grows with its tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from transformers import LlamaForCausalLM

from unirs.engines.devices import fast_vectors
from unirs.engines.run import Stop, check
from unirs.engines.unirs.cache import KeyValueCache
from unirs.model import UniRSProcessor

PREFILL_CHUNK = 512
"""Prompts are read in pieces of this many tokens: less memory, and a stop between them."""

TOKENS_AT_ONCE = 256
"""Tokens that a processor reads at once of all rows together. With more of them it computes no
faster, but a stop, or a question that goes first, would have to wait for all."""

TOKENS_AT_ONCE_ACCELERATED = 8192
"""The same for an accelerator."""

_BYTE_TOKEN = re.compile("<0x[0-9A-F]{2}>")


def prefill(
    language_model: LlamaForCausalLM,
    embeddings: Tensor,
    cache: KeyValueCache,
    stop: Stop,
    mask: Tensor | None = None,
) -> Tensor:
    """Read tokens behind those that the cache holds, and keep them there.

    Args:
        language_model: The language model.
        embeddings: ``[rows, length, width]``, at least one token.
        cache: Grows by ``length`` tokens.
        stop: Called before each ``PREFILL_CHUNK`` tokens, and ``TOKENS_AT_ONCE`` of all rows.
        mask: ``[rows, tokens]`` bool over all tokens, old and new: false at padding, which is not
            attended to and takes no position. ``None`` without padding.

    Returns:
        Logits behind the last token, ``[rows, vocabulary]``.

    Raises:
        Stopped: If ``stop`` returns true; the cache then holds a part of the tokens.
    """
    rows, new = embeddings.shape[:2]
    at_once = rows_at_once(embeddings.device, new)
    if rows <= at_once:
        return _read(language_model, embeddings, cache, stop, mask)
    cache.make_room(rows, new, language_model.config, embeddings)
    logits = []
    for start in range(0, rows, at_once):
        some = slice(start, start + at_once)
        masked = None if mask is None else mask[some]
        logits.append(_read(language_model, embeddings[some], cache.part(some), stop, masked))
    cache.advance(new)
    return torch.cat(logits)


def rows_at_once(device: torch.device, tokens: int) -> int:
    """Rows of so many tokens each that are read in one forward pass, see ``TOKENS_AT_ONCE``."""
    at_once = TOKENS_AT_ONCE if device.type == "cpu" else TOKENS_AT_ONCE_ACCELERATED
    return max(1, at_once // tokens)


def _read(
    language_model: LlamaForCausalLM,
    embeddings: Tensor,
    cache: KeyValueCache,
    stop: Stop,
    mask: Tensor | None,
) -> Tensor:
    for chunk in embeddings.split(PREFILL_CHUNK, dim=1):
        check(stop)
        length = chunk.shape[1]
        with fast_vectors(chunk.device, chunk.dtype, len(chunk) * length):
            output = language_model(
                inputs_embeds=chunk,
                past_key_values=cache,
                use_cache=True,
                # The last one, as an index: a slice is no contiguous tensor, and for such a one
                # PyTorch reads the weights of the head once for each row instead of once.
                logits_to_keep=torch.tensor([length - 1], device=chunk.device),
                **_placed(mask, cache.length, length),
            )
    return output.logits[:, -1]


def _placed(mask: Tensor | None, held: int, new: int) -> dict[str, Tensor]:
    """Attention mask and positions of ``new`` tokens behind ``held`` ones."""
    if mask is None:
        return {}
    mask = mask[:, : held + new]
    positions = mask.cumsum(dim=1) - 1
    return {"attention_mask": mask.long(), "position_ids": positions[:, -new:]}


class Chosen(NamedTuple):
    """A token that was generated.

    Attributes:
        row: Of the batch.
        token: Its id.
        probability: Among all tokens, 0 to 1.
    """

    row: int
    token: int
    probability: float


def decode(
    language_model: LlamaForCausalLM,
    logits: Tensor,
    cache: KeyValueCache,
    *,
    end_token: int,
    limits: Sequence[int],
    stop: Callable[[int], bool],
    mask: Tensor | None = None,
) -> Iterator[Chosen]:
    """Choose the most probable token again and again (greedy), in all rows.

    Args:
        language_model: The language model.
        logits: ``[rows, vocabulary]``, as ``prefill`` returns them.
        cache: What the language model has read; grows with every token that is read back.
        end_token: Ends a row, and is not given out.
        limits: Upper bound of the number of tokens of each row.
        stop: Called with each row before each of its tokens; ends the row if it returns true.
        mask: As for ``prefill``.

    Yields:
        Row, token id and its probability. The next tokens are computed on demand.
    """
    embed = language_model.get_input_embeddings()
    left = {row: limit for row, limit in enumerate(limits) if limit}
    while left := {row: limit for row, limit in left.items() if not stop(row)}:
        tokens = logits.argmax(dim=-1, keepdim=True)
        chances = logits.float().log_softmax(dim=-1).gather(-1, tokens)[:, 0].exp().tolist()
        for row, token in enumerate(tokens[:, 0].tolist()):
            if row not in left:
                continue
            if token == end_token:
                del left[row]
                continue
            yield Chosen(row, token, chances[row])
            left[row] -= 1
        left = {row: limit for row, limit in left.items() if limit}
        if not left:
            return
        if mask is not None:
            mask = torch.cat([mask, torch.ones_like(mask[:, :1])], dim=1)
        logits = prefill(language_model, embed(tokens), cache, _never, mask)


def _never() -> bool:
    return False


class StreamingText:
    """Text that grows with its tokens, in pieces that never change afterwards.

    A word's leading space shows only next to its neighbours, so the whole text is decoded at each
    token and its new part is given out. Tokens that stand for single bytes are held back until
    their run ends, because only then their characters are complete.

    Args:
        processor: Decodes the tokens.
    """

    def __init__(self, processor: UniRSProcessor) -> None:
        self._processor = processor
        self._has_byte_tokens = bool(processor.tokenizer.convert_tokens_to_ids("<0x00>"))
        self._ids: list[int] = []
        self.text = ""

    def add(self, token: int) -> str:
        """The piece of text that this token completes; often a word, sometimes nothing."""
        self._ids.append(token)
        text = self._processor.decode(self._ids)
        return "" if self._may_change(text, token) else self._grow(text)

    def finish(self) -> str:
        """The part that was held back."""
        return self._grow(self._processor.decode(self._ids))

    def _grow(self, text: str) -> str:
        piece = text[len(self.text) :]
        self.text += piece
        return piece

    def _may_change(self, text: str, token: int) -> bool:
        """Whether the text's end is open: within a character, which special tokens do not end.

        LLaMA's tokenizer has tokens for single bytes, whose characters show at the run's end;
        SmolLM2's tokens may end within a character, which a replacement character stands for.
        """
        tokenizer = self._processor.tokenizer
        if token in tokenizer.all_special_ids:
            return True
        if self._has_byte_tokens:
            return bool(_BYTE_TOKEN.fullmatch(tokenizer.convert_ids_to_tokens(token)))
        return text.endswith("\N{REPLACEMENT CHARACTER}")
