"""What a model on a hub is, and which of its files are needed; known before any is fetched."""

from __future__ import annotations

import fnmatch
from typing import Literal

from unirs.errors import UniRSError
from unirs.model.folder import CHECKPOINT_MARK, check_config, refuse_invalid, require_files
from unirs.models.hub import RemoteFile, RemoteModel, read_remote_config

RemoteKind = Literal["unirs", "checkpoint", "transformers"]
"""A UniRS model, a checkpoint for ``unirs convert``, or a model of the engine transformers."""

NEEDED = ("*.safetensors", "*.json", "*.model", "README.md", "LICENSE*")
"""Weights, configurations, tokenizers, card and licence. Never a ``.bin``: those are pickles."""

NEEDED_BY_TRANSFORMERS = (*NEEDED, "*.jinja", "merges.txt", "vocab.txt")
"""The same for a model of the engine transformers, which reads no folders within the model."""

UNNEEDED = ("trainer_state.json", ".*", "*/.*", "consolidated*.safetensors")
"""Files that match ``NEEDED`` and are not needed all the same."""


def needed_files(remote: RemoteModel, kind: RemoteKind) -> list[RemoteFile]:
    """The files of a model that its engine reads."""
    is_flat = kind == "transformers"
    wanted = NEEDED_BY_TRANSFORMERS if is_flat else NEEDED
    return [
        each
        for each in remote.files
        if _fits(each, wanted) and not _fits(each, UNNEEDED) and not (is_flat and "/" in each.name)
    ]


def _fits(file: RemoteFile, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(file.name, pattern) for pattern in patterns)


def remote_kind(remote: RemoteModel) -> RemoteKind:
    """What a model on a hub is, by its file names and its configuration.

    Raises:
        UniRSError: ``model_unsupported`` or ``model_invalid`` if no engine can read it.
    """
    names = {file.name for file in remote.files}
    _require_weights(remote, names)
    if CHECKPOINT_MARK in names:
        return "checkpoint"
    config = read_remote_config(remote)
    if config.get("model_type") == "unirs":
        with refuse_invalid(f"The model {remote.repository}"):
            check_config(config)
            require_files(config, names.__contains__)
        return "unirs"
    if _reads_images(config.get("model_type")):
        return "transformers"
    raise UniRSError(
        "model_unsupported",
        f"{remote.repository} is neither a UniRS model nor a VILA-1.5 checkpoint, nor a "
        "vision-language model of an architecture that transformers has.",
    )


def _reads_images(model_type: object) -> bool:
    """Whether transformers itself has a model of this architecture that answers about images."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES

    return isinstance(model_type, str) and model_type in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES


def _require_weights(remote: RemoteModel, names: set[str]) -> None:
    """Refuse a model whose weights are pickled, or are not there."""
    if not any(name.endswith(".safetensors") for name in names):
        raise UniRSError(
            "model_unsupported",
            f"{remote.repository} has no weights as safetensors, the one format that holds no "
            "code; choose a version that has.",
        )
