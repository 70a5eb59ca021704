"""Taking a model of the user's models folder away again."""

from __future__ import annotations

import shutil
from pathlib import Path

from unirs.errors import UniRSError
from unirs.models.download import only_one
from unirs.models.store import CHECKPOINT_MARK, download_folder, models_folders


def removable_folders(name: str) -> list[Path]:
    """What there is under a name in the user's models folder: a model, a download, or both.

    Raises:
        UniRSError: ``model_missing`` if there is nothing, ``model_not_removable`` if it came with
            UniRS, is no model, or ``name`` is no mere name.
    """
    user, *others = models_folders()
    if not name or name != Path(name).name or name.startswith("."):
        raise UniRSError(
            "model_not_removable",
            f'"{name}" is no name of a model; only models in {user} are removed, by their name.',
        )
    folder = user / name
    found = [each for each in (folder, download_folder(folder)) if each.is_dir()]
    if any((other / name).is_dir() for other in others) and not found:
        raise UniRSError(
            "model_not_removable", f"{name} came with UniRS, and goes only together with it."
        )
    if not found:
        raise UniRSError("model_missing", f"There is no model {name} in {user}.")
    if folder in found and not _is_model(folder):
        raise UniRSError(
            "model_not_removable", f"{folder} is no model; look at it, and remove it by hand."
        )
    return found


def is_removable(name: str) -> bool:
    """Whether ``remove_model`` takes a name."""
    try:
        return bool(removable_folders(name))
    except UniRSError:
        return False


def remove_model(name: str) -> None:
    """Delete a model, a checkpoint or an unfinished download of the user's models folder.

    Of a link, only the link goes.

    Raises:
        UniRSError: As ``removable_folders``; ``download_running``; ``output_unwritable`` if a file
            cannot be deleted.
    """
    folders = removable_folders(name)
    try:
        with only_one(models_folders()[0] / name):
            for folder in folders:
                if folder.is_symlink():
                    folder.unlink()
                else:
                    shutil.rmtree(folder)
    except OSError as error:
        raise UniRSError(
            "output_unwritable",
            f"{name} cannot be removed ({error.strerror or error}); end the programs that use it, "
            "then try again.",
        ) from error


def _is_model(folder: Path) -> bool:
    return (folder / "config.json").is_file() or (folder / CHECKPOINT_MARK).is_file()
