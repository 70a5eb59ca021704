"""The dates of a series, on one grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from unirs.dates import chronological
from unirs.errors import UniRSError
from unirs.guard.series import NAMED, few, series_sentences
from unirs.imagery import read_dates
from unirs.imagery.crop import Dated
from unirs.imagery.source import open_raster
from unirs.imagery.stopping import Stop, until_stopped
from unirs.inputs import Crop, Extent, VisualInput
from unirs.sentences import sentence
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
        undated = [self._file(each.source) for each in self.dates if each.date is None]
        unseen = [self.name(index) for index, each in enumerate(self.dates) if each.crop is None]
        found = []
        if undated:
            found.append(sentence("undated", names=few(undated, NAMED)))
        elif chronological(known) is None:
            found.append(sentence("rough"))
        elif len(set(known)) < len(known):
            found.append(sentence("same"))
        if unseen:
            found.append(sentence("unseen", names=few(unseen, NAMED)))
        crops = [self.crop(index) for index in self.seen]
        of_images = [note for crop in crops for note in crop.warnings]
        between = series_sentences(crops, [self.name(index) for index in self.seen])
        return tuple(dict.fromkeys([*found, *of_images, *between]))


def check_rasters(paths: Sequence[str | PurePath]) -> None:
    """Open every raster for a moment, so that a missing file is found before a model is loaded.

    Raises:
        UniRSError: ``raster_missing``, ``raster_unreadable``.
    """
    for path in paths:
        with open_raster(path):
            pass
