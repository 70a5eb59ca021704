"""Models on this computer: finding one by its name, and listing all of them.

Nothing here imports PyTorch: the worker lists models before it is loaded.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unirs.errors import UniRSError
from unirs.files import models_folder
from unirs.model.folder import ModelFolder, is_checkpoint, is_model_folder, read_folder
from unirs.model.limits import InvalidModelError, read_json

if TYPE_CHECKING:
    from unirs.answers import EngineKind

DEFAULT_MODEL = "unirs-small"

DOWNLOAD_RECORD = ".unirs-download.json"
"""File in which a download records what it is a download of."""

_DOWNLOAD_SUFFIX = ".download"


@dataclass(frozen=True)
class ModelProblem:
    """A folder among the models that cannot answer.

    Attributes:
        name: Name of the folder.
        folder: Where it is.
        code: ``"model_invalid"``, ``"model_unconverted"``, ``"language_model_missing"`` or
            ``"download_incomplete"``.
        message: What is wrong, in one sentence.
        remedy: Arguments of the ``unirs`` command that fixes it; empty if there is none.
    """

    name: str
    folder: Path
    code: str
    message: str
    remedy: tuple[str, ...] = ()


def models_folders() -> list[Path]:
    """Where models are searched by name: the user's folder first, then the bundled ones."""
    package = Path(__file__).parents[1]
    in_wheel, in_repository = package / "resources/models", package.parents[1] / "resources/models"
    return [models_folder(), in_wheel if in_wheel.is_dir() else in_repository]


def find_model(name_or_folder: str | Path = DEFAULT_MODEL) -> Path:
    """The folder of a model, which is not validated here.

    Args:
        name_or_folder: Name of a folder in one of ``models_folders()``, or a path.

    Raises:
        UniRSError: ``model_missing``.
    """
    wanted = _expand(name_or_folder)
    is_name = len(wanted.parts) == 1
    candidates = [folder / wanted for folder in models_folders()] if is_name else []
    for folder in [*candidates, wanted]:
        if is_model_folder(folder):
            return folder
    names = [folder.name for folder in model_paths()]
    raise UniRSError(
        "model_missing",
        f'There is no model "{name_or_folder}"; give the path of a model folder'
        + (f" or one of: {', '.join(names)}." if names else "."),
        available=names,
    )


def find_repository(repository: str) -> Path:
    """The folder of a model that ``unirs download`` or another program got from a hub.

    Args:
        repository: ``owner/model``.

    Raises:
        UniRSError: ``model_missing``.
    """
    for folder in model_paths():
        if read_record(folder).get("repository") == repository:
            return folder
    from huggingface_hub import try_to_load_from_cache

    cached = try_to_load_from_cache(repository, "config.json")
    if isinstance(cached, str):
        return Path(cached).parent
    raise UniRSError(
        "model_missing",
        f"The model {repository} is not on this computer; "
        f"get it with 'unirs download {repository}', if its owner gives you access.",
    )


def survey_models() -> tuple[list[ModelFolder], list[ModelProblem]]:
    """All UniRS models that have a name here, the user's first, and the folders that fail."""
    models: list[ModelFolder] = []
    problems: list[ModelProblem] = []
    for path in model_paths():
        if engine_of(path) != "unirs":
            continue
        try:
            models.append(read_folder(path))
        except UniRSError as error:
            problems.append(model_problem(path, error))
    return models, problems + incomplete_downloads()


def model_problem(path: Path, error: UniRSError) -> ModelProblem:
    """A folder that cannot answer, and what helps."""
    remedy = conversion_arguments(path) if error.code == "model_unconverted" else ()
    return ModelProblem(path.name, path, error.code, error.message, remedy)


def engine_of(folder: Path) -> EngineKind:
    """The engine that reads a folder; UniRS also explains what is wrong with its own."""
    if is_checkpoint(folder):
        return "unirs"
    try:
        config = read_json(folder / "config.json")
    except InvalidModelError:
        return "unirs"
    return "unirs" if config.get("model_type", "unirs") == "unirs" else "transformers"


def is_bundled(path: Path) -> bool:
    """Whether a model came with UniRS."""
    return path.parent in models_folders()[1:]


def cached_repositories() -> dict[str, Path]:
    """Newest snapshots of models in the cache of a hub, which other programs fill, by repository.

    Only those with a ``config.json`` and an encoder of images: the cache holds any kind of model.
    """
    from huggingface_hub import constants, scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        repositories = scan_cache_dir(constants.HF_HUB_CACHE).repos
    except (CacheNotFound, OSError, ValueError):
        return {}
    found = {}
    for repository in sorted(repositories, key=lambda each: each.repo_id):
        snapshots = sorted(repository.revisions, key=lambda each: each.last_modified)
        if repository.repo_type == "model" and snapshots:
            path = Path(snapshots[-1].snapshot_path)
            try:
                reads_images = "vision_config" in read_json(path / "config.json")
            except (InvalidModelError, OSError):
                continue
            if reads_images:
                found[repository.repo_id] = path
    return found


def download_folder(folder: Path) -> Path:
    """Where a download is kept until it is complete and becomes ``folder``."""
    return folder.with_name(f".{folder.name}{_DOWNLOAD_SUFFIX}")


def conversion_arguments(checkpoint: Path) -> tuple[str, ...]:
    """Arguments of the ``unirs`` command that converts a checkpoint to a model folder beside it."""
    return ("convert", str(checkpoint), str(checkpoint.with_name(f"{checkpoint.name}-converted")))


def read_record(folder: Path) -> dict[str, Any]:
    """What a download has recorded about itself in its folder; empty if there is no record."""
    try:
        record = json.loads((folder / DOWNLOAD_RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _expand(name_or_folder: str | Path) -> Path:
    try:
        return Path(name_or_folder).expanduser()
    except RuntimeError:  # "~nobody" without such a user may be the name of a folder
        return Path(name_or_folder)


def model_paths() -> list[Path]:
    """Folders with a configuration; of two with the same name, the first one."""
    found: dict[str, Path] = {}
    for parent in models_folders():
        for config in sorted(parent.glob("[!.]*/config.json")):
            if is_model_folder(config.parent):
                found.setdefault(config.parent.name, config.parent)
    return list(found.values())


def incomplete_downloads() -> list[ModelProblem]:
    """Downloads that were interrupted."""
    user = models_folders()[0]
    problems = []
    for scratch in sorted(user.glob(f".*{_DOWNLOAD_SUFFIX}")):
        folder = user / scratch.name[1:].removesuffix(_DOWNLOAD_SUFFIX)
        repository = read_record(scratch).get("repository")
        if repository:
            command = ("download", str(repository), "--to", str(folder))
            message = f"The download of {repository} is incomplete; 'unirs download' continues it."
            problems.append(
                ModelProblem(folder.name, scratch, "download_incomplete", message, command)
            )
    return problems
