"""Access to servers: the key and the permission that a request carries, made when it is sent.

A key is in QGIS's authentication store, or in the environment variable ``UNIRS_SERVER_KEY``. It is
read for one request and handed to the worker over its stdin; it is never kept, and never written:
not into settings, files, logs, the history, diagnostics, the project or a batch's table.
"""

from __future__ import annotations

import base64
import os
from typing import Any

from qgis.core import QgsApplication, QgsAuthMethodConfig
from qtpy.QtCore import QCoreApplication

from unirs_qgis.errors import UserError
from unirs_qgis.runtime.model_names import KEY_VARIABLE, read_server_name
from unirs_qgis.settings import Settings

_AUTHORIZATION = "authorization"
_BEARER = "bearer "


def access_params(settings: Settings, model: str) -> dict[str, Any]:
    """What a request about a model carries besides the question: ``key`` and ``allow_remote``.

    Call it on the GUI thread: QGIS may ask for the master password of its authentication store.

    Args:
        settings: The user's settings.
        model: Name of the model.

    Returns:
        Nothing for a model that is not on a server.

    Raises:
        UserError: The name cannot be read, its host is not confirmed, or its key cannot be read.
    """
    server = read_server_name(model)
    if server is None:
        return {}
    receiver = server.host if server.is_remote else settings.relay(model)
    if receiver and receiver not in settings.confirmed_hosts:
        text = QCoreApplication.translate(
            "Models",
            "Nothing was sent: {host} is another computer, to which you have not let images be "
            "sent. Choose its model in Settings ▸ Options ▸ UniRS to do so.",
        )
        raise UserError("remote_not_allowed", text.format(host=receiver))
    params: dict[str, Any] = {"allow_remote": True} if receiver else {}
    key = key_for(settings.login(server.host))
    return {**params, "key": key} if key else params


def key_for(login: str) -> str:
    """The key of a server: in its authentication configuration, or in the environment.

    Args:
        login: Id of the configuration; empty if the server has none.

    Returns:
        Empty if there is no key.

    Raises:
        UserError: See ``stored_key``.
    """
    return stored_key(login) if login else os.environ.get(KEY_VARIABLE, "").strip()


def stored_key(login: str) -> str:
    """The key in a configuration of QGIS's authentication store.

    Args:
        login: Id of the configuration: an API header, a token, or user and password. A password
            without a user is a key.

    Returns:
        The key; for user and password the whole value of the header ``Authorization``.

    Raises:
        UserError: The configuration is missing, cannot be read, or holds no key.
    """
    config = QgsAuthMethodConfig()
    manager = QgsApplication.authManager()
    # A disabled store gives nothing, as does one whose master password is not entered.
    if manager.isDisabled() or not _found(manager.loadAuthenticationConfig(login, config, True)):
        raise UserError(
            "key_unreadable",
            QCoreApplication.translate(
                "Models",
                "The server's key cannot be read from QGIS's authentication store. Enter its "
                "master password when QGIS asks for it, or choose the key again in Settings ▸ "
                "Options ▸ UniRS.",
            ),
        )
    key = _key_of(config.method(), config.configMap()).strip()
    if not key or not key.isascii() or not key.isprintable():
        text = QCoreApplication.translate(
            "Models",
            "The authentication “{name}” holds no key for a server: make one with an API header, "
            "or with the key as password and no user.",
        )
        raise UserError("key_unsuitable", text.format(name=config.name()))
    return key


def _found(loaded: Any) -> bool:
    """PyQGIS gives a flag, or a flag and the configuration."""
    return bool(loaded[0] if isinstance(loaded, tuple) else loaded)


def _key_of(method: str, values: dict[str, str]) -> str:
    """The key in the values of a configuration; empty if there is none."""
    if method == "APIHeader":
        headers = {name.lower(): value for name, value in values.items()}
        value = headers.get(_AUTHORIZATION) or (
            next(iter(headers.values())) if len(headers) == 1 else ""
        )
        return value[len(_BEARER) :] if value.lower().startswith(_BEARER) else value
    if method == "EsriToken":
        return values.get("token", "")
    if method == "Basic":
        user, password = values.get("username", ""), values.get("password", "")
        if not user or not password:
            return password
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return ""
