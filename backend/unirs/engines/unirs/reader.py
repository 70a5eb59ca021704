"""Reads prompts in two parts: system prompt and images first, then the words behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from transformers import LlamaForCausalLM

from unirs.engines.run import Stop
from unirs.engines.unirs.cache import KeyValueCache
from unirs.engines.unirs.decoding import Chosen, decode, prefill
from unirs.engines.unirs.scoring import score_options
from unirs.errors import UniRSError
from unirs.model import IMAGE_TOKEN, ModelBundle, embed_prompt
from unirs.model.adapters import Role
from unirs.prompts import Prompt

Options = Sequence[Sequence[int]]
"""Token ids of each option of a closed set."""


@dataclass(frozen=True)
class Reading:
    """Prompts that a language model has read to their ends, side by side.

    Each row is ``prefix | padding | words``: the prefixes have one length, and the padding lies
    before the words, so that all rows end, and grow, at the same place. The padding is masked and
    takes no position.

    Attributes:
        language_model: The reader.
        logits: Behind the last token of each row, ``[rows, vocabulary]``.
        cache: Keys and values, ``[rows, …]``.
        mask: ``[rows, tokens]`` bool, false at the padding; ``None`` where there is none.
        end_token: The token that ends an answer.
        text_tokens: Tokens of the text of each prompt.
        limits: Tokens that may be generated, for each row.
    """

    language_model: LlamaForCausalLM
    logits: Tensor
    cache: KeyValueCache
    mask: Tensor | None
    end_token: int
    text_tokens: Sequence[int]
    limits: Sequence[int]

    def generate(self, stop: Callable[[int], bool]) -> Iterator[Chosen]:
        """Generate greedily, one token after the other. A reading generates once.

        Args:
            stop: Called with each row before each of its tokens; ends the row if it returns true.
        """
        return decode(
            self.language_model,
            self.logits,
            self.cache,
            end_token=self.end_token,
            limits=self.limits,
            stop=stop,
            mask=self.mask,
        )

    def scores(self, options: Sequence[Options], stop: Stop) -> list[Tensor]:
        """Log-probabilities of the options of each row; see ``score_options``."""
        return score_options(self.language_model, self.logits, self.cache, options, stop, self.mask)


@dataclass(frozen=True)
class Prefix:
    """System prompt and images of some visual inputs, as a language model has read them.

    Attributes:
        language_model: The reader.
        cache: Keys and values, one row for each visual input. What lies behind ``length`` tokens
            is of the latest question.
        length: Tokens of each prefix.
        rows: Row of each visual input, by its digest.
    """

    language_model: LlamaForCausalLM
    cache: KeyValueCache
    length: int
    rows: Mapping[str, int]

    def cache_for(self, digests: Sequence[str], capacity: int) -> KeyValueCache:
        """A cache that begins with the prefixes of visual inputs and has room for more tokens.

        For one question about the only visual input it is the prefix's own, and nothing is copied.
        """
        self.cache.truncate(self.length)
        if len(digests) == len(self.rows) == 1:
            self.cache.reserve(capacity)
            return self.cache
        keys = self.cache.layers[0].keys
        rows = torch.tensor([self.rows[digest] for digest in digests], device=keys.device)
        return self.cache.select(rows, capacity)


class PromptReader:
    """Reads prompts in two parts, and keeps the first part for follow-up questions.

    The latest prefix of each role is kept. Prompts are read in these two parts whether the first
    is kept or not, so that keeping it changes nothing but the time.

    Args:
        bundle: The model.
    """

    def __init__(self, bundle: ModelBundle) -> None:
        self._bundle = bundle
        self._prefixes: dict[Role, Prefix] = {}

    def clear(self, *roles: Role) -> None:
        """Drop the prefixes of some roles; without any, of all."""
        for role in roles or tuple(self._prefixes):
            self._prefixes.pop(role, None)

    def read_images(
        self,
        role: Role,
        language_model: LlamaForCausalLM,
        markers: int,
        visuals: Mapping[str, Callable[[], Tensor]],
        stop: Stop,
    ) -> Prefix:
        """The prefix of visual inputs: the one that is kept, or a new one.

        Args:
            role: The role of the language model.
            language_model: The reader.
            markers: Visual markers in each prompt.
            visuals: For each visual input, by its digest, a function that gives its tokens,
                ``[markers, visual_tokens, width]``.
            stop: Called now and then.

        Raises:
            Stopped: If ``stop`` returns true.
        """
        kept = self._prefixes.get(role)
        if kept and visuals.keys() <= kept.rows.keys():
            return kept
        self.clear(role)  # before the new one takes its memory
        head = self._encode(Prompt("", markers))
        head = head[: _end_of_images(head)]
        embedded = [embed_prompt(language_model, head, tokens()) for tokens in visuals.values()]
        cache = KeyValueCache(language_model.config.num_hidden_layers)
        cache.reserve(embedded[0].shape[1])
        prefill(language_model, torch.cat(embedded), cache, stop)
        rows = {digest: row for row, digest in enumerate(visuals)}
        self._prefixes[role] = Prefix(language_model, cache, cache.length, rows)
        return self._prefixes[role]

    def read_words(
        self,
        prefix: Prefix,
        digests: Sequence[str],
        prompts: Sequence[Prompt],
        stop: Stop,
        *,
        at_least: Sequence[int],
        at_most: Sequence[int],
    ) -> Reading:
        """Read prompts from their images on.

        Args:
            prefix: What comes before.
            digests: The visual input of each prompt.
            prompts: One for each row.
            stop: Called now and then.
            at_least: Tokens that the context must still have room for, for each row.
            at_most: Tokens that will be generated, if there is room for so many.

        Raises:
            UniRSError: ``question_too_long`` if the context has too little room.
            Stopped: If ``stop`` returns true.
        """
        language_model = prefix.language_model
        ids = [self._encode(prompt) for prompt in prompts]
        rooms = [self._room_behind(*each) for each in zip(ids, at_least, strict=True)]
        limits = [min(*each) for each in zip(rooms, at_most, strict=True)]
        words = [prompt[_end_of_images(prompt) :] for prompt in ids]
        tokens = pad_sequence(words, batch_first=True, padding_side="left")
        mask = _mask(words, prefix.length)
        cache = prefix.cache_for(digests, prefix.length + tokens.shape[1] + max(limits))
        embeddings = language_model.get_input_embeddings()(tokens)
        return Reading(
            language_model=language_model,
            logits=prefill(language_model, embeddings, cache, stop, mask),
            cache=cache,
            mask=mask,
            end_token=self._bundle.processor.tokenizer.eos_token_id,
            text_tokens=[int((prompt != IMAGE_TOKEN).sum()) for prompt in ids],
            limits=limits,
        )

    def _encode(self, prompt: Prompt) -> Tensor:
        return self._bundle.processor.encode(prompt).to(self._bundle.model.device)

    def _room_behind(self, input_ids: Tensor, at_least: int) -> int:
        """Tokens that the model's context has room for behind a prompt ``[length]``."""
        config = self._bundle.config
        markers = int((input_ids == IMAGE_TOKEN).sum())
        length = len(input_ids) + markers * (config.visual_tokens - 1)
        context = int(config.text_config.max_position_embeddings)
        if context - length < at_least:
            raise UniRSError(
                "question_too_long",
                f"The question is too long: with its images it takes {length} tokens, and the "
                f"model {self._bundle.name} reads {context - at_least} at most; shorten it.",
                tokens=length,
            )
        return context - length


def _end_of_images(input_ids: Tensor) -> int:
    """Where the words behind the images begin in a prompt ``[length]`` with markers."""
    return int((input_ids == IMAGE_TOKEN).nonzero()[-1]) + 1


def _mask(words: Sequence[Tensor], prefix_length: int) -> Tensor | None:
    """``[rows, tokens]`` bool, false at the padding before the words; ``None`` without padding."""
    if len({len(ids) for ids in words}) == 1:
        return None
    real = [torch.ones_like(ids, dtype=torch.bool) for ids in words]
    mask = pad_sequence(real, batch_first=True, padding_side="left")
    return torch.cat([mask.new_ones(len(words), prefix_length), mask], dim=1)
