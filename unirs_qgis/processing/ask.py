"""``unirs:ask``: one question about an extent of one raster, of two dates, or of a series."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterMultipleLayers,
    QgsRasterLayer,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.processing.algorithm import Texts
from unirs_qgis.processing.answer_algorithm import AnswerAlgorithm
from unirs_qgis.processing.imagery_algorithm import extent_parameter, question_parameters

translate = QCoreApplication.translate


class Ask(AnswerAlgorithm):
    """Asks one question."""

    NAME, METHOD = "ask", "ask"

    def texts(self) -> Texts:
        """What the toolbox shows."""
        layers = translate(
            "Processing",
            "One layer is an image, two are a pair of dates, more are a series; they are read in "
            "the order of their dates. Without options the answer is free text. With options, such "
            "as yes,no, the answer is the most likely one, and each has a probability.",
        )
        return Texts(
            title=translate("Processing", "Ask"),
            summary=translate(
                "Processing",
                "Asks one question about an extent of a raster layer, two dates or a series.",
            ),
            tags=translate(
                "Processing",
                "question,ask,answer,VQA,yes,no,probability,options,raster,dates,series,agent,AI",
            ),
            help=(layers, *self.help_on_values()),
        )

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """Layers, extent, question, options and views."""
        layers = QgsProcessingParameterMultipleLayers(
            "INPUT",
            translate("Processing", "Raster layer, two dates, or layers of a series"),
            QgsProcessing.SourceType.TypeRaster,
        )
        return [layers, extent_parameter(), *question_parameters()]

    def rasters(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> list[QgsRasterLayer]:
        """The layers of ``INPUT`` in order of time."""
        return self.series(parameters, context)

    def question(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[str, dict[str, Any]]:
        """``QUESTION``, ``OPTIONS`` and, with options, ``VIEWS``."""
        return self.free_or_scored(parameters, context)
