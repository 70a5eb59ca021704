"""Requests to an OpenAI-compatible server, whose replies are not trusted.

A reply is read up to a bound and never unpacked, a redirection is not followed, and whatever can go
wrong is a ``UniRSError`` with one sentence that names the host. The key is in one header of the
client and nowhere else.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from unirs.errors import UniRSError, short_reason
from unirs.models.server_address import ServerAddress
from unirs.models.server_failures import refusal


@dataclass(frozen=True)
class Limits:
    """Bounds of what a server may do.

    Attributes:
        connect_seconds: Longest wait for a connection.
        first_seconds: Longest wait for the first byte of a reply; a server may load a model then.
        silent_seconds: Longest time without any byte within a reply.
        list_seconds: Longest wait for the first byte of a list of models.
        reply_bytes: Largest reply.
    """

    connect_seconds: float = 5.0
    first_seconds: float = 300.0
    silent_seconds: float = 60.0
    reply_bytes: int = 16 * 2**20
    list_seconds: float = 15.0


LIMITS = Limits()
QUICK = Limits(1.0, 3.0, 3.0, 4 * 2**20, 3.0)
"""For a server that may not be there."""

_ERROR_BYTES = 2**16


class ServerClient:
    """A client of one server, for one event loop.

    Args:
        address: The server.
        key: Sent as ``Authorization: Bearer KEY``, or as it is if it begins with ``Basic``.
        limits: Bounds of what the server may do.
    """

    def __init__(
        self, address: ServerAddress, key: str | None = None, limits: Limits = LIMITS
    ) -> None:
        self.address = address
        self.limits = limits
        self._key = key or ""
        headers = {
            "Host": address.host,
            "Accept-Encoding": "identity",
            "User-Agent": "unirs",
        }
        if key:
            headers["Authorization"] = key if key.startswith("Basic ") else f"Bearer {key}"
        seconds = limits.connect_seconds
        self._http = httpx2.AsyncClient(
            headers=headers,
            timeout=httpx2.Timeout(connect=seconds, read=None, write=60.0, pool=None),
            # A proxy of the environment is for other computers, and would see what stays here.
            trust_env=not address.is_local,
            follow_redirects=False,
        )
        self._base = address.bases[0]

    def __repr__(self) -> str:
        """Without the key."""
        return f"ServerClient({self.address.host})"

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def json(self, method: str, path: str, body: Any = None) -> Any:
        """A reply as JSON.

        Args:
            method: ``"GET"`` or ``"POST"``.
            path: Below ``/v1``; from the server's root if it begins with ``"//"``.
            body: Sent as JSON.

        Raises:
            UniRSError: As for ``stream``, or ``server_reply_invalid`` if it is not JSON.
        """
        async with self.stream(method, path, body, self.limits.list_seconds) as pieces:
            written = b"".join([piece async for piece in pieces])
        return self.parsed(written)

    @asynccontextmanager
    async def stream(
        self, method: str, path: str, body: Any = None, first_seconds: float | None = None
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes of a reply, as they arrive. Leaving the block closes the connection.

        Args:
            method: ``"GET"`` or ``"POST"``.
            path: As for ``json``.
            body: Sent as JSON.
            first_seconds: Longest wait for the first byte, if not that of the limits.

        Raises:
            UniRSError: ``server_unreachable``, ``server_silent``, ``server_died``,
                ``server_reply_invalid``, or as ``server_failures.refusal``.
        """
        with self._failures():
            seconds = self.limits.first_seconds if first_seconds is None else first_seconds
            response = await self._sent(method, path, body, seconds)
            try:
                if response.status_code != 200:
                    raise await self._refused(response)
                if response.headers.get("Content-Encoding", "identity") != "identity":
                    raise self.invalid("packs its replies although it was asked not to")
                yield self._pieces(response, self.limits.reply_bytes)
            finally:
                await response.aclose()

    def parsed(self, written: bytes) -> Any:
        """The JSON value of a reply.

        Raises:
            UniRSError: ``server_reply_invalid``.
        """
        if not written.strip():
            raise self.invalid("sent an empty reply")
        if written.lstrip()[:1] == b"<":
            raise self.invalid("sent a web page instead of JSON")
        try:
            return json.loads(written)
        except (ValueError, RecursionError):
            raise self.invalid("sent a reply that is not JSON") from None

    def invalid(self, what: str) -> UniRSError:
        """The failure of a server that does not reply like an OpenAI-compatible one.

        Args:
            what: It did, as the predicate of a sentence.
        """
        return UniRSError(
            "server_reply_invalid",
            f"The server {self.address.host} {what}; check that its URL is that of an "
            "OpenAI-compatible server (it often ends with /v1), and restart the server if it is.",
        )

    def redacted(self, text: str) -> str:
        """A text of the server without the key, which some repeat in their messages."""
        secret = self._key.removeprefix("Basic ").strip()
        return text.replace(secret, "…") if secret else text

    async def _sent(
        self, method: str, path: str, body: Any, first_seconds: float
    ) -> httpx2.Response:
        """The beginning of a reply, from the first of the server's addresses that accepts."""
        bases = sorted(self.address.bases, key=lambda base: base != self._base)
        seconds = first_seconds + self.limits.connect_seconds
        for base in bases:
            below = base.removesuffix("/v1") + path[1:] if path.startswith("//") else base + path
            request = self._http.build_request(method, below, json=body, extensions=self._tls)
            try:
                response = await self._within(seconds, self._http.send(request, stream=True))
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                if base == bases[-1]:
                    raise
            else:
                self._base = base
                return response
        raise AssertionError("an address has a base")

    @property
    def _tls(self) -> dict[str, str]:
        return {"sni_hostname": self.address.name} if self.address.is_protected else {}

    async def _within(self, seconds: float, work: Any) -> Any:
        try:
            return await asyncio.wait_for(work, seconds)
        except asyncio.TimeoutError:
            raise UniRSError(
                "server_silent",
                f"The server {self.address.host} sent nothing for {seconds:.0f} seconds; "
                "check whether it hangs, and choose a smaller model if it is only slow.",
            ) from None

    async def _pieces(self, response: httpx2.Response, most: int) -> AsyncIterator[bytes]:
        """The bytes of a reply, none after ``most``."""
        seconds, total = self.limits.first_seconds, 0
        pieces = response.aiter_raw()
        while True:
            with self._failures():
                try:
                    piece = await self._within(seconds, anext(pieces))
                except StopAsyncIteration:
                    return
            total += len(piece)
            if total > most:
                raise self.invalid(f"sent more than {most // 2**20} MB in one reply")
            seconds = self.limits.silent_seconds
            yield piece

    async def _refused(self, response: httpx2.Response) -> UniRSError:
        """The failure that a status other than 200 stands for."""
        written = b""
        try:
            async for piece in self._pieces(response, _ERROR_BYTES):
                written += piece
        except UniRSError:
            pass  # the status is enough
        return refusal(
            self.address.host,
            response.status_code,
            self.redacted(written.decode("utf-8", "replace")),
            response.headers.get("Location", ""),
        )

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Turn what can go wrong on the way to a server into a ``UniRSError``."""
        host = self.address.host
        try:
            yield
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            hint = "start it" if self.address.is_local else "check its URL and the network"
            raise UniRSError(
                "server_unreachable",
                f"The server {host} cannot be reached ({self.redacted(_reason(error))}); "
                f"{hint}, then try again.",
            ) from None
        except httpx2.ProxyError as error:
            raise UniRSError(
                "server_unreachable",
                f"The proxy on the way to the server {host} refused the request "
                f"({self.redacted(_reason(error))}); check HTTPS_PROXY.",
            ) from None
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            raise UniRSError(
                "server_died",
                f"The server {host} ended the connection in the middle of its reply "
                f"({self.redacted(_reason(error))}); check whether it is still running and has "
                "enough memory, then try again.",
            ) from None


def _reason(error: Exception) -> str:
    """Why a connection failed, in the words of the system if it gave any."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno and cause.errno > 0:
            return os.strerror(cause.errno)
        cause = cause.__cause__ or cause.__context__
    return short_reason(error)
