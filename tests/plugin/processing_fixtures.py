"""Rasters whose tiles have a colour each, the stand-in worker, and the provider."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from osgeo import gdal, osr
from qgis.core import QgsApplication, QgsProcessingFeedback, QgsVectorLayer

from unirs_qgis.processing import UniRSProvider

STAND_IN = Path(__file__).with_name("processing_worker.py")
TILE = 20
"""Pixels of a tile's side."""


class Feedback(QgsProcessingFeedback):
    """Keeps all messages."""

    def __init__(self):
        super().__init__(False)
        self.messages = []

    def setProgressText(self, text):  # noqa: N802
        self.messages.append(text)

    def pushWarning(self, text):  # noqa: N802
        self.messages.append(text)

    def pushInfo(self, text):  # noqa: N802
        self.messages.append(text)

    def reportError(self, error, fatalError=False):  # noqa: N802, N803, ARG002
        self.messages.append(error)


class StandIn:
    """The stand-in worker; see ``processing_worker``.

    Args:
        folder: Where its orders and its log are.
        monkeypatch: Lets UNIRS_PYTHON name it, until the end of the test.
    """

    def __init__(self, folder, monkeypatch=None):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.program = folder / "python"
        self.program.write_text(f"#!/bin/sh\nexec {sys.executable} {STAND_IN} {folder}\n")
        self.program.chmod(0o700)
        self.orders()
        if monkeypatch:
            monkeypatch.setenv("UNIRS_PYTHON", str(self.program))

    def orders(self, **orders):
        """Sets its behaviour."""
        (self.folder / "orders.json").write_text(json.dumps(orders))

    @property
    def log(self):
        """The requests that it got."""
        path = self.folder / "log.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def wait_until_asked(self):
        """Wait for the first request."""
        deadline = time.monotonic() + 60
        while not self.asked and time.monotonic() < deadline:
            time.sleep(0.02)

    @property
    def asked(self):
        """The requests that it got, but for ``load``."""
        return [entry for entry in self.log if entry["method"] != "load"]


def write_tiles(
    path, colours, origin=(500_000.0, 5_400_000.0), pixel=0.5, crs="EPSG:32632", tile=TILE
):
    """Write an RGB raster of tiles that have one colour each; ``None`` is a tile without data.

    Args:
        path: Where to.
        colours: Rows of values from 1 to 255.
        origin: Upper left corner.
        pixel: Side of a pixel.
        crs: As the user writes it; empty for none.
        tile: Pixels of a tile's side.
    """
    rows, columns = len(colours), len(colours[0])
    raster = gdal.GetDriverByName("GTiff").Create(
        str(path), columns * tile, rows * tile, 3, gdal.GDT_Byte
    )
    raster.SetGeoTransform((origin[0], pixel, 0, origin[1], 0, -pixel))
    if crs:
        system = osr.SpatialReference()
        system.SetFromUserInput(crs)
        raster.SetProjection(system.ExportToWkt())
    for band in (1, 2, 3):
        raster.GetRasterBand(band).SetNoDataValue(0)
        for row, line in enumerate(colours):
            for column, value in enumerate(line):
                raster.GetRasterBand(band).WriteRaster(
                    column * tile, row * tile, tile, tile, bytes([value or 0]) * tile**2
                )
    raster.FlushCache()
    return path


_held = []


def register_provider():
    """The provider in Processing's registry, once for all tests."""
    if not _held:
        _held.append(UniRSProvider())
        QgsApplication.processingRegistry().addProvider(_held[0])
    return _held[0]


def rows_of(layer):
    """The rows of a layer, or of a file, by row and column of their tile."""
    if isinstance(layer, (str, Path)):
        layer = QgsVectorLayer(str(layer), "rows", "ogr")
    assert layer.isValid()
    rows = {}
    for feature in layer.getFeatures():
        place = feature["row"], feature["col"]
        assert place not in rows, "a tile is there twice"
        rows[place] = feature
    return rows
