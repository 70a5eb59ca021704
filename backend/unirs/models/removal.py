"""Removing models from the user's models folder."""

from __future__ import annotations

import shutil
from pathlib import Path

from unirs.errors import UniRSError
from unirs.model.folder import is_checkpoint, is_model_folder
from unirs.models.download import exclusive_access
from unirs.models.store import download_folder, models_folders


def removable_folders(name: str) -> list[Path]:
    """Folders of a name in the user's models folder: a model, a download, or both.

    Raises:
        UniRSError: ``model_missing`` if there is none, ``model_not_removable`` if it came with
            UniRS, is not a model, or ``name`` is not a plain name.
    """
    user, *others = models_folders()
    if not name or name != Path(name).name or name.startswith("."):
        raise UniRSError(
            "model_not_removable",
            f'"{name}" is not the name of a model; only models in {user} can be removed.',
        )
    folder = user / name
    found = [each for each in (folder, download_folder(folder)) if each.is_dir()]
    if any((other / name).is_dir() for other in others) and not found:
        raise UniRSError(
            "model_not_removable", f"{name} came with UniRS and cannot be removed from it."
        )
    if not found:
        raise UniRSError("model_missing", f"There is no model {name} in {user}.")
    if folder in found and not (is_model_folder(folder) or is_checkpoint(folder)):
        raise UniRSError(
            "model_not_removable", f"{folder} is not a model; remove it by hand if you want to."
        )
    return found


def is_removable(name: str) -> bool:
    """Whether ``remove_model`` accepts a name."""
    try:
        return bool(removable_folders(name))
    except UniRSError:
        return False


def remove_model(name: str) -> None:
    """Delete a model, a checkpoint or an incomplete download from the user's models folder.

    Of a symbolic link, only the link is deleted.

    Raises:
        UniRSError: As ``removable_folders``; ``download_running``; ``output_unwritable`` if a file
            cannot be deleted.
    """
    folders = removable_folders(name)
    try:
        with exclusive_access(models_folders()[0] / name):
            for folder in folders:
                if folder.is_symlink():
                    folder.unlink()
                else:
                    shutil.rmtree(folder)
    except OSError as error:
        raise UniRSError(
            "output_unwritable",
            f"{name} cannot be removed ({error.strerror or error}); close the programs that use "
            "it, then try again.",
        ) from error
