"""Model folders on this computer: finding one by name, listing what is there and what it needs.

Nothing here imports PyTorch: the worker answers "which models are there?" before it is loaded.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unirs.errors import UniRSError
from unirs.files import models_folder
from unirs.model import limits

DEFAULT_MODEL = "unirs-small"
DEMONSTRATION_TAG = "demonstration"
RUNTIME_BYTES = 500 * 2**20
"""Memory of Python, PyTorch and the raster libraries before any weight is loaded."""

CHECKPOINT_MARK = "mm_projector/config.json"
"""The file that a VILA-1.5 or an authors'-UniRS checkpoint has, and no model folder."""

DOWNLOAD_RECORD = ".unirs-download.json"
"""The file in which a download notes what it is of."""

_FILES = ("tokenizer.json", "tokenizer_config.json", "processor_config.json")
_PARTS: dict[str, tuple[str, ...]] = {
    "none": (),
    "self": (),
    "second": ("clue/config.json",),
    "adapter": ("adapter/adapter_config.json",),
}
"""Files beside configuration and weights: of every model folder, and by the source of its clues
where the language model is in it."""

_DOWNLOAD_SUFFIX = ".download"
_BYTES_PER_NUMBER = {"float32": 4, "bfloat16": 2}


@dataclass(frozen=True)
class ModelInfo:
    """What a model folder says about itself without being loaded.

    Attributes:
        name: Name of the folder.
        folder: Where it is.
        size_bytes: Size of all its files.
        kind: ``"unirs"`` or ``"base"``.
        clue_source: ``"none"``, ``"self"``, ``"second"`` or ``"adapter"``.
        parameters: Numbers in its weight files, and in the language model that it names.
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


@dataclass(frozen=True)
class ModelProblem:
    """A folder among the models that cannot answer.

    Attributes:
        name: Its name.
        folder: Where it is.
        code: ``"model_invalid"``, ``"model_unconverted"`` or ``"download_incomplete"``.
        message: What is wrong, in one sentence.
        remedy: The words of the ``unirs`` command that mends it; empty where there is none.
    """

    name: str
    folder: Path
    code: str
    message: str
    remedy: tuple[str, ...] = ()


def models_folders() -> list[Path]:
    """Where models are looked for by name: the user's folder first, then the bundled ones."""
    package = Path(__file__).parents[1]
    in_wheel, in_repository = package / "resources/models", package.parents[1] / "resources/models"
    return [models_folder(), in_wheel if in_wheel.is_dir() else in_repository]


def find_model(name_or_folder: str | Path = DEFAULT_MODEL) -> Path:
    """The folder of a model.

    Args:
        name_or_folder: Name of a folder in one of ``models_folders()``, or a path.

    Raises:
        UniRSError: ``model_missing`` if there is none.
    """
    wanted = _expand(name_or_folder)
    is_name = len(wanted.parts) == 1
    candidates = [folder / wanted for folder in models_folders()] if is_name else []
    for folder in [*candidates, wanted]:
        if _is_model_folder(folder):
            return folder
    names = [folder.name for folder in _folders() if _is_model_folder(folder)]
    raise UniRSError(
        "model_missing",
        f'There is no model "{name_or_folder}"; give the path of a model folder'
        + (f" or one of: {', '.join(names)}." if names else "."),
        available=names,
    )


def _expand(name_or_folder: str | Path) -> Path:
    try:
        return Path(name_or_folder).expanduser()
    except RuntimeError:  # "~nobody": there is no such user, so there may be such a folder
        return Path(name_or_folder)


def _is_model_folder(folder: Path) -> bool:
    try:
        return (folder / "config.json").is_file()
    except (OSError, ValueError):  # a name that no folder can have
        return False


def list_models() -> list[ModelInfo]:
    """All models that can be asked for by name, the user's first."""
    return survey_models()[0]


def survey_models() -> tuple[list[ModelInfo], list[ModelProblem]]:
    """All models that can be asked for by name, and the folders among them that are none."""
    models: list[ModelInfo] = []
    problems: list[ModelProblem] = []
    for folder in _folders():
        try:
            models.append(model_info(folder))
        except UniRSError as error:
            problems.append(_problem(folder, error))
    return models, problems + _downloads()


def model_info(folder: Path) -> ModelInfo:
    """What a model folder says about itself, from its configuration, weight headers and card.

    Raises:
        UniRSError: ``model_invalid`` if one of these cannot be read, ``model_unconverted`` if it
            is a checkpoint that ``unirs convert`` takes.
    """
    config = _read_config(folder)
    clue_source = _one_of(folder, config, "clue_source", tuple(_PARTS))
    parts = () if config.get("language_model") else _PARTS[clue_source]
    for name in (*_FILES, *parts):
        if not (folder / name).is_file():
            raise _invalid(folder, f"it has no {name}")
    parameters = _count_numbers(folder)
    if not parameters:
        raise _invalid(folder, "it has no weights (safetensors)")
    parameters += _named_numbers(folder, config)
    tags, summary = _read_card(folder / "README.md")
    cached = _cache_numbers(folder, config.get("text_config"))
    return ModelInfo(
        name=folder.resolve().name,
        folder=folder,
        size_bytes=folder_bytes(folder),
        kind=_one_of(folder, config, "kind", ("unirs", "base")),
        clue_source=clue_source,
        parameters=parameters,
        needs_bytes={
            precision: RUNTIME_BYTES + size * (parameters + cached)
            for precision, size in _BYTES_PER_NUMBER.items()
        },
        demonstration=DEMONSTRATION_TAG in tags,
        summary=summary,
    )


