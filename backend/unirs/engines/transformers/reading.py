"""Reads prompts with a model of ``transformers``: what is shared is read once.

The images of a prompt come first and are read first; the keys and values are copied for each
question about them. Everything a model computes goes through its own ``generate`` and ``forward``,
so that whatever is special about an architecture stays its own matter.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from transformers import LogitsProcessor, LogitsProcessorList

from unirs.engines.devices import is_out_of_memory
from unirs.engines.run import Stop, Stopped
from unirs.engines.transformers.processing import Encoded
from unirs.errors import UniRSError, short_reason

OnTokens = Callable[[list[int], list[float]], None]
OPTIONS_AT_ONCE = 32
_COPY_BYTES = 2**30
"""Memory for copies of a prompt's keys and values while its options are scored."""


@dataclass(frozen=True)
class Prefix:
    """The beginning of a prompt, as the model has read it.

    Attributes:
        cache: Keys and values (or other states) of its tokens; copied before it grows.
        positions: What some models keep beside them, see ``_set_positions``.
        length: Tokens.
    """

    cache: Any
    positions: tuple[Tensor | None, ...]
    length: int


@dataclass(frozen=True)
class Reading:
    """Prompts of equal length, side by side, read to their ends.

    Attributes:
        logits: Behind the last token of each, ``[rows, vocabulary]`` float32.
        prefix: All of them.
    """

    logits: Tensor
    prefix: Prefix


