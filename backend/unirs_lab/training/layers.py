"""Values in YAML, by names with dots, and in layers: what is said later replaces what was said."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from unirs.errors import UniRSError


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file.

    Raises:
        UniRSError: ``settings_missing``, ``settings_invalid``.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UniRSError(
            "settings_missing", f"The settings file {path} cannot be read: {error.strerror}."
        ) from error
    except UnicodeDecodeError as error:
        raise UniRSError("settings_invalid", f"{path} is no text in UTF-8.") from error
    return parse_yaml(text, str(path))


def as_yaml(values: Mapping[str, Any]) -> str:
    """Values as the YAML that ``load_settings`` reads."""
    return yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True)


def parse_yaml(text: str, where: str) -> dict[str, Any]:
    """The mapping in a text; ``where`` names it.

    Raises:
        UniRSError: ``settings_invalid``.
    """
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise UniRSError("settings_invalid", f"{where} is no YAML: {reason}.") from error
    if values is None:
        return {}
    if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
        raise UniRSError("settings_invalid", f"{where} holds no settings, one 'name: value' each.")
    return values


def parted(override: str) -> tuple[str, Any]:
    """Name and value of ``name=value``.

    Raises:
        UniRSError: ``settings_invalid``.
    """
    name, sign, text = override.partition("=")
    if not sign or not name:
        raise UniRSError(
            "settings_invalid", f'"{override}" is no setting; write name=value, as in seed=1.'
        )
    try:
        return name, yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UniRSError("settings_invalid", f'The value in "{override}" is no YAML.') from error


def nested(name: str, value: Any) -> dict[str, Any]:
    """``a.b`` and 1 as ``{"a": {"b": 1}}``."""
    for key in reversed(name.split(".")):
        value = {key: value}
    return dict(value)


def layer(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings are joined name by name; anything else is replaced."""
    joined = dict(below)
    for name, value in above.items():
        under = joined.get(name)
        both = isinstance(under, Mapping) and isinstance(value, Mapping)
        joined[name] = layer(under, value) if both else value  # type: ignore[arg-type]
    return joined


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The opposite of ``nested``: every value by a name with dots, behind ``prefix``."""
    named: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            named |= flat(value, f"{prefix}{name}.")
        else:
            named[prefix + name] = value
    return named
