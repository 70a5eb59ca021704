"""One list of the models of all engines, with what a user chooses by."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from unirs.answers import EngineKind
from unirs.errors import UniRSError
from unirs.model.folder import folder_bytes, read_folder
from unirs.model.vlm_folder import read_licence, read_vlm_folder
from unirs.models.licences import AllowedUse, allowed_use
from unirs.models.removal import is_removable
from unirs.models.server_address import parse_server_url
from unirs.models.servers import ServedModel, Server
from unirs.models.store import (
    ModelProblem,
    cached_repositories,
    engine_of,
    incomplete_downloads,
    is_bundled,
    model_paths,
    model_problem,
)


@dataclass(frozen=True)
class ListedModel:
    """A model that can be chosen.

    Attributes:
        model: What ``--model`` takes.
        name: For people.
        engine: What answers with it.
        kind: Of a UniRS model ``"unirs"`` or ``"base"``, of others the architecture or the
            program of the server.
        folder: Where its files are; ``None`` on a server.
        size_bytes: Of its files; ``None`` if unknown.
        needs_bytes: Memory that answering takes, for each precision; ``None`` on a server.
        licence: As its card names it; ``None`` if it does not.
        summary: What it is, in one sentence.
        host: Where images would be sent; ``None`` if they stay here.
        vision: Of a model on a server, whether it reads images; ``None`` if that is unknown.
        demonstration: Whether its answers cannot be relied on.
        tried: Whether it was tried while UniRS was developed.
        removable: Whether ``unirs remove`` accepts its name.
        added: Whether the caller named it.
        more: Facts that only UniRS models have.
    """

    model: str
    name: str
    engine: EngineKind
    kind: str
    folder: Path | None = None
    size_bytes: int | None = None
    needs_bytes: dict[str, int] | None = None
    licence: str | None = None
    summary: str = ""
    host: str | None = None
    vision: bool | None = None
    demonstration: bool = False
    tried: bool = False
    removable: bool = False
    added: bool = False
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def use(self) -> AllowedUse:
        """Which use its licence allows."""
        return allowed_use(self.licence)

    def fits(self, memory_bytes: int) -> dict[str, bool] | None:
        """Whether a computer's memory has room for it, for each precision."""
        if self.needs_bytes is None:
            return None
        return {name: needs <= memory_bytes for name, needs in self.needs_bytes.items()}

    def to_json(self, memory_bytes: int) -> dict[str, Any]:
        """The object of ``unirs models --json``."""
        facts = asdict(self)
        facts |= facts.pop("more")
        folder = str(self.folder) if self.folder else None
        return facts | {"folder": folder, "use": self.use, "fits": self.fits(memory_bytes)}


def list_models() -> tuple[list[ListedModel], list[ModelProblem]]:
    """The models of this computer that have a name, the user's first; and folders that fail."""
    models: list[ListedModel] = []
    problems: list[ModelProblem] = []
    for path in model_paths():
        try:
            models.append(read_model(path, path.name))
        except UniRSError as error:
            problems.append(model_problem(path, error))
    for repository, path in cached_repositories().items():
        try:
            models.append(read_model(path, f"hf:{repository}"))
        except UniRSError:
            continue  # other programs keep there what they want; named by --add, it is explained
    return models, problems + incomplete_downloads()


def read_model(path: Path, model: str) -> ListedModel:
    """A model in a folder.

    Args:
        path: The folder.
        model: What ``--model`` takes.

    Raises:
        UniRSError: As ``read_folder`` and ``read_vlm_folder``.
    """
    licence = read_licence(path) or None
    removable = model == path.name and is_removable(path.name)
    if engine_of(path) == "transformers":
        vlm = read_vlm_folder(path)
        return ListedModel(
            model,
            vlm.name,
            "transformers",
            vlm.model_type,
            folder=path,
            size_bytes=vlm.file_bytes,
            needs_bytes=vlm.needs_bytes,
            licence=licence,
            summary=f"A vision-language model of the architecture {vlm.model_type}.",
            removable=removable,
        )
    found = read_folder(path)
    return ListedModel(
        model,
        found.name,
        "unirs",
        found.kind,
        folder=path,
        size_bytes=folder_bytes(path),
        needs_bytes=found.needs_bytes,
        licence=licence,
        summary=found.card.summary,
        demonstration=found.card.demonstration,
        tried=is_bundled(path),
        removable=removable,
        more={
            "clue_source": found.clue_source,
            "parameters": found.parameters,
            "reliable": found.card.reliable,
        },
    )


def models_of(server: Server) -> list[ListedModel]:
    """The models of a server, without those that read no images."""
    seeing = [each for each in server.models if each.vision is not False]
    return [_of_server(server.url, server.kind, each) for each in seeing]


def server_model(url: str, name: str) -> ListedModel:
    """A model of a server that is not asked.

    Raises:
        UniRSError: ``server_url_invalid``.
    """
    return _of_server(url, "openai", ServedModel(name))


def _of_server(url: str, kind: str, model: ServedModel) -> ListedModel:
    address = parse_server_url(url)
    return ListedModel(
        f"server:{url}#{model.name}",
        model.name,
        "server",
        kind,
        size_bytes=model.size_bytes,
        summary=f"A model of the server {address.host}.",
        host=model.sends_to or (None if address.is_local else address.host),
        vision=model.vision,
    )


def with_added(models: list[ListedModel], added: ListedModel) -> list[ListedModel]:
    """A list with one more model, which the caller named; maybe it is in it already."""
    same = [
        replace(each, added=True)
        if each.model == added.model or (added.folder and _same_folder(each.folder, added.folder))
        else each
        for each in models
    ]
    return same if same != models else [*models, replace(added, added=True)]


def _same_folder(one: Path | None, other: Path) -> bool:
    return one is not None and one.resolve() == other.resolve()
