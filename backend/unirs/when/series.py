"""The dates of a series, on one grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from unirs.dates import chronological
from unirs.errors import UniRSError
from unirs.imagery import read_dates
from unirs.imagery.crop import Dated
from unirs.imagery.source import open_raster
from unirs.imagery.stopping import Stop, until_stopped
from unirs.inputs import Crop, Extent, VisualInput
from unirs.when.request import StoryRequest, WhenRequest


@dataclass(frozen=True)
class Series:
    """Dates of one place, in order of time, of which some may have nothing to see.

    Attributes:
        dates: All dates.
        seen: Indexes of those with an image.
        names: What files are called where their dates are not known.
    """

    dates: tuple[Dated, ...]
    seen: tuple[int, ...]
    names: Mapping[str, str]

    @classmethod
    def read(
        cls, request: WhenRequest | StoryRequest, image_size: int, stop: Stop | None = None
    ) -> Series:
        """Read the series of a request, in order of time where all dates are known.

        Args:
            request: Rasters, extent, bands and stretch.
            image_size: Longer side of the images in pixels.
            stop: Ends the reading, within two seconds.

        Raises:
            UniRSError: ``all_nodata`` if less than two dates have anything to see in the extent;
                all codes of ``unirs.imagery``.
        """
        paths = request.paths
        dates = until_stopped(lambda: read_dates(paths, image_size, request.crop, stop), stop)
        seen = tuple(index for index, date in enumerate(dates) if date.crop is not None)
        if len(seen) < 2:
            failure = next((date.failure for date in dates if date.failure), None)
            raise failure or UniRSError(
                "all_nodata",
                f"{len(seen)} of {len(dates)} dates have data in the extent asked for, and a "
                "series needs two; give another extent or other dates.",
            )
        return cls(tuple(dates), seen, dict(zip(map(str, paths), request.names, strict=False)))

    @property
    def extent(self) -> Extent | None:
        """What is asked about, in units of ``crs``."""
        return self.crop(self.seen[0]).extent

    @property
    def crs(self) -> str | None:
        """CRS of the extent; ``None`` without one."""
        return self.crop(self.seen[0]).crs

    def crop(self, index: int) -> Crop:
        """The image of a date that has one."""
        crop = self.dates[index].crop
        assert crop is not None  # noqa: S101 - callers take indexes of ``seen``
        return crop

    def at(self, index: int) -> VisualInput:
        """One date."""
        return VisualInput.single(self.crop(index))

    def pair(self, before: int, after: int) -> VisualInput:
        """Two dates."""
        return VisualInput.pair(self.crop(before), self.crop(after))

    def name(self, index: int) -> str:
        """A date as people write it, else the name of its file."""
        date = self.dates[index]
        return date.date.isoformat() if date.date else self._file(date.source)

    def _file(self, source: str) -> str:
        return self.names.get(source) or PurePath(source).stem

    def warnings(self) -> tuple[str, ...]:
        """Sentences about what makes the order, the images or the scores doubtful."""
        known = [each.date for each in self.dates]
        missing = [self._file(each.source) for each in self.dates if each.date is None]
        found = []
        if missing:
            found.append(
                f"{_dates(len(missing))} without a date ({_few(missing)}): "
                "all are read in the order given."
            )
        elif chronological(known) is None:
            found.append("Some dates are too rough to order them: all are read in the order given.")
        elif len(set(known)) < len(known):
            found.append("Some dates are the same: these are read in the order given.")
        empty = [self.name(index) for index, each in enumerate(self.dates) if each.crop is None]
        if empty:
            found.append(f"{_dates(len(empty))} with nothing to see, left out: {_few(empty)}.")
        about_images = (note for index in self.seen for note in self.crop(index).warnings)
        return tuple(dict.fromkeys([*found, *about_images]))


def check_rasters(paths: Sequence[str | PurePath]) -> None:
    """Open every raster for a moment, so that a missing file is found before a model is loaded.

    Raises:
        UniRSError: ``raster_missing``, ``raster_unreadable``.
    """
    for path in paths:
        with open_raster(path):
            pass


def _dates(count: int) -> str:
    return "1 raster" if count == 1 else f"{count:,} rasters"


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")
