"""Annotation files, read strictly: errors name the file and the place."""

from __future__ import annotations

import codecs
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from unirs.errors import UniRSError

Value = TypeVar("Value")


class Record(BaseModel):
    """A record of an annotation file; fields that nobody asks for are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def read_bytes(path: Path) -> bytes:
    """A file, whole; without the mark that some editors put before UTF-8.

    Raises:
        UniRSError: ``dataset_layout`` if it is not there or cannot be read.
    """
    try:
        return path.read_bytes().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        raise UniRSError(
            "dataset_layout",
            f"{path} cannot be read ({error.strerror}); put the dataset's own files there as "
            "'unirs data list' shows them.",
        ) from error


def read_json(path: Path, adapter: TypeAdapter[Value]) -> Value:
    """A JSON file of a known form.

    Raises:
        UniRSError: ``dataset_layout`` if it is not there, ``dataset_broken`` if it does not fit.
    """
    return parse_json(read_bytes(path), adapter, str(path))


def parse_json(text: bytes, adapter: TypeAdapter[Value], place: str) -> Value:
    """JSON of a known form.

    Args:
        text: What was read.
        adapter: The form.
        place: File, and line where there is one, for messages.

    Raises:
        UniRSError: ``dataset_broken``.
    """
    try:
        return adapter.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        # names come from the file, and may hold line breaks
        where = " → ".join(ascii(step).strip("'") for step in first["loc"]) or "the whole"
        raise UniRSError(
            "dataset_broken",
            f"{place} does not have the form of this dataset, at {where}: {first['msg']}; "
            "mend it or get a new copy.",
        ) from error


def inside(root: Path, name: str, source: Path) -> Path:
    """A file that an annotation names, which is below the root.

    Args:
        root: Where names begin.
        name: As in the annotation, with ``/`` between folders.
        source: The annotation file, for messages.

    Raises:
        UniRSError: ``dataset_broken`` for absolute names, empty ones, and names with ``..``.
    """
    parts = PurePosixPath(name).parts
    foreign = PureWindowsPath(name)
    outside = name.startswith("/") or bool(foreign.anchor) or ".." in (*parts, *foreign.parts)
    if outside or not parts:
        raise UniRSError(
            "dataset_broken",
            f"{source} names the file {name!r:.120}, which is not inside {root}; "
            "write names relative to that folder.",
        )
    return root.joinpath(*parts)
