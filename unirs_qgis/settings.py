"""The user's settings, stored by QGIS in its group ``unirs``.

Other versions, users and administrators write them: an invalid value is read as its default.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from qgis.core import QgsSettings

from unirs_qgis.runtime.model_names import DEFAULT_MODEL

GROUP = "unirs"

PRECISIONS = ("auto", "float32", "bfloat16", "float16", "int8", "int4")
HISTORY_PLACES = ("profile", "project")
BUILDS = ("auto", "cpu", "cu130", "cu126", "rocm7.2", "xpu")
"""Builds of PyTorch that a set-up can be asked for, as uv names them."""

TOKENS = range(1, 1025)
VIEWS = range(1, 9)
"""Number of augmented views of an image: the eight turned and mirrored ones."""

IDLE_MINUTES = range(24 * 60 + 1)

_DEVICE = re.compile(r"auto|cpu|(cuda|mps|xpu)(:\d{1,2})?")
_HOST = re.compile(r"[^\s/@#?]{1,260}")
_RELAY = re.compile(rf"{_HOST.pattern} server:\S.*")
_LOGIN = re.compile(rf"{_HOST.pattern} [A-Za-z0-9]{{7}}")
_CLUES = {"auto": None, "always": True, "never": False}
_OLDER_NAMES = {"added_models": "model_folders"}
"""Names under which earlier versions stored a field."""


@dataclass(frozen=True)
class Settings:
    """How questions are answered.

    Attributes:
        python: Interpreter of the user's own environment with ``unirs``; empty: that of the
            set-up.
        model: Name of the model, as ``unirs --model`` takes it: a name, a folder,
            ``hf:OWNER/NAME`` or ``server:URL#MODEL``.
        device: ``"auto"``, ``"cpu"`` or an accelerator such as ``"cuda:0"``.
        precision: One of ``PRECISIONS``.
        clue: Whether the images are described before the answer; ``None``: where the model was
            trained with such clues.
        max_new_tokens: Upper bound of an answer's length.
        views: Number of augmented views whose probabilities and change maps are averaged.
        idle_minutes: Minutes without a question after which the model's memory is freed; 0: never.
        history_place: One of ``HISTORY_PLACES``: in the profile, or beside the project.
        added_models: Names of models that the user has added to the list: folders outside of the
            models folder, ``hf:OWNER/NAME``, ``server:URL#MODEL``.
        confirmed_hosts: Other hosts (``example.org:8000``) to which the user lets images be sent.
        relayed_models: Models of a server on this computer that runs them elsewhere: the host that
            images are sent on to, a space, and the name of the model.
        server_logins: For a server's host, a space, and the id of its configuration in QGIS's
            authentication store. The key itself is never stored here.
    """

    python: str = ""
    model: str = DEFAULT_MODEL
    device: str = "auto"
    precision: str = "auto"
    clue: bool | None = None
    max_new_tokens: int = 128
    views: int = 1
    idle_minutes: int = 15
    history_place: str = "profile"
    added_models: tuple[str, ...] = ()
    confirmed_hosts: tuple[str, ...] = ()
    relayed_models: tuple[str, ...] = ()
    server_logins: tuple[str, ...] = ()

    def relay(self, model: str) -> str:
        """Host that a server on this computer sends images on to; empty if they stay here."""
        hosts = {name: host for host, name in (each.split(" ", 1) for each in self.relayed_models)}
        return hosts.get(model, "")

    def login(self, host: str) -> str:
        """Id of the authentication configuration for a server's host; empty if there is none."""
        return dict(each.split(" ") for each in self.server_logins).get(host, "")


@dataclass(frozen=True)
class SetupOptions:
    """How the runtime is set up.

    Attributes:
        base_python: Interpreter that the environment is created with; empty: the best one found.
        build: One of ``BUILDS``; ``"auto"`` chooses by the driver of the graphics card.
        wheels_folder: Folder to install from without a network; empty: from the package index.
        index: URL of the package index; empty: that of pip's configuration.
        extra_index: URL of another package index, such as one with builds of PyTorch for a
            graphics card.
        python_mirror: URL or folder of a mirror of the Pythons that uv brings; empty: their
            source.
        uv: The program uv, or a wheel with it; empty: the one that is found or fetched.
    """

    base_python: str = ""
    build: str = "auto"
    wheels_folder: str = ""
    index: str = ""
    extra_index: str = ""
    python_mirror: str = ""
    uv: str = ""


