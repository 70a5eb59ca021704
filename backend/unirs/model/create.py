"""New models with random weights, for training and for tests."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import sentencepiece
import torch
from transformers import LlamaForCausalLM, LlamaTokenizer

from unirs.model.adapters import add_adapter, add_adapters
from unirs.model.bundle import ModelBundle, make_processor
from unirs.model.config import UniRSConfig
from unirs.model.language_weights import open_language_model
from unirs.model.modeling import UniRSForConditionalGeneration
from unirs.prompts import SYSTEM


def train_tokenizer(texts: Iterable[str], vocabulary: int, folder: Path) -> LlamaTokenizer:
    """Train a LLaMA tokenizer: byte-pair encoding with bytes for unknown characters.

    Args:
        texts: The corpus.
        vocabulary: Number of tokens, above 300.
        folder: Where ``tokenizer.model`` is written.
    """
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([SYSTEM, *texts]),
        model_writer=model,
        vocab_size=vocabulary,
        hard_vocab_limit=False,
        model_type="bpe",
        byte_fallback=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        split_digits=True,
        minloglevel=2,
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "tokenizer.model"
    path.write_bytes(model.getvalue())
    return LlamaTokenizer.from_pretrained(folder, legacy=False, pad_token="<unk>")  # noqa: S106


def new_bundle(
    config: UniRSConfig, tokenizer: LlamaTokenizer, folder: Path, seed: int = 0
) -> ModelBundle:
    """A bundle with random weights, except for a language model that the configuration names.

    Args:
        config: Sizes; its vocabulary is set to the tokenizer's.
        tokenizer: As ``train_tokenizer`` returns it.
        folder: Becomes the bundle's folder; nothing is written.
        seed: Any integer. The same seed gives the same weights.
    """
    config.text_config.vocab_size = len(tokenizer)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = UniRSForConditionalGeneration(config).eval()
        clue_model = LlamaForCausalLM(config.text_config).eval()
    if config.shared_language_model:
        kept = open_language_model(config.shared_language_model)
        weights = {name: part[...] for name, part in kept.items()}
        model.language_model.load_state_dict(weights, strict=False)  # its head is tied
    if config.adapters:
        add_adapters(model.language_model, config.adapters)
    elif config.clue_source == "adapter":
        add_adapter(model.language_model)
    second = clue_model if config.clue_source == "second" else None
    return ModelBundle(folder.name, folder, model, make_processor(config, tokenizer), second)
