import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM

from unirs.engines.unirs.cache import BLOCK, KeyValueCache, LeastRecentlyUsed

CONFIG = LlamaConfig(
    vocab_size=97,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
)
torch.manual_seed(0)
MODEL = LlamaForCausalLM(CONFIG).eval()


def states(length, batch=1):
    return torch.randn(batch, 2, length, 8)


@torch.inference_mode()
def run(tokens, cache):
    return MODEL(input_ids=torch.tensor([tokens]), past_key_values=cache, use_cache=True).logits


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_reading_in_pieces_gives_the_logits_of_reading_at_once(pieces):
    tokens = torch.randint(0, 97, (sum(pieces),), generator=torch.Generator().manual_seed(1))
    cache = KeyValueCache(2)
    logits = [run(piece.tolist(), cache) for piece in tokens.split(pieces)]
    whole = run(tokens.tolist(), DynamicCache(config=CONFIG))
    torch.testing.assert_close(torch.cat(logits, dim=1), whole, rtol=1e-4, atol=1e-5)


def test_a_truncated_cache_continues_as_if_the_rest_had_never_been():
    cache = KeyValueCache(2)
    run([5, 6, 7], cache)
    expected = run([8, 9], cache)
    run([10, 11, 12, 13], cache)
    cache.truncate(3)
    assert cache.length == 3
    assert torch.equal(run([8, 9], cache), expected)


def test_buffers_are_allocated_once_and_written_in_place():
    cache = KeyValueCache(1)
    cache.reserve(300)
    layer = cache.layers[0]
    layer.update(states(200), states(200))
    address = layer.keys.data_ptr()
    for _ in range(100):
        keys, _ = layer.update(states(1), states(1))
        assert keys.data_ptr() == address
    assert keys.shape == (1, 2, 300, 8)


def test_a_small_prompt_takes_a_small_buffer():
    cache = KeyValueCache(1)
    cache.reserve(10)
    cache.layers[0].update(states(10), states(10))
    assert cache.layers[0].get_max_length() == BLOCK


def test_growing_keeps_what_is_held():
    layer = KeyValueCache(1).layers[0]
    first = states(BLOCK - 1)
    layer.update(first, first)
    more = states(2 * BLOCK)
    keys, values = layer.update(more, more)
    assert torch.equal(keys, torch.cat([first, more], dim=-2))
    assert torch.equal(values, keys)


def test_a_shared_prefix_serves_a_batch_as_each_row_alone_and_stays_as_it_was():
    rows = [[20, 21, 22], [30, 31, 32], [40, 41, 42]]
    cache = KeyValueCache(2)
    run([1, 2, 3, 4], cache)
    with torch.inference_mode():
        batch = MODEL(
            input_ids=torch.tensor(rows), past_key_values=cache.shared(), use_cache=True
        ).logits
    for row, logits in zip(rows, batch, strict=True):
        alone = run(row, cache)
        torch.testing.assert_close(logits, alone[0], rtol=1e-4, atol=1e-5)
        cache.truncate(4)


def test_the_entry_unused_for_longest_goes_first():
    entries: LeastRecentlyUsed[int] = LeastRecentlyUsed(2)
    entries.put("a", 1)
    entries.put("b", 2)
    entries.get("a")
    entries.put("c", 3)
    assert (entries.get("a"), entries.get("b"), entries.get("c")) == (1, None, 3)
    assert len(entries) == 2
