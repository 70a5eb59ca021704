"""The GeoPackage that holds the answers. Everything here blocks: it runs in a background thread.

Why OGR and not the `sqlite3` module: a process that opens one file through two copies of SQLite
loses its locks on Linux and macOS (closing a file in one copy drops those of the other), and some
builds of QGIS have one copy for Python and another for GDAL. QGIS opens this file through GDAL when
the history is a layer of the project. (For the same reason nothing here opens the file directly,
not even to read its header.) OGR also keeps the metadata of the GeoPackage up to date, and supports
the triggers of a spatial index that the user may have added.

The file is open only while it is read or written. Each write is one transaction: after a crash it
is complete or absent, and SQLite's locks order the windows that write. The
journal is SQLite's rollback journal, so that the GeoPackage is one file that can be copied. (QGIS
switches it to a write-ahead log as long as it shows the file as a layer. That is as safe; the log
goes into the file when the last one closes it.)
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from osgeo import gdal, ogr
from qtpy.QtCore import QCoreApplication, QLockFile

from unirs_qgis.dock.entries import Entry
from unirs_qgis.history.antimeridian import wgs84
from unirs_qgis.history.features import (
    add_columns,
    missing_columns,
    review_of,
    to_entry,
    to_feature,
)

TABLE = "answers"
"""Name of the layer inside the GeoPackage."""

_COMPANIONS = ("-journal", "-wal", "-shm")
_LOCK_SECONDS = 10


class HistoryError(Exception):
    """The history could not be read or written; the message is one sentence for the user."""


class DamagedHistoryError(HistoryError):
    """The file is damaged, or is no GeoPackage."""


class Content(NamedTuple):
    """Content of a file.

    Attributes:
        entries: Entries that the caller did not know, or that were reviewed since; in the order of
            writing.
        ids: Ids of all entries.
        invalid: Number of features that were edited so that they hold no entry. They stay in the
            file.
    """

    entries: list[Entry]
    ids: set[str]
    invalid: int


class AnswerFile:
    """A GeoPackage of answers, which several QGIS windows may use at once.

    Args:
        path: The file. It need not exist; the first entry makes it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def stamp(self) -> tuple[int, ...]:
        """A value that changes with every write to the file. Empty if there is no file."""
        stamp: list[int] = []
        for suffix in ("", "-wal"):
            try:
                status = self._companion(suffix).stat()
            except OSError:
                continue
            stamp += [status.st_mtime_ns, status.st_size, status.st_ino]
        return tuple(stamp)

    def check(self) -> None:
        """Checks every page of the file, if there is one.

        Raises:
            DamagedHistoryError: It is damaged.
            HistoryError: It cannot be read.
        """
        if self.path.exists():
            with self._opened() as dataset:
                self._check_pages(dataset)

    def read(self, known: Mapping[str, Entry] | None = None) -> Content:
        """The entries of the file, in the order of writing.

        Args:
            known: Entries by their id, which are read again only if they were reviewed since.

        Raises:
            DamagedHistoryError: The file is damaged.
            HistoryError: It cannot be read.
        """
        entries: list[Entry] = []
        ids: set[str] = set()
        invalid = 0
        if self.path.exists():
            with self._opened() as dataset:
                for feature in self._answers(dataset):
                    try:
                        identifier = feature.GetFieldAsString("id")
                        ids.add(identifier)
                        before = (known or {}).get(identifier)
                        if before is None or review_of(feature) != (
                            before.review,
                            before.correction,
                        ):
                            entries.append(to_entry(feature))
                    except ValueError:
                        invalid += 1
                self._raise_gdal_error()
        return Content(entries, ids, invalid)

    def salvage(self) -> list[Entry]:
        """The entries of a damaged file that can still be read."""
        entries: list[Entry] = []
        with suppress(HistoryError), self._opened() as dataset:
            for feature in self._answers(dataset):
                with suppress(ValueError):
                    entries.append(to_entry(feature))
        return entries

    def append(self, entries: list[Entry]) -> None:
        """Writes all entries to the disk, or none.

        An entry that the file has already is skipped.

        Raises:
            DamagedHistoryError: The file is damaged.
            HistoryError: It cannot be written.
        """
        self._make_if_missing()
        with self._transaction() as dataset:
            layer = self._answers(dataset)
            add_columns(layer)  # those that the file lacks if an earlier version made it
            for entry in entries:
                layer.SetAttributeFilter(f"id = '{_quoted(entry.id)}'")
                if layer.GetNextFeature() is None:
                    self._check_code(layer.CreateFeature(to_feature(entry, layer.GetLayerDefn())))

    def remove(self, identifier: str) -> None:
        """Removes an entry, if it is there.

        Raises:
            DamagedHistoryError: The file is damaged.
            HistoryError: It cannot be written.
        """
        if not self.path.exists():
            return
        with self._transaction() as dataset:
            layer = self._answers(dataset)
            layer.SetAttributeFilter(f"id = '{_quoted(identifier)}'")
            for feature in [feature.GetFID() for feature in layer]:
                self._check_code(layer.DeleteFeature(feature))

    def set_aside(self) -> Path | None:
        """Renames a damaged file, so that a new one can be made.

        Returns:
            The new path; None if another window has already replaced it by a valid file.

        Raises:
            HistoryError: The file cannot be renamed.
        """
        with self._locked():
            try:
                self.read()
                self.check()
                return None
            except DamagedHistoryError:
                pass
            aside = self.path.with_name(
                f"{self.path.stem}-damaged-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
                + self.path.suffix
            )
            try:
                for suffix in _COMPANIONS:
                    if self._companion(suffix).exists():
                        self._companion(suffix).rename(f"{aside}{suffix}")
                self.path.rename(aside)
            except OSError as error:
                raise self._error(str(error)) from error
        return aside

    # -- making the file

    def _make_if_missing(self) -> None:
        """Makes an empty history, in one of several windows that try at once."""
        if self.path.exists():
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._error(str(error)) from error
        with self._locked():
            if self.path.exists():
                return
            with tempfile.TemporaryDirectory(dir=self.path.parent, prefix=".unirs-") as folder:
                fresh = AnswerFile(Path(folder) / self.path.name)
                with fresh._gdal_errors():
                    fresh._make()
                fresh.path.rename(self.path)

    def _make(self) -> None:
        dataset = gdal.GetDriverByName("GPKG").Create(str(self.path), 0, 0, 0, gdal.GDT_Unknown)
        if dataset is None:
            raise self._error()
        # No spatial index: it would not speed up some thousands of footprints, and every write
        # would have to update it.
        layer = dataset.CreateLayer(
            TABLE, wgs84(), ogr.wkbMultiPolygon, ["SPATIAL_INDEX=NO", "GEOMETRY_NAME=geom"]
        )
        if layer is None:
            raise self._error()
        add_columns(layer)
        dataset.FlushCache()  # OGR makes the table lazily
        dataset.ExecuteSQL(f"CREATE UNIQUE INDEX {TABLE}_id ON {TABLE} (id)")
        self._raise_gdal_error()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keeps other windows from making or renaming the file.

        Raises:
            HistoryError: The folder is read-only, or another window keeps its lock.
        """
        lock = QLockFile(f"{self.path}.lock")
        if not lock.tryLock(_LOCK_SECONDS * 1000):
            raise self._error(
                QCoreApplication.translate("History", "another window of QGIS has locked it")
                if lock.error() == QLockFile.LockError.LockFailedError
                else QCoreApplication.translate("History", "its folder is read-only")
            )
        try:
            yield
        finally:
            lock.unlock()

    # -- opening it

    def _companion(self, suffix: str) -> Path:
        """Path of a companion file of SQLite."""
        return self.path.with_name(self.path.name + suffix)

    @contextmanager
    def _transaction(self) -> Iterator[gdal.Dataset]:
        if not self._is_writable():
            raise self._error("readonly")
        with self._opened() as dataset:
            self._answers(dataset)
            self._check_code(dataset.StartTransaction())
            try:
                # The lock for writing comes first: SQLite waits for other windows as long as a
                # transaction has not read anything, and gives up at once after that.
                dataset.ReleaseResultSet(dataset.ExecuteSQL("DELETE FROM answers WHERE 0"))
                self._raise_gdal_error()
                yield dataset
                self._check_code(dataset.CommitTransaction())
            except BaseException:
                dataset.RollbackTransaction()
                raise

    @contextmanager
    def _opened(self) -> Iterator[gdal.Dataset]:
        if not os.access(self.path, os.R_OK):
            raise self._error("Permission denied")
        # Also for reading: an unfinished transaction of a crash has to be rolled back first.
        mode = gdal.OF_UPDATE if self._is_writable() else gdal.OF_READONLY
        with self._gdal_errors():
            flags = gdal.OF_VECTOR | gdal.OF_VERBOSE_ERROR | mode
            dataset = gdal.OpenEx(str(self.path), flags, allowed_drivers=["GPKG"])
            if dataset is None:
                raise self._error()
            for pragma in ("synchronous = FULL", f"busy_timeout = {_LOCK_SECONDS * 1000}"):
                dataset.ReleaseResultSet(dataset.ExecuteSQL(f"PRAGMA {pragma}"))
            yield dataset

    def _is_writable(self) -> bool:
        """Whether the file may be written, and its folder, for SQLite's journal."""
        return os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK)

    @contextmanager
    def _gdal_errors(self) -> Iterator[None]:
        """Turns errors of GDAL into a `HistoryError`.

        Whether GDAL raises exceptions is set for the whole process: QGIS does not want them,
        another plugin may have switched them on. Both are handled here.
        """
        gdal.PushErrorHandler("CPLQuietErrorHandler")
        gdal.ErrorReset()
        try:
            yield
        except RuntimeError as error:
            raise self._error(str(error)) from error
        finally:
            gdal.PopErrorHandler()

    def _answers(self, dataset: gdal.Dataset) -> ogr.Layer:
        layer = dataset.GetLayerByName(TABLE)
        if layer is None or not all(column.is_new for column in missing_columns(layer)):
            self._raise_gdal_error()
            raise self._error(
                QCoreApplication.translate("History", "the GeoPackage holds something else")
            )
        return layer

    def _check_pages(self, dataset: gdal.Dataset) -> None:
        result = dataset.ExecuteSQL("PRAGMA quick_check")
        self._raise_gdal_error()
        status = result.GetNextFeature().GetField(0) if result is not None else ""
        dataset.ReleaseResultSet(result)
        if status != "ok":
            raise self._damaged()

    # -- errors

    def _check_code(self, code: int) -> None:
        if code != ogr.OGRERR_NONE:
            raise self._error()

    def _raise_gdal_error(self) -> None:
        if gdal.GetLastErrorType() >= gdal.CE_Failure:
            raise self._error()

    def _error(self, reason: str = "") -> HistoryError:
        reason = reason or gdal.GetLastErrorMsg()
        if any(text in reason for text in ("malformed", "not a database", "not recognized")):
            return self._damaged()
        return HistoryError(
            QCoreApplication.translate(
                "History",
                "The history {file} cannot be read or written: {reason}. Fix that, or choose "
                "another location under Settings ▸ Options ▸ UniRS.",
            ).format(file=self.path, reason=_plain(reason).rstrip("."))
        )

    def _damaged(self) -> DamagedHistoryError:
        return DamagedHistoryError(
            QCoreApplication.translate("History", "The history {file} is damaged.").format(
                file=self.path
            )
        )


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _plain(reason: str) -> str:
    """Common errors of SQLite in the user's language; others unchanged."""
    if "is full" in reason or "No space left" in reason:
        return QCoreApplication.translate("History", "the disk is full")
    if "readonly" in reason or "read-only" in reason or "Permission denied" in reason:
        return QCoreApplication.translate("History", "it is read-only")
    if "locked" in reason:
        return QCoreApplication.translate("History", "another program has locked it")
    return reason or QCoreApplication.translate("History", "its file cannot be opened")
