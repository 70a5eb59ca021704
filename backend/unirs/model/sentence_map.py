"""From what a model sees to what sentences mean: an optional part of a model folder.

A linear map takes the pooled features of an image to where the embeddings of its captions lie, so
that images are found by words. ``recipes/small/sentence_map.py`` fits one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unirs.files import make_folder, whole_file
from unirs.model.limits import InvalidModelError

FOLDER = "sentence_map"
WEIGHTS = "model.safetensors"

SENTENCE_MODEL = "all-MiniLM-L6-v2"
"""The model of sentences whose embeddings are meant; those of another one are not comparable."""

SENTENCE_WIDTH = 384
"""Numbers of an embedding of a sentence."""

POOLS = 3
"""Numbers that each feature of the patches becomes: mean, maximum, standard deviation."""

_FORMAT = "unirs-sentence-map-1"
_LEAST = 1e-9


@dataclass(frozen=True, eq=False)
class SentenceMap:
    """A linear map from features of images to embeddings of sentences.

    Attributes:
        weight: ``[SENTENCE_WIDTH, POOLS * vision_width]`` float32.
        bias: ``[SENTENCE_WIDTH]`` float32.
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def embed(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Embeddings ``[..., SENTENCE_WIDTH]`` of length 1, of features ``[..., width]``."""
        found = features @ self.weight.T + self.bias
        lengths = np.linalg.norm(found, axis=-1, keepdims=True)
        return np.asarray(found / np.maximum(lengths, _LEAST), np.float32)


def pool(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a sentence map reads of an image.

    Args:
        features: Of its patches, ``[..., grid * grid, vision_width]``.

    Returns:
        ``[..., POOLS * vision_width]``.
    """
    parts = features.mean(axis=-2), features.max(axis=-2), features.std(axis=-2)
    return np.concatenate(parts, axis=-1)


def read_sentence_map(folder: Path, vision_width: int) -> SentenceMap | None:
    """The sentence map of a model folder, if it has one.

    Args:
        folder: The model folder.
        vision_width: Features of each patch in that model.

    Raises:
        InvalidModelError: It is damaged, does not fit the model, or is made for another model of
            sentences.
    """
    path = folder / FOLDER / WEIGHTS
    if not path.is_file():
        return None
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as stored:
            made = stored.metadata() or {}
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise InvalidModelError(f"its {FOLDER}/{WEIGHTS} cannot be read; copy it again") from error
    if (made.get("format"), made.get("sentence_model")) != (_FORMAT, SENTENCE_MODEL):
        raise InvalidModelError(
            f"its {FOLDER} is one that this version of UniRS does not support; it supports "
            f"{_FORMAT} for {SENTENCE_MODEL}"
        )
    wanted = {"weight": (SENTENCE_WIDTH, POOLS * vision_width), "bias": (SENTENCE_WIDTH,)}
    found = {name: tensor.shape for name, tensor in tensors.items()}
    if found != wanted or not all(np.isfinite(tensor).all() for tensor in tensors.values()):
        raise InvalidModelError(f"its {FOLDER} does not fit the model: it has {found}")
    return SentenceMap(**{name: tensor.astype(np.float32) for name, tensor in tensors.items()})


def write_sentence_map(sentences: SentenceMap, folder: Path) -> None:
    """Write a sentence map into a model folder, in half precision.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    tensors = {"weight": sentences.weight, "bias": sentences.bias}
    make_folder(folder / FOLDER)
    with whole_file(folder / FOLDER / WEIGHTS, SafetensorError) as temporary:
        save_file(
            {name: np.ascontiguousarray(each, np.float16) for name, each in tensors.items()},
            temporary,
            metadata={"format": _FORMAT, "sentence_model": SENTENCE_MODEL},
        )
