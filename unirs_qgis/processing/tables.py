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

from unirs_qgis.columns import FAILED
from unirs_qgis.fields import WHOLE
from unirs_qgis.history.written_copy import FID
from unirs_qgis.processing.rows import Columns

translate = QCoreApplication.translate

_LONGEST_REASON = 150

_TOLERANCE = 1e-6
"""Share of its size by which two equal boxes may differ, by rounding."""


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
        """Whether the table exists."""
        return self.table in table_names(self.path)

    def remove(self) -> None:
        """Remove the file and its companions."""
        for suffix in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    @property
    def source(self) -> str:
        """Its data source for QGIS."""
        return f"{self.path}|layername={self.table}"


class GeoPackageTable:
    """Rows in a GeoPackage. Each one is committed at once, and survives the process.

    Rows of an earlier run are kept and not asked about again; those that failed are replaced.

    Args:
        target: The table; made if it does not exist.
        schema: Form of the table.
        resume: Whether existing rows stay; otherwise the table is replaced.

    Raises:
        QgsProcessingException: The file cannot be written, or holds a table of another kind.
    """

    def __init__(self, target: GeoPackageTarget, schema: Schema, resume: bool) -> None:
        self._schema = schema
        self._path = target.path
        if resume:
            _refuse_other_file(target.path)
        existed = target.path.exists()
        if not (resume and target.exists):
            _create(target, schema)
        self._layer = QgsVectorLayer(target.source, target.table, "ogr")
        if not self._layer.isValid():
            reason = _reason(self._layer)
            self._layer = None  # closes the file
            if not existed:
                target.remove()
            raise unopenable(target.path, reason)
        self._match_columns()
        self._done: dict[tuple[str, ...], QgsRectangle] = {}
        self._failed: dict[tuple[str, ...], int] = {}
        self._read_rows(target)

    def has(self, values: Mapping[str, Any], geometry: QgsGeometry) -> bool:
        """Whether the row exists and did not fail.

        Raises:
            QgsProcessingException: It exists with another extent.
        """
        existing = self._done.get(self._schema.key_of(values))
        if existing is None:
            return False
        if not _same_extent(existing, geometry.boundingBox()):
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "{file} holds rows about other extents than those of this run; choose "
                    "another output, or switch resuming off to replace them.",
                ).format(file=self._path)
            )
        return True

    def write(self, values: Mapping[str, Any], geometry: QgsGeometry) -> None:
        """Add a row durably, or replace the failed one.

        Raises:
            QgsProcessingException: The file cannot be written; earlier rows are kept.
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
        """The layer with the rows so far."""
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
        # Not by the layer: QGIS keeps a connection open for a minute after reading, and the file
        # depends on its write-ahead log until then.
        database = _open(target.path)
        for feature in database.GetLayerByName(target.table):
            key = self._schema.key_of({name: feature[name] for name in self._schema.key})
            if feature[self._schema.answers.status] == FAILED:
                self._failed[key] = feature.GetFID()
            else:
                self._done[key] = _bounds(feature.GetGeometryRef())


def _refuse_other_file(path: Path) -> None:
    """Refuse a file that is no GeoPackage: resuming overwrites nothing."""
    if path.is_file() and path.stat().st_size and _open(path) is None:
        raise QgsProcessingException(
            translate(
                "Processing",
                "{file} exists and is no GeoPackage that can be opened; choose another output.",
            ).format(file=path)
        )


def _create(target: GeoPackageTarget, schema: Schema) -> None:
    """Make the table; the file appears when it is complete, so that a killed run can resume."""
    if target.path.exists() and set(table_names(target.path)) - {target.table}:
        _write_empty(target.path, target, schema, into_file=True)
        return
    try:
        with tempfile.TemporaryDirectory(dir=target.path.parent, prefix=".unirs-") as folder:
            new = Path(folder) / target.path.name
            _write_empty(new, target, schema, into_file=False)
            _require_valid(GeoPackageTarget(new, target.table), target.path)
            new.replace(target.path)
    except OSError as error:
        raise unopenable(target.path, error.strerror) from error


def _write_empty(path: Path, target: GeoPackageTarget, schema: Schema, *, into_file: bool) -> None:
    """Write an empty table to a path, from where it is moved to that of the target."""
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


def _require_valid(made: GeoPackageTarget, path: Path) -> None:
    """Refuse a truncated file: GDAL does not report every full disk."""
    layer = QgsVectorLayer(made.source, made.table, "ogr")
    if not (made.exists and layer.isValid()):
        raise unopenable(path, _reason(layer))


def _reason(layer: QgsVectorLayer) -> str:
    """Why a layer is invalid; QGIS does not always give a reason."""
    messages = layer.error().messageList()  # QGIS crashes on the summary of no messages
    if messages:
        return messages[0].message()
    return translate("Processing", "it cannot be opened after it was made")


def _open(path: Path) -> ogr.DataSource | None:
    """The database at a path; ``None`` if there is no file, or it is none."""
    if not path.is_file():
        return None
    try:
        return ogr.GetDriverByName("GPKG").Open(str(path))
    except RuntimeError:  # another plugin has switched GDAL's exceptions on
        return None


def table_names(path: Path) -> list[str]:
    """Names of the tables of a file; none if there is no such database."""
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


def _same_extent(one: QgsRectangle, other: QgsRectangle) -> bool:
    allowed = _TOLERANCE * max(other.width(), other.height(), 1e-12)
    pairs = zip(
        (one.xMinimum(), one.yMinimum(), one.xMaximum(), one.yMaximum()),
        (other.xMinimum(), other.yMinimum(), other.xMaximum(), other.yMaximum()),
    )
    return all(abs(a - b) <= allowed for a, b in pairs)


def unwritable(where: str, why: str) -> QgsProcessingException:
    """The error of an output that takes no more rows."""
    return QgsProcessingException(
        translate(
            "Processing",
            "{file} cannot be written ({reason}); the rows so far are kept. Free some space or "
            "choose another output, and resume.",
        ).format(file=where, reason=_shortened(why))
    )


def unopenable(path: Path, why: str) -> QgsProcessingException:
    """The error of an output that cannot be made."""
    return QgsProcessingException(
        translate(
            "Processing",
            "The output {file} cannot be made ({reason}); choose another one, or free some space.",
        ).format(file=path, reason=_shortened(why))
    )


def _shortened(reason: str) -> str:
    """A reason as part of a sentence; those of GDAL may be long SQL."""
    line = " ".join(reason.split()).rstrip(".")
    return line if len(line) <= _LONGEST_REASON else f"{line[:_LONGEST_REASON]}…"
