"""What ``unirs models`` lists: models with a name, models that the user named, and servers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from unirs.engines.model_name import ServerModel, find_by_name
from unirs.engines.opening import KEY_VARIABLE
from unirs.errors import UniRSError
from unirs.models.listing import (
    ListedModel,
    list_models,
    models_of,
    read_model,
    server_model,
    with_added,
)
from unirs.models.servers import Server


@dataclass(frozen=True)
class ListedProblem:
    """What was named or found and cannot answer.

    Attributes:
        model: What the user named, or the name of the folder.
        name: For people.
        code: Stable identifier of what is wrong.
        message: What is wrong, in one sentence.
        engine: Which engine it would need; ``None`` if that is unknown.
        folder: Where it is, if it has one.
        remedy: Arguments of the ``unirs`` command that fixes it, if there is one.
        added: Whether the user named it.
    """

    model: str
    name: str
    code: str
    message: str
    engine: str | None = None
    folder: Path | None = None
    remedy: tuple[str, ...] = ()
    added: bool = False

    def to_json(self) -> dict[str, Any]:
        """The object of ``unirs models --json``."""
        from unirs.model.folder import folder_bytes
        from unirs.models.removal import is_removable

        facts = asdict(self)
        return facts | {
            "folder": str(self.folder) if self.folder else None,
            "next": list(facts.pop("remedy")) or None,
            "size_bytes": folder_bytes(self.folder) if self.folder else None,
            "removable": self.folder is not None and is_removable(self.name),
        }


@dataclass(frozen=True)
class ModelList:
    """All that is listed.

    Attributes:
        folders: Where models have names.
        memory_bytes: Memory of this computer, which ``fits`` is about.
        models: What can answer.
        problems: What cannot.
        servers: Servers that were asked.
    """

    folders: tuple[Path, ...]
    memory_bytes: int
    models: list[ListedModel] = field(default_factory=list)
    problems: list[ListedProblem] = field(default_factory=list)
    servers: list[Server] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The object of ``unirs models --json``."""
        from unirs.models.known import KNOWN_MODELS

        return {
            "folders": [str(folder) for folder in self.folders],
            "memory_bytes": self.memory_bytes,
            "models": [each.to_json(self.memory_bytes) for each in self.models],
            "problems": [each.to_json() for each in self.problems],
            "servers": [
                {
                    "url": each.url,
                    "kind": each.kind,
                    "host": None if each.address.is_local else each.address.host,
                    "models": len(each.models),
                }
                for each in self.servers
            ],
            "downloadable": [asdict(model) for model in KNOWN_MODELS],
        }


def gather(
    added: Sequence[str], urls: Sequence[str], find_servers: bool, allow_remote: bool
) -> ModelList:
    """Everything that can be chosen.

    Args:
        added: Names of further models; a server among them is not asked.
        urls: Servers to ask for their models.
        find_servers: Whether to ask the usual ports of this computer.
        allow_remote: Whether the servers may be other computers.
    """
    import psutil

    from unirs.models.store import models_folders

    models, problems = list_models()
    found = ModelList(tuple(models_folders()), psutil.virtual_memory().total, models)
    found.problems.extend(
        ListedProblem(
            each.name,
            each.name,
            each.code,
            each.message,
            "unirs",
            each.folder,
            each.remedy,
        )
        for each in problems
    )
    _ask_servers(found, urls, find_servers, allow_remote)
    for name in added:
        try:
            found.models[:] = with_added(found.models, _named(name))
        except UniRSError as error:
            found.problems.append(_problem_of(name, error))
    return found


def _problem_of(name: str, error: UniRSError) -> ListedProblem:
    """Why a model that the user named cannot answer, and what helps."""
    shown, folder = _without_secrets(name), Path(name)
    engine: str | None = None
    remedy: tuple[str, ...] = ()
    if name.startswith("server:"):
        engine = "server"
    elif name.startswith("hf:"):
        engine = "transformers"
        if error.code == "model_missing":
            remedy = ("download", name.removeprefix("hf:"))
    return ListedProblem(
        shown,
        shown,
        error.code,
        error.message,
        engine,
        folder if engine is None and folder.is_dir() else None,
        remedy,
        added=True,
    )


def _ask_servers(
    found: ModelList, urls: Sequence[str], find_servers: bool, allow_remote: bool
) -> None:
    """Add the servers that answer, and what is wrong with the others."""
    if not urls and not find_servers:
        return
    from unirs.models.servers import find_servers as find
    from unirs.models.servers import read_server

    servers, errors = find() if find_servers else ([], [])
    found.servers.extend(servers)
    for error in errors:
        found.problems.append(ListedProblem("", "server", error.code, error.message, "server"))
    for url in urls:
        try:
            found.servers.append(read_server(url, os.environ.get(KEY_VARIABLE), allow_remote))
        except UniRSError as error:
            shown = _without_secrets(url)
            found.problems.append(
                ListedProblem(shown, shown, error.code, error.message, "server", added=True)
            )
    for server in found.servers:
        for model in models_of(server):
            if model.model not in {each.model for each in found.models}:
                found.models.append(model)


def _named(name: str) -> ListedModel:
    """The model of a name, without asking a server.

    Raises:
        UniRSError: What is wrong with the name or its folder.
    """
    model = find_by_name(name)
    if isinstance(model, ServerModel):
        return server_model(model.url, model.model)
    return read_model(model.folder, name)


def _without_secrets(name: str) -> str:
    """A name or URL without a user name or password in it."""
    before, mark, after = name.partition("://")
    host, slash, path = after.partition("/")
    return before + mark + host.rpartition("@")[2] + slash + path
