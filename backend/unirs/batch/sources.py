"""What tiles are cut from: one raster or a pair, with its place, as it was when a run began."""

from __future__ import annotations

from dataclasses import dataclass

from unirs.inputs import Extent


@dataclass(frozen=True)
class Failure:
    """Why a raster or a tile has no answer: code and sentence of a ``UniRSError``."""

    code: str
    message: str


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
