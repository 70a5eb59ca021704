"""``unirs:describechange``: what changed in an extent between two dates, with a change map."""

from __future__ import annotations

import os
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterRasterDestination,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.processing.algorithm import Texts
from unirs_qgis.processing.answer_algorithm import AnswerAlgorithm
from unirs_qgis.processing.imagery_algorithm import extent_parameter, views_parameter
from unirs_qgis.processing.run import BatchRequest
from unirs_qgis.processing.styles import StyleFile, style_output

translate = QCoreApplication.translate

MAP = "CHANGE_MAP"


class DescribeChange(AnswerAlgorithm):
    """Describes the change of an extent between two dates."""

    NAME, METHOD = "describechange", "change"
    LAYERS = ("BEFORE", "AFTER")

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
            MAP, self.texts().output, optional=True, createByDefault=False
        )
        self.addParameter(output)

    def prepareAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Also refuse a change map in place of a layer."""
        if not super().prepareAlgorithm(parameters, context, feedback):
            return False
        self._map = self.parameterAsOutputLayer(parameters, MAP, context)
        layers = self.rasters(parameters, context)
        if self._map and any(_is_same(layer.source(), self._map) for layer in layers):
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "The change map {file} would overwrite a layer that is asked about; choose "
                    "another file.",
                ).format(file=self._map)
            )
        return True

    def question(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[str, dict[str, Any]]:
        """No text, but ``VIEWS`` and the change map."""
        params: dict[str, Any] = {"views": self.parameterAsInt(parameters, "VIEWS", context)}
        if self._map:
            params["change_map"] = self._map
        return "", params

    def files(self, request: BatchRequest, context: QgsProcessingContext) -> dict[str, Any]:
        """The change map, if it was asked for."""
        path = request.params.get("change_map")
        if not path:
            return {}
        style_output(path, StyleFile("change-map.qml"), context)
        return {MAP: path}


def _is_same(source: str, path: str) -> bool:
    return os.path.realpath(source) == os.path.realpath(path)
