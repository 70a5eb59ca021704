"""Lets the LLMs read prompts, and remembers the part that follow-up questions share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from transformers import LlamaForCausalLM

from unirs.errors import UniRSError
from unirs.inference.cache import KeyValueCache
from unirs.inference.decoding import Stop, prefill
from unirs.model import IMAGE_TOKEN, ModelBundle, embed_prompt
from unirs.model.adapters import Role
from unirs.prompts import Prompt


@dataclass(frozen=True)
class Reading:
    """A prompt that an LLM has read to its end.

    Attributes:
        language_model: Who read it.
        logits: Behind its last token, ``[1, vocabulary]``.
        cache: Its keys and values.
        room: Tokens that the context still has room for.
        text_tokens: Tokens of the prompt's text.
        visual_tokens: Tokens of its images.
    """

    language_model: LlamaForCausalLM
    logits: Tensor
    cache: KeyValueCache
    room: int
    text_tokens: int
    visual_tokens: int


@dataclass(frozen=True)
class _Prefix:
    """System prompt and images of one visual input, ``length`` tokens, as one LLM read them."""

    digest: str
    cache: KeyValueCache
    length: int


class PromptReader:
    """Reads prompts in two pieces: system prompt and images first, then the question's own words.

    The first piece of the latest visual input is kept for each role. Prompts are read in these
    two pieces whether the first is kept or not, so that keeping it changes nothing but the time.

    Args:
        bundle: The model.
    """

    def __init__(self, bundle: ModelBundle) -> None:
        self._bundle = bundle
        self._prefixes: dict[Role, _Prefix] = {}

    def forget(self, role: Role) -> None:
        """Drop what is kept for a role."""
        self._prefixes.pop(role, None)

    def read(
        self,
        role: Role,
        language_model: LlamaForCausalLM,
        prompt: Prompt,
        *,
        digest: str,
        visual: Callable[[], Tensor],
        stop: Stop,
        at_least: int = 1,
        at_most: int = 1,
    ) -> Reading:
        """Read a prompt.

        Args:
            role: Who reads it, for the prefix that is kept.
            language_model: The LLM that plays the role.
            prompt: With a marker for each image.
            digest: Identifies the images.
            visual: Gives their tokens ``[markers, visual_tokens, width]``; asked only if needed.
            stop: Asked now and then.
            at_least: Tokens that the context must still have room for.
            at_most: Tokens that will follow, if there is room for so many.

        Raises:
            UniRSError: ``question_too_long`` if the context has no room for ``at_least`` tokens.
            Stopped: If the user stopped.
        """
        input_ids = self._bundle.processor.encode(prompt).to(self._bundle.model.device)
        room = room_behind(self._bundle, input_ids, at_least)
        split = end_of_images(input_ids)
        markers = prompt.markers
        visual_tokens = markers * self._bundle.config.visual_tokens
        total = len(input_ids) - markers + visual_tokens + min(room, at_most)
        prefix = self._prefixes.get(role)
        if prefix is None or prefix.digest != digest:
            self.forget(role)  # before the new one takes its memory
            embeddings = embed_prompt(language_model, input_ids[:split], visual())
            prefix = self._read_prefix(language_model, embeddings, digest, total, stop)
            self._prefixes[role] = prefix
        prefix.cache.truncate(prefix.length)
        prefix.cache.reserve(total)
        words = language_model.get_input_embeddings()(input_ids[split:].unsqueeze(0))
        logits = prefill(language_model, words, prefix.cache, stop)
        text_tokens = len(input_ids) - markers
        return Reading(language_model, logits, prefix.cache, room, text_tokens, visual_tokens)

    def _read_prefix(
        self,
        language_model: LlamaForCausalLM,
        embeddings: Tensor,
        digest: str,
        total: int,
        stop: Stop,
    ) -> _Prefix:
        cache = KeyValueCache(language_model.config.num_hidden_layers)
        cache.reserve(total)
        prefill(language_model, embeddings, cache, stop)
        return _Prefix(digest, cache, cache.length)


def end_of_images(input_ids: Tensor) -> int:
    """Where the question's own words begin in a prompt ``[length]`` with markers."""
    return int((input_ids == IMAGE_TOKEN).nonzero()[-1]) + 1


def room_behind(bundle: ModelBundle, input_ids: Tensor, at_least: int) -> int:
    """Tokens that the model's context has room for behind a prompt.

    Args:
        bundle: The model.
        input_ids: The prompt, ``[length]``, with a marker for each image.
        at_least: Tokens that must fit.

    Raises:
        UniRSError: ``question_too_long``.
    """
    markers = int((input_ids == IMAGE_TOKEN).sum())
    length = len(input_ids) + markers * (bundle.config.visual_tokens - 1)
    context = int(bundle.config.text_config.max_position_embeddings)
    if context - length < at_least:
        raise UniRSError(
            "question_too_long",
            f"The question is too long: with its images it takes {length} tokens, and the "
            f"model {bundle.name} reads {context - at_least} at most; shorten it.",
            tokens=length,
        )
    return context - length
