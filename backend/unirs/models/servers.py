"""OpenAI-compatible servers: which run on this computer, and which models a server has."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from unirs.errors import UniRSError
from unirs.models.server_address import ServerAddress, check_access, parse_server_url
from unirs.models.server_client import QUICK, Limits, ServerClient

ServerKind = Literal["ollama", "llama.cpp", "lm-studio", "vllm", "transformers", "openai"]
"""Which program a server is; ``"openai"`` is any other that is compatible."""

WELL_KNOWN_PORTS = (11434, 8080, 1234, 8000)
"""Ports of Ollama, of llama.cpp's llama-server, of LM Studio, of vLLM and transformers serve."""

_MODELS_KEPT = 1000
_ASKED_FOR_EACH = 100
_NAME_CHARACTERS = 300
_NO_MODEL_NAMED = "Missing `model` field in the request body"
"""What ``transformers serve`` replies to a request to load no model."""


@dataclass(frozen=True)
class ServedModel:
    """A model of a server.

    Attributes:
        name: The server's own name of it.
        vision: Whether it reads images; ``None`` where the server does not state it.
        size_bytes: Size of its weights; ``None`` where the server does not state it.
        sends_to: Host that the server passes images on to, because the model runs there; ``None``
            where the server does not state one.
    """

    name: str
    vision: bool | None = None
    size_bytes: int | None = None
    sends_to: str | None = None


@dataclass(frozen=True)
class Server:
    """A server that answered.

    Attributes:
        address: Where it is.
        kind: Which program it is.
        models: Its models, without those that only make embeddings.
    """

    address: ServerAddress
    kind: ServerKind
    models: tuple[ServedModel, ...]

    @property
    def url(self) -> str:
        """Its URL, without ``/v1``."""
        scheme, _, rest = self.address.bases[0].partition("://")
        path = rest.partition("/")[2]
        return f"{scheme}://{self.address.host}" + ("" if path == "v1" else f"/{path}")


def find_servers(
    ports: Iterable[int] | None = None, limits: Limits = QUICK
) -> tuple[list[Server], list[UniRSError]]:
    """Ask ports of this computer for OpenAI-compatible servers, all at once.

    Args:
        ports: By default the well-known ones.
        limits: Bounds of what each may do.

    Returns:
        The servers, and what is wrong with others that answered. Where nothing listens, or
        something else does, is nothing wrong.
    """

    async def ask_all() -> list[Server | UniRSError | None]:
        asked = WELL_KNOWN_PORTS if ports is None else ports
        return await asyncio.gather(*(_ask(port, limits) for port in asked))

    found = asyncio.run(ask_all())
    servers = [each for each in found if isinstance(each, Server)]
    return servers, [each for each in found if isinstance(each, UniRSError)]


def read_server(
    url: str, key: str | None = None, allow_remote: bool = False, limits: Limits = QUICK
) -> Server:
    """Ask one server for its models.

    Raises:
        UniRSError: As ``parse_server_url``, ``check_access`` and ``ServerClient``.
    """
    address = parse_server_url(url)
    check_access(address, key, allow_remote)

    async def read() -> Server:
        client = ServerClient(address, key, limits)
        try:
            return await describe(client)
        finally:
            await client.close()

    return asyncio.run(read())


async def describe(client: ServerClient) -> Server:
    """Which program a server is, and its models.

    Raises:
        UniRSError: As ``ServerClient.json``; ``server_reply_invalid`` if it lists no models.
    """
    listed = await client.json("GET", "/models")
    entries = listed.get("data") if isinstance(listed, dict) else None
    if not isinstance(entries, list):
        raise client.invalid("does not list its models")
    entries = [each for each in entries[:_MODELS_KEPT] if isinstance(each, dict)]
    names = [name for each in entries if (name := _text(each.get("id")))]
    kind, models = await _programs_own_list(client, listed, entries, names)
    return Server(client.address, kind, models)


async def _ask(port: int, limits: Limits) -> Server | UniRSError | None:
    """The server at a port of this computer."""
    client = ServerClient(parse_server_url(f"http://localhost:{port}"), None, limits)
    try:
        return await describe(client)
    except UniRSError as error:
        # Some other program may listen at such a port: only what speaks of models is reported.
        is_server = error.code in {"key_refused", "server_busy", "server_failed"}
        return error if is_server else None
    finally:
        await client.close()


