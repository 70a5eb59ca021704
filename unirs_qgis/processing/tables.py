"""A table of a GeoPackage that keeps each row at once, and can be resumed."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from osgeo import ogr
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsProcessingException,
    QgsRectangle,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.fields import WHOLE
from unirs_qgis.history.written_copy import FID
from unirs_qgis.processing.rows import FAILED, Columns

translate = QCoreApplication.translate

_LONGEST_REASON = 150

_SAME_PLACE = 1e-6
"""Share of its size by which a box may be elsewhere, by rounding, and still be the same."""


@dataclass(frozen=True)
class Schema:
    """The form of a table.

    Attributes:
        ids: Columns that identify a tile or a feature.
        own: Other columns that are no answers.
        answers: Columns of the answers.
        geometry: Type of the geometries.
        crs: CRS of the geometries.
    """

    ids: tuple[str, ...]
    own: QgsFields
    answers: Columns
    geometry: QgsWkbTypes.Type
    crs: QgsCoordinateReferenceSystem

    @property
    def fields(self) -> QgsFields:
        """All columns, in order."""
        fields = QgsFields()
        for name in self.ids:
            fields.append(QgsField(name, WHOLE))
        fields.extend(self.own)
        fields.extend(self.answers.fields())
        return fields

    @property
    def key(self) -> tuple[str, ...]:
        """Columns that identify a row."""
        return (*self.ids, *self.answers.key())

    def key_of(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The key of a row, by its values."""
        return tuple(str(values[name]) for name in self.key)


@dataclass(frozen=True)
class GeoPackageTarget:
    """A table of a GeoPackage.

    Attributes:
        path: The file, which need not exist.
        table: Name of the table.
    """

    path: Path
    table: str

    @property
    def exists(self) -> bool:
        """Whether the table is there."""
        return self.table in table_names(self.path)

    def remove(self) -> None:
        """Remove the file, with what SQLite keeps beside it."""
        for suffix in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    @property
    def source(self) -> str:
        """How QGIS names it as the source of a layer."""
        return f"{self.path}|layername={self.table}"


class GeoPackageTable:
    """Rows into a GeoPackage. Each one is committed as it comes, and survives the process.

    Rows of an earlier run are found again, so that what they say need not be asked again; those
    that failed are replaced.

    Args:
        target: Where; made if it does not exist.
        schema: What the table has to look like.
        resume: Whether rows that are there stay; otherwise the table is made anew.

    Raises:
        QgsProcessingException: The file cannot be written, or holds a table of another kind.
    """

    def __init__(self, target: GeoPackageTarget, schema: Schema, resume: bool) -> None:
        self._schema = schema
        self._path = target.path
        if resume:
            _refuse_other_file(target.path)
        was_there = target.path.exists()
        if not (resume and target.exists):
            _create(target, schema)
        self._layer = QgsVectorLayer(target.source, target.table, "ogr")
        if not self._layer.isValid():
            reason = _reason(self._layer)
            self._layer = None  # closes the file
            if not was_there:
                target.remove()
            raise unopenable(target.path, reason)
        self._match_columns()
        self._done: dict[tuple[str, ...], QgsRectangle] = {}
        self._failed: dict[tuple[str, ...], int] = {}
        self._read_rows(target)

    def has(self, values: Mapping[str, Any], geometry: QgsGeometry) -> bool:
        """Whether the row is there, and did not fail.

        Raises:
            QgsProcessingException: It is, but it lies elsewhere.
        """
        there = self._done.get(self._schema.key_of(values))
        if there is None:
            return False
        if not _same_place(there, geometry.boundingBox()):
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "{file} holds rows about other extents than those of this run; choose "
                    "another output, or switch resuming off to replace them.",
                ).format(file=self._path)
            )
        return True

    def write(self, values: Mapping[str, Any], geometry: QgsGeometry) -> None:
        """Add a row, or replace the one of it that failed, for good.

        Raises:
            QgsProcessingException: The file cannot be written; the rows before are kept.
        """
        provider = self._layer.dataProvider()
        failed = self._failed.pop(self._schema.key_of(values), None)
        if failed is not None:
            provider.deleteFeatures([failed])
        added, _ = provider.addFeatures(
            [feature_of(self._layer.fields(), values, geometry)], QgsFeatureSink.Flag.FastInsert
        )
        if not added:
            raise unwritable(str(self._path), provider.lastError())

    @property
    def layer(self) -> QgsVectorLayer:
        """The rows so far."""
        return self._layer

    def close(self) -> None:
        """Close the file, on the thread that has opened it."""
        self._layer = None

    def _match_columns(self) -> None:
        """Adds columns that an earlier version did not have; refuses a table of another form."""
        names = set(self._layer.fields().names()) - {FID}
        others = names ^ set(self._schema.fields.names())
        optional = self._schema.answers.optional
        if not others <= optional or self._layer.wkbType() != self._schema.geometry:
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "{file} holds a table of another kind; choose another output, or switch "
                    "resuming off to replace it.",
                ).format(file=self._path)
            )
        missing = [field for field in self._schema.fields if field.name() in others - names]
        if missing:
            self._layer.dataProvider().addAttributes(missing)
            self._layer.updateFields()

    def _read_rows(self, target: GeoPackageTarget) -> None:
        # Not by the layer: QGIS keeps a connection that has read open for a minute, and the file
        # is not whole by itself while there is one.
        database = _open(target.path)
        for feature in database.GetLayerByName(target.table):
            key = self._schema.key_of({name: feature[name] for name in self._schema.key})
            if feature[self._schema.answers.status] == FAILED:
                self._failed[key] = feature.GetFID()
            else:
                self._done[key] = _bounds(feature.GetGeometryRef())


