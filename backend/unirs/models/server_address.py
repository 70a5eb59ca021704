"""The address of a server: where requests go, and whether that is this computer."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from unirs.errors import UniRSError

_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(
    r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*"
)
_PATH = re.compile(r"[\w./~%-]*", re.ASCII)
_ENDPOINTS = re.compile(r"/(chat/completions|completions|models)$")
_EXAMPLE = "type one such as http://127.0.0.1:11434"


@dataclass(frozen=True)
class ServerAddress:
    """Address of an OpenAI-compatible server.

    Attributes:
        host: Name or IP address and port, such as ``"example.org:8000"``.
        is_local: Whether it is this computer, by its loopback address.
        bases: URLs that requests may start with, up to ``/v1``; the first that answers is used.
            Of ``localhost`` these are the loopback addresses themselves, so that no name service
            decides where images go.
        is_protected: Whether what is sent is encrypted (https).
    """

    host: str
    is_local: bool
    bases: tuple[str, ...]
    is_protected: bool

    @property
    def name(self) -> str:
        """Host name without the port, for the certificate of an https server."""
        return self.host.rpartition(":")[0].strip("[]")


def parse_server_url(url: str) -> ServerAddress:
    """Read the URL of a server, as a user types it. Nothing is connected to.

    Args:
        url: ``http`` or ``https``; without a path, ``/v1`` is added.

    Raises:
        UniRSError: ``server_url_invalid``.
    """
    parts = _split(url)
    host = (parts.hostname or "").rstrip(".")
    port = parts.port or _PORTS[parts.scheme]
    address = _ip_address(host)
    if address is not None and address.is_unspecified:
        raise _invalid(
            f"{host} is what a server listens at and not where it is; "
            f"type {parts.scheme}://127.0.0.1:{port}"
        )
    if address is None and not _NAME.fullmatch(host):
        raise _invalid(f"the URL of a server names its host; {_EXAMPLE}")
    is_name_of_here = host == "localhost" or host.endswith(".localhost")
    is_local = is_name_of_here or (address is not None and _is_loopback(address))
    targets = ("127.0.0.1", "[::1]") if is_name_of_here else (_bracketed(host),)
    path = _ENDPOINTS.sub("", parts.path.rstrip("/")) or "/v1"
    return ServerAddress(
        host=f"{_bracketed(host)}:{port}",
        is_local=is_local,
        bases=tuple(f"{parts.scheme}://{target}:{port}{path}" for target in targets),
        is_protected=parts.scheme == "https",
    )


def check_access(address: ServerAddress, key: str | None, allow_remote: bool) -> None:
    """Refuse to send images or a key where they must not go.

    Raises:
        UniRSError: ``remote_not_allowed``, ``key_unprotected`` or ``key_invalid``.
    """
    if not address.is_local and not allow_remote:
        raise UniRSError(
            "remote_not_allowed",
            f"The images would leave this computer and be sent to {address.host}; "
            "allow that (--allow-remote, or in the options of UniRS) if they may.",
            host=address.host,
        )
    if not key:
        return
    if not address.is_local and not address.is_protected:
        raise UniRSError(
            "key_unprotected",
            f"The key would be sent to {address.host} without encryption; "
            "use the https address of that server.",
        )
    if not (key.isascii() and key.isprintable()) or len(key) > 8192 or key != key.strip():
        raise UniRSError(
            "key_invalid",
            f"The key of {address.host} holds characters that no key has, such as a line break; "
            "enter it again.",
        )


def _split(url: str) -> SplitResult:
    """The parts of a URL, none of which is something that a server's URL does not have."""
    if not url.isprintable() or " " in url:
        raise _invalid(f"the URL of a server holds no spaces or control characters; {_EXAMPLE}")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise _invalid(f"this is not the URL of a server; {_EXAMPLE}") from None
    if parts.scheme not in _PORTS:
        raise _invalid(f"the URL of a server begins with http:// or https://; {_EXAMPLE}")
    if parts.username is not None or parts.password is not None:
        raise _invalid(
            "the URL of a server holds no user name, password or key; "
            "give the key separately (UNIRS_SERVER_KEY, or in the options of UniRS)"
        )
    if parts.query or parts.fragment or not _PATH.fullmatch(parts.path) or ".." in parts.path:
        raise _invalid(f"the URL of a server ends with its path, such as /v1; {_EXAMPLE}")
    return parts


def _ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_loopback(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _invalid(reason: str) -> UniRSError:
    """A sentence that does not repeat the URL, which may hold a password."""
    return UniRSError("server_url_invalid", f"{reason[0].upper()}{reason[1:]}.")
