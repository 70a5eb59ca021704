"""Plans as YAML files, with sentences about what is wrong in them."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import Any, NoReturn

import yaml
from pydantic import ValidationError
from yaml.parser import ParserError
from yaml.scanner import ScannerError

from unirs.batch.plan import Plan
from unirs.errors import UniRSError, short_reason
from unirs.files import whole_file

_LARGEST = 2**20


class _Loader(yaml.SafeLoader):
    """YAML in which ``yes`` and ``no`` are texts, without anchors and without doubled keys."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="a plan has no anchors and references")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: list[Any] = []
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key.value!r:.40} is there twice", problem_mark=key.start_mark
                )
            seen.append(key.value)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    mark: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
        or (tag.endswith("bool") and mark in "tTfF")
    ]
    for mark, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_plan(path: Path) -> Plan:
    """See :meth:`Plan.read`."""
    return plan_of(_values(path), path.absolute().parent, str(path))


def plan_of(values: Any, folder: Path, name: str) -> Plan:
    """See :meth:`Plan.of`."""
    if not isinstance(values, dict):
        _refuse(name, "it has no keys such as inputs, tiles, ask and output")
    try:
        plan = Plan.model_validate(values)
    except ValidationError as error:
        _refuse(name, _problem(error))
    return _absolute(plan, folder)


def write_plan(plan: Plan, path: Path) -> None:
    """See :meth:`Plan.write`."""
    values = plan.model_dump(mode="json", exclude_none=True)
    text = yaml.safe_dump(values, sort_keys=False, allow_unicode=True)
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _values(path: Path) -> Any:
    try:
        with path.open("rb") as stream:
            written = stream.read(_LARGEST + 1)
    except OSError as error:
        raise UniRSError(
            "plan_missing", f"The plan {path} cannot be read ({error.strerror}); check the path."
        ) from error
    if len(written) > _LARGEST:
        _refuse(str(path), "it is larger than a plan can be; give lists of rasters as a table")
    try:
        return _Loader(written.decode("utf-8-sig")).get_single_data()
    except UnicodeDecodeError:
        _refuse(str(path), "it is no text")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        _refuse(str(path), f"it is no YAML: {_yaml_problem(error)}")


def _refuse(name: str, why: str) -> NoReturn:
    raise UniRSError("plan_invalid", f"{name} cannot be used as the plan of a batch: {why}.")


def _yaml_problem(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or short_reason(error)
    advice = "; put texts in quotes" if isinstance(error, ParserError | ScannerError) else ""
    return f"{problem} (line {mark.line + 1}){advice}" if mark else str(problem)


def _problem(error: ValidationError) -> str:
    """The first thing that is wrong, with its place in the plan; an unknown key before others."""
    errors = error.errors(include_url=False, include_input=False)
    first = min(errors, key=lambda one: one["type"] != "extra_forbidden")
    place = ".".join(str(step) for step in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"it has an unknown key {place}"
    if first["type"] == "missing":
        return f"the key {place} is missing"
    message = first["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message


def _absolute(plan: Plan, folder: Path) -> Plan:
    """The plan with paths that do not depend on a folder."""
    rasters = tuple(_placed(name, folder) for name in plan.inputs.rasters)
    changed = {
        "inputs": {"rasters": rasters},
        "tiles": {"clip": _beside(plan.tiles.clip, folder)},
        "ask": {"model": _model(plan.ask.model, folder)},
        "output": {
            "folder": _beside(plan.output.folder, folder),
            "export": _beside(plan.output.export, folder),
        },
    }
    sections = {
        name: getattr(plan, name).model_copy(update=values) for name, values in changed.items()
    }
    return plan.model_copy(update=sections)


def _placed(name: str, folder: Path) -> str:
    """A raster, folder or pattern; an address or a name of GDAL stays."""
    from unirs.imagery.local import elsewhere, exists

    if name.startswith("/") or ":" in name or elsewhere(name):
        return name
    path = folder / Path(name).expanduser()
    if glob.has_magic(name) and not exists(str(path)):
        path = Path(glob.escape(str(folder)), Path(name).expanduser())
    return str(path)


def _model(name: str, folder: Path) -> str:
    """A model folder that is written as a path; any other name of a model stays."""
    path = folder / Path(name).expanduser()
    return str(path) if "/" in name and path.is_dir() else name


def _beside(path: Path | None, folder: Path) -> Path | None:
    return path and folder / path.expanduser()
