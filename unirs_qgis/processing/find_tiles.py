"""``unirs:findtiles``: the tiles of an index that fit words, or are like an example."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorLayer,
    QgsWkbTypes,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.fields import REAL, TEXT, WHOLE
from unirs_qgis.index import index_file
from unirs_qgis.processing.algorithm import Texts
from unirs_qgis.processing.index_algorithm import IndexAlgorithm
from unirs_qgis.processing.model_parameters import model_parameters
from unirs_qgis.processing.styles import StyleFile, style_output
from unirs_qgis.settings import read_settings

translate = QCoreApplication.translate

LIMIT, RESCORED = 10, 30


class FindTiles(IndexAlgorithm):
    """Searches an index by words, by one of its tiles, or by a raster."""

    NAME = "findtiles"

    def texts(self) -> Texts:
        """What the toolbox shows."""
        how = translate(
            "Processing",
            "Give English words, such as “harbour with many boats”; or an example: the number of "
            "a tile, or a raster.",
        )
        ranked = translate(
            "Processing",
            "Words are compared with what the index stores about all tiles, and with the images "
            "of the best ones; with 0 of these only the index is used, and no model is loaded. "
            "An example is compared by its image.",
        )
        return Texts(
            title=translate("Processing", "Find tiles"),
            summary=translate("Processing", "Finds tiles of an index by words or by an example."),
            tags=translate(
                "Processing", "find,search,words,text,similar,example,retrieval,index,AI"
            ),
            output=translate("Processing", "Found tiles"),
            help=(how, ranked),
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: N802, ARG002
        """Declare the parameters and the values."""
        self.addParameter(
            QgsProcessingParameterVectorLayer(
                "INDEX",
                translate("Processing", "Index of tiles"),
                [QgsProcessing.SourceType.TypeVectorPolygon],
            )
        )
        self.addParameter(
            QgsProcessingParameterString(
                "WORDS", translate("Processing", "What to look for"), optional=True
            )
        )
        self.addParameter(
            QgsProcessingParameterNumber(
                "TILE",
                translate("Processing", "Find tiles like this one (its number)"),
                optional=True,
                minValue=1,
            )
        )
        self.addParameter(
            QgsProcessingParameterRasterLayer(
                "EXAMPLE",
                translate("Processing", "Find tiles like this raster"),
                optional=True,
            )
        )
        self.addParameter(
            QgsProcessingParameterNumber(
                "LIMIT",
                translate("Processing", "Number of tiles to find"),
                defaultValue=LIMIT,
                minValue=1,
            )
        )
        rescore = QgsProcessingParameterNumber(
            "RESCORE",
            translate("Processing", "Number of tiles whose images are compared with the words"),
            defaultValue=RESCORED,
            minValue=0,
        )
        self.add_advanced([rescore, *model_parameters(read_settings())])
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                "OUTPUT", self.texts().output, QgsProcessing.SourceType.TypeVectorPolygon
            )
        )
        self.add_values(
            QgsProcessingOutputNumber, COUNT=translate("Processing", "Number of tiles found")
        )
        self.add_values(QgsProcessingOutputString, ANSWER=translate("Processing", "Answer"))

    def prepareAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Also take the files, on the main thread."""
        layer = self.parameterAsVectorLayer(parameters, "INDEX", context)
        self._index = "" if layer is None else index_file(layer)
        if not self._index:
            raise QgsProcessingException(
                translate(
                    "Processing", "The layer is no index of tiles; make one with Index tiles."
                )
            )
        example = self.parameterAsRasterLayer(parameters, "EXAMPLE", context)
        self._example = [] if example is None else [example.source()]
        return super().prepareAlgorithm(parameters, context, feedback)

    def processAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Search; nothing after a cancel."""
        tile = parameters.get("TILE")
        params = {
            **self.model(parameters, context),
            "indexes": [self._index],
            "text": self.parameterAsString(parameters, "WORDS", context).strip(),
            "tile": None if tile is None else self.parameterAsInt(parameters, "TILE", context),
            "example": self._example,
            "limit": self.parameterAsInt(parameters, "LIMIT", context),
            "rescore": self.parameterAsInt(parameters, "RESCORE", context),
        }
        with self.session(feedback) as worker:
            result = self.result(worker, "find", params, feedback)
        if result is None:
            return {}
        feedback.pushInfo(result["answer"])
        if result["missing"]:
            feedback.pushWarning(
                translate(
                    "Processing",
                    "The rasters of {count} tiles can no longer be read; only what the index "
                    "stores about them was compared.",
                ).format(count=result["missing"])
            )
        return {
            "OUTPUT": self._written(result, parameters, context),
            "COUNT": len(result["tiles"]),
            "ANSWER": result["answer"],
        }

    def _written(
        self,
        result: Mapping[str, Any],
        parameters: dict[str, Any],
        context: QgsProcessingContext,
    ) -> str:
        """The tiles as features, the best one first."""
        crs = QgsCoordinateReferenceSystem("EPSG:4326")
        fields = _fields()
        sink, output = self.parameterAsSink(
            parameters, "OUTPUT", context, fields, QgsWkbTypes.Type.MultiPolygon, crs
        )
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, "OUTPUT"))
        for rank, tile in enumerate(result["tiles"], start=1):
            feature = QgsFeature(fields)
            if tile["footprint"]:
                feature.setGeometry(QgsGeometry.fromWkt(tile["footprint"]))
            dates = ", ".join(date or "?" for date in tile["dates"])
            facts = [rank, tile["score"], tile["caption"], result["sought"]]
            feature.setAttributes([*facts, ", ".join(tile["paths"]), dates, tile["tile"]])
            sink.addFeature(feature)
        style_output(str(output), StyleFile("tiles.qml"), context)
        return str(output)


def _fields() -> QgsFields:
    fields = QgsFields()
    for name, kind in (
        ("rank", WHOLE),
        ("score", REAL),
        ("caption", TEXT),
        ("sought", TEXT),
        ("rasters", TEXT),
        ("dates", TEXT),
        ("tile", WHOLE),
    ):
        fields.append(QgsField(name, kind))
    return fields
