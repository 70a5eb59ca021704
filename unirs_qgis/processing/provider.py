"""The provider ``unirs`` of Processing."""

from __future__ import annotations

from qgis.core import QgsProcessingProvider
from qtpy.QtGui import QIcon

from unirs_qgis.paths import resource
from unirs_qgis.processing.answer_tiles import AnswerTiles
from unirs_qgis.processing.caption_features import CaptionFeatures
from unirs_qgis.processing.caption_tiles import CaptionTiles
from unirs_qgis.processing.classify_tiles import ClassifyTiles
from unirs_qgis.processing.describe_change_tiles import DescribeChangeTiles

ALGORITHMS = (CaptionTiles, CaptionFeatures, DescribeChangeTiles, AnswerTiles, ClassifyTiles)


class UniRSProvider(QgsProcessingProvider):
    """Algorithms that ask about many places. Registered by the plugin."""

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
