"""``unirs:answertiles``: one question about every tile of a raster layer, or of several dates."""

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
from unirs_qgis.processing.imagery_algorithm import question_parameters
from unirs_qgis.processing.rows import Columns
from unirs_qgis.processing.tile_algorithm import TileAlgorithm

translate = QCoreApplication.translate


class AnswerTiles(TileAlgorithm):
    """Asks the same question about every tile."""

    NAME, METHOD = "answertiles", "ask"

    def texts(self) -> Texts:
        """What the toolbox shows."""
        layers = translate(
            "Processing",
            "One layer is an image, two are a pair of dates, more are a series; they are read in "
            "the order of their dates.",
        )
        options = translate(
            "Processing",
            "Without options the answer is free text. With options, such as yes,no, each of them "
            "gets a probability: the text is the most likely option, the column probability has "
            "its probability, and there is a column for each option (p_yes, p_no). Several views "
            "average these probabilities over turned and mirrored views of each tile: slower but "
            "more reliable.",
        )
        return Texts(
            title=translate("Processing", "Answer tiles"),
            summary=translate(
                "Processing",
                "Asks one question about every tile of a raster layer, two dates or a series.",
            ),
            tags=translate(
                "Processing",
                "question,ask,answer,VQA,yes,no,probability,options,two dates,tiles,grid,raster,AI",
            ),
            output=translate("Processing", "Answered tiles"),
            help=(layers, options, *self.help_on_tiles()),
        )

    def layer_parameters(self) -> list[QgsProcessingParameterDefinition]:
        """One layer, or several."""
        return [
            QgsProcessingParameterMultipleLayers(
                "INPUT",
                translate("Processing", "Raster layer, two dates, or layers of a series"),
                QgsProcessing.SourceType.TypeRaster,
            )
        ]

    def rasters(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> list[QgsRasterLayer]:
        """The layers of ``INPUT`` in order of time."""
        return self.series(parameters, context)

    def question_parameters(self) -> list[QgsProcessingParameterDefinition]:
        """The question, its closed set of answers, and the number of views."""
        return question_parameters()

    def columns(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Columns:
        """The question, the answer, and the probability of each option."""
        return Columns(asks=True, options=self.options(parameters, context))

    def question(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[str, dict[str, Any]]:
        """``QUESTION``, ``OPTIONS`` and, with options, ``VIEWS``."""
        return self.free_or_scored(parameters, context)
