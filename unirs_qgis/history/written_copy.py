"""Copies of a layer in other formats: written completely or not at all, safe in spreadsheets."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from osgeo import gdal
from qgis.core import (
    QgsCoordinateTransformContext,
    QgsField,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
"""Beginning of a cell that a spreadsheet takes for a formula."""

FID = "fid"
"""The primary key of a GeoPackage's table."""

_SPREADSHEETS = frozenset(("CSV", "ODS", "XLSX"))


class CopyError(Exception):
    """A copy cannot be written; the message is the reason, as a part of a sentence."""


def check_format(layer: QgsVectorLayer, driver: str) -> None:
    """Check whether a format can hold a layer, before it has many features.

    Raises:
        CopyError: It cannot.
    """
    with _in_memory(layer, "check", driver, "check", ()):
        pass


def write_copy(
    layer: QgsVectorLayer, path: Path, driver: str, name: str, options: Sequence[str] = ()
) -> None:
    """Write all features of a layer into a file, which replaces an older one.

    The file is made in memory first. Not every driver of GDAL reports a full disk, but writing
    bytes does.

    Args:
        layer: The layer; its column ``fid`` is left out.
        path: The file. Companions, such as those of a shapefile, are written beside it.
        driver: GDAL's name of the format.
        name: Name of the table, in formats that have tables.
        options: Layer creation options of the driver.

    Raises:
        CopyError: The format cannot hold the layer.
        OSError: The file cannot be written. An existing file is unchanged.
    """
    with _in_memory(layer, path.name, driver, name, options) as folder:
        _move(folder, path)


def cell_text(text: str) -> str:
    """The text of a cell, with an apostrophe before it where it would be a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


class _SafeCells(QgsVectorFileWriter.FieldValueConverter):
    """Escapes texts that a spreadsheet would take for a formula."""

    def __init__(self, layer: QgsVectorLayer) -> None:
        super().__init__()
        self._layer = layer

    def fieldDefinition(self, field: QgsField) -> QgsField:  # noqa: N802
        """The field, unchanged."""
        return QgsField(field)

    def convert(self, _index: int, value: Any) -> Any:
        """The value, escaped if it begins like a formula."""
        return cell_text(value) if isinstance(value, str) else value

    def clone(self) -> _SafeCells:
        """Another one like it."""
        return _SafeCells(self._layer)


@contextmanager
def _in_memory(
    layer: QgsVectorLayer, file: str, driver: str, name: str, options: Sequence[str]
) -> Iterator[str]:
    """Writes the layer to a file in memory, and gives its folder."""
    folder = f"/vsimem/unirs-{uuid4().hex}"
    gdal.Mkdir(folder, 0o700)
    try:
        _write(layer, f"{folder}/{file}", driver, name, options)
        yield folder
    finally:
        gdal.RmdirRecursive(folder)


def _write(
    layer: QgsVectorLayer, path: str, driver: str, name: str, options: Sequence[str]
) -> None:
    save = QgsVectorFileWriter.SaveVectorOptions()
    save.driverName = driver
    save.layerName = name
    save.fileEncoding = "UTF-8"
    save.layerOptions = list(options)
    save.attributes = [i for i, field in enumerate(layer.fields()) if field.name() != FID]
    if driver in _SPREADSHEETS:
        converter = _SafeCells(layer)  # held until the file is written: the options do not
        save.fieldValueConverter = converter
    context = QgsCoordinateTransformContext()
    code, message, *_ = QgsVectorFileWriter.writeAsVectorFormatV3(layer, path, context, save)
    if code != QgsVectorFileWriter.WriterError.NoError:
        raise CopyError(message)


def _move(folder: str, path: Path) -> None:
    """Move files from memory to the disk; the one of the path itself comes last."""
    names = sorted(gdal.ReadDir(folder) or (), key=lambda name: name == path.name)
    names = [name for name in names if name not in (".", "..")]
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".unirs-") as beside:
        for name in names:
            Path(beside, name).write_bytes(_bytes(f"{folder}/{name}"))
        for name in names:
            Path(beside, name).replace(path.with_name(name))


def _bytes(path: str) -> bytes:
    file = gdal.VSIFOpenL(path, "rb")
    try:
        size = gdal.VSIStatL(path).size
        return bytes(gdal.VSIFReadL(1, size, file)) if size else b""
    finally:
        gdal.VSIFCloseL(file)