def _refuse_other_file(path: Path) -> None:
    """Resuming overwrites nothing, so a file of another kind is in the way."""
    if path.is_file() and path.stat().st_size and _open(path) is None:
        raise QgsProcessingException(
            translate(
                "Processing",
                "{file} exists and is no GeoPackage that can be opened; choose another output.",
            ).format(file=path)
        )


def _create(target: GeoPackageTarget, schema: Schema) -> None:
    """Make the table; a file appears only when it is whole, or a killed run could not resume."""
    if target.path.exists() and set(table_names(target.path)) - {target.table}:
        _write_empty(target.path, target, schema, into_file=True)
        return
    try:
        with tempfile.TemporaryDirectory(dir=target.path.parent, prefix=".unirs-") as folder:
            new = Path(folder) / target.path.name
            _write_empty(new, target, schema, into_file=False)
            _require_whole(GeoPackageTarget(new, target.table), target.path)
            new.replace(target.path)
    except OSError as error:
        raise unopenable(target.path, error.strerror) from error


def _write_empty(path: Path, target: GeoPackageTarget, schema: Schema, *, into_file: bool) -> None:
    """Write a table without rows at a path, which becomes that of the target."""
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    options.layerName = target.table
    if into_file:
        options.actionOnExistingFile = (
            QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
        )
    writer = QgsVectorFileWriter.create(
        str(path),
        schema.fields,
        schema.geometry,
        schema.crs,
        QgsCoordinateTransformContext(),
        options,
    )
    error = writer.hasError(), writer.errorMessage()
    del writer  # closes the file
    if error[0] != QgsVectorFileWriter.WriterError.NoError:
        raise unopenable(target.path, error[1])


def _require_whole(made: GeoPackageTarget, path: Path) -> None:
    """Refuse a new file that was cut short: not every full disk is told to the writer."""
    layer = QgsVectorLayer(made.source, made.table, "ogr")
    if not (made.exists and layer.isValid()):
        raise unopenable(path, _reason(layer))


def _reason(layer: QgsVectorLayer) -> str:
    """Why a layer is not valid; QGIS does not always give a reason."""
    messages = layer.error().messageList()  # the summary of no messages crashes QGIS
    if messages:
        return messages[0].message()
    return translate("Processing", "it cannot be opened after it was made")


def _open(path: Path) -> ogr.DataSource | None:
    """The database at a path; ``None`` if there is no file, or it is none."""
    if not path.is_file():
        return None
    try:
        return ogr.GetDriverByName("GPKG").Open(str(path))
    except RuntimeError:  # somebody has switched GDAL's exceptions on
        return None


def table_names(path: Path) -> list[str]:
    """Names of the tables of a file; none if it is not there or no database."""
    database = _open(path)
    count = database.GetLayerCount() if database else 0
    return [database.GetLayer(index).GetName() for index in range(count)]


def feature_of(fields: QgsFields, values: Mapping[str, Any], geometry: QgsGeometry) -> QgsFeature:
    """A row as a feature."""
    feature = QgsFeature(fields)
    for name, value in values.items():
        feature[name] = value
    feature.setGeometry(geometry)
    return feature


def _bounds(geometry: ogr.Geometry | None) -> QgsRectangle:
    if geometry is None:
        return QgsRectangle()
    x_min, x_max, y_min, y_max = geometry.GetEnvelope()
    return QgsRectangle(x_min, y_min, x_max, y_max)


def _same_place(one: QgsRectangle, other: QgsRectangle) -> bool:
    allowed = _SAME_PLACE * max(other.width(), other.height(), 1e-12)
    pairs = zip(
        (one.xMinimum(), one.yMinimum(), one.xMaximum(), one.yMaximum()),
        (other.xMinimum(), other.yMinimum(), other.xMaximum(), other.yMaximum()),
    )
    return all(abs(a - b) <= allowed for a, b in pairs)


def unwritable(where: str, why: str) -> QgsProcessingException:
    """What ends a run in the middle: the output takes no more rows."""
    return QgsProcessingException(
        translate(
            "Processing",
            "{file} cannot be written ({reason}); the rows so far are kept. Free some space or "
            "choose another output, and resume.",
        ).format(file=where, reason=_shortened(why))
    )


def unopenable(path: Path, why: str) -> QgsProcessingException:
    """What ends a run before it begins: there can be no output there."""
    return QgsProcessingException(
        translate(
            "Processing",
            "The output {file} cannot be made ({reason}); choose another one, or free some space.",
        ).format(file=path, reason=_shortened(why))
    )


def _shortened(reason: str) -> str:
    """A reason as part of a sentence; GDAL's may be a page of SQL."""
    words = " ".join(reason.split()).rstrip(".")
    return words if len(words) <= _LONGEST_REASON else f"{words[:_LONGEST_REASON]}…"
