"""The GeoPackage that holds the answers. Everything here blocks: it runs in a background thread.

Why OGR and not the `sqlite3` module: a process that opens one file through two copies of SQLite
loses its locks on Linux and macOS (closing a file in one copy drops those of the other), and some
builds of QGIS have one copy for Python and another for GDAL. QGIS opens this file through GDAL when
the history is a layer of the project. (For the same reason nothing here opens the file by itself,
not even to look at its first bytes.) OGR also keeps what belongs to the GeoPackage up to date, and
serves the triggers of a spatial index that the user may have added.

The file is open only while something is read or written. An entry is one transaction: after a crash
it is there as a whole or not at all, and SQLite's own locks order the windows that write. The
journal is SQLite's rollback journal, so that the GeoPackage is one file that can be copied. (QGIS
switches it to a write-ahead log as long as it shows the file as a layer. That is as safe; the log
goes into the file when the last one closes it.)
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from osgeo import gdal, ogr
from qtpy.QtCore import QCoreApplication, QLockFile

from unirs_qgis.dock.entries import Entry
from unirs_qgis.history.antimeridian import wgs84
from unirs_qgis.history.errors import DamagedHistoryError, HistoryError
from unirs_qgis.history.features import add_columns, missing_columns, to_entry, to_feature

TABLE = "answers"
"""Name of the layer inside the GeoPackage."""

_COMPANIONS = ("-journal", "-wal", "-shm")
_LOCK_SECONDS = 10


class Content(NamedTuple):
    """What was found in a file.

    Attributes:
        entries: Those that the caller did not know yet, in the order of writing.
        ids: Of all entries.
        spoiled: How many features somebody has edited so that no entry can be made of them. They
            stay in the file.
    """

    entries: list[Entry]
    ids: set[str]
    spoiled: int


class AnswerFile:
    """A GeoPackage of answers, which several QGIS windows may use at once.

    Args:
        path: The file. It need not exist; the first entry makes it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def stamp(self) -> tuple[int, ...]:
        """Something that is different after anybody has written. Empty if there is no file."""
        stamp: list[int] = []
        for suffix in ("", "-wal"):
            try:
                status = self._companion(suffix).stat()
            except OSError:
                continue
            stamp += [status.st_mtime_ns, status.st_size, status.st_ino]
        return tuple(stamp)

    def check(self) -> None:
        """Looks at every page of the file, if there is one.

        Raises:
            DamagedHistoryError: It is damaged.
            HistoryError: It cannot be read.
        """
        if self.path.exists():
            with self._opened() as dataset:
                self._pages_are_whole(dataset)

    def read(self, known: Collection[str] = ()) -> Content:
        """What is in the file, in the order in which it was written.

        Args:
            known: Ids of entries that the caller has already.

        Raises:
            DamagedHistoryError: The file is damaged.
            HistoryError: It cannot be read.
        """
        entries: list[Entry] = []
        ids: set[str] = set()
        spoiled = 0
        if self.path.exists():
            with self._opened() as dataset:
                for feature in self._answers(dataset):
                    try:
                        identifier = feature.GetFieldAsString("id")
                        ids.add(identifier)
                        if identifier not in known:
                            entries.append(to_entry(feature))
                    except ValueError:
                        spoiled += 1
                self._raise_what_ogr_said()
        return Content(entries, ids, spoiled)

    def salvage(self) -> list[Entry]:
        """The entries of a damaged file that can still be read."""
        entries: list[Entry] = []
        with suppress(HistoryError), self._opened() as dataset:
            for feature in self._answers(dataset):
                with suppress(ValueError):
                    entries.append(to_entry(feature))
        return entries

    def append(self, entries: list[Entry]) -> None:
        """Writes entries: all of them are on the disk after that, or none.

        An entry that the file has already is passed over.

        Raises:
            DamagedHistoryError: The file is damaged.
            HistoryError: It cannot be written.
        """
        self._make_if_missing()
        with self._transaction() as dataset:
            layer = self._answers(dataset)
            add_columns(layer)  # those that the version lacked that made the file
            for entry in entries:
                layer.SetAttributeFilter(f"id = '{_quoted(entry.id)}'")
                if layer.GetNextFeature() is None:
                    self._done(layer.CreateFeature(to_feature(entry, layer.GetLayerDefn())))

    def remove(self, identifier: str) -> None:
        """Removes an entry; that it is not there is no error.

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
                self._done(layer.DeleteFeature(feature))

    def set_aside(self) -> Path | None:
        """Gives a damaged file a new name, so that another can be made in its place.

        Returns:
            The new path; None if another window was faster and the file is whole again.

        Raises:
            HistoryError: The file cannot be renamed.
        """
        with self._alone():
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
        """Makes an empty history. Of two windows that come here at once, one makes it."""
        if self.path.exists():
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._error(str(error)) from error
        with self._alone():
            if self.path.exists():
                return
            with tempfile.TemporaryDirectory(dir=self.path.parent, prefix=".unirs-") as folder:
                fresh = AnswerFile(Path(folder) / self.path.name)
                with fresh._speaking():
                    fresh._make()
                fresh.path.rename(self.path)

    def _make(self) -> None:
        dataset = gdal.GetDriverByName("GPKG").Create(str(self.path), 0, 0, 0, gdal.GDT_Unknown)
        if dataset is None:
            raise self._error()
        # No spatial index: it would not make some thousands of footprints faster, and every write
        # would have one more thing to keep in order.
        layer = dataset.CreateLayer(
            TABLE, wgs84(), ogr.wkbMultiPolygon, ["SPATIAL_INDEX=NO", "GEOMETRY_NAME=geom"]
        )
        if layer is None:
            raise self._error()
        add_columns(layer)
        dataset.FlushCache()  # OGR makes the table when it has to
        dataset.ExecuteSQL(f"CREATE UNIQUE INDEX {TABLE}_id ON {TABLE} (id)")
        self._raise_what_ogr_said()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps other windows from making or renaming the file meanwhile.

        Raises:
            HistoryError: The folder may not be written, or another window does not come to an end.
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
        """A file that SQLite keeps beside this one."""
        return self.path.with_name(self.path.name + suffix)

    @contextmanager
    def _transaction(self) -> Iterator[gdal.Dataset]:
        if not self._is_writable():
            raise self._error("readonly")
        with self._opened() as dataset:
            self._answers(dataset)
            self._done(dataset.StartTransaction())
            try:
                # The lock for writing comes first: SQLite waits for other windows as long as a
                # transaction has not read anything, and gives up at once after that.
                dataset.ReleaseResultSet(dataset.ExecuteSQL("DELETE FROM answers WHERE 0"))
                self._raise_what_ogr_said()
                yield dataset
                self._done(dataset.CommitTransaction())
            except BaseException:
                dataset.RollbackTransaction()
                raise

    @contextmanager
    def _opened(self) -> Iterator[gdal.Dataset]:
        if not os.access(self.path, os.R_OK):
            raise self._error("Permission denied")
        # Also for reading: what a crash left half-written has to be rolled back first.
        mode = gdal.OF_UPDATE if self._is_writable() else gdal.OF_READONLY
        with self._speaking():
            flags = gdal.OF_VECTOR | gdal.OF_VERBOSE_ERROR | mode
            dataset = gdal.OpenEx(str(self.path), flags, allowed_drivers=["GPKG"])
            if dataset is None:
                raise self._error()
            for pragma in ("synchronous = FULL", f"busy_timeout = {_LOCK_SECONDS * 1000}"):
                dataset.ReleaseResultSet(dataset.ExecuteSQL(f"PRAGMA {pragma}"))
            yield dataset

    def _is_writable(self) -> bool:
        """Whether there is the right to write: into the folder, too, for SQLite's journal."""
        return os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK)

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """Turns what GDAL complains about into a `HistoryError`.

        Whether GDAL raises exceptions is set for the whole process: QGIS does not want them,
        another plugin may have switched them on. Both ways are read here.
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
            self._raise_what_ogr_said()
            raise self._error(
                QCoreApplication.translate("History", "the GeoPackage holds something else")
            )
        return layer

    def _pages_are_whole(self, dataset: gdal.Dataset) -> None:
        report = dataset.ExecuteSQL("PRAGMA quick_check")
        self._raise_what_ogr_said()
        verdict = report.GetNextFeature().GetField(0) if report is not None else ""
        dataset.ReleaseResultSet(report)
        if verdict != "ok":
            raise self._damaged()

    # -- saying what is wrong

    def _done(self, code: int) -> None:
        if code != ogr.OGRERR_NONE:
            raise self._error()

    def _raise_what_ogr_said(self) -> None:
        if gdal.GetLastErrorType() >= gdal.CE_Failure:
            raise self._error()

    def _error(self, reason: str = "") -> HistoryError:
        reason = reason or gdal.GetLastErrorMsg()
        if any(sign in reason for sign in ("malformed", "not a database", "not recognized")):
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
    """The usual complaints of SQLite in the user's language; others as they are."""
    if "is full" in reason or "No space left" in reason:
        return QCoreApplication.translate("History", "the disk is full")
    if "readonly" in reason or "read-only" in reason or "Permission denied" in reason:
        return QCoreApplication.translate("History", "it is read-only")
    if "locked" in reason:
        return QCoreApplication.translate("History", "another program has locked it")
    return reason or QCoreApplication.translate("History", "its file cannot be opened")
