"""The provider ``unirs`` of Processing, and how the dock opens its algorithms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import (
    QgsProcessingProvider,
    QgsRasterLayer,
    QgsReferencedRectangle,
    QgsVectorLayer,
)
from qtpy.QtGui import QIcon

from unirs_qgis.paths import resource
from unirs_qgis.processing.answer_features import AnswerFeatures
from unirs_qgis.processing.answer_tiles import AnswerTiles
from unirs_qgis.processing.ask import Ask
from unirs_qgis.processing.caption_tiles import CaptionTiles
from unirs_qgis.processing.classify_tiles import ClassifyTiles
from unirs_qgis.processing.describe_change import DescribeChange
from unirs_qgis.processing.describe_change_tiles import DescribeChangeTiles
from unirs_qgis.processing.export_review import ExportReview
from unirs_qgis.processing.find_places import FindPlaces
from unirs_qgis.processing.find_tiles import FindTiles
from unirs_qgis.processing.index_tiles import IndexTiles
from unirs_qgis.processing.radar_picture import RadarPicture
from unirs_qgis.processing.series import DescribeSeries, FindWhen
from unirs_qgis.processing.status import Status
from unirs_qgis.processing.write_report import WriteReport

ALGORITHMS = (
    Ask,
    DescribeChange,
    FindPlaces,
    FindWhen,
    DescribeSeries,
    CaptionTiles,
    DescribeChangeTiles,
    AnswerTiles,
    AnswerFeatures,
    ClassifyTiles,
    IndexTiles,
    FindTiles,
    ExportReview,
    WriteReport,
    RadarPicture,
    Status,
)


class UniRSProvider(QgsProcessingProvider):
    """Algorithms that ask about an extent, tiles or features. Registered by the plugin."""

    def id(self) -> str:
        """First part of the algorithms' ids."""
        return "unirs"

    def name(self) -> str:
        """Name in the toolbox; a proper name."""
        return "UniRS"

    def longName(self) -> str:  # noqa: N802
        """The same."""
        return "UniRS"

    def icon(self) -> QIcon:
        """Icon in the toolbox."""
        return QIcon(self.svgIconPath())

    def svgIconPath(self) -> str:  # noqa: N802
        """File of the icon."""
        return str(resource("icons", "unirs.svg"))

    def loadAlgorithms(self) -> None:  # noqa: N802
        """Add all algorithms."""
        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm())

    def supportedOutputRasterLayerExtensions(self) -> list[str]:  # noqa: N802
        """Maps of change and of places are GeoTIFFs."""
        return ["tif", "tiff"]


def tiles_dialog(
    layers: Sequence[QgsRasterLayer],
    extent: QgsReferencedRectangle | None = None,
    question: str = "",
    options: Sequence[str] = (),
) -> tuple[str, dict[str, Any]]:
    """Arguments of ``processing.execAlgorithmDialog`` to ask about tiles of what the dock shows.

    Args:
        layers: One to caption, two to describe the change between, or a series to classify; none
            leaves the choice to the dialog.
        extent: Extent of the tiles; that of the layers if ``None``.
        question: Question about every tile; if it is empty, tiles are described or classified.
        options: Closed set of answers to the question.

    Returns:
        The algorithm's id and its parameters.
    """
    ids = [layer.id() for layer in layers]
    parameters: dict[str, Any] = {} if extent is None else {"EXTENT": _extent_text(extent)}
    if question:
        asked = {"QUESTION": question, "OPTIONS": ",".join(options)}
        return "unirs:answertiles", {"INPUT": ids, **parameters, **asked}
    if len(ids) > 2:
        return "unirs:classifytiles", {"INPUT": ids, **parameters}
    if len(ids) == 2:
        return "unirs:describechangetiles", {"BEFORE": ids[0], "AFTER": ids[1], **parameters}
    return "unirs:captiontiles", {**({"INPUT": ids[0]} if ids else {}), **parameters}


def features_dialog(
    layers: Sequence[QgsRasterLayer],
    polygons: QgsVectorLayer | None = None,
    question: str = "",
    options: Sequence[str] = (),
) -> tuple[str, dict[str, Any]]:
    """Arguments of ``processing.execAlgorithmDialog`` to ask about polygons.

    Args:
        layers: Rasters to ask about; none leaves the choice to the dialog.
        polygons: The polygons, likewise.
        question: About every polygon.
        options: Closed set of answers to the question.

    Returns:
        The algorithm's id and its parameters.
    """
    parameters: dict[str, Any] = {"RASTER": [layer.id() for layer in layers]}
    parameters |= {} if polygons is None else {"INPUT": polygons.id()}
    asked = {"QUESTION": question, "OPTIONS": ",".join(options)}
    return "unirs:answerfeatures", {**parameters, **asked}


def _extent_text(extent: QgsReferencedRectangle) -> str:
    """An extent as Processing writes it."""
    limits = (extent.xMinimum(), extent.xMaximum(), extent.yMinimum(), extent.yMaximum())
    numbers = ",".join(f"{limit:.17g}" for limit in limits)
    crs = extent.crs().authid()
    return f"{numbers} [{crs}]" if crs else numbers  # without a code it is that of the layer
