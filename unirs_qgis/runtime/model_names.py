"""The name of a model, as the window needs it: its engine and, for a server, where images go.

The runtime reads the same names (``unirs --model``) and refuses on its own what is wrong with them;
here a name is only looked at, so that the user can be asked before anything is sent.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from qtpy.QtCore import QCoreApplication

from unirs_qgis.errors import UserError

DEFAULT_MODEL = "unirs-small"
SERVER = "server:"
HUB = "hf:"
KEY_VARIABLE = "UNIRS_SERVER_KEY"
"""Environment variable with the key of a server."""

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class ServerName:
    """The name of a model on a server, ``server:URL#MODEL``.

    Attributes:
        host: Host and port of the server, such as ``example.org:8000``.
        model: Name of the model there.
        is_remote: Whether images leave this computer.
        is_encrypted: Whether nobody on the way can read them.
    """

    host: str
    model: str
    is_remote: bool
    is_encrypted: bool


def read_server_name(name: str) -> ServerName | None:
    """The parts of ``server:URL#MODEL``; ``None`` for a model that is not on a server.

    Raises:
        UserError: ``server_name_invalid``: the URL has another form, or holds a login.
    """
    if not name.startswith(SERVER):
        return None
    try:
        url = urlsplit(name[len(SERVER) :].strip())
        host, port = (url.hostname or "").rstrip("."), url.port or _PORTS.get(url.scheme)
    except ValueError:  # a port or an address that is none
        host = port = None
    if not host or not port or url.scheme not in _PORTS:
        raise _invalid(
            QCoreApplication.translate(
                "Models",
                "A server is named by its address and a model, such as "
                "server:http://localhost:11434/v1#qwen2.5vl.",
            )
        )
    if url.username is not None or url.password is not None or url.query:
        raise _invalid(
            QCoreApplication.translate(
                "Models",
                "Leave user, password and key out of the address: keys belong in QGIS's "
                "authentication store, below under Servers.",
            )
        )
    shown = f"[{host}]" if ":" in host else host
    remote = not _is_this_computer(host)
    return ServerName(f"{shown}:{port}", url.fragment, remote, url.scheme == "https")


def server_of(name: str) -> ServerName | None:
    """As ``read_server_name``, and ``None`` for a name that cannot be read as well."""
    try:
        return read_server_name(name)
    except UserError:
        return None


def short_name(name: str) -> str:
    """A name without what tells about the user: without the folder, or the host of a server."""
    server = server_of(name)
    if server:
        return f"{server.model} (server on {'another' if server.is_remote else 'this'} computer)"
    if name.startswith((SERVER, HUB)):
        return name.partition("#")[2] if name.startswith(SERVER) else name
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _is_this_computer(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name; whatever it resolves to, it was not typed as this computer
        return False


def _invalid(message: str) -> UserError:
    return UserError("server_name_invalid", message)
