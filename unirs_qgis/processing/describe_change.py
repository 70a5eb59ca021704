"""``unirs:describechange``: what changed in an extent between two dates, with a change map."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterRasterDestination,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.processing.algorithm import Texts
from unirs_qgis.processing.answer_algorithm import AnswerAlgorithm
from unirs_qgis.processing.imagery_algorithm import extent_parameter, views_parameter

translate = QCoreApplication.translate


class DescribeChange(AnswerAlgorithm):
    """Describes the change of an extent between two dates."""

    NAME, METHOD = "describechange", "change"
    LAYERS = ("BEFORE", "AFTER")
    FILES = MappingProxyType({"CHANGE_MAP": ("change_map", "change-map.qml")})

    def texts(self) -> Texts:
        """What the toolbox shows."""
        changed = translate(
            "Processing",
            "ANSWER is a sentence, CHANGED the model's own verdict. The change map is a GeoTIFF of "
            "the probability of change in percent; only models of UniRS make one, and a run that "
            "asks another model for it fails. Both layers are drawn on one grid, in the CRS of the "
            "layer before; they may differ in CRS and resolution.",
        )
        views = translate(
            "Processing",
            "With several views the verdict and the map are averaged over turned and mirrored "
            "views of the images: slower but more reliable.",
        )
        return Texts(
            title=translate("Processing", "Describe change"),
            summary=translate(
                "Processing", "Describes in words what changed in an extent between two dates."
            ),
            tags=translate(
                "Processing",
                "change,change detection,compare,before,after,two dates,caption,map,raster,agent,"
                "AI",
            ),
            output=translate("Processing", "Change map"),
            help=(changed, views, *self.help_on_values()),
        )

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """The two dates, the extent, and the views."""
        return [*self.layer_parameters(), extent_parameter(), views_parameter()]

    def add_outputs(self) -> None:
        """Declare the values of the answer, and the change map."""
        super().add_outputs()
        output = QgsProcessingParameterRasterDestination(
            "CHANGE_MAP", self.texts().output, optional=True, createByDefault=False
        )
        self.addParameter(output)

    def question(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[str, dict[str, Any]]:
        """No text, but ``VIEWS``."""
        return "", {"views": self.parameterAsInt(parameters, "VIEWS", context)}
