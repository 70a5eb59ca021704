"""What a value of ``OUTPUT`` names, and the one table that a run writes there.

Whatever the format of a file, rows go into a GeoPackage first, each one for good: it can be
resumed, and no answer is lost with the program. For another format that is a working file beside
the output, which is written from it when the run ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from qgis.core import (
    QgsProcessing,
    QgsProcessingException,
    QgsVectorFileWriter,
)
from qtpy.QtCore import QCoreApplication, QLockFile

from unirs_qgis.history.written_copy import CopyError, check_format, write_copy
from unirs_qgis.processing.run import Table
from unirs_qgis.processing.tables import (
    GeoPackageTable,
    GeoPackageTarget,
    Schema,
    table_names,
    unopenable,
)

translate = QCoreApplication.translate

_TABLE_IN_DATABASE = re.compile(r"ogr:dbname='(?P<path>.+?)' table=\"(?P<table>.+?)\"")
_PROVIDER = re.compile(r".{3,}?:")
"""How a destination begins that is no file: ``memory:``, ``postgis:``. Windows has ``C:``."""

_GEOPACKAGE = "gpkg"


@dataclass(frozen=True)
class FileOutput:
    """A file, or a table of one.

    Attributes:
        path: The file.
        table: Name of the table in it.
        uri: How QGIS names it as the source of a layer.
    """

    path: Path
    table: str
    uri: str

    @classmethod
    def of_destination(cls, destination: str) -> FileOutput | None:
        """What a value of ``OUTPUT`` names; ``None`` if it is no file.

        As everywhere in Processing, a name without the ending of a vector format gets ``.gpkg``.
        """
        in_database = _TABLE_IN_DATABASE.match(destination)
        if in_database:
            path, table = Path(in_database["path"]), in_database["table"]
            return cls(path, table, f"{path}|layername={table}")
        if not destination or destination == QgsProcessing.TEMPORARY_OUTPUT:
            return None
        if _PROVIDER.match(destination) and not destination.lower().endswith(".gpkg"):
            return None
        path = Path(destination)
        if _ending(path) not in QgsVectorFileWriter.supportedFormatExtensions():
            path = path.with_name(f"{path.name}.{_GEOPACKAGE}")
        alone = not set(table_names(path)) - {path.stem}
        return cls(path, path.stem, str(path) if alone else f"{path}|layername={path.stem}")

    @contextmanager
    def opened(self, schema: Schema, resume: bool) -> Iterator[Table]:
        """A table for the rows of one run; within it, no other run writes to this output.

        Args:
            schema: What it has to look like.
            resume: Whether rows that are there stay.

        Raises:
            QgsProcessingException: Another run writes to it, it cannot be made, or it holds
                something else.
        """
        if "|" in str(self.path):
            raise unopenable(self.path, translate("Processing", "QGIS allows no | in its name"))
        with _alone(self.path):
            if _ending(self.path) == _GEOPACKAGE:
                target = GeoPackageTarget(self.path, self.table)
                with closing(GeoPackageTable(target, schema, resume)) as table:
                    yield table
            else:
                with _converted(self.path, schema, resume) as table:
                    yield table


@contextmanager
def _converted(path: Path, schema: Schema, resume: bool) -> Iterator[Table]:
    """A working GeoPackage beside a file of another format, which is written from it in the end.

    Raises:
        QgsProcessingException: Either cannot be made or written. The working file is kept, with
            the answers so far, unless the format is the reason.
    """
    working = GeoPackageTarget(path.with_name(f"{path.name}.part.gpkg"), "rows")
    driver = QgsVectorFileWriter.driverForExtension(_ending(path))
    with closing(GeoPackageTable(working, schema, resume)) as rows:
        try:
            check_format(rows.layer, driver)
        except CopyError as error:
            rows.close()
            working.remove()
            raise unopenable(path, str(error)) from error
        yield rows
        try:
            write_copy(rows.layer, path, driver, path.stem)
        except (CopyError, OSError) as error:
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "{file} cannot be written ({reason}); the answers are kept in {kept}. Free "
                    "some space and run again, or take a GeoPackage as output.",
                ).format(
                    file=path,
                    reason=getattr(error, "strerror", None) or error,
                    kept=working.path.name,
                )
            ) from error
    working.remove()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keeps other runs away from a file, in this program and in others, until the run ends."""
    lock = QLockFile(f"{path}.lock")
    lock.setStaleLockTime(0)  # however long a run takes; that of a process that is gone is taken
    if not lock.tryLock(0):
        if lock.error() == QLockFile.LockError.LockFailedError:
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "Another run is writing to {file}; wait until it has ended, or choose another "
                    "output.",
                ).format(file=path)
            )
        reason = (
            translate("Processing", "its folder may not be written")
            if path.parent.is_dir()
            else translate("Processing", "there is no such folder")
        )
        raise unopenable(path, reason)
    try:
        yield
    finally:
        lock.unlock()


def _ending(path: Path) -> str:
    return path.suffix.lower().lstrip(".")
