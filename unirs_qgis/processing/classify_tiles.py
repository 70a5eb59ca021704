"""``unirs:classifytiles``: a class for every tile, of one layer or of a series of dates."""

from __future__ import annotations

from collections.abc import Sequence
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

from unirs_qgis.inputs.layers import ordered
from unirs_qgis.processing.on_tiles import TilesAlgorithm
from unirs_qgis.processing.options import parse_options
from unirs_qgis.processing.rows import Columns

translate = QCoreApplication.translate

EVENT_CLASSES = (
    "post-earthquake,flood,fire,landslide,mudslide,traffic collision,traffic congestion,harvesting,"
    "ploughing,constructing,police chase,conflict,baseball,basketball,boating,cycling,running,"
    "soccer,swimming,car racing,party,concert,parade/protest,religious activity,non-event"
)
"""The classes of the ERA data set, which UniRS models know of series."""

INSTRUCTION = "Classify the given image in one of the following classes. Classes: {classes}."
"""To the model, about one image. The worker itself puts its like about a series."""


class ClassifyTiles(TilesAlgorithm):
    """Sorts every tile into one of several classes."""

    def name(self) -> str:
        """Id within the provider."""
        return "classifytiles"

    def displayName(self) -> str:  # noqa: N802
        """Name in the toolbox."""
        return translate("Processing", "Classify tiles")

    def output_name(self) -> str:
        """Name of the output."""
        return translate("Processing", "Classified tiles")

    def tags(self) -> list[str]:
        """Words to find it by."""
        return translate(
            "Processing",
            "classify,classes,scene,event,land use,time series,probability,tiles,grid,raster,AI",
        ).split(",")

    def shortDescription(self) -> str:  # noqa: N802
        """One sentence."""
        return translate(
            "Processing",
            "Sorts every tile of a raster layer, or of a series of dates, into classes.",
        )

    def help_paragraphs(self) -> Sequence[str]:
        """What it takes and gives."""
        options = translate(
            "Processing",
            "With one layer the classes are those of the scene, such as rural,urban. Two or more "
            "layers are a series, in the order of their dates; its classes are events, by default "
            "the 25 of the ERA data set. The text is the likeliest class, the column probability "
            "says how likely, and there is a column for each class. A question of your own may "
            "replace the request to classify one layer.",
        )
        return (options, *self.help_on_tiles())

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
        """The classes, and another wording for one layer."""
        return [
            QgsProcessingParameterString(
                "OPTIONS",
                translate("Processing", "Classes, with commas between"),
                optional=True,
            ),
            QgsProcessingParameterString(
                "QUESTION",
                translate("Processing", "Question, instead of the request to classify"),
                optional=True,
            ),
        ]

    def rasters(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> list[QgsRasterLayer]:
        """The layers of ``INPUT`` in order of time."""
        layers = self.parameterAsLayerList(parameters, "INPUT", context)
        rasters = [layer for layer in layers if isinstance(layer, QgsRasterLayer)]
        if not rasters or len(rasters) < len(layers):
            raise QgsProcessingException(self.invalidRasterError(parameters, "INPUT"))
        return ordered(rasters)

    @property
    def method(self) -> str:
        """A series is classified as a whole; one image is asked about."""
        return "classify" if self._is_series else "ask"

    @property
    def _is_series(self) -> bool:
        return len(self.snapshots) > 1

    def columns(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Columns:
        """The class and the probability of each."""
        return Columns(asks=True, options=self._classes(parameters, context))

    def question(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[str, dict[str, Any]]:
        """The request for a class."""
        classes = list(self._classes(parameters, context))
        text = self.parameterAsString(parameters, "QUESTION", context).strip()
        if self._is_series:
            if text:
                raise QgsProcessingException(
                    translate("Processing", "A series takes no question; leave it empty.")
                )
            return "", {"classes": classes}
        text = text or INSTRUCTION.format(classes=", ".join(classes))
        return text, {"text": text, "options": classes}

    def _classes(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[str, ...]:
        classes = parse_options(self.parameterAsString(parameters, "OPTIONS", context))
        if not classes and not self._is_series:
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "One layer needs classes to choose from; name them, such as rural,urban.",
                )
            )
        return classes or parse_options(EVENT_CLASSES)
