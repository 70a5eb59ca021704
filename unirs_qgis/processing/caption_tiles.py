"""``unirs:captiontiles``: a caption of every tile of a raster layer."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import QCoreApplication

from unirs_qgis.processing.on_tiles import TilesAlgorithm

translate = QCoreApplication.translate


class CaptionTiles(TilesAlgorithm):
    """Describes every tile."""

    method = "caption"

    def name(self) -> str:
        """Id within the provider."""
        return "captiontiles"

    def displayName(self) -> str:  # noqa: N802
        """Name in the toolbox."""
        return translate("Processing", "Caption tiles")

    def output_name(self) -> str:
        """Name of the output."""
        return translate("Processing", "Captioned tiles")

    def tags(self) -> list[str]:
        """Words to find it by."""
        return translate(
            "Processing", "caption,describe,text,tiles,grid,raster,image,imagery,language model,AI"
        ).split(",")

    def shortDescription(self) -> str:  # noqa: N802
        """One sentence."""
        return translate("Processing", "Describes every tile of a raster layer in words.")

    def help_paragraphs(self) -> Sequence[str]:
        """What it takes and gives."""
        return self.help_on_tiles()
