"""Where the rows of a run go: a file, any sink of Processing, or the layer itself.

Rows of a file go into a GeoPackage first, whatever its format: each one is durable, and the run can
be resumed. For other formats that is a working file beside the output, which is converted when the
run ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsFeatureSink,
    QgsFields,
    QgsGeometry,
    QgsProcessing,
    QgsProcessingException,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qtpy.QtCore import QCoreApplication, QLockFile, QObject, Signal, Slot

from unirs_qgis.history.written_copy import CopyError, check_format, write_copy
from unirs_qgis.processing.run import Table
from unirs_qgis.processing.tables import (
    GeoPackageTable,
    GeoPackageTarget,
    Schema,
    feature_of,
    table_names,
    unopenable,
    unwritable,
)

translate = QCoreApplication.translate

_TABLE_IN_DATABASE = re.compile(r"ogr:dbname='(?P<path>.+?)' table=\"(?P<table>.+?)\"")
_PROVIDER = re.compile(r".{3,}?:")
"""Beginning of a destination that is no file: ``memory:``, ``postgis:``; not ``C:``."""

_GEOPACKAGE = "gpkg"


@dataclass(frozen=True)
class FileOutput:
    """A file, or a table of one.

    Attributes:
        path: The file.
        table: Name of the table in it.
        uri: Its data source for QGIS.
    """

    path: Path
    table: str
    uri: str

    @classmethod
    def of_destination(cls, destination: str) -> FileOutput | None:
        """The file that a value of ``OUTPUT`` names; ``None`` if it is none.

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
            schema: Form of the table.
            resume: Whether existing rows stay.

        Raises:
            QgsProcessingException: Another run writes to it, it cannot be made, or it holds
                something else.
        """
        if "|" in str(self.path):
            raise unopenable(self.path, translate("Processing", "QGIS allows no | in its name"))
        with _locked(self.path):
            if _ending(self.path) == _GEOPACKAGE:
                target = GeoPackageTarget(self.path, self.table)
                with closing(GeoPackageTable(target, schema, resume)) as table:
                    yield table
            else:
                with _converted(self.path, schema, resume) as table:
                    yield table


@contextmanager
def _converted(path: Path, schema: Schema, resume: bool) -> Iterator[Table]:
    """A working GeoPackage beside a file of another format, which is converted in the end.

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
                    "some space and run again, or choose a GeoPackage as output.",
                ).format(
                    file=path,
                    reason=getattr(error, "strerror", None) or error,
                    kept=working.path.name,
                )
            ) from error
    working.remove()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Locks a file against other runs, of this process and others, until the run ends."""
    lock = QLockFile(f"{path}.lock")
    lock.setStaleLockTime(0)  # a lock never expires, but that of a dead process is removed
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
            translate("Processing", "its folder is read-only")
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


class SinkTable:
    """Rows into a sink of Processing: a layer in memory or a database."""

    def __init__(self, sink: QgsFeatureSink, schema: Schema) -> None:
        self._sink = sink
        self._schema = schema

    def has(self, values: Mapping[str, Any], geometry: QgsGeometry) -> bool:  # noqa: ARG002
        """Whether the row exists; never here."""
        return False

    def write(self, values: Mapping[str, Any], geometry: QgsGeometry) -> None:
        """Add a row.

        Raises:
            QgsProcessingException: It cannot be written.
        """
        feature = feature_of(self._schema.fields, values, geometry)
        if not self._sink.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
            raise unwritable("OUTPUT", self._sink.lastError())

    def close(self) -> None:
        """Write buffered rows.

        Raises:
            QgsProcessingException: The last rows cannot be written.
        """
        if not self._sink.flushBuffer():
            raise unwritable("OUTPUT", self._sink.lastError())


class LayerTable(QObject):
    """Collects rows on any thread, and writes them to a layer on the layer's thread.

    Made on the layer's thread. Saving or discarding the edits is left to the user.

    Args:
        layer: The layer; editing is started.
        fields: The columns of the answers; missing ones are added.
        id_name: Name of the value with the id of the feature.
        title: Name of the step in the undo list.

    Raises:
        QgsProcessingException: It cannot be edited.
    """

    _complete = Signal()

    def __init__(self, layer: QgsVectorLayer, fields: QgsFields, id_name: str, title: str) -> None:
        super().__init__()
        if not layer.isEditable() and not layer.startEditing():
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "The layer {layer} cannot be edited; choose an output instead of the layer "
                    "itself.",
                ).format(layer=layer.name())
            )
        self._layer: QgsVectorLayer | None = layer
        self._fields = fields
        self._id_name = id_name
        self._title = title
        self._rows: dict[int, Mapping[str, Any]] = {}
        layer.willBeDeleted.connect(self._forget)
        self._complete.connect(self._apply)  # queued, if it comes from another thread

    def has(self, values: Mapping[str, Any], geometry: QgsGeometry) -> bool:  # noqa: ARG002
        """Whether the row exists; never here."""
        return False

    def write(self, values: Mapping[str, Any], geometry: QgsGeometry) -> None:  # noqa: ARG002
        """Keep a row until the run ends."""
        self._rows[values[self._id_name]] = values

    def close(self) -> None:
        """Write the rows to the layer; deferred if called from another thread."""
        self._complete.emit()

    @Slot()
    def _forget(self) -> None:
        self._layer = None

    @Slot()
    def _apply(self) -> None:
        layer = self._layer
        if layer is None or not self._rows:
            return
        layer.startEditing()  # the user may have stopped it meanwhile
        layer.beginEditCommand(self._title)
        for field in self._fields:
            if layer.fields().lookupField(field.name()) < 0:
                layer.addAttribute(field)
        columns = {name: layer.fields().lookupField(name) for name in self._fields.names()}
        for feature_id, values in self._rows.items():
            layer.changeAttributeValues(
                feature_id, {column: values[name] for name, column in columns.items()}
            )
        layer.endEditCommand()
        layer.triggerRepaint()
