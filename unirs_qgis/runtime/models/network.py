"""The proxy of QGIS, for programs that read theirs from environment variables (pip, the hub)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit

from qgis.core import QgsNetworkAccessManager
from qtpy.QtNetwork import QNetworkProxy

_USER_INFO = re.compile(r"(?<=://)[^/\s@]+@")


def proxy_variables() -> dict[str, str]:
    """Environment variables with the proxy of QGIS's options; empty if it has none.

    A login from QGIS's authentication is included: these values belong into no log. Where QGIS
    uses the system's proxy, programs find that one by themselves. Call it on the GUI thread.
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
    """Takes logins out of lines that are shown or kept.

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
