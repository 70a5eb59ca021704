"""``unirs:describechangetiles``: what changed between two dates, tile by tile."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext
from qtpy.QtCore import QCoreApplication

from unirs_qgis.processing.on_tiles import TilesAlgorithm
from unirs_qgis.processing.rows import Columns

translate = QCoreApplication.translate


class DescribeChangeTiles(TilesAlgorithm):
    """Describes the change of every tile between two dates."""

    method = "change"
    LAYERS = ("BEFORE", "AFTER")

    def name(self) -> str:
        """Id within the provider."""
        return "describechangetiles"

    def displayName(self) -> str:  # noqa: N802
        """Name in the toolbox."""
        return translate("Processing", "Describe change tiles")

    def output_name(self) -> str:
        """Name of the output."""
        return translate("Processing", "Described change")

    def tags(self) -> list[str]:
        """Words to find it by."""
        return translate(
            "Processing",
            "change,change detection,compare,before,after,two dates,caption,text,tiles,grid,AI",
        ).split(",")

    def shortDescription(self) -> str:  # noqa: N802
        """One sentence."""
        return translate(
            "Processing", "Describes in words what changed in every tile between two dates."
        )

    def shortHelpString(self) -> str:  # noqa: N802
        """What it does, takes and gives."""
        changed = translate(
            "Processing",
            "The column changed is yes or no, as the text has it. Both layers are drawn on one "
            "grid, in the CRS of the layer before; they may differ in CRS and resolution.",
        )
        return "\n\n".join((self.shortDescription(), changed, *self.help_on_tiles()))

    def columns(
        self,
        parameters: dict[str, Any],  # noqa: ARG002
        context: QgsProcessingContext,  # noqa: ARG002
    ) -> Columns:
        """A caption, and whether it says that something has changed."""
        return Columns(is_pair=True)
