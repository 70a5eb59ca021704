"""The folders that a client may read from, and the rasters in them.

A raster is a plain file below one of the folders, in a format whose pixels lie in the file or
beside it, and everything that GDAL would read of it lies below the folders as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from unirs.errors import UniRSError
from unirs.imagery.source import is_utf8, open_raster
from unirs.imagery.stopping import Stop, check_stop
from unirs.index.table import BESIDE
from unirs.texts import clean
from unirs.tool_server import virtual

FORMATS = {
    *("GTiff", "LIBERTIFF", "VRT", "PNG", "JPEG", "WEBP", "BMP", "GIF", "AVIF", "JPEGXL"),
    *("JP2OpenJPEG", "JP2ECW", "JP2KAK", "JP2Lura", "JP2MrSID", "JP2Grok"),
    *("ENVI", "EHdr", "HFA", "NITF", "AAIGrid", "SRTMHGT", "DTED", "GPKG", "MBTiles"),
}
"""GDAL's formats that refer to no other file than those beside them, but for plain mosaics."""

SUFFIXES = {
    *(".tif", ".tiff", ".vrt", ".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".avif", ".jxl"),
    *(".jp2", ".j2k", ".img", ".bil", ".bip", ".bsq", ".ntf", ".nitf", ".asc", ".hgt"),
    *(".dt0", ".dt1", ".dt2", ".gpkg", ".mbtiles"),
}
"""Endings of the names of files that are listed."""

_LONGEST_PATH = 4096


class Roots:
    """The folders that the user names.

    Args:
        folders: At least one.

    Raises:
        UniRSError: ``root_missing``.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        for folder in folders:
            if not folder.is_dir():
                raise UniRSError(
                    "root_missing", f"There is no folder {folder}; give an existing one as --root."
                )
        self.folders = tuple(dict.fromkeys(folder.resolve() for folder in folders))

    def raster(self, name: str, stop: Stop | None = None) -> Path:
        """The file of a raster that may be read.

        Args:
            name: Its path, whole or from one of the folders on.
            stop: Ends the check of a large mosaic.

        Returns:
            The real path, without links.

        Raises:
            UniRSError: ``path_outside`` for whatever does not lie in the folders, or is made of
                what does not; ``raster_missing`` and ``raster_unreadable``.
        """
        file = self._named(name)
        self._check(file, set(), stop)
        return file

    def index(self, name: str, stop: Stop | None = None) -> Path:
        """The file of an index of tiles that may be read; the rasters in it are another matter.

        Args:
            name: Its path, whole or from one of the folders on.
            stop: Ends the check.

        Returns:
            The real path, without links.

        Raises:
            UniRSError: ``path_outside``, also where a file that SQLite reads with it lies outside;
                ``raster_missing``; ``cancelled``.
        """
        check_stop(stop)
        file = self._named(name)
        if not all(self.contains(Path(f"{file}{ending}")) for ending in BESIDE):
            raise _outside(file)
        return file

    def files(self, after: str | None = None) -> Iterator[Path]:
        """Files that are rasters by their names, in an order that does not change.

        Args:
            after: A path that was given before; those up to it are left out.
        """
        skipping = tuple(Path(after).parts) if after else ()
        for folder in sorted(self.folders):
            if any(folder.is_relative_to(other) for other in self.folders if other != folder):
                continue  # it is listed with the other
            yield from _walk(folder, skipping)

    def contains(self, path: Path) -> bool:
        """Whether a path, wherever its links lead, lies below one of the folders."""
        real = Path(os.path.realpath(path))
        return any(real.is_relative_to(folder) for folder in self.folders)

    def below(self, file: Path) -> Path:
        """The path of a file that is listed, from its folder on."""
        return next(file.relative_to(each) for each in self.folders if file.is_relative_to(each))

    def _named(self, name: str) -> Path:
        if not name or len(name) > _LONGEST_PATH or not is_utf8(name) or "\0" in name:
            raise UniRSError(
                "raster_missing", "The path is empty, too long or no text; call list_rasters."
            )
        candidates = [folder / name for folder in self.folders]
        inside = (each for each in candidates if self.contains(each) and each.exists())
        return self._inside(next(inside, candidates[0]))

    def _inside(self, path: Path) -> Path:
        if not self.contains(path):  # first, so that a refusal does not show what exists
            raise _outside(path)
        if not path.is_file():
            raise UniRSError(
                "raster_missing", f"There is no file {path}; call list_rasters for those there are."
            )
        return Path(os.path.realpath(path))

    def _check(self, file: Path, seen: set[Path], stop: Stop | None) -> None:
        """Refuse a raster that is made of anything outside, itself or in what it is made of."""
        check_stop(stop)
        seen.add(file)
        try:
            parts = virtual.sources(file)
        except OSError as error:
            raise UniRSError(
                "raster_unreadable", f"{file} cannot be read ({error.strerror}); check the file."
            ) from error
        for part in (self._inside(each) for each in parts or ()):
            if part not in seen:
                self._check(part, seen, stop)
        with open_raster(file) as dataset:
            is_mosaic = parts is not None
            if dataset.driver not in FORMATS or is_mosaic != (dataset.driver == "VRT"):
                raise UniRSError(
                    "raster_unreadable",
                    f"{file} is a {dataset.driver}, which may refer to other files and which the "
                    "tool server does not read; save it as a GeoTIFF.",
                )
            if dataset.tags(ns="OVERVIEWS"):  # names a file by itself
                raise _outside(file)
            for band in dataset.indexes[:1]:
                dataset.overviews(band)  # GDAL looks for files beside it
            for name in dataset.files:
                if not self.contains(Path(name)):
                    raise _outside(file)


def _walk(folder: Path, after: tuple[str, ...]) -> Iterator[Path]:
    """Files below a folder, sorted by the parts of their paths; links to folders are left out."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:  # a folder that may not be read has nothing to list
        return
    for entry in entries:
        parts = Path(entry.path).parts
        if entry.is_dir(follow_symlinks=False):
            if parts >= after[: len(parts)]:
                yield from _walk(Path(entry.path), after)
        elif Path(entry.name).suffix.lower() in SUFFIXES and parts > after:
            yield Path(entry.path)


def listable(file: Path) -> bool:
    """Whether the name of a file comes back as it is: it is text, and nothing in it is hidden."""
    name = str(file)
    return is_utf8(name) and "\n" not in name and clean(name) == name


def _outside(path: Path) -> UniRSError:
    return UniRSError(
        "path_outside",
        f"{path} lies outside of the folders that may be read, or is made of files that do; call "
        "list_rasters for those that may be read.",
    )
