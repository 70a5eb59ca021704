"""A layer as a file for others: written whole or not at all, and safe to open in a spreadsheet."""

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
"""How a cell begins that a spreadsheet takes for a formula."""

FID = "fid"
"""The column of a GeoPackage that numbers its rows; nobody else's."""

_SPREADSHEETS = frozenset(("CSV", "ODS", "XLSX"))


class CopyError(Exception):
    """A copy cannot be written; the message says why, as a part of a sentence."""


def check_format(layer: QgsVectorLayer, driver: str) -> None:
    """See whether a format can hold a layer, before it has many features.

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
        layer: What to write; a GeoPackage's own column ``fid`` is left out.
        path: Where to. Companions, such as those of a shapefile, come beside it.
        driver: GDAL's name of the format.
        name: Of the table in the file, in formats that have tables.
        options: Layer creation options of the driver.

    Raises:
        CopyError: The format cannot hold the layer.
        OSError: The file cannot be written. What was there before is as it was.
    """
    with _in_memory(layer, path.name, driver, name, options) as folder:
        _move(folder, path)


def in_cell(text: str) -> str:
    """A text as a cell that no spreadsheet takes for a formula: with an apostrophe before it."""
    return f"'{text}" if _FORMULA.match(text) else text


class _SafeCells(QgsVectorFileWriter.FieldValueConverter):
    """Lets no text of a spreadsheet begin like a formula."""

    def __init__(self, layer: QgsVectorLayer) -> None:
        super().__init__()
        self._layer = layer

    def fieldDefinition(self, field: QgsField) -> QgsField:  # noqa: N802
        """The field as it is."""
        return QgsField(field)

    def convert(self, _index: int, value: Any) -> Any:
        """The value as it is, unless it is a text that begins like a formula."""
        return in_cell(value) if isinstance(value, str) else value

    def clone(self) -> _SafeCells:
        """Another one like it."""
        return _SafeCells(self._layer)


@contextmanager
def _in_memory(
    layer: QgsVectorLayer, file: str, driver: str, name: str, options: Sequence[str]
) -> Iterator[str]:
    """A folder in memory with the layer in a file of that name."""
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
    how = QgsVectorFileWriter.SaveVectorOptions()
    how.driverName = driver
    how.layerName = name
    how.fileEncoding = "UTF-8"
    how.layerOptions = list(options)
    how.attributes = [i for i, field in enumerate(layer.fields()) if field.name() != FID]
    if driver in _SPREADSHEETS:
        converter = _SafeCells(layer)  # held until the file is written: the options do not
        how.fieldValueConverter = converter
    context = QgsCoordinateTransformContext()
    code, message, *_ = QgsVectorFileWriter.writeAsVectorFormatV3(layer, path, context, how)
    if code != QgsVectorFileWriter.WriterError.NoError:
        raise CopyError(message)


def _move(folder: str, path: Path) -> None:
    """Files in memory to the disk, in the place of a path and beside it; its own one last."""
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
