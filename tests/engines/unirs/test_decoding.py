from itertools import islice

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unirs.engines.run import Stopped
from unirs.engines.unirs import decoding
from unirs.engines.unirs.cache import KeyValueCache
from unirs.engines.unirs.decoding import PREFILL_CHUNK, StreamingText, decode, prefill

NEVER = lambda: False  # noqa: E731


@pytest.fixture
def language_model(pipeline):
    return pipeline.bundle.model.language_model


def embeddings(length, seed=0):
    return torch.randn(1, length, 48, generator=torch.Generator().manual_seed(seed))


def decoded(language_model, prompt, count, end_token=-1, stop=NEVER):
    """Tokens of a single row."""
    cache = KeyValueCache(2)
    logits = prefill(language_model, prompt, cache, NEVER)
    rows = decode(
        language_model, logits, cache, end_token=end_token, limits=[count], stop=lambda _: stop()
    )
    return (chosen.token for chosen in rows)


@torch.inference_mode()
@pytest.mark.parametrize("length", [1, 17, 200, PREFILL_CHUNK + 3])
def test_greedy_decoding_gives_the_tokens_of_generate(language_model, length):
    prompt = embeddings(length, seed=length)
    ours = list(decoded(language_model, prompt, 40))
    theirs = language_model.generate(
        inputs_embeds=prompt,
        attention_mask=torch.ones(1, length),
        do_sample=False,
        max_new_tokens=40,
        eos_token_id=None,
        pad_token_id=0,
    )
    assert ours == theirs[0].tolist()
    assert len(set(ours)) > 5  # a model that repeats one token would prove nothing


@torch.inference_mode()
def test_the_end_token_ends_the_text_and_is_not_given_out(language_model):
    free = list(decoded(language_model, embeddings(9), 30))
    end = free[7]
    assert (
        list(decoded(language_model, embeddings(9), 30, end_token=end)) == free[: free.index(end)]
    )


@torch.inference_mode()
@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_stop_takes_effect_at_the_next_token(language_model, count):
    given_out: list[int] = []
    for token in decoded(language_model, embeddings(9), 30, stop=lambda: len(given_out) >= count):
        given_out.append(token)
    assert len(given_out) == count


@torch.inference_mode()
def test_rows_are_decoded_side_by_side_and_each_ends_by_itself(language_model):
    """By its own limit, by the end token, by a stop; the others go on as if it were not there."""
    prompts = [embeddings(9, seed) for seed in range(4)]
    alone = [list(decoded(language_model, prompt, 12)) for prompt in prompts]
    assert len({tuple(tokens) for tokens in alone}) == 4
    end = next(token for token in alone[1][3:] if token not in alone[0] + alone[2] + alone[3])
    cache = KeyValueCache(2)
    logits = prefill(language_model, torch.cat(prompts), cache, NEVER)
    rows = [[], [], [], []]
    for row, token, _ in decode(
        language_model,
        logits,
        cache,
        end_token=end,
        limits=[12, 12, 5, 12],
        stop=lambda row: row == 3 and len(rows[3]) == 2,
    ):
        rows[row].append(token)
    assert rows == [alone[0], alone[1][: alone[1].index(end)], alone[2][:5], alone[3][:2]]


@torch.inference_mode()
def test_many_rows_are_read_part_by_part_as_all_at_once(language_model, monkeypatch):
    prompts = torch.cat([embeddings(9, seed) for seed in range(5)])
    mask = torch.ones(5, 9, dtype=torch.bool)
    mask[3, 2:5] = False
    found, stops = [], []
    for tokens in (1000, 18):
        monkeypatch.setattr(decoding, "TOKENS_AT_ONCE", tokens)
        cache = KeyValueCache(2)
        prefill(language_model, prompts[:, :4], cache, NEVER, mask)
        logits = prefill(language_model, prompts[:, 4:], cache, lambda: bool(stops.append(1)), mask)
        found.append([logits, *cache.layers[1].filled()])
    assert cache.length == 9
    assert len(stops) == 1 + 2  # three rows of five tokens at a time
    for each, expected in zip(*found, strict=True):
        torch.testing.assert_close(each, expected, rtol=1e-4, atol=1e-5)


@torch.inference_mode()
def test_a_token_is_computed_on_demand(language_model):
    cache = KeyValueCache(2)
    logits = prefill(language_model, embeddings(9), cache, NEVER)
    tokens = decode(language_model, logits, cache, end_token=-1, limits=[30], stop=lambda _: False)
    assert len(list(islice(tokens, 4))) == 4
    assert cache.length == 9 + 3


@torch.inference_mode()
def test_a_stop_takes_effect_inside_a_long_prompt(language_model):
    cache = KeyValueCache(2)
    asked = iter([False, True])
    with pytest.raises(Stopped):
        prefill(language_model, embeddings(3 * PREFILL_CHUNK), cache, lambda: next(asked))
    assert cache.length == PREFILL_CHUNK


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\ufffd"), max_size=30))
def test_streamed_pieces_join_to_the_text_and_are_whole_characters(processor, text):
    ids = processor.tokenizer(text, add_special_tokens=False, split_special_tokens=True).input_ids
    stream = StreamingText(processor)
    pieces = [stream.add(token) for token in ids]
    assert not any("\ufffd" in piece for piece in pieces)
    assert "".join(pieces) + stream.finish() == stream.text == processor.decode(ids)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ids=st.lists(st.integers(0, 399), max_size=30))
def test_streamed_pieces_of_any_tokens_join_to_their_text(processor, ids):
    stream = StreamingText(processor)
    pieces = [stream.add(token) for token in ids]
    assert "".join(pieces) + stream.finish() == stream.text == processor.decode(ids)


def test_a_special_token_does_not_end_a_run_of_bytes(processor):
    """The tokenizer leaves it out first and joins the bytes then."""
    ids = processor.tokenizer.convert_tokens_to_ids(["<0xC3>", "<unk>", "<0xA9>", "▁the"])
    stream = StreamingText(processor)
    assert [stream.add(token) for token in ids] == ["", "", "", processor.decode(ids)]
    assert stream.text.startswith("é")


def test_words_are_streamed_with_the_spaces_between_them(processor):
    ids = processor.encode_answer("there is a road")[:-1]
    stream = StreamingText(processor)
    assert "".join(stream.add(token) for token in ids) == "there is a road"


def test_a_character_that_never_comes_to_its_end_is_given_out_at_the_end(processor):
    first_byte = processor.tokenizer.convert_tokens_to_ids("<0xC3>")
    stream = StreamingText(processor)
    assert stream.add(first_byte) == ""
    assert stream.finish() == "\ufffd"


@pytest.fixture(scope="module")
def processor(make_pipeline):
    return make_pipeline().bundle.processor
