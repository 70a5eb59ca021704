"""Where rasters and pairs lie, from their headers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from unirs.batch.grids import grid_of
from unirs.batch.plan import Plan
from unirs.batch.sources import Failure, Source, source_id
from unirs.batch.tables import Found
from unirs.dates import ImageDate, chronological, parse_date
from unirs.errors import UniRSError
from unirs.imagery.crs import crs_text
from unirs.imagery.georeference import Raster, describe
from unirs.imagery.grid import common_grid
from unirs.imagery.local import elsewhere
from unirs.imagery.storage import may_be_read
from unirs.inputs import CropOptions

Seen = TypeVar("Seen")

_LOOKS_AHEAD = 8
"""Rasters that are opened at a time."""


@dataclass(frozen=True)
class Dated:
    """A raster whose header was read, with its date.

    Attributes:
        raster: What it is.
        date: That of the table that names it, else that of the raster; ``None`` if unknown.
    """

    raster: Raster
    date: ImageDate | None

    @property
    def iso(self) -> str | None:
        """The date as a text."""
        return self.date.isoformat() if self.date else None


def look_at(path: str, date: str | None) -> Dated:
    """Read the header of a raster.

    Args:
        path: Which raster.
        date: What a table has about it, ISO 8601.

    Raises:
        UniRSError: ``storage_not_named``, or as :func:`describe`.
    """
    if elsewhere(path) and not may_be_read(path):
        raise UniRSError(
            "storage_not_named",
            f"{path:.200} is on the network; if that is meant, name its storage in the plan "
            "(inputs: storage) or with --storage, else download it.",
        )
    raster = describe(path)
    return Dated(raster, parse_date(date) if date else raster.date)


def looking_ahead(look: Callable[[Found], Seen], found: Iterable[Found]) -> Iterator[Seen]:
    """What a look at each of many rasters gives, in their order; several are opened at a time.

    Opening a file is waiting, for a disk or for storage.

    Args:
        look: Called in other threads.
        found: Read as it is needed.
    """
    with ThreadPoolExecutor(_LOOKS_AHEAD, "unirs-survey") as pool:
        waiting: deque[Future[Seen]] = deque()
        try:
            for one in found:
                waiting.append(pool.submit(look, one))
                if len(waiting) > 2 * _LOOKS_AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def placed(plan: Plan, found: Found) -> Source:
    """The source of what the inputs name, with a failure if it cannot be read."""
    if found.failure:
        return Source.failed(found.paths, found.dates, found.failure)
    try:
        dated = [look_at(path, date) for path, date in zip(found.paths, found.dates, strict=True)]
        return source_of(plan, _in_order(dated))
    except UniRSError as error:
        return Source.failed(found.paths, found.dates, Failure.of(error))


def source_of(plan: Plan, dated: Sequence[Dated]) -> Source:
    """The source of a raster, or of a pair with the earlier date first.

    Raises:
        UniRSError: If the rasters have no common ground, or no tiles can be laid over them.
    """
    rasters = [one.raster for one in dated]
    grid = common_grid(rasters, 1, CropOptions())
    paths = tuple(raster.name for raster in rasters)
    source = Source(
        id=source_id(paths),
        paths=paths,
        dates=tuple(one.iso for one in dated),
        crs=crs_text(grid.crs),
        extent=grid.extent,
        pixel=rasters[0].pixel,
    )
    grid_of(source, plan.tiles)
    return source


def _in_order(dated: list[Dated]) -> list[Dated]:
    """A pair of a table, the earlier date first, as its images will be read."""
    order = chronological([one.date for one in dated])
    read = chronological([one.raster.date for one in dated])
    if len(dated) == 2 and order and read and order != read:
        raise UniRSError(
            "date_invalid",
            f"The dates of {dated[0].raster.name} and {dated[1].raster.name} in the table are in "
            "another order than those of the files; correct the table or the names.",
        )
    return [dated[index] for index in order] if order else dated
