"""Programs that a background thread runs: their output line by line, their stop, their proxy.

``run_program`` waits: it is never called on the GUI thread.
"""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote, unquote, urlsplit

from qgis.core import QgsNetworkAccessManager
from qtpy.QtNetwork import QNetworkProxy

from unirs_qgis.background import Stopped
from unirs_qgis.shared.client import clean_environment

OnLine = Callable[[str], None]

STOP_SECONDS = 2.0
"""Seconds that a program has to terminate before it is killed."""

_POLL_SECONDS = 0.1

_TARGETS = {
    *("UV_PYTHON", "UV_SYSTEM_PYTHON", "UV_NO_CACHE", "UV_PROJECT", "UV_WORKING_DIR"),
    *("VIRTUAL_ENV", "CONDA_PREFIX"),
}
"""Variables that make uv use another environment or cache."""


_USER_INFO = re.compile(r"(?<=://)[^/\s@]+@")


def clean_variables(additions: Mapping[str, str] | None = None) -> dict[str, str]:
    """Environment variables for a program of another Python than QGIS's own.

    Args:
        additions: Variables in addition to those of this process.
    """
    inherited = clean_environment(os.environ)
    kept = {name: value for name, value in inherited.items() if name not in _TARGETS}
    return {**kept, **(additions or {})}


def run_program(
    command: Sequence[str | Path],
    stopped: Callable[[], bool],
    on_line: OnLine,
    on_error_line: OnLine | None = None,
    variables: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> int:
    """Run a program to its end.

    Args:
        command: Program and arguments.
        stopped: Whether to stop; called ten times a second.
        on_line: Called with each line of stdout, without its end, on the calling thread.
        on_error_line: The same for stderr; ``on_line`` if ``None``.
        variables: Its environment variables; ``clean_variables()`` if ``None``.
        folder: Its working folder; that of this process if ``None``.

    Returns:
        The exit status, as ``subprocess`` gives it: negative for a signal.

    Raises:
        Stopped: It was stopped; it and its children have ended.
        OSError: There is no such program, or it cannot be started.
    """
    process = subprocess.Popen(  # noqa: S603 - no shell; the callers' own commands
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(clean_variables() if variables is None else variables),
        cwd=folder,
        **_own_group(),
    )
    try:
        _follow(process, stopped, on_line, on_error_line or on_line)
    except BaseException:
        _end(process)
        raise
    return process.wait()


def _follow(
    process: subprocess.Popen[bytes],
    stopped: Callable[[], bool],
    on_line: OnLine,
    on_error_line: OnLine,
) -> None:
    """Deliver lines until both streams have ended."""
    lines: queue.Queue[tuple[OnLine, str | None]] = queue.Queue()
    for stream, receiver in ((process.stdout, on_line), (process.stderr, on_error_line)):
        threading.Thread(target=_read, args=(stream, receiver, lines), daemon=True).start()
    open_streams = 2
    while open_streams or process.poll() is None:
        if stopped():
            raise Stopped
        with suppress(queue.Empty):
            receiver, line = lines.get(timeout=_POLL_SECONDS)
            if line is None:
                open_streams -= 1
            else:
                receiver(line)


def _read(
    stream: IO[bytes], receiver: OnLine, lines: queue.Queue[tuple[OnLine, str | None]]
) -> None:
    with stream:
        for line in stream:
            lines.put((receiver, line.decode("utf-8", errors="replace").rstrip("\r\n")))
    lines.put((receiver, None))


def _own_group() -> dict[str, object]:
    """Arguments by which a program can be ended with its children, and opens no console."""
    if sys.platform == "win32":
        # The launcher of a Windows environment ends its child.
        return {"creationflags": subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _end(process: subprocess.Popen[bytes]) -> None:
    """Terminate the program and its children, wait, kill."""
    for name in ("SIGTERM", "SIGKILL"):
        if sys.platform == "win32":
            process.kill()
        else:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, getattr(signal, name))
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            return


def proxy_variables() -> dict[str, str]:
    """Environment variables with the proxy of QGIS's options; empty if it has none.

    Logins of QGIS's authentication are included: never log these values. Programs find the
    system's proxy by themselves. Call it on the GUI thread.
    """
    manager = QgsNetworkAccessManager.instance()
    proxy = manager.fallbackProxy()
    schemes = {
        QNetworkProxy.ProxyType.HttpProxy: "http",
        QNetworkProxy.ProxyType.HttpCachingProxy: "http",
        QNetworkProxy.ProxyType.Socks5Proxy: "socks5h",
    }
    scheme = schemes.get(proxy.type())
    if scheme is None or not proxy.hostName():
        return {}
    login = ""
    if proxy.user():
        login = f"{quote(proxy.user(), safe='')}:{quote(proxy.password(), safe='')}@"
    port = f":{proxy.port()}" if proxy.port() else ""
    address = f"{scheme}://{login}{proxy.hostName()}{port}"
    direct = {_host(url) for url in [*manager.excludeList(), *manager.noProxyList()]} - {""}
    values = {
        "http_proxy": address,
        "https_proxy": address,
        "no_proxy": ",".join(sorted(direct | {"localhost", "127.0.0.1"})),
    }
    return {**values, **{name.upper(): value for name, value in values.items()}}


class Redactor:
    """Removes logins from lines that are shown or stored.

    Args:
        variables: Environment variables whose addresses may hold a login.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        passwords = {urlsplit(value).password for value in variables.values() if "://" in value}
        self._secrets = {secret for secret in passwords if secret}
        self._secrets |= {unquote(secret) for secret in self._secrets}

    def __call__(self, line: str) -> str:
        """The line without logins."""
        line = _USER_INFO.sub("***@", line)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line


def _host(url: str) -> str:
    return urlsplit(url if "://" in url else f"//{url}").hostname or ""
