"""Check *Answer features* on many polygons: time, memory, a cancel, and the run that goes on.

``.venv-qgis/bin/python -m scripts.features_check FOLDER [MODEL] [COUNT]``, with ``UNIRS_PYTHON`` as
the runtime's Python: asks one question about each of COUNT (13,000) generated footprints on one
generated raster, is cancelled after a quarter, and runs again. Figures as JSON on stdout.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from osgeo import gdal, osr
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsFields,
    QgsGeometry,
    QgsProcessingFeedback,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsWkbTypes,
)

from scripts.headless_qgis import HeadlessQgis

EPSG = 32632
SIDE, PIXEL = 8000, 0.5
LEFT, TOP = 500_000, 5_400_000
QUESTION, OPTIONS = "Is this building damaged?", "none,partly,destroyed"


def write_raster(path: Path) -> None:
    """Squares of random colours."""
    raster = gdal.GetDriverByName("GTiff").Create(
        str(path), SIDE, SIDE, 3, gdal.GDT_Byte, ["TILED=YES", "COMPRESS=DEFLATE"]
    )
    raster.SetGeoTransform((LEFT, PIXEL, 0, TOP, 0, -PIXEL))
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(EPSG)
    raster.SetProjection(crs.ExportToWkt())
    squares = np.random.default_rng(1).integers(1, 255, (3, SIDE // 16, SIDE // 16), np.uint8)
    for band, colours in enumerate(squares, start=1):
        raster.GetRasterBand(band).WriteArray(np.kron(colours, np.ones((16, 16), np.uint8)))
    raster.FlushCache()


def footprints(count: int) -> Iterator[str]:
    """Squares as WKT; of each thousand one crosses itself, one has two parts, one is empty."""
    chance = random.Random(2)
    for number in range(count):
        x, y = LEFT + 3950 * chance.random(), TOP - 3950 * chance.random()
        size = 8 + 30 * chance.random()
        ring = f"{x} {y},{x + size} {y},{x + size} {y - size},{x} {y - size},{x} {y}"
        yield {
            7: f"(({x} {y},{x + size} {y - size},{x + size} {y},{x} {y - size},{x} {y}))",
            8: f"(({ring})),(({x + 50} {y},{x + 60} {y},{x + 60} {y - 9},{x + 50} {y}))",
            9: "",
        }.get(number % 1000, f"(({ring}))")


def write_footprints(path: Path, count: int) -> None:
    """The footprints as a layer."""
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    crs = QgsCoordinateReferenceSystem(f"EPSG:{EPSG}")
    writer = QgsVectorFileWriter.create(
        str(path),
        QgsFields(),
        QgsWkbTypes.Type.MultiPolygon,
        crs,
        QgsCoordinateTransformContext(),
        options,
    )
    for text in footprints(count):
        feature = QgsFeature()
        if text:
            feature.setGeometry(QgsGeometry.fromWkt(f"MULTIPOLYGON({text})"))
        writer.addFeature(feature)
    del writer  # closes the file


class Feedback(QgsProcessingFeedback):
    """Cancels a run once a share of it is done; shows its progress on stderr."""

    def __init__(self, until: float) -> None:
        super().__init__(False)
        self._until = until
        self.cancelled_at: float | None = None
        self.progressChanged.connect(self._look)

    def _look(self, percent: float) -> None:
        if percent >= self._until and not self.isCanceled():
            self.cancelled_at = time.monotonic()
            self.cancel()

    def setProgressText(self, text: str) -> None:  # noqa: N802
        """Show where it is."""
        print(text, file=sys.stderr)


def run(folder: Path, model: str, until: float) -> dict[str, Any]:
    """One run, and what it took."""
    import processing

    feedback, began = Feedback(until), time.monotonic()
    before = resource.getrusage(resource.RUSAGE_SELF)
    processing.run(
        "unirs:answerfeatures",
        {
            "INPUT": str(folder / "footprints.gpkg"),
            "RASTER": [str(folder / "town.tif")],
            "QUESTION": QUESTION,
            "OPTIONS": OPTIONS,
            "MODEL": model,
            "OUTPUT": str(folder / "answers.gpkg"),
        },
        feedback=feedback,
    )
    ended = time.monotonic()
    rows = QgsVectorLayer(str(folder / "answers.gpkg"), "answers").featureCount()
    used, workers = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {
        "rows": rows,
        "seconds": round(ended - began, 1),
        "seconds_from_cancel": feedback.cancelled_at and round(ended - feedback.cancelled_at, 2),
        "cpu_seconds_of_qgis": round(
            used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime, 1
        ),
        "most_memory_mb": {"qgis": used.ru_maxrss // 1024, "worker": workers.ru_maxrss // 1024},
    }


def main(folder: Path, model: str, count: int) -> None:
    """Both runs."""
    folder.mkdir(parents=True)
    write_raster(folder / "town.tif")
    write_footprints(folder / "footprints.gpkg", count)
    print(json.dumps([run(folder, model, until) for until in (25, 200)], indent=2))


if __name__ == "__main__":
    qgis = HeadlessQgis()
    folder, model, count = [*sys.argv[1:], *["unirs-small", "13000"][len(sys.argv) - 2 :]]
    main(Path(folder), model, int(count))
