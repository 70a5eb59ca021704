"""``unirs:describechangetiles``: what changed between two dates, tile by tile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterNumber,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.processing.on_tiles import TilesAlgorithm
from unirs_qgis.processing.rows import Columns
from unirs_qgis.settings import VIEWS, read_settings

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

    def help_paragraphs(self) -> Sequence[str]:
        """What it takes and gives."""
        changed = translate(
            "Processing",
            "The column changed is yes or no, as the model scores it. Both layers are drawn on one "
            "grid, in the CRS of the layer before; they may differ in CRS and resolution.",
        )
        views = translate(
            "Processing",
            "With several views the probability of a change is averaged over turned and mirrored "
            "views of each tile: slower but more reliable. The text is that of the unturned view.",
        )
        return (changed, views, *self.help_on_tiles())

    def question_parameters(self) -> list[QgsProcessingParameterDefinition]:
        """Number of augmented views."""
        return [
            QgsProcessingParameterNumber(
                "VIEWS",
                translate("Processing", "Views of each tile"),
                defaultValue=read_settings().views,
                minValue=VIEWS.start,
                maxValue=VIEWS.stop - 1,
            )
        ]

    def question(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[str, dict[str, Any]]:
        """No words, but ``VIEWS``."""
        return "", {"views": self.parameterAsInt(parameters, "VIEWS", context)}

    def columns(
        self,
        parameters: dict[str, Any],  # noqa: ARG002
        context: QgsProcessingContext,  # noqa: ARG002
    ) -> Columns:
        """A caption, and whether anything has changed."""
        return Columns(is_pair=True)
