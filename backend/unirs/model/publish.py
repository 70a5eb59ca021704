"""Trained weights to a compact model folder, the form in which the package ships a model."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor
from transformers import PreTrainedTokenizerBase

from unirs.model.adapters import Role
from unirs.model.bundle import make_processor, quiet_transformers
from unirs.model.compact_folder import prefixed, write_compact_folder
from unirs.model.config import UniRSConfig
from unirs.model.loading import load_bundle


def publish(
    target: Path,
    config: UniRSConfig,
    tokenizer: PreTrainedTokenizerBase,
    tensors: Mapping[str, Tensor],
    adapters: Mapping[Role, Mapping[str, Tensor]],
    card: str,
) -> None:
    """Write a compact model folder, and load it once to check that it is complete.

    Args:
        target: The folder; an existing one is replaced when the new one is complete.
        config: Names the language model, and the size of each adapter.
        tokenizer: That of the language model.
        tensors: All of ``UniRSForConditionalGeneration`` except its language model.
        adapters: By role; names as in ``adapter_tensors``.
        card: Text of the model card.

    Raises:
        ValueError: A weight is not finite.
        UniRSError: ``model_invalid`` if a tensor is missing, unexpected or of another shape;
            ``language_model_missing``; ``output_unwritable``.
    """
    stored = dict(tensors)
    for role, weights in adapters.items():
        stored |= prefixed(role, weights)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".publishing-", dir=target.parent) as scratch:
        folder = Path(scratch) / target.name
        folder.mkdir()
        with quiet_transformers():
            write_compact_folder(folder, config, make_processor(config, tokenizer), stored)
        (folder / "README.md").write_text(card, encoding="utf-8")
        load_bundle(folder)
        if target.is_dir():
            shutil.rmtree(target)
        folder.replace(target)
