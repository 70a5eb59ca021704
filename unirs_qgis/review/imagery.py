"""The layers that an answer is about, found again by their names."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.core import QgsRasterLayer
from qtpy.QtCore import QCoreApplication

from unirs_qgis.columns import BETWEEN_LAYERS
from unirs_qgis.review.answers import ReviewError

translate = QCoreApplication.translate


def layers_named(names: str, layers: Iterable[QgsRasterLayer]) -> list[QgsRasterLayer]:
    """The layers that a cell of the column ``layers`` names, in order of time.

    Args:
        names: The cell.
        layers: To choose from; of several with one name it is the first.

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
