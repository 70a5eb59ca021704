"""Trained weights become the model folder that travels with the package."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from unirs.model.adapters import Role
from unirs.model.bundle import load_bundle, make_processor, quiet_transformers
from unirs.model.config import UniRSConfig
from unirs.model.language_model import LanguageModel, find_source
from unirs.model.small import named, write_small


def publish(
    target: Path,
    config: UniRSConfig,
    tokenizer: PreTrainedTokenizerBase,
    tensors: Mapping[str, Tensor],
    adapters: Mapping[Role, Mapping[str, Tensor]],
    card: str,
) -> None:
    """Write a model folder that names its language model, and load it once to see that it is whole.

    Args:
        target: The folder; one that is there is replaced when the new one is whole.
        config: Names the language model, and the size of each adapter.
        tokenizer: That of the language model.
        tensors: All of ``UniRSForConditionalGeneration`` but its language model.
        adapters: By role; names as in ``adapter_tensors``.
        card: The model card.

    Raises:
        ValueError: If a weight is not finite.
        UniRSError: ``model_invalid`` if a tensor is missing, unexpected or misshapen;
            ``language_model_missing``; ``output_unwritable``.
    """
    stored = dict(tensors)
    for role, weights in adapters.items():
        stored |= named(role, weights)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".publishing-", dir=target.parent) as scratch:
        folder = Path(scratch) / target.name
        folder.mkdir()
        with quiet_transformers():
            write_small(folder, config, make_processor(config, tokenizer), stored)
        (folder / "README.md").write_text(card, encoding="utf-8")
        load_bundle(folder)
        if target.is_dir():
            shutil.rmtree(target)
        folder.replace(target)


def read_tokenizer(language_model: LanguageModel) -> PreTrainedTokenizerBase:
    """The tokenizer of a language model, from the file that its weights are made from.

    Raises:
        UniRSError: ``language_model_missing``.
    """
    file = find_source(language_model)
    with quiet_transformers():
        return AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
