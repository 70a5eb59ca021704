"""``unirs:describechangetiles``: a change caption of every tile of two dates."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingParameterDefinition
from qtpy.QtCore import QCoreApplication

from unirs_qgis.processing.algorithm import Texts
from unirs_qgis.processing.imagery_algorithm import views_parameter
from unirs_qgis.processing.rows import Columns
from unirs_qgis.processing.tile_algorithm import TileAlgorithm

translate = QCoreApplication.translate


class DescribeChangeTiles(TileAlgorithm):
    """Describes the change of every tile between two dates."""

    NAME, METHOD = "describechangetiles", "change"
    LAYERS = ("BEFORE", "AFTER")

    def texts(self) -> Texts:
        """What the toolbox shows."""
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
        return Texts(
            title=translate("Processing", "Describe change tiles"),
            summary=translate(
                "Processing", "Describes in words what changed in every tile between two dates."
            ),
            tags=translate(
                "Processing",
                "change,change detection,compare,before,after,two dates,caption,text,tiles,grid,AI",
            ),
            output=translate("Processing", "Described change"),
            help=(changed, views, *self.help_on_tiles()),
        )

    def question_parameters(self) -> list[QgsProcessingParameterDefinition]:
        """The number of views."""
        return [views_parameter()]

    def question(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[str, dict[str, Any]]:
        """No text, but ``VIEWS``."""
        return "", {"views": self.parameterAsInt(parameters, "VIEWS", context)}

    def columns(
        self,
        parameters: dict[str, Any],  # noqa: ARG002
        context: QgsProcessingContext,  # noqa: ARG002
    ) -> Columns:
        """A change caption, and whether anything has changed."""
        return Columns(is_pair=True)
