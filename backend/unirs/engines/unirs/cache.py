"""Key/value caches: pre-allocated for decoding, shared for scoring; and a bounded dictionary."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor
from transformers import PretrainedConfig
from transformers.cache_utils import Cache, CacheLayerMixin

BLOCK = 256
"""Buffers grow in steps of this many tokens."""

Value = TypeVar("Value")


class PreallocatedLayer(CacheLayerMixin):
    """Keys and values of one attention layer in buffers that are written in place.

    Attributes:
        keys: Buffer ``[batch, heads, capacity, head_width]``, filled up to ``length``.
        values: Same shape.
        length: Tokens held.
    """

    is_croppable = True

    def __init__(self) -> None:
        super().__init__()
        self.length = 0
        self._wanted = 0

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Allocate the buffers, in the type and on the device of the first states."""
        self.dtype, self.device = key_states.dtype, key_states.device
        self.keys = _buffer_like(key_states, self._wanted)
        self.values = _buffer_like(value_states, self._wanted)
        self.is_initialized = True

    def reserve(self, length: int) -> None:
        """Make room for ``length`` tokens in all; what is held is kept."""
        self._wanted = -(-length // BLOCK) * BLOCK
        if self.is_initialized and length > self.keys.shape[-2]:
            self.keys = self._moved(self.keys)
            self.values = self._moved(self.values)

    def update(
        self, key_states: Tensor, value_states: Tensor, *_args: Any, **_kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Append states ``[batch, heads, new, head_width]``; return views of all that is held."""
        end = self.length + key_states.shape[-2]
        if end > self.get_max_length():
            self.reserve(end)
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        self.keys[:, :, self.length : end] = key_states
        self.values[:, :, self.length : end] = value_states
        self.length = end
        return self.filled()

    def filled(self) -> tuple[Tensor, Tensor]:
        """Views of the keys and values held, ``[batch, heads, length, head_width]``."""
        return self.keys[:, :, : self.length], self.values[:, :, : self.length]

    def get_seq_length(self) -> int:
        """Tokens held."""
        return self.length

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Length and offset of the keys that ``query_length`` new tokens will see."""
        return self.length + query_length, 0

    def get_max_length(self) -> int:
        """Tokens that fit without growing."""
        return int(self.keys.shape[-2]) if self.is_initialized else self._wanted

    def crop(self, tokens_to_remove: int) -> None:
        """Forget the last tokens; the number is negative, as everywhere in ``transformers``."""
        self.length += tokens_to_remove

    def allocate(self, batch: int, heads: int, width: int, like: Tensor) -> None:
        """Allocate the buffers before the first states, with the type and device of ``like``."""
        if not self.is_initialized:
            states = like.new_empty(batch, heads, 0, width)
            self.lazy_initialization(states, states)

    def part(self, rows: slice) -> PreallocatedLayer:
        """Some sequences of the batch, written into these buffers; its length is its own.

        There must be room for what it will get.
        """
        part = PreallocatedLayer()
        part.dtype, part.device, part.length = self.dtype, self.device, self.length
        part.keys, part.values, part.is_initialized = self.keys[rows], self.values[rows], True
        return part

    def _moved(self, old: Tensor) -> Tensor:
        new = _buffer_like(old, self._wanted)
        new[:, :, : self.length] = old[:, :, : self.length]
        return new


class KeyValueCache(Cache):
    """The decoding cache of one prompt.

    Buffers are allocated once, sized by need in steps of ``BLOCK`` tokens, and written in place.
    ``truncate`` gives a follow-up question the prefix it shares with the question before it.

    Args:
        layer_count: Number of attention layers of the LLM.
    """

    def __init__(self, layer_count: int) -> None:
        super().__init__(layers=[PreallocatedLayer() for _ in range(layer_count)])

    @property
    def length(self) -> int:
        """Tokens held."""
        return int(self.get_seq_length())

    def reserve(self, length: int) -> None:
        """Make room for ``length`` tokens in all, before the tokens come."""
        for layer in self.layers:
            layer.reserve(length)

    def truncate(self, length: int) -> None:
        """Keep the first ``length`` tokens. Each layer must hold at least so many."""
        for layer in self.layers:
            layer.crop(length - layer.length)

    def select(self, rows: Tensor, capacity: int, tokens: Tensor | None = None) -> KeyValueCache:
        """Some sequences of a batch, each as often as wanted, in a cache of their own.

        Args:
            rows: Which ones, ``[any]`` int64.
            capacity: Tokens to make room for.
            tokens: Which of their tokens, ``[length]`` bool; all if ``None``.
        """
        chosen = KeyValueCache(len(self.layers))
        chosen.reserve(capacity)
        for layer, target in zip(self.layers, chosen.layers, strict=True):
            keys, values = (states[rows] for states in layer.filled())
            if tokens is not None:
                keys, values = keys[:, :, tokens], values[:, :, tokens]
            target.update(keys, values)
        return chosen

    def make_room(self, rows: int, new: int, config: PretrainedConfig, like: Tensor) -> None:
        """Room for ``new`` more tokens of each of ``rows`` sequences, to be read part by part.

        Args:
            rows: Sequences of the batch.
            new: Tokens.
            config: Of the LLM, for the shape of the buffers if nothing is held yet.
            like: Has the type and the device of the states.
        """
        width = getattr(config, "head_dim", None)
        width = width or config.hidden_size // config.num_attention_heads
        self.reserve(self.length + new)
        for layer in self.layers:
            layer.allocate(rows, config.num_key_value_heads, width, like)

    def part(self, rows: slice) -> KeyValueCache:
        """A cache of some sequences that writes into the buffers of this one; see ``advance``."""
        part = KeyValueCache(0)
        part.layers = [layer.part(rows) for layer in self.layers]
        return part

    def advance(self, new: int) -> None:
        """Hold ``new`` more tokens, which all parts have written."""
        for layer in self.layers:
            layer.length += new

    def shared(self, rows: slice | Tensor = slice(None)) -> SharedPrefixCache:
        """What is held now, as the prefix of a whole batch.

        Args:
            rows: Which sequences, one for each row of the batch; by default the only one, for all.
        """
        return SharedPrefixCache(self, rows)


class SharedPrefixLayer(CacheLayerMixin):
    """One layer's states of sequences, read as the prefixes of a batch and left as they are.

    A single sequence is the prefix of every row of the batch.
    """

    def __init__(self, keys: Tensor, values: Tensor, rows: slice | Tensor) -> None:
        super().__init__()
        self.keys, self.values = keys, values
        self.is_initialized = True
        self._rows = rows

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Nothing to allocate: the prefix is there."""

    def update(
        self, key_states: Tensor, value_states: Tensor, *_args: Any, **_kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Prefix and new states of each row of the batch; the new ones are not kept."""
        return self._continued(self.keys, key_states), self._continued(self.values, value_states)

    def _continued(self, prefix: Tensor, new: Tensor) -> Tensor:
        return torch.cat([prefix[self._rows].expand(len(new), -1, -1, -1), new], dim=-2)

    def get_seq_length(self) -> int:
        """Tokens of the prefix."""
        return int(self.keys.shape[-2])

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Length and offset of the keys that ``query_length`` new tokens will see."""
        return self.get_seq_length() + query_length, 0

    def get_max_length(self) -> int:
        """No bound (-1): nothing is stored."""
        return -1


class SharedPrefixCache(Cache):
    """A prefix for a batch of continuations, each run in one forward pass.

    The prefix is neither run again nor copied for the batch as a whole: only the layer that is
    computing holds its expanded form, which matters with many options behind long prompts.
    """

    def __init__(self, prefix: KeyValueCache, rows: slice | Tensor) -> None:
        held = [layer.filled() for layer in prefix.layers]
        super().__init__(layers=[SharedPrefixLayer(keys, values, rows) for keys, values in held])


class LeastRecentlyUsed(Generic[Value]):
    """A dictionary of at most ``capacity`` entries: the one unused for longest goes first."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._entries: OrderedDict[str, Value] = OrderedDict()

    def get(self, key: str) -> Value | None:
        """The entry, which then counts as just used, or ``None``."""
        if key in self._entries:
            self._entries.move_to_end(key)
        return self._entries.get(key)

    def put(self, key: str, value: Value) -> None:
        """Store an entry."""
        self._entries[key] = value
        self._entries.move_to_end(key)
        if len(self._entries) > self._capacity:
            self._entries.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()

    def __len__(self) -> int:
        return len(self._entries)


def _buffer_like(states: Tensor, capacity: int) -> Tensor:
    batch, heads, _, width = states.shape
    return states.new_empty(batch, heads, capacity, width)
