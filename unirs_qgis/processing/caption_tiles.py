"""``unirs:captiontiles``: a caption of every tile of a raster layer."""

from __future__ import annotations

from qtpy.QtCore import QCoreApplication

from unirs_qgis.processing.algorithm import Texts
from unirs_qgis.processing.tile_algorithm import TileAlgorithm

translate = QCoreApplication.translate


class CaptionTiles(TileAlgorithm):
    """Captions every tile."""

    NAME, METHOD = "captiontiles", "caption"
    TAKES_DATES = False

    def texts(self) -> Texts:
        """What the toolbox shows."""
        return Texts(
            title=translate("Processing", "Caption tiles"),
            summary=translate("Processing", "Describes every tile of a raster layer in words."),
            tags=translate(
                "Processing",
                "caption,describe,text,tiles,grid,raster,image,imagery,language model,AI",
            ),
            output=translate("Processing", "Captioned tiles"),
            help=self.help_on_tiles(),
        )