class Reader:
    """Reads prompts, generates text and scores options.

    Args:
        model: In evaluation mode on its device.
        name: Of the model, for messages.
    """

    def __init__(self, model: Any, name: str) -> None:
        self._model, self._name = model, name
        self._stop: Stop = _never
        self._holders = [part for part in model.modules() if hasattr(part, "rope_deltas")]
        settings = model.generation_config
        settings.do_sample, settings.num_beams = False, 1
        settings.temperature = settings.top_p = settings.top_k = settings.min_p = None
        settings.cache_implementation = None
        settings.max_length = None
        ends = settings.eos_token_id
        self.end_tokens: list[int] = ends if isinstance(ends, list) else [ends]
        for part in model.modules():
            if isinstance(part, nn.ModuleList):
                for layer in part:
                    layer.register_forward_pre_hook(self._check)

    @property
    def device(self) -> torch.device:
        """Where the model runs."""
        return torch.device(self._model.device)

    @contextmanager
    def stopping(self, stop: Stop) -> Iterator[None]:
        """Within, ``stop`` is called before each layer; once it returns true, the work ends there.

        Raises:
            Stopped: If it did.
        """
        before, self._stop = self._stop, stop
        try:
            yield
        finally:
            self._stop = before

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Within, the model may do other work, in the middle of what it is doing."""
        positions = self._positions()
        try:
            with self.stopping(_never):
                yield
        finally:
            self._set_positions(positions)

    def read(self, encoded: Encoded, prefix: Prefix | None = None) -> Reading:
        """Read prompts to their ends.

        Args:
            encoded: Prompts of equal length.
            prefix: Their beginning, which has been read.

        Raises:
            Stopped: If the work is to end.
            UniRSError: ``model_failed``.
        """
        output = self._generate(encoded, prefix, most=1)
        return Reading(output.logits[0].float(), self._snapshot(output, encoded.length))

    def write(
        self,
        encoded: Encoded,
        prefix: Prefix | None,
        most: int,
        on_tokens: OnTokens,
    ) -> None:
        """Generate greedily behind prompts of equal length.

        Args:
            encoded: The prompts.
            prefix: Their beginning, which has been read.
            most: Tokens that are generated at most.
            on_tokens: Called with the next token of each prompt, and its probability; what follows
                a token that ends an answer means nothing.

        Raises:
            Stopped: If the work is to end.
            UniRSError: ``model_failed``.
        """
        self._generate(encoded, prefix, most, _Listener(on_tokens))

    def scores(self, reading: Reading, options: Sequence[Sequence[int]]) -> Tensor:
        """Log-probabilities of options, each as the whole answer to each prompt.

        The score of an option is the sum of the log-probabilities of its tokens and of the end of
        the turn behind them.

        Args:
            reading: The prompts.
            options: Token ids of each option with the end of the turn; the same for all prompts.

        Returns:
            ``[rows, options]`` float32.

        Raises:
            Stopped: If the work is to end.
            UniRSError: ``model_failed``.
        """
        rows = len(reading.logits)
        at_once = max(1, _COPY_BYTES // max(1, _cache_bytes(reading.prefix.cache)))
        at_once = min(at_once, max(1, OPTIONS_AT_ONCE // rows))
        scores = [
            self._score(reading, options[start : start + at_once])
            for start in range(0, len(options), at_once)
        ]
        return torch.cat(scores, dim=1)

    def _score(self, reading: Reading, options: Sequence[Sequence[int]]) -> Tensor:
        """One forward pass over some options; the padding behind them is causal, counts nothing."""
        rows, device = len(reading.logits), reading.logits.device
        each = [torch.tensor(option, device=device) for option in options]
        tokens = pad_sequence(each, batch_first=True).repeat(rows, 1)
        counted = pad_sequence([torch.ones_like(one) for one in each], batch_first=True)
        counted = counted.repeat(rows, 1)
        chances = reading.logits.repeat_interleave(len(options), dim=0).unsqueeze(1)
        if tokens.shape[1] > 1:
            cache = copy.deepcopy(reading.prefix.cache)
            places = torch.arange(rows, device=device).repeat_interleave(len(options))
            cache.reorder_cache(places)  # with repetition; every kind of layer can do this
            self._set_positions(reading.prefix.positions)
            with self._explained():
                following = self._model(
                    input_ids=tokens[:, :-1], past_key_values=cache, use_cache=True
                ).logits
            chances = torch.cat([chances, following.float()], dim=1)
        chosen = chances.log_softmax(dim=-1).gather(-1, tokens.unsqueeze(-1)).squeeze(-1)
        return (chosen * counted).sum(dim=1).view(rows, len(options))

    def _generate(
        self, encoded: Encoded, prefix: Prefix | None, most: int, listener: _Listener | None = None
    ) -> Any:
        inputs = encoded.to(self._model.device, self._model.dtype)
        more = dict(inputs.vision)
        if prefix is not None:
            more = {"past_key_values": copy.deepcopy(prefix.cache)}
            self._set_positions(prefix.positions)
        with self._explained():
            return self._model.generate(
                input_ids=inputs.ids,
                attention_mask=torch.ones_like(inputs.ids),
                max_new_tokens=most,
                streamer=listener,
                logits_processor=LogitsProcessorList([listener.chances] if listener else []),
                return_dict_in_generate=True,
                output_logits=listener is None,
                disable_compile=True,
                **inputs.types,
                **more,
            )

    def _snapshot(self, output: Any, length: int) -> Prefix:
        return Prefix(output.past_key_values, self._positions(), length)

    def _positions(self) -> tuple[Tensor | None, ...]:
        return tuple(part.rope_deltas for part in self._holders)

    def _set_positions(self, positions: tuple[Tensor | None, ...]) -> None:
        """Give models that shift positions by the images' sizes the shift of these images."""
        for part, shift in zip(self._holders, positions, strict=True):
            part.rope_deltas = shift

    def _check(self, *_: Any) -> None:
        if self._stop():
            raise Stopped

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what a model raises about its inputs into a sentence."""
        try:
            yield
        except (ValueError, IndexError, TypeError, RuntimeError, AttributeError) as error:
            if is_out_of_memory(error):
                raise
            raise UniRSError(
                "model_failed",
                f"The model {self._name} fails on this question ({short_reason(error)}); "
                "its files may not fit together: download it again, or choose another model.",
            ) from error


class _Listener:
    """Passes tokens on as ``generate`` chooses them; it begins with the prompt."""

    def __init__(self, on_tokens: OnTokens) -> None:
        self._on_tokens = on_tokens
        self._begun = False
        self.chances = _Chances()

    def put(self, value: Tensor) -> None:
        """Take the prompt, then the next token of each row."""
        if self._begun:
            self._on_tokens(value.reshape(-1).tolist(), self.chances.latest)
        self._begun = True

    def end(self) -> None:
        """Nothing is held back here."""


class _Chances(LogitsProcessor):
    """Keeps the probability of the most probable token of each row, which is chosen next."""

    def __init__(self) -> None:
        self.latest: list[float] = []

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:  # noqa: ARG002
        """Called with ``[rows, vocabulary]`` before each token; the scores stay as they are."""
        logits = scores.float()
        self.latest = (logits.amax(dim=-1) - logits.logsumexp(dim=-1)).exp().tolist()
        return scores


def _cache_bytes(cache: Any) -> int:
    """Memory of a cache, as far as it holds keys and values."""
    tensors = [
        states
        for layer in cache.layers
        for states in (getattr(layer, "keys", None), getattr(layer, "values", None))
        if states is not None
    ]
    return sum(states.numel() * states.element_size() for states in tensors)


def _never() -> bool:
    return False
