"""Names of models: which engine a name belongs to, and where that engine finds the model.

``unirs-small`` or a folder, ``hf:OWNER/NAME`` for what was downloaded from a hub, and
``server:URL#MODEL`` for a model of an OpenAI-compatible server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from unirs.answers import EngineKind
from unirs.errors import UniRSError
from unirs.models.store import engine_of, find_model, find_repository

HUB, SERVER = "hf:", "server:"
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True)
class LocalModel:
    """A model whose files are on this computer.

    Attributes:
        folder: Where they are.
        engine: Which engine reads them.
    """

    folder: Path
    engine: EngineKind

    @property
    def identity(self) -> str:
        """A name of the model; the same for all names of one model."""
        return str(self.folder.resolve())


@dataclass(frozen=True)
class ServerModel:
    """A model of an OpenAI-compatible server.

    Attributes:
        url: Of the server.
        model: The server's own name of the model.
    """

    url: str
    model: str
    engine: EngineKind = "server"

    @property
    def identity(self) -> str:
        """The name of the model."""
        return f"{SERVER}{self.url}#{self.model}"


def find_by_name(text: str | Path) -> LocalModel | ServerModel:
    """The model that a name stands for. Nothing is loaded, downloaded or connected to.

    Raises:
        UniRSError: ``model_missing`` if it is not on this computer, ``model_name_invalid`` if it
            cannot be a name.
    """
    name = str(text)
    if name.startswith(SERVER):
        url, _, model = name.removeprefix(SERVER).partition("#")
        if not url or not model:
            raise UniRSError(
                "model_name_invalid",
                f'"{name}" names no model of a server; '
                'write server:URL#MODEL, such as "server:http://localhost:11434#qwen2.5vl".',
            )
        return ServerModel(url, model)
    folder = _hub_folder(name) if name.startswith(HUB) else find_model(text)
    return LocalModel(folder, engine_of(folder))


def _hub_folder(name: str) -> Path:
    repository = name.removeprefix(HUB)
    if not _REPOSITORY.fullmatch(repository):
        raise UniRSError(
            "model_name_invalid", f'"{name}" names no model of a hub; write hf:OWNER/NAME.'
        )
    return find_repository(repository)
