"""Opening a model of a server: is it allowed, is it there, does it read images, what can it do."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import numpy as np

from unirs.engines.chat import CHANGE_QUESTION, chat_messages
from unirs.engines.server.chat_request import request_body
from unirs.engines.server.connected import ConnectedModel
from unirs.engines.server.constrained import is_refused_field
from unirs.engines.server.engine import ServerEngine
from unirs.engines.server.event_loop import EventLoop
from unirs.engines.server.reply import read_reply
from unirs.errors import UniRSError
from unirs.inputs import Crop, VisualInput
from unirs.models.server_address import check_access, parse_server_url
from unirs.models.server_client import LIMITS, Limits, ServerClient
from unirs.models.servers import Server, describe

_TOP_LOGPROBS = (100, 20, 5)
"""How many tokens a server is asked for probabilities of; the first that it accepts is kept."""

_LISTS_ALL = {"ollama", "llama.cpp", "lm-studio", "vllm"}
"""Servers that have no other models than those that they list, and may use another one silently."""

_CONTINUES: dict[str, dict[str, bool]] = {
    "llama.cpp": {},
    "ollama": {},
    "vllm": {"continue_final_message": True, "add_generation_prompt": False},
}
"""Servers that continue the last message if it is the model's own, and what makes them do so."""


def open_server_engine(
    url: str,
    model: str,
    key: str | None = None,
    allow_remote: bool = False,
    on_accepted: Callable[[], None] = lambda: None,
    *,
    limits: Limits = LIMITS,
) -> ServerEngine:
    """Connect to a server, and try a model of it with one small image.

    The trial has the server load the model, and shows whether it reads images and gives
    probabilities.

    Args:
        url: Of the server, see ``parse_server_url``.
        model: The server's name of the model.
        key: Sent in the header ``Authorization`` alone.
        allow_remote: Whether images may be sent to another computer.
        on_accepted: Called once the server has the model, before it is tried.
        limits: Bounds of what the server may do.

    Raises:
        UniRSError: ``server_url_invalid``, ``remote_not_allowed``, ``key_unprotected``,
            ``key_invalid``, ``key_refused``, ``server_unreachable``, ``server_silent``,
            ``server_died``, ``server_busy``, ``server_failed``, ``server_reply_invalid``,
            ``server_model_missing``, or ``image_refused``.
    """
    started = time.perf_counter()
    address = parse_server_url(url)
    check_access(address, key, allow_remote)
    loop = EventLoop()
    try:
        client = ServerClient(address, key, limits)
        server = loop.run(_described(client))
        served = _find(client, server, model, allow_remote)
        on_accepted()
        loop.run(_try(served, server))
    except BaseException:
        loop.close()
        raise
    return ServerEngine(loop, served, time.perf_counter() - started)


async def _described(client: ServerClient) -> Server:
    """The server and its models; without models where it cannot list them, as some cannot."""
    try:
        return await describe(client)
    except UniRSError as error:
        if error.details.get("status") in {404, 405, 500, 501}:
            return Server(client.address, "openai", ())
        raise


def _find(client: ServerClient, server: Server, name: str, allow_remote: bool) -> ConnectedModel:
    """The model of a name among those of a server.

    Raises:
        UniRSError: ``server_model_missing``, ``image_refused`` or ``remote_not_allowed``.
    """
    names = {name, f"{name}:latest"} if server.kind == "ollama" else {name}
    found = next((each for each in server.models if each.name in names), None)
    if found is None and server.kind in _LISTS_ALL:
        raise _missing(server, name)
    if found is not None and found.vision is False:
        readers = [each.name for each in server.models if each.vision]
        raise UniRSError(
            "image_refused",
            f"The model {name} on {server.address.host} does not read images; "
            f"choose {_one_of(readers) or 'a vision-language model'}.",
            available=readers,
        )
    sends_to = found.sends_to if found else None
    if sends_to and not allow_remote:
        raise UniRSError(
            "remote_not_allowed",
            f"The server {server.address.host} would send the images on to {sends_to}, where the "
            f"model {name} runs; allow that (--allow-remote, or in the options of UniRS) if they "
            "may leave this computer.",
            host=sends_to,
        )
    return ConnectedModel(client, name, sends_to=sends_to, continuing=_CONTINUES.get(server.kind))


def _missing(server: Server, name: str) -> UniRSError:
    names = [each.name for each in server.models if each.vision is not False]
    return UniRSError(
        "server_model_missing",
        f"The server {server.address.host} has no model {name}; "
        + (f"choose {_one_of(names)}." if names else "load one there first."),
        available=names,
    )


def _one_of(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown}, or another of its {len(names)} models" if len(names) > 5 else shown


async def _try(model: ConnectedModel, server: Server) -> None:
    """Have the model answer once, and note what it gives with its answer.

    Raises:
        UniRSError: Why it does not answer.
    """
    for count in _TOP_LOGPROBS:
        try:
            given = await _chances_given(model, logprobs=True, top_logprobs=count)
        except UniRSError as error:
            if not is_refused_field(error):
                raise _explained(error, model, server) from None
            continue
        model.top_logprobs = min(count, given) if given > 1 else 0
        return
    try:
        await _chances_given(model)
    except UniRSError as error:
        raise _explained(error, model, server) from None


async def _chances_given(model: ConnectedModel, **more: Any) -> int:
    """Tokens that the server gives probabilities of, at the first place of an answer."""
    shades = np.linspace(60, 200, 224).astype(np.uint8)
    image = np.repeat(np.repeat(shades[None, :, None], 224, axis=0), 3, axis=2)
    messages = chat_messages(VisualInput.single(Crop(image)), CHANGE_QUESTION)
    body = request_body(model.name, messages, 224, 2, **more)
    given = 0
    async with aclosing(read_reply(model.client, body)) as parts:
        async for part in parts:
            for token in part.tokens:
                given = given or len(token.chances)
    return given


def _explained(error: UniRSError, model: ConnectedModel, server: Server) -> UniRSError:
    """A failure with the name of the model, where the server has not given it."""
    return _missing(server, model.name) if error.code == "server_model_missing" else error
