"""What tiles are cut from: one raster or a pair, with its place, as it was when a run began.

The sources of a run are found once and kept in a file beside its output, so that it goes on with
the same parts although files have come or gone since.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unirs.errors import UniRSError, short_reason
from unirs.files import whole_file
from unirs.inputs import Extent

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from unirs.batch.plan import Plan

SOURCES_FILE = "sources.jsonl"
"""In the folder of the output: one source a line."""


@dataclass(frozen=True)
class Failure:
    """Why a raster or a tile has no answer: code and sentence of a ``UniRSError``."""

    code: str
    message: str

    @classmethod
    def of(cls, error: UniRSError) -> Failure:
        """The same as a value."""
        return cls(error.code, error.message)


@dataclass(frozen=True)
class Source:
    """One raster, or two dates of one place.

    Attributes:
        id: Of letters, digits, ``-`` and ``_``; follows from the paths.
        paths: One file, or two, the earlier first.
        dates: Acquisition date of each, ISO 8601 by its precision; ``None`` where unknown.
        crs: Of the extent; ``EPSG:…`` where there is a code, else WKT; ``None`` without.
        extent: What all paths cover; ``None`` if that could not be found out.
        pixel: Width and height of a pixel (of the earlier date) in units of the CRS.
        failure: Why it has no extent.
    """

    id: str
    paths: tuple[str, ...]
    dates: tuple[str | None, ...]
    crs: str | None = None
    extent: Extent | None = None
    pixel: tuple[float, float] | None = None
    failure: Failure | None = None

    @classmethod
    def failed(
        cls, paths: tuple[str, ...], dates: tuple[str | None, ...], failure: Failure
    ) -> Source:
        """A source that cannot be read."""
        return cls(source_id(paths), paths, dates, failure=failure)


def source_id(paths: tuple[str, ...]) -> str:
    """The name of the first file, shortened, with a digest of all paths."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", Path(paths[0]).stem)[:40].strip("-") or "raster"
    return f"{name}-{hashlib.sha256(json.dumps(paths).encode()).hexdigest()[:10]}"


def survey(plan: Plan, on_source: Callable[[int], None] | None = None) -> Iterator[Source]:
    """Find the rasters of a plan, pair them, and read the header of each.

    A raster that cannot be read is a source with a failure. Rasters in storage are read within
    ``imagery.storage.reading_from(plan.storage)``.

    Args:
        plan: What is looked for.
        on_source: Called with the number of sources until now.

    Raises:
        UniRSError: ``no_rasters``, what a table is refused for, or the failure of the first raster
            if not one can be read.
    """
    from unirs.batch.inputs import find
    from unirs.batch.pairs import by_place_and_date
    from unirs.batch.places import looking_ahead, placed

    found = find(plan.inputs)
    sources = (
        by_place_and_date(plan, found)
        if plan.pairs
        else looking_ahead(partial(placed, plan), found)
    )
    first_failure, any_good = None, False
    for number, source in enumerate(sources, 1):
        first_failure = first_failure or source.failure
        any_good = any_good or source.failure is None
        if on_source:
            on_source(number)
        yield source
    if first_failure and not any_good:
        raise UniRSError(first_failure.code, first_failure.message)


def write_sources(path: Path, sources: Iterable[Source]) -> None:
    """Keep sources in a file, which is there once it is complete.

    Raises:
        UniRSError: ``output_unwritable``, and what :func:`survey` raises.
    """
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8") as stream:
        for source in sources:
            stream.write(json.dumps(asdict(source)) + "\n")


def read_sources(path: Path) -> Iterator[Source]:
    """The sources of a file, one after the other.

    Raises:
        UniRSError: ``sources_broken``.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            for line in stream:
                yield _adapter().validate_json(line)
    except (OSError, ValueError) as error:
        raise UniRSError(
            "sources_broken",
            f"{path}, the list of rasters of its run, cannot be read ({short_reason(error)}); "
            "delete it to have the rasters looked for anew, or choose another output folder.",
        ) from error


@cache
def _adapter() -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(Source)