async def _programs_own_list(
    client: ServerClient, listed: dict[str, Any], entries: list[dict[str, Any]], names: list[str]
) -> tuple[ServerKind, tuple[ServedModel, ...]]:
    """Which program it is, and its models with what that program states beyond their names."""
    owners = {_text(each.get("owned_by")) for each in entries}
    if "llamacpp" in owners:
        return "llama.cpp", _of_llama_cpp(listed, entries)
    if "vllm" in owners:
        return "vllm", tuple(map(ServedModel, names))
    if isinstance(tags := await _optional(client, "GET", "//api/tags"), dict):
        return "ollama", await _of_ollama(client, tags, names)
    if isinstance(own := await _optional(client, "GET", "//api/v0/models"), dict):
        return "lm-studio", _of_lm_studio(own, names)
    is_transformers = (
        client.address.is_local
        and await _optional(client, "POST", "//load_model", {}) == _NO_MODEL_NAMED
    )
    return ("transformers" if is_transformers else "openai"), tuple(map(ServedModel, names))


def _of_llama_cpp(listed: dict[str, Any], entries: list[dict[str, Any]]) -> tuple[ServedModel, ...]:
    """llama-server states inputs and sizes in its list itself."""
    stated = {
        _text(each.get("name")): each.get("capabilities")
        for each in _dicts(listed.get("models"))
        if isinstance(each.get("capabilities"), list)
    }
    models = []
    for each in entries:
        name, meta = _text(each.get("id")), each.get("meta")
        capabilities = stated.get(name)
        vision = None if capabilities is None else "multimodal" in capabilities
        size = _size(meta.get("size")) if isinstance(meta, dict) else None
        models.append(ServedModel(name, vision, size))
    return tuple(model for model in models if model.name)


async def _of_ollama(
    client: ServerClient, tags: dict[str, Any], names: list[str]
) -> tuple[ServedModel, ...]:
    """Ollama states sizes in its own list, and whether a model reads images for each model."""
    entries = {_text(each.get("name")): each for each in _dicts(tags.get("models"))}

    async def capabilities(name: str) -> list[Any] | None:
        facts = await _optional(client, "POST", "//api/show", {"model": name})
        stated = facts.get("capabilities") if isinstance(facts, dict) else None
        return stated if isinstance(stated, list) else None

    stated = await asyncio.gather(*map(capabilities, names[:_ASKED_FOR_EACH]))
    able = dict(zip(names, stated, strict=False))
    models = []
    for name in names:
        its, entry = able.get(name), entries.get(name, {})
        if its is None or "completion" in its:
            vision = None if its is None else "vision" in its
            size = _size(entry.get("size"))
            models.append(ServedModel(name, vision, size, _cloud(name, entry)))
    return tuple(models)


def _cloud(name: str, entry: dict[str, Any]) -> str | None:
    """Where Ollama runs one of its cloud models, which it offers like those on this computer."""
    stated = _text(entry.get("remote_host"))
    if stated or entry.get("remote_model") or name.endswith((":cloud", "-cloud")):
        return urlsplit(stated).netloc.rpartition("@")[2] or "ollama.com"
    return None


def _of_lm_studio(own: dict[str, Any], names: list[str]) -> tuple[ServedModel, ...]:
    """LM Studio states the type of each model in its own list."""
    types = {_text(each.get("id")): _text(each.get("type")) for each in _dicts(own.get("data"))}
    return tuple(
        ServedModel(name, types[name] == "vlm" if name in types else None)
        for name in names
        if types.get(name) != "embeddings"
    )


async def _optional(client: ServerClient, method: str, path: str, body: Any = None) -> Any:
    """What only one program replies to; ``None`` from all others."""
    try:
        return await client.json(method, path, body)
    except UniRSError as error:
        return error.details.get("reason")


def _dicts(value: object) -> list[dict[str, Any]]:
    entries = value[:_MODELS_KEPT] if isinstance(value, list) else []
    return [each for each in entries if isinstance(each, dict)]


def _text(value: object) -> str:
    """A name from a server, if it is one that can be shown and typed."""
    is_name = isinstance(value, str) and value.isprintable() and len(value) <= _NAME_CHARACTERS
    return str(value) if is_name else ""


def _size(value: object) -> int | None:
    return value if isinstance(value, int) and 0 < value < 2**50 else None
