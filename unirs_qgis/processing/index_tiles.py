"""``unirs:indextiles``: the tiles of rasters are described, so that they can be found by words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import (
    QgsMultiBandColorRenderer,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterVectorDestination,
    QgsRasterLayer,
    QgsSingleBandGrayRenderer,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.inputs.layers import ordered
from unirs_qgis.processing.algorithm import Texts
from unirs_qgis.processing.index_algorithm import IndexAlgorithm
from unirs_qgis.processing.model_parameters import clue_parameter, model_parameters
from unirs_qgis.processing.session import fail_if_interrupted, load_model
from unirs_qgis.processing.styles import StyleFile, style_output
from unirs_qgis.settings import read_settings

translate = QCoreApplication.translate

MOST_TILES = 10_000


class IndexTiles(IndexAlgorithm):
    """Describes tiles, and keeps the descriptions in a GeoPackage."""

    NAME = "indextiles"

    def texts(self) -> Texts:
        """What the toolbox shows."""
        what = translate(
            "Processing",
            "Each tile of the layers gets a caption, and is stored with what is needed to find "
            "it by words or by an example: with Find tiles, or in the search field of the dock. "
            "With two dates, the caption describes what has changed.",
        )
        files = translate(
            "Processing",
            "The files of the layers are read, with the bands that the layers show; a search reads "
            "them again, so leave them where they are. Services have no files. The size of a tile "
            "is in metres; 0 takes what the model reads without loss of resolution.",
        )
        goes_on = translate(
            "Processing",
            "Choose the file of an earlier run to add tiles to it: those that it already has "
            "stay as they are. Cancelling keeps the tiles so far.",
        )
        return Texts(
            title=translate("Processing", "Index tiles"),
            summary=translate(
                "Processing", "Describes the tiles of layers, so that they can be found by words."
            ),
            tags=translate("Processing", "index,tiles,search,find,words,caption,retrieval,AI"),
            output=translate("Processing", "Index of tiles"),
            help=(what, files, goes_on),
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: N802, ARG002
        """Declare the parameters and the values."""
        self.addParameter(
            QgsProcessingParameterMultipleLayers(
                "INPUT",
                translate("Processing", "Raster layers"),
                QgsProcessing.SourceType.TypeRaster,
            )
        )
        self.addParameter(
            QgsProcessingParameterBoolean(
                "PAIR", translate("Processing", "Two layers are two dates of one place"), False
            )
        )
        self.addParameter(
            QgsProcessingParameterNumber(
                "SIZE",
                translate("Processing", "Size of a tile in metres (0: by the model)"),
                QgsProcessingParameterNumber.Type.Double,
                defaultValue=0,
                minValue=0,
            )
        )
        self.addParameter(
            QgsProcessingParameterNumber(
                "MAX_TILES",
                translate("Processing", "Maximum number of tiles"),
                defaultValue=MOST_TILES,
                minValue=1,
            )
        )
        settings = read_settings()
        self.add_advanced([*model_parameters(settings), clue_parameter(settings)])
        self.addParameter(
            QgsProcessingParameterVectorDestination(
                "OUTPUT",
                self.texts().output,
                QgsProcessing.SourceType.TypeVectorPolygon,
            )
        )
        self.add_values(
            QgsProcessingOutputNumber,
            ADDED=translate("Processing", "Tiles that were described"),
            KEPT=translate("Processing", "Tiles that the index had already"),
        )
        self.add_values(QgsProcessingOutputString, ANSWER=translate("Processing", "Answer"))

    def prepareAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Also take the files of the layers, and their bands."""
        layers = self.parameterAsLayerList(parameters, "INPUT", context)
        rasters = [layer for layer in layers if isinstance(layer, QgsRasterLayer)]
        if not rasters or len(rasters) < len(layers):
            raise QgsProcessingException(self.invalidRasterError(parameters, "INPUT"))
        self._groups = _groups(rasters, self.parameterAsBool(parameters, "PAIR", context))
        return super().prepareAlgorithm(parameters, context, feedback)

    def processAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Describe the tiles; those until a cancel are kept."""
        output = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        model = self.model(parameters, context)
        clue = self.parameterAsBool(parameters, "CLUE", context)
        params = {
            **model,
            "output": output,
            "size": self.parameterAsDouble(parameters, "SIZE", context) or None,
            "max_tiles": self.parameterAsInt(parameters, "MAX_TILES", context),
            "clue": None if clue and read_settings().clue is None else clue,
        }
        added = kept = 0
        with self.session(feedback) as worker:
            if load_model(worker, model, feedback) is None:
                return {}
            for number, (bands, sources) in enumerate(self._groups.items()):
                feedback.setProgressText(translate("Processing", "Describing the tiles…"))
                crop = {"bands": list(bands)} if bands else {}
                request = {**params, "sources": sources, "crop": crop}
                result = self.result(worker, "index", request, feedback, cancelled_result=True)
                if result is None:
                    break
                for skipped in result["skipped"]:
                    feedback.pushWarning(skipped["message"])
                feedback.pushInfo(result["answer"])
                added += result["added"]
                kept = kept if number else result["kept"]
                if feedback.isCanceled():
                    break
        style_output(output, StyleFile("tiles.qml"), context)
        fail_if_interrupted(feedback, translate("Processing", "The index has the tiles so far."))
        answer = translate("Processing", "{added} tiles added, {kept} kept").format(
            added=added, kept=kept
        )
        return {"OUTPUT": output, "ADDED": added, "KEPT": kept, "ANSWER": answer}


def _groups(
    layers: Sequence[QgsRasterLayer], is_pair: bool
) -> dict[tuple[int, ...], list[list[str]]]:
    """Files of layers by the bands that are read of them; empty where a raster names its own.

    Raises:
        QgsProcessingException: A layer has no file, or a pair is not two layers.
    """
    for layer in layers:
        if layer.dataProvider() is None or layer.dataProvider().name() != "gdal":
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "The layer {layer} is a service and has no file to index; export what you need "
                    "of it as a raster.",
                ).format(layer=layer.name())
            )
    if is_pair:
        if len(layers) != 2:
            raise QgsProcessingException(
                translate("Processing", "Two dates are two layers; choose just two.")
            )
        pair = ordered(layers)
        return {_bands(pair[0]): [[layer.source() for layer in pair]]}
    groups: dict[tuple[int, ...], list[list[str]]] = {}
    for layer in layers:
        groups.setdefault(_bands(layer), []).append([layer.source()])
    return groups


def _bands(layer: QgsRasterLayer) -> tuple[int, ...]:
    """The bands that a layer shows as an image; none where it shows something else."""
    renderer = layer.renderer()
    if isinstance(renderer, QgsMultiBandColorRenderer):
        bands = renderer.redBand(), renderer.greenBand(), renderer.blueBand()
        return bands if all(band > 0 for band in bands) else ()
    if isinstance(renderer, QgsSingleBandGrayRenderer):
        return (renderer.grayBand(),)
    return ()
