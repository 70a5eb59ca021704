"""Prefill and greedy decoding, as small functions over a key/value cache."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from torch import Tensor
from transformers import LlamaForCausalLM

from unirs.inference.cache import KeyValueCache
from unirs.model import UniRSProcessor

PREFILL_CHUNK = 512
"""Prompts run in pieces of this many tokens: less memory, and a stop is heard between them."""

_BYTE_TOKEN = re.compile("<0x[0-9A-F]{2}>")

Stop = Callable[[], bool]


class Stopped(Exception):  # noqa: N818 - not an error: the user's wish travels up
    """The user stopped the work; what was said so far stays with whoever collected it."""


def check(stop: Stop) -> None:
    """Let a stop take effect here.

    Raises:
        Stopped: If ``stop`` says so.
    """
    if stop():
        raise Stopped


def prefill(
    language_model: LlamaForCausalLM, embeddings: Tensor, cache: KeyValueCache, stop: Stop
) -> Tensor:
    """Run tokens behind what the cache holds, and keep them there.

    Args:
        language_model: The LLM.
        embeddings: ``[1, length, width]``, at least one token.
        cache: Grows by ``length`` tokens.
        stop: Asked before each ``PREFILL_CHUNK`` tokens.

    Returns:
        Logits behind the last token, ``[1, vocabulary]``.

    Raises:
        Stopped: If the user stopped; the cache then holds a part of the tokens.
    """
    for chunk in embeddings.split(PREFILL_CHUNK, dim=1):
        check(stop)
        output = language_model(
            inputs_embeds=chunk, past_key_values=cache, use_cache=True, logits_to_keep=1
        )
    return output.logits[:, -1]


def decode(
    language_model: LlamaForCausalLM,
    logits: Tensor,
    cache: KeyValueCache,
    *,
    end_token: int,
    max_new_tokens: int,
    stop: Stop,
) -> Iterator[int]:
    """Choose the most probable token again and again (greedy).

    Args:
        language_model: The LLM.
        logits: ``[1, vocabulary]``, as ``prefill`` returns them.
        cache: What the LLM has read; grows with every token that is read back.
        end_token: Ends the text, and is not given out.
        max_new_tokens: Upper bound of the number of tokens.
        stop: Asked before each token.

    Yields:
        Token ids. The next one is computed only when it is asked for.

    Raises:
        Stopped: If the user stopped.
    """
    embed = language_model.get_input_embeddings()
    check(stop)
    for _ in range(max_new_tokens):
        token = logits.argmax(dim=-1, keepdim=True)
        if int(token) == end_token:
            return
        yield int(token)
        logits = prefill(language_model, embed(token), cache, stop)


class StreamingText:
    """Text that grows with its tokens, in pieces that never change afterwards.

    A word's leading space shows only next to its neighbours, so the whole text is decoded anew and
    what is new in it is given out. Tokens that stand for single bytes are held back until
    their run ends: only then is it known which characters they are.

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
        """What was held back."""
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
