"""The rasters that an answer is about: layers of the project, else files that are opened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from osgeo import gdal
from qgis.core import QgsRasterLayer
from qtpy.QtCore import QCoreApplication

from unirs_qgis.columns import BETWEEN_LAYERS
from unirs_qgis.dock.entries import LayerRecord
from unirs_qgis.inputs.layers import layer_of_source
from unirs_qgis.review.answers import ReviewError

translate = QCoreApplication.translate

_DRIVERS = ["GTiff", "JP2OpenJPEG", "PNG", "JPEG", "HFA"]
"""Formats of files that are opened because a table names them: none refers to another file."""

_MOST_OPENED = 32


class Imagery:
    """Finds the rasters of answers, and keeps open those that are not in the project."""

    def __init__(self) -> None:
        self._opened: dict[str, QgsRasterLayer] = {}

    def of(
        self, rasters: Sequence[LayerRecord], layers: Iterable[QgsRasterLayer]
    ) -> list[QgsRasterLayer]:
        """The layers of an answer, in order of time.

        Args:
            rasters: Of the answer; see ``AnswerRow``.
            layers: Of the project; of several that fit it is the first.

        Raises:
            ReviewError: One is not among them, and no file that can be opened.
        """
        layers = list(layers)
        found: list[QgsRasterLayer] = []
        for record in rasters:
            if record.source:
                layer = layer_of_source(layers, record.name, record.source)
                found.append(layer or self._open(record))
            else:
                found += _of_names(record.name, layers)
        return found

    def close(self) -> None:
        """Close the files."""
        self._opened.clear()

    def _open(self, record: LayerRecord) -> QgsRasterLayer:
        """A layer of a file that is not in the project.

        Raises:
            ReviewError: There is no such file on this computer, or no image in it.
        """
        if record.source not in self._opened:
            if not _can_open(Path(record.source)):
                raise ReviewError(
                    translate(
                        "Review",
                        "“{layer}” ({source}), which this answer is about, is neither in the "
                        "project nor an image file on this computer; add it to the project.",
                    ).format(layer=record.name, source=record.source)
                )
            while len(self._opened) >= _MOST_OPENED:
                del self._opened[next(iter(self._opened))]
            self._opened[record.source] = QgsRasterLayer(record.source, record.name)
        return self._opened[record.source]


def _of_names(names: str, layers: Sequence[QgsRasterLayer]) -> list[QgsRasterLayer]:
    """The layers that a cell of the column ``layers`` names.

    Raises:
        ReviewError: One is not among them.
    """
    by_name: dict[str, QgsRasterLayer] = {}
    for layer in layers:
        by_name.setdefault(layer.name(), layer)
    wanted = [names] if names in by_name else names.split(BETWEEN_LAYERS)
    missing = [name for name in wanted if name not in by_name]
    if missing:
        raise ReviewError(
            translate(
                "Review",
                "The project has no raster layer “{layer}”, which this answer is about; add it "
                "under this name.",
            ).format(layer=missing[0])
        )
    return [by_name[name] for name in wanted]


def _can_open(path: Path) -> bool:
    """Whether a table may have a file opened: names in tables may come from elsewhere."""
    if str(path).startswith(("\\\\", "//")) or not (path.is_absolute() and path.is_file()):
        return False
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        return gdal.OpenEx(str(path), gdal.OF_RASTER, allowed_drivers=_DRIVERS) is not None
    except RuntimeError:  # another plugin has switched GDAL's exceptions on
        return False
    finally:
        gdal.PopErrorHandler()
