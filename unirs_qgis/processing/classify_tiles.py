"""``unirs:classifytiles``: a class for every tile, of one layer or of a series of dates."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterString,
    QgsRasterLayer,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.processing.algorithm import Texts
from unirs_qgis.processing.imagery_algorithm import views_parameter
from unirs_qgis.processing.rows import Columns
from unirs_qgis.processing.tile_algorithm import TileAlgorithm

translate = QCoreApplication.translate


class ClassifyTiles(TileAlgorithm):
    """Sorts every tile into one of several classes."""

    NAME, METHOD = "classifytiles", "classify"

    def texts(self) -> Texts:
        """What the toolbox shows."""
        options = translate(
            "Processing",
            "With one layer the classes are those of the scene, such as rural,urban. Two or more "
            "layers are a series, in the order of their dates; its classes are events. If none "
            "are given, the model's own are used: 30 scenes, or the 25 events of the ERA data "
            "set. The text is the most likely class, the column probability has its probability, "
            "and there is a column for each class. A question of your own may replace the "
            "request to classify.",
        )
        return Texts(
            title=translate("Processing", "Classify tiles"),
            summary=translate(
                "Processing",
                "Sorts every tile of a raster layer, or of a series of dates, into classes.",
            ),
            tags=translate(
                "Processing",
                "classify,classes,scene,event,land use,time series,probability,tiles,grid,raster,"
                "AI",
            ),
            output=translate("Processing", "Classified tiles"),
            help=(options, *self.help_on_tiles()),
        )

    def layer_parameters(self) -> list[QgsProcessingParameterDefinition]:
        """One layer, or several."""
        return [
            QgsProcessingParameterMultipleLayers(
                "INPUT",
                translate("Processing", "Raster layer, or layers of a series"),
                QgsProcessing.SourceType.TypeRaster,
            )
        ]

    def question_parameters(self) -> list[QgsProcessingParameterDefinition]:
        """The classes, another wording, and the number of views."""
        return [
            QgsProcessingParameterString(
                "OPTIONS",
                translate("Processing", "Classes, comma-separated (those of the model if empty)"),
                optional=True,
            ),
            QgsProcessingParameterString(
                "QUESTION",
                translate("Processing", "Question, instead of the request to classify"),
                optional=True,
            ),
            views_parameter(),
        ]

    def rasters(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> list[QgsRasterLayer]:
        """The layers of ``INPUT`` in order of time."""
        return self.series(parameters, context)

    def columns(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Columns:
        """The class and the probability of each; the default classes are those of the model."""
        classes = self.options(parameters, context)
        if not classes:
            loaded = self.load()
            if loaded is None:
                raise QgsProcessingException(
                    translate("Processing", "The run was cancelled before the model was loaded.")
                )
            kind = "single" if len(self.snapshots) == 1 else "video"
            classes = tuple(loaded["classes"][kind])
        return Columns(asks=True, options=classes)

    def question(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[str, dict[str, Any]]:
        """``QUESTION``, ``OPTIONS`` as classes, and ``VIEWS``."""
        text = self.parameterAsString(parameters, "QUESTION", context).strip()
        return text, {
            "text": text,
            "classes": self.options(parameters, context),
            "views": self.parameterAsInt(parameters, "VIEWS", context),
        }
