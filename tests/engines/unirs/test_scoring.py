import pytest
import torch

from unirs.engines.run import Stopped
from unirs.engines.unirs import decoding, scoring
from unirs.engines.unirs.cache import KeyValueCache
from unirs.engines.unirs.decoding import prefill
from unirs.engines.unirs.scoring import score_options

NEVER = lambda: False  # noqa: E731
END = 2
OPTIONS = [[7, END], [7, 8, 9, END], [7, 8, END], [30, 31, 32, 33, 34, END]]


@pytest.fixture
def read(pipeline):
    """A prompt read by the LLM: the LLM, the logits behind the prompt, the cache, the prompt."""
    language_model = pipeline.bundle.model.language_model
    prompt = torch.randn(1, 12, 48, generator=torch.Generator().manual_seed(5))
    cache = KeyValueCache(2)
    with torch.inference_mode():
        logits = prefill(language_model, prompt, cache, NEVER)
    return language_model, logits, cache, prompt


def score_alone(language_model, prompt, option):
    """The textbook way: one option behind the whole prompt, no cache, no padding."""
    words = language_model.get_input_embeddings()(torch.tensor([option]))
    logits = language_model(inputs_embeds=torch.cat([prompt, words], dim=1)).logits[0]
    chances = logits[prompt.shape[1] - 1 : -1].log_softmax(dim=-1)
    return chances[torch.arange(len(option)), option].sum()


@torch.inference_mode()
@pytest.mark.parametrize("batch", [1, 2, 32])
def test_options_side_by_side_score_as_each_alone(read, monkeypatch, batch):
    monkeypatch.setattr(scoring, "OPTIONS_PER_BATCH", batch)
    language_model, logits, cache, prompt = read
    together = score_options(language_model, logits, cache, [OPTIONS], NEVER)[0]
    alone = torch.stack([score_alone(language_model, prompt, option) for option in OPTIONS])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-4)
    assert cache.length == 12


@torch.inference_mode()
@pytest.mark.parametrize("tokens", [6, 512])
def test_prompts_side_by_side_score_as_each_alone(pipeline, monkeypatch, tokens):
    """With options of their own, prompts of unequal lengths, and padding before their words."""
    language_model = pipeline.bundle.model.language_model
    whole = torch.randn(3, 12, 48, generator=torch.Generator().manual_seed(6))
    mask = torch.ones(3, 12, dtype=torch.bool)
    mask[1, 4:7] = False
    options = [OPTIONS, OPTIONS[:1], [[9, END], *OPTIONS[2:]]]
    monkeypatch.setattr(decoding, "TOKENS_AT_ONCE", tokens)
    cache = KeyValueCache(2)
    logits = prefill(language_model, whole, cache, NEVER, mask)
    together = score_options(language_model, logits, cache, options, NEVER, mask)
    for prompt, real, each, scores in zip(whole, mask, options, together, strict=True):
        read = prompt[real].unsqueeze(0)
        alone = torch.stack([score_alone(language_model, read, option) for option in each])
        torch.testing.assert_close(scores, alone, rtol=1e-4, atol=1e-4)


@torch.inference_mode()
def test_an_option_and_its_continuation_exclude_each_other(read):
    language_model, logits, cache, _ = read
    every_end = [[7, token] for token in range(language_model.config.vocab_size)]
    total = score_options(language_model, logits, cache, [every_end], NEVER)[0].exp().sum()
    torch.testing.assert_close(total, logits.softmax(dim=-1)[0, 7], rtol=1e-4, atol=1e-6)


@torch.inference_mode()
def test_a_stop_takes_effect_between_batches(read, monkeypatch):
    monkeypatch.setattr(scoring, "OPTIONS_PER_BATCH", 2)
    monkeypatch.setattr(decoding, "TOKENS_AT_ONCE", 6)
    language_model, logits, cache, _ = read
    asked = iter([False, True])
    with pytest.raises(Stopped):
        score_options(language_model, logits, cache, [OPTIONS], lambda: next(asked))
