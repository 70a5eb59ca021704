"""Model folders on this computer: finding one by name, listing what is there and what it needs.

Nothing here imports PyTorch: the worker answers "which models are there?" before it is loaded.
"""

from __future__ import annotations

import json
import logging
import math
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unirs.errors import UniRSError

DEFAULT_MODEL = "unirs-mini"
DEMONSTRATION_TAG = "demonstration"
RUNTIME_BYTES = 500 * 2**20
"""Memory of Python, PyTorch and the raster libraries before any weight is loaded."""

_BYTES_PER_NUMBER = {"float32": 4, "bfloat16": 2}
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ModelInfo:
    """What a model folder says about itself without being loaded.

    Attributes:
        name: Name of the folder.
        folder: Where it is.
        size_bytes: Size of all its files.
        kind: ``"unirs"`` or ``"base"``.
        clue_source: ``"none"``, ``"self"``, ``"second"`` or ``"adapter"``.
        parameters: Numbers in its weight files.
        needs_bytes: Estimate of the memory that answering takes, for each precision.
        demonstration: Whether its card is tagged ``demonstration``.
        summary: First sentence of its card; empty without one.
    """

    name: str
    folder: Path
    size_bytes: int
    kind: str
    clue_source: str
    parameters: int
    needs_bytes: dict[str, int]
    demonstration: bool
    summary: str


def models_folders() -> list[Path]:
    """Where models are looked for by name: the user's folder first, then the bundled ones.

    The user's folder is ``UNIRS_MODELS`` of the environment, else the platform's place for data.
    """
    import platformdirs

    user = os.environ.get("UNIRS_MODELS") or Path(platformdirs.user_data_dir("unirs")) / "models"
    package = Path(__file__).parents[1]
    in_wheel, in_repository = package / "resources/models", package.parents[1] / "resources/models"
    return [Path(user), in_wheel if in_wheel.is_dir() else in_repository]


def _is_model_folder(folder: Path) -> bool:
    try:
        return (folder / "config.json").is_file()
    except OSError:  # a name that no folder can have, such as one that is too long
        return False


def find_model(name_or_folder: str | Path = DEFAULT_MODEL) -> Path:
    """The folder of a model.

    Args:
        name_or_folder: Name of a folder in one of ``models_folders()``, or a path.

    Raises:
        UniRSError: ``model_missing`` if there is none.
    """
    wanted = Path(name_or_folder).expanduser()
    is_name = len(wanted.parts) == 1
    candidates = [folder / wanted for folder in models_folders()] if is_name else []
    for folder in [*candidates, wanted]:
        if _is_model_folder(folder):
            return folder
    names = [folder.name for folder in _model_folders()]
    raise UniRSError(
        "model_missing",
        f'There is no model "{name_or_folder}"; give the path of a model folder'
        + (f" or one of: {', '.join(names)}." if names else "."),
        available=names,
    )


def list_models() -> list[ModelInfo]:
    """All models that can be asked for by name, the user's first.

    Folders that cannot be read are left out and logged.
    """
    models = []
    for folder in _model_folders():
        try:
            models.append(model_info(folder))
        except UniRSError as error:
            _log.warning("%s", error.message)
    return models


def model_info(folder: Path) -> ModelInfo:
    """What a model folder says about itself, from its configuration, weight headers and card.

    Raises:
        UniRSError: ``model_invalid`` if one of these cannot be read.
    """
    config = _read_config(folder)
    parameters = sum(_count_numbers(path) for path in folder.rglob("*.safetensors"))
    tags, summary = _read_card(folder / "README.md")
    return ModelInfo(
        name=folder.resolve().name,
        folder=folder,
        size_bytes=sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
        kind=config.get("kind", "unirs"),
        clue_source=config.get("clue_source", "none"),
        parameters=parameters,
        needs_bytes={
            precision: RUNTIME_BYTES + size * (parameters + _cache_numbers(config["text_config"]))
            for precision, size in _BYTES_PER_NUMBER.items()
        },
        demonstration=DEMONSTRATION_TAG in tags,
        summary=summary,
    )


def _model_folders() -> list[Path]:
    """Model folders by name; a name that comes first hides the same name behind it."""
    found: dict[str, Path] = {}
    for parent in models_folders():
        for config in sorted(parent.glob("*/config.json")):
            found.setdefault(config.parent.name, config.parent)
    return list(found.values())


def _read_config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if config["model_type"] == "unirs" and isinstance(config["text_config"], dict):
            return dict(config)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise UniRSError(
        "model_invalid",
        f"{folder} is not a UniRS model folder; convert it first with 'unirs convert'.",
    )


def _count_numbers(path: Path) -> int:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as weights:
            names = weights.keys()
            return sum(math.prod(weights.get_slice(name).get_shape()) for name in names)
    except (OSError, SafetensorError) as error:
        raise UniRSError(
            "model_invalid",
            f"The weight file {path} cannot be read ({error}); copy the model folder anew.",
        ) from error


def _cache_numbers(text_config: dict[str, Any]) -> int:
    """Numbers in the keys and values of one full context."""
    layers, width = text_config["num_hidden_layers"], text_config["hidden_size"]
    return int(2 * layers * width * text_config["max_position_embeddings"])


def _read_card(path: Path) -> tuple[list[str], str]:
    """Tags and first sentence of a model card."""
    if not path.is_file():
        return [], ""
    from huggingface_hub import ModelCard

    card = ModelCard(path.read_text(encoding="utf-8"), ignore_metadata_errors=True)
    paragraphs = [block for block in re.split(r"\n\s*\n", card.text) if block.strip()]
    prose = [" ".join(block.split()) for block in paragraphs if not block.lstrip().startswith("#")]
    first = re.match(r".*?[.!?](?=\s|$)|.*", prose[0]) if prose else None
    return list(card.data.get("tags") or []), first.group() if first else ""
