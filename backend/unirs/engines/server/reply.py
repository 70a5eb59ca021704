"""The reply to a chat completion, from bytes to text: server-sent events, or one JSON object."""

from __future__ import annotations

import json
import math
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Any

from unirs.errors import UniRSError
from unirs.models.server_client import ServerClient
from unirs.models.server_failures import refusal

_THINKS, _HAS_THOUGHT = "<think>", "</think>"


@dataclass(frozen=True)
class TokenChances:
    """One generated token, and the tokens that might have stood in its place.

    Attributes:
        text: Of the token that was generated.
        chances: Text and probability of the most probable tokens at its place, itself included.
    """

    text: str
    chances: tuple[tuple[str, float], ...]

    @property
    def own_chance(self) -> float:
        """Probability of the token itself."""
        return max(chance for text, chance in self.chances if text == self.text)


@dataclass(frozen=True)
class Part:
    """What one event of a reply brings.

    Attributes:
        text: The next piece of the answer.
        tokens: Its tokens, where they were asked for and the server gives them.
        thoughts: Whether it is part of what the model writes before its answer, for itself.
        finished: Why the answer ended: ``"stop"`` or ``"length"``; empty before.
        usage: Tokens of the prompt and of the answer, where the server counts them.
    """

    text: str = ""
    tokens: tuple[TokenChances, ...] = ()
    thoughts: bool = False
    finished: str = ""
    usage: tuple[int, int] | None = None


async def read_reply(client: ServerClient, body: dict[str, Any]) -> AsyncGenerator[Part, None]:
    """The parts of a reply, as they arrive.

    Raises:
        UniRSError: As ``ServerClient.stream``; ``server_died`` if the reply ends before the answer
            does; ``server_reply_invalid``.
    """
    finished = False
    async with client.stream("POST", "/chat/completions", body) as pieces:
        async for value in _values(client, pieces):
            part = _part(client, value)
            finished = finished or bool(part.finished)
            yield part
    if not finished:
        raise UniRSError(
            "server_died",
            f"The reply of the server {client.address.host} ended in the middle of the answer; "
            "check whether it is still running and has enough memory, then try again.",
        )


async def _values(client: ServerClient, pieces: AsyncIterator[bytes]) -> AsyncIterator[Any]:
    """The JSON values of a reply. A server that does not stream sends one object as a whole."""
    rest, whole, is_stream = b"", b"", False
    async for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        if not is_stream:
            whole += piece
            is_stream = whole.lstrip()[:1] not in {b"", b"{", b"[", b"<"}
        for line in lines if is_stream else ():
            data = _data(line)
            if data == b"[DONE]":
                return
            if data:
                yield _event(client, data)
    data = _data(rest) if is_stream else whole
    if not is_stream or (data and data != b"[DONE]"):
        yield client.parsed(data)


def _data(line: bytes) -> bytes:
    """The data of a line of server-sent events; comments and other fields have none."""
    return line[5:].strip() if line.startswith(b"data:") else b""


def _event(client: ServerClient, data: bytes) -> Any:
    """The value of an event. What ``transformers serve`` sends as an error may not be JSON."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        if data.startswith(b'{"error"'):
            return {"error": data[9:].decode("utf-8", "replace").strip(' ":}')}
        raise client.invalid("sent a reply whose JSON is damaged") from None


def _part(client: ServerClient, value: Any) -> Part:
    """What an event or a whole reply brings.

    Raises:
        UniRSError: What the server reports instead of an answer; ``server_reply_invalid``.
    """
    if isinstance(value, dict) and value.get("error"):
        error = value["error"]
        status = error.get("code") if isinstance(error, dict) else None
        is_status = isinstance(status, int) and 400 <= status < 600
        text = client.redacted(json.dumps(value))
        raise refusal(client.address.host, int(status or 0) if is_status else 500, text)
    choices = value.get("choices") if isinstance(value, dict) else None
    if not isinstance(choices, list):
        raise client.invalid("sent a reply without an answer in it")
    usage = _usage(value.get("usage"))
    if not choices:
        return Part(usage=usage)
    choice = choices[0] if isinstance(choices[0], dict) else {}
    message = choice.get("delta") or choice.get("message")
    message = message if isinstance(message, dict) else {}
    content, finished = message.get("content"), choice.get("finish_reason")
    thoughts = message.get("reasoning_content") or message.get("reasoning")
    return Part(
        text=content if isinstance(content, str) else "",
        tokens=_tokens(choice.get("logprobs")),
        thoughts=bool(thoughts),
        finished=finished if isinstance(finished, str) else "",
        usage=usage,
    )


def _usage(value: object) -> tuple[int, int] | None:
    if not isinstance(value, dict):
        return None
    counts = [value.get(name) for name in ("prompt_tokens", "completion_tokens")]
    prompt, answer = (each if isinstance(each, int) and each > 0 else 0 for each in counts)
    return min(prompt, 2**31), min(answer, 2**31)


def _tokens(value: object) -> tuple[TokenChances, ...]:
    content = value.get("content") if isinstance(value, dict) else None
    if not isinstance(content, list):
        return ()
    tokens = []
    for each in content:
        if (own := _chance(each)) is None:
            return ()
        top = each.get("top_logprobs")
        others = (
            [chance for one in top if (chance := _chance(one))] if isinstance(top, list) else []
        )
        chances = others if own in others else [own, *others]
        tokens.append(TokenChances(own[0], tuple(chances)))
    return tuple(tokens)


def _chance(value: object) -> tuple[str, float] | None:
    """Text and probability of a token. Bytes are exact where a token is a part of a character."""
    if not isinstance(value, dict):
        return None
    text, logprob, code = value.get("token"), value.get("logprob"), value.get("bytes")
    if not isinstance(text, str) or not isinstance(logprob, (int, float)) or math.isnan(logprob):
        return None
    if isinstance(code, list) and all(isinstance(each, int) and 0 <= each < 256 for each in code):
        text = bytes(code).decode("utf-8", "surrogateescape")
    return text, math.exp(min(float(logprob), 0.0))


class VisibleText:
    """The text of an answer without what some models write between ``<think>`` and ``</think>``."""

    def __init__(self) -> None:
        self.text = ""
        self._waiting = ""
        self._state = "start"

    def add(self, piece: str) -> str:
        """Take the next piece, and return what of it belongs to the answer."""
        if self._state != "answer":
            piece = self._leave_out(piece)
        self.text += piece
        return piece

    def end(self) -> str:
        """What was held back at the end: the beginning of a mark that never was one."""
        held = self._waiting if self._state == "start" else ""
        self._waiting, self._state = "", "answer"
        self.text += held
        return held

    def _leave_out(self, piece: str) -> str:
        self._waiting += piece
        if self._state == "start":
            begin = self._waiting.lstrip()
            if begin.startswith(_THINKS):
                self._state = "thinks"
            elif _THINKS.startswith(begin):
                return ""
            else:
                return self._answer(self._waiting)
        _, mark, after = self._waiting.partition(_HAS_THOUGHT)
        return self._answer(after.lstrip()) if mark else ""

    def _answer(self, text: str) -> str:
        self._waiting, self._state = "", "answer"
        return text