def read_settings() -> Settings:
    """The user's settings; what is missing or invalid is as in ``Settings()``."""
    return Settings(**_read(Settings, GROUP))


def write_settings(settings: Settings) -> None:
    """Store the user's settings."""
    _write(settings, GROUP)


def read_setup_options() -> SetupOptions:
    """The options of the set-up; what is missing or invalid is as in ``SetupOptions()``."""
    return SetupOptions(**_read(SetupOptions, f"{GROUP}/setup"))


def write_setup_options(options: SetupOptions) -> None:
    """Store the options of the set-up."""
    _write(options, f"{GROUP}/setup")


def _read(kind: type, group: str) -> dict[str, Any]:
    """The valid values of a group, by the name of their field."""
    store = QgsSettings()
    values = {}
    for field in fields(kind):
        stored = store.value(f"{group}/{field.name}")
        if stored is None and field.name in _OLDER_NAMES:
            stored = store.value(f"{group}/{_OLDER_NAMES[field.name]}")
        if stored is None:
            continue
        try:
            values[field.name] = _READERS[field.name](stored)
        except (TypeError, ValueError, KeyError):
            continue
    return values


def _write(values: object, group: str) -> None:
    store = QgsSettings()
    for field in fields(values):  # type: ignore[arg-type]
        value = getattr(values, field.name)
        if field.name == "clue":
            value = next(word for word, choice in _CLUES.items() if choice is value)
        store.setValue(f"{group}/{field.name}", list(value) if isinstance(value, tuple) else value)


def _text(stored: Any) -> str:
    if not isinstance(stored, str):
        raise TypeError(stored)
    return stored.strip()


def _some_text(stored: Any) -> str:
    if not _text(stored):
        raise ValueError(stored)
    return _text(stored)


def _device(stored: Any) -> str:
    if not _DEVICE.fullmatch(_text(stored)):
        raise ValueError(stored)
    return _text(stored)


def _clue(stored: Any) -> bool | None:
    # Earlier versions stored a flag, which the file has as text: true was the default.
    older = {"true": None, "1": None, "false": False, "0": False}
    return {**_CLUES, **older}[str(stored).lower()]


def _texts(stored: Any) -> tuple[str, ...]:
    # A list of one is read back as its only text, and an empty list as nothing.
    if not isinstance(stored, (str, list, tuple)):
        raise TypeError(stored)
    texts = [stored] if isinstance(stored, str) else list(stored)
    return tuple(text for text in map(_text, texts) if text)


def _matching(pattern: re.Pattern[str]) -> Callable[[Any], tuple[str, ...]]:
    """Reads the texts of a list that have a form; others are left out."""
    return lambda stored: tuple(text for text in _texts(stored) if pattern.fullmatch(text))


def _one_of(choices: tuple[str, ...]) -> Callable[[Any], str]:
    def read(stored: Any) -> str:
        if stored not in choices:
            raise ValueError(stored)
        return str(stored)

    return read


def _number_in(bounds: range) -> Callable[[Any], int]:
    def read(stored: Any) -> int:
        number = int(stored)
        if number not in bounds:
            raise ValueError(stored)
        return number

    return read


_READERS: dict[str, Callable[[Any], Any]] = {
    "python": _text,
    "model": _some_text,
    "device": _device,
    "precision": _one_of(PRECISIONS),
    "clue": _clue,
    "max_new_tokens": _number_in(TOKENS),
    "views": _number_in(VIEWS),
    "idle_minutes": _number_in(IDLE_MINUTES),
    "history_place": _one_of(HISTORY_PLACES),
    "added_models": _texts,
    "confirmed_hosts": _matching(_HOST),
    "relayed_models": _matching(_RELAY),
    "server_logins": _matching(_LOGIN),
    "base_python": _text,
    "build": _one_of(BUILDS),
    "wheels_folder": _text,
    "index": _text,
    "extra_index": _text,
    "python_mirror": _text,
    "uv": _text,
}