def folder_bytes(folder: Path) -> int:
    """Size of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def download_folder(folder: Path) -> Path:
    """Where a download lives until it is whole and becomes ``folder``."""
    return folder.with_name(f".{folder.name}{_DOWNLOAD_SUFFIX}")


def conversion_words(checkpoint: Path) -> tuple[str, ...]:
    """The words of the ``unirs`` command that makes a model folder of a checkpoint, beside it."""
    return ("convert", str(checkpoint), str(checkpoint.with_name(f"{checkpoint.name}-converted")))


def read_record(folder: Path) -> dict[str, Any]:
    """What a download has noted of itself in its folder; empty where there is none."""
    try:
        record = json.loads((folder / DOWNLOAD_RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _folders() -> list[Path]:
    """Folders with a configuration, by name; a name that comes first hides it behind."""
    found: dict[str, Path] = {}
    for parent in models_folders():
        for config in sorted(parent.glob("[!.]*/config.json")):
            found.setdefault(config.parent.name, config.parent)
    return list(found.values())


def _downloads() -> list[ModelProblem]:
    """The downloads into the user's folder that are not whole."""
    user = models_folders()[0]
    problems = []
    for scratch in sorted(user.glob(f".*{_DOWNLOAD_SUFFIX}")):
        folder = user / scratch.name[1:].removesuffix(_DOWNLOAD_SUFFIX)
        repository = read_record(scratch).get("repository")
        if repository:
            command = ("download", str(repository), "--to", str(folder))
            message = f"The download of {repository} is not complete; 'unirs download' goes on."
            problems.append(
                ModelProblem(folder.name, scratch, "download_incomplete", message, command)
            )
    return problems


def _problem(folder: Path, error: UniRSError) -> ModelProblem:
    remedy = conversion_words(folder) if error.code == "model_unconverted" else ()
    return ModelProblem(folder.name, folder, error.code, error.message, remedy)


def _read_config(folder: Path) -> dict[str, Any]:
    try:
        limits.check_files(folder)
        config = limits.read_json(folder / "config.json")
        limits.check_sizes(config)
    except limits.Unfit as error:
        raise _invalid(folder, str(error)) from error
    if config.get("model_type") == "unirs":
        return config
    if (folder / CHECKPOINT_MARK).is_file():
        raise UniRSError(
            "model_unconverted",
            f"{folder} is a checkpoint and no model folder; convert it first with 'unirs convert'.",
        )
    raise UniRSError("model_invalid", f"{folder} is not a UniRS model folder.")


def _one_of(folder: Path, config: dict[str, Any], key: str, values: tuple[str, ...]) -> str:
    value = config.get(key, values[0])
    if value not in values:
        raise _invalid(folder, f"its config.json has {key} {value!r}")
    return str(value)


def _count_numbers(folder: Path) -> int:
    try:
        return limits.count_numbers(folder)
    except limits.Unfit as error:
        raise _invalid(folder, f"{error}; copy it anew") from error


def _named_numbers(folder: Path, config: dict[str, Any]) -> int:
    """Numbers in the language model that a configuration names; 0 where it names none."""
    try:
        return int(config["language_model"]["parameters"]) if config.get("language_model") else 0
    except (KeyError, TypeError, ValueError) as error:
        raise _invalid(folder, "its config.json names no language model that can be") from error


def _cache_numbers(folder: Path, text_config: Any) -> int:
    """Numbers in the keys and values of one full context."""
    try:
        layers, width = text_config["num_hidden_layers"], text_config["hidden_size"]
        heads = text_config.get("num_attention_heads", 1)
        shared = heads // text_config.get("num_key_value_heads", heads)  # heads by key and value
        return int(2 * layers * width // shared * text_config["max_position_embeddings"])
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise _invalid(folder, "its config.json has no text_config with sizes") from error


def _read_card(path: Path) -> tuple[list[str], str]:
    """Tags and first sentence of a model card."""
    if not path.is_file():
        return [], ""
    from huggingface_hub import ModelCard

    try:
        card = ModelCard(path.read_text(encoding="utf-8"), ignore_metadata_errors=True)
        tags = [tag for tag in card.data.get("tags") or [] if isinstance(tag, str)]
    except Exception as error:  # free text, at which YAML and the library fail in many ways
        raise _invalid(path.parent, f"its card cannot be read ({_first_line(error)})") from error
    paragraphs = [block for block in re.split(r"\n\s*\n", card.text) if block.strip()]
    prose = [" ".join(block.split()) for block in paragraphs if not block.lstrip().startswith("#")]
    first = re.match(r".*?[.!?](?=\s|$)|.*", prose[0]) if prose else None
    return tags, first.group() if first else ""


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _invalid(folder: Path, reason: str) -> UniRSError:
    return UniRSError("model_invalid", f"The model folder {folder} is not usable: {reason}.")
