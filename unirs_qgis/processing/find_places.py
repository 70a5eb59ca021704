"""``unirs:findplaces``: where in an extent the answer to a question is yes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsPointXY,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterString,
    QgsRasterLayer,
    QgsRectangle,
    QgsWkbTypes,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.answer import Answer
from unirs_qgis.fields import REAL, TEXT
from unirs_qgis.processing.algorithm import Texts
from unirs_qgis.processing.answer_algorithm import AnswerAlgorithm, origin_of
from unirs_qgis.processing.imagery_algorithm import extent_parameter, views_parameter
from unirs_qgis.processing.run import BatchRequest
from unirs_qgis.where import WHERE, picture_side, pixels_along

translate = QCoreApplication.translate

PLACES, KINDS = "PLACES", "KINDS"
_OF_KIND = ("text", "probability")
MOST_WINDOWS = 10_000


class FindPlaces(AnswerAlgorithm):
    """Asks about windows of an extent, coarse to fine."""

    NAME, METHOD = "findplaces", WHERE
    WRITES_TEXT = False
    MOST_NODATA = 0.9999
    FILES = MappingProxyType({"MAP": ("map", "change-map.qml")})

    def texts(self) -> Texts:
        """What the toolbox shows."""
        how = translate(
            "Processing",
            "The question has the answer yes or no, or is the name of a thing, such as “boats”. "
            "It is asked about windows of the extent: those with a clear no are dropped, the "
            "others are divided, and the finest ones overlap and vote. Two layers are two dates.",
        )
        size = translate(
            "Processing",
            "The layers are drawn as one picture of at most 4,096 pixels a side; a larger extent "
            "is searched in coarser pixels. The size of the finest windows is in metres; 0 takes "
            "what the model reads of that picture without loss of resolution.",
        )
        outputs = translate(
            "Processing",
            "The map has the probability of yes in percent. The places are polygons with their "
            "mean and highest probability and their area on the ellipsoid. Nothing is kept after "
            "cancelling.",
        )
        kinds = translate(
            "Processing",
            "With kinds of ground, such as “bare land, meadow, forest, farmland, road, "
            "buildings, water”, each place of two dates is classified at both: from_kind and "
            "to_kind with their probabilities, empty where the model is not sure.",
        )
        return Texts(
            title=translate("Processing", "Find places"),
            summary=translate(
                "Processing", "Finds where in an extent the answer to a yes or no question is yes."
            ),
            tags=translate(
                "Processing", "where,find,search,detect,locate,places,windows,probability,yes,no,AI"
            ),
            output=translate("Processing", "Places"),
            help=(how, size, outputs, kinds),
        )

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """Layers, extent, question, sizes and thresholds."""
        real = QgsProcessingParameterNumber.Type.Double
        layers = QgsProcessingParameterMultipleLayers(
            "INPUT",
            translate("Processing", "Raster layer, or two dates"),
            QgsProcessing.SourceType.TypeRaster,
        )
        question = QgsProcessingParameterString(
            "QUESTION", translate("Processing", "Yes-or-no question, or a thing")
        )
        size = QgsProcessingParameterNumber(
            "SIZE",
            translate("Processing", "Size of the finest windows in metres (0: by the model)"),
            real,
            defaultValue=0,
            minValue=0,
        )
        threshold = QgsProcessingParameterNumber(
            "THRESHOLD",
            translate("Processing", "Minimum probability of a place"),
            real,
            defaultValue=0.5,
            minValue=0.01,
            maxValue=1,
        )
        kinds = QgsProcessingParameterString(
            KINDS,
            translate(
                "Processing", "Kinds of ground to classify each place before and after (two dates)"
            ),
            optional=True,
        )
        most = QgsProcessingParameterNumber(
            "MAX_WINDOWS",
            translate("Processing", "Maximum number of windows"),
            defaultValue=MOST_WINDOWS,
            minValue=1,
        )
        shown = [layers, extent_parameter(), question, size, threshold]
        return [*shown, most, views_parameter(), kinds]

    def add_outputs(self) -> None:
        """Declare the places, the map, and values."""
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                PLACES, self.texts().output, QgsProcessing.SourceType.TypeVectorPolygon
            )
        )
        self.addParameter(
            QgsProcessingParameterRasterDestination(
                "MAP",
                translate("Processing", "Map of probabilities"),
                optional=True,
                createByDefault=False,
            )
        )
        self.add_values(
            QgsProcessingOutputString,
            ANSWER=translate("Processing", "Answer"),
            **self.origin_labels(),
        )
        self.add_values(
            QgsProcessingOutputNumber,
            COUNT=translate("Processing", "Number of places"),
            AREA=translate("Processing", "Area of all places in square metres"),
        )

    def rasters(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> list[QgsRasterLayer]:
        """One or two layers, in order of time."""
        layers = self.series(parameters, context)
        if len(layers) > 2:
            raise QgsProcessingException(translate("Processing", "Choose one layer, or two dates."))
        return layers

    def prepareAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Also find how many pixels there are to draw."""
        if not super().prepareAlgorithm(parameters, context, feedback):
            return False
        extent = self.one_box(parameters, context)
        self._pixels = pixels_along(self.rasters(parameters, context), extent, self.crs)
        return True

    def question(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[str, dict[str, Any]]:
        """``QUESTION``, and how it is searched for."""
        text = self.question_text(parameters, context)
        named = self.parameterAsString(parameters, KINDS, context).split(",")
        kinds = [kind.strip() for kind in named if kind.strip()]
        params: dict[str, Any] = {
            "question": text,
            "threshold": self.parameterAsDouble(parameters, "THRESHOLD", context),
            "max_windows": self.parameterAsInt(parameters, "MAX_WINDOWS", context),
            "views": self.parameterAsInt(parameters, "VIEWS", context),
            "size": self.parameterAsDouble(parameters, "SIZE", context) or None,
        }
        if kinds:
            params |= {"from_to": True, "kinds": kinds}
        return text, params

    def side(self, extent: QgsRectangle, image_size: int) -> int:  # noqa: ARG002
        """Enough pixels for the finest windows: those of the layers, within bounds."""
        return picture_side(self._pixels, image_size)

    def show(self, notification: Mapping[str, Any], feedback: QgsProcessingFeedback) -> None:
        """How many windows are answered."""
        if "levels" in notification:
            share = notification["done"] / max(1, notification["total"])
            steps = notification["level"] - 1 + share
            feedback.setProgress(100 * steps / notification["levels"])

    def values(self, result: Mapping[str, Any], request: BatchRequest) -> dict[str, Any]:
        """The sentence, the places in numbers, and what answered."""
        answer = Answer.of_summary(result, dates=request.dates)
        areas = [place["area"] for place in result["places"]]
        return {
            "ANSWER": answer.text,
            "COUNT": len(areas),
            "AREA": None if None in areas else sum(areas),
            **origin_of(answer),
        }

    def written(
        self,
        result: Mapping[str, Any],
        parameters: dict[str, Any],
        context: QgsProcessingContext,
    ) -> dict[str, Any]:
        """The places, as features."""
        crs = QgsCoordinateReferenceSystem(result["crs"] or "")
        sink, places = self.parameterAsSink(
            parameters, PLACES, context, _fields(), QgsWkbTypes.Type.Polygon, crs
        )
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, PLACES))
        for place in result["places"]:
            sink.addFeature(_feature(place, result))
        return {PLACES: places}


def _fields() -> QgsFields:
    fields = QgsFields()
    for name in ("probability", "highest", "area_m2"):
        fields.append(QgsField(name, REAL))
    for name in ("question", "model"):
        fields.append(QgsField(name, TEXT))
    for name in ("from", "to"):
        fields.append(QgsField(f"{name}_kind", TEXT))
        fields.append(QgsField(f"{name}_probability", REAL))
    return fields


def _feature(place: Mapping[str, Any], result: Mapping[str, Any]) -> QgsFeature:
    feature = QgsFeature(_fields())
    rings = place["geometry"]["coordinates"]
    feature.setGeometry(
        QgsGeometry.fromPolygonXY([[QgsPointXY(*point) for point in ring] for ring in rings])
    )
    facts = [place[name] for name in ("probability", "highest", "area")]
    kinds = [(place[name] or {}).get(key) for name in ("from", "to") for key in _OF_KIND]
    feature.setAttributes([*facts, result["question"], result["model"], *kinds])
    return feature
