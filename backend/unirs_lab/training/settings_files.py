"""The settings of a run as YAML: a preset, over it a file, over it single values.

No number of a run has a default in the code; the presets name all of them.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from unirs.errors import UniRSError
from unirs.files import whole_file
from unirs_lab.training.settings import STAGES, Settings, StageSettings

SETTINGS_FILE = "settings.yaml"


def load_settings(
    kind: type[Settings],
    preset: str = "paper",
    file: Path | None = None,
    overrides: Sequence[str] = (),
    given: Mapping[str, Any] | None = None,
) -> Settings:
    """The settings of a run.

    Args:
        kind: Of which stage.
        preset: Name of the preset below it.
        file: YAML with what differs from the preset.
        overrides: ``name=value`` with dots in the name (``data.era.root=/data/ERA``); the value
            is YAML, and ``null`` takes a data set out.
        given: Values by such names, over everything else. ``own_data`` is the file of a user's own
            data, on which the run trains alone, with what the preset's ``own_data``
            changes.

    Raises:
        UniRSError: ``preset_unknown``, ``settings_missing``, ``settings_invalid`` with the name
            of what is wrong.
    """
    if preset not in presets(kind):
        raise UniRSError(
            "preset_unknown",
            f'The stage {STAGES[kind]} has no preset "{preset}"; choose '
            f"{' or '.join(presets(kind))}.",
        )
    values = _preset(kind, preset)
    named: dict[str, Any] = dict(given or {})
    own, own_file = values.pop("own_data", None), named.pop("own_data", None)
    if own_file:
        values = _on_own_data(values, own, own_file, preset)
    values = layer(values, read_yaml(file) if file else {})
    for name, value in [*map(name_and_value, overrides), *named.items()]:
        values = layer(values, nested(name, value))
    if isinstance(values["data"], dict):
        values["data"] = {name: each for name, each in values["data"].items() if each is not None}
    where = str(file) if file else "The settings"
    return _validated(kind, values, where)


def presets(kind: type[StageSettings]) -> list[str]:
    """The names of the presets of a stage."""
    folder = files("unirs_lab.training").joinpath("presets")
    names = sorted(path.name.removesuffix(".yaml") for path in folder.iterdir())
    stage = f"{STAGES[kind]}-"
    return [name.removeprefix(stage) for name in names if name.startswith(stage)]


def _on_own_data(
    values: dict[str, Any], changes: dict[str, Any] | None, file: str, preset: str
) -> dict[str, Any]:
    if changes is None:
        raise UniRSError(
            "settings_invalid",
            f"The preset {preset} does not train on one's own data alone; name each data set with "
            "--data NAME=FOLDER.",
        )
    own = layer({"root": file, "dataset": "jsonl"}, changes.get("source", {}))
    rest = {name: value for name, value in changes.items() if name != "source"}
    return layer({**values, "data": {"own": own}}, rest)


def portable(settings: StageSettings) -> dict[str, Any]:
    """What makes a difference to the result, for others to read: no ``machine``, no places."""
    return _without_places(settings.model_dump(exclude={"machine"}))


def digest(settings: StageSettings) -> str:
    """SHA-256 of ``portable``."""
    return hashlib.sha256(json.dumps(portable(settings), sort_keys=True).encode()).hexdigest()


def keep(settings: StageSettings, folder: Path) -> None:
    """Note in a folder what its run is made with; refuse to go on with something else.

    Args:
        settings: Of the run.
        folder: Takes ``settings.yaml``.

    Raises:
        UniRSError: ``settings_differ`` if the folder was begun with other settings,
            ``output_unwritable``.
    """
    path = folder / SETTINGS_FILE
    wanted = settings.model_dump(mode="json")
    kind = type(settings)
    offered = (name for preset in presets(kind) for name in _preset(kind, preset)["data"])
    left_out = dict.fromkeys(name for name in offered if name not in settings.data)
    wanted["data"] |= left_out  # as null: the file is read over a preset
    if path.is_file():
        begun, now = flat(read_yaml(path)), flat(wanted)
        names = [n for n in {**begun, **now} if begun.get(n) != now.get(n)]
        decisive = next((n for n in names if not n.startswith("machine.")), None)
        if decisive:
            raise UniRSError(
                "settings_differ",
                f"{path} was begun with {decisive} = {begun.get(decisive)} and not "
                f"{now.get(decisive)}; give that value, or train in another folder.",
            )
    with whole_file(path) as partial:
        partial.write_text(as_yaml(wanted), encoding="utf-8")


def _preset(kind: type[StageSettings], name: str) -> dict[str, Any]:
    folder = files("unirs_lab.training").joinpath("presets")
    text = folder.joinpath(f"{STAGES[kind]}-{name}.yaml").read_text("utf-8")
    return parse_yaml(text, "the preset")


def _without_places(values: Mapping[str, Any]) -> dict[str, Any]:
    """Folders by their names alone."""
    portable_values: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            portable_values[name] = _without_places(value)
        else:
            portable_values[name] = value.name if isinstance(value, Path) else value
    return portable_values


def _validated(kind: type[Settings], values: dict[str, Any], where: str) -> Settings:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise UniRSError(
            "settings_invalid", f"{where}: {_reason(kind, error.errors()[0])}"
        ) from None


def _reason(kind: type[BaseModel], problem: ErrorDetails) -> str:
    """One sentence on the first thing that is wrong."""
    name = ".".join(map(str, problem["loc"]))
    if problem["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(problem["loc"][-1]), _names(kind), n=1)
        hint = f"did you mean {near[0]}?" if near else "remove it."
        return f"{name} is not a setting of this stage; {hint}"
    return f"{name} = {problem['input']!r} cannot be: {problem['msg'].lower()}."


def _names(kind: type[BaseModel]) -> list[str]:
    """The names of all settings of a kind and of its groups."""
    names = list(kind.model_fields)
    for field in kind.model_fields.values():
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                names += _names(part)
    return names


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


def name_and_value(override: str) -> tuple[str, Any]:
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
