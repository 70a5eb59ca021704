"""``unirs:exportreview``: the reviewed answers of a table as data that a model is trained with."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsGeometry,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProject,
    QgsRasterLayer,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.crops.draw import CropCancelled
from unirs_qgis.crops.grid import CropError
from unirs_qgis.crops.snapshot import LayerSnapshot
from unirs_qgis.dock.entries import LayerRecord
from unirs_qgis.processing.algorithm import Texts, UniRSAlgorithm
from unirs_qgis.processing.training_data import SeenPictures, TrainingWriter
from unirs_qgis.review.answers import ReviewError
from unirs_qgis.review.forms import AnswerRow, Form
from unirs_qgis.review.imagery import Imagery

translate = QCoreApplication.translate

_SIZE = 224
"""Pixels of the image that the default model reads."""


class ExportReview(UniRSAlgorithm):
    """Draws what the model read of each row again, and writes it beside the right answer."""

    NAME = "exportreview"

    def texts(self) -> Texts:
        """What the toolbox shows."""
        return Texts(
            title=translate("Processing", "Export review as training data"),
            summary=translate(
                "Processing",
                "Writes the accepted and corrected answers of a table as data to train a model.",
            ),
            tags=translate(
                "Processing",
                "review,correct,correction,training,train,data,samples,labels,jsonl,export,AI",
            ),
            output=translate("Processing", "Training data"),
            help=(
                translate(
                    "Processing",
                    "The table is the output of a UniRS algorithm or of unirs batch, or the "
                    "history, with the columns review and correction of the panel Review "
                    "answers. The model's images are drawn again from the layers or files that "
                    "the table names, into a folder beside the file.",
                ),
                translate(
                    "Processing",
                    "The file has one line for each answer, in the form that unirs train joint "
                    "--preset small --data reads. After cancelling it has the lines so far.",
                ),
            ),
        )

    def canExecute(self) -> tuple[bool, str]:  # noqa: N802
        """Always: no model is needed."""
        return True, ""

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: N802, ARG002
        """Declare the parameters and the output."""
        self.addParameter(
            QgsProcessingParameterFeatureSource(
                "INPUT",
                translate("Processing", "Table of reviewed answers"),
                [QgsProcessing.SourceType.TypeVectorPolygon],
            )
        )
        self.addParameter(
            QgsProcessingParameterMultipleLayers(
                "LAYERS",
                translate("Processing", "Raster layers (those of the project if empty)"),
                QgsProcessing.SourceType.TypeRaster,
                optional=True,
            )
        )
        size = QgsProcessingParameterNumber(
            "SIZE",
            translate("Processing", "Pixels of the image that the model reads"),
            defaultValue=_SIZE,
            minValue=16,
            maxValue=2048,
        )
        self.add_advanced([size])
        self.addParameter(
            QgsProcessingParameterFileDestination(
                "OUTPUT", self.texts().output, translate("Processing", "JSON lines (*.jsonl)")
            )
        )
        self.add_values(
            QgsProcessingOutputNumber, COUNT=translate("Processing", "Number of answers")
        )

    def prepareAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,  # noqa: ARG002
    ) -> bool:
        """On the main thread: take the layers as they are now."""
        layers = self._layers(parameters, context)
        self._reviewed = _reviewed(self._source(parameters, context))
        self._snapshots: dict[tuple[LayerRecord, ...], list[LayerSnapshot]] = {}
        imagery = Imagery()
        for rasters in dict.fromkeys(row.rasters for row, *_ in self._reviewed):
            try:
                found = imagery.of(rasters, layers)
                self._snapshots[rasters] = [LayerSnapshot.of(layer) for layer in found]
            except (ReviewError, CropError) as error:
                raise QgsProcessingException(str(error)) from error
        return True

    def processAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Write a line, and its images, for each reviewed answer."""
        path = Path(self.parameterAsFileOutput(parameters, "OUTPUT", context))
        if path.suffix.lower() != ".jsonl":
            path = path.with_name(f"{path.name}.jsonl")
        size = self.parameterAsInt(parameters, "SIZE", context)
        pictures = SeenPictures(self._snapshots, context.transformContext(), size, feedback)
        try:
            with closing(pictures), closing(TrainingWriter(path)) as writer:
                self._write(pictures, writer, feedback)
        except OSError as error:
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "{file} cannot be written ({reason}); free some space or choose another file.",
                ).format(file=path, reason=error.strerror)
            ) from error
        feedback.pushInfo(
            translate("Processing", "Answers written: {count} of {total}.").format(
                count=writer.count, total=len(self._reviewed)
            )
        )
        return {"OUTPUT": str(path), "COUNT": writer.count}

    def _write(
        self, pictures: SeenPictures, writer: TrainingWriter, feedback: QgsProcessingFeedback
    ) -> None:
        for number, (row, polygon, crs) in enumerate(self._reviewed, start=1):
            if feedback.isCanceled():
                return
            try:
                writer.add(row, pictures.of(row, polygon, crs))
            except CropCancelled:
                return
            except CropError as error:
                feedback.pushWarning(f"{row.id}: {error}")
            feedback.setProgress(100 * number / len(self._reviewed))

    def _layers(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> list[QgsRasterLayer]:
        """Those of ``LAYERS``, else of the project."""
        layers = self.parameterAsLayerList(parameters, "LAYERS", context)
        if not layers:
            project = context.project() or QgsProject.instance()
            layers = list(project.mapLayers().values())
        return [layer for layer in layers if isinstance(layer, QgsRasterLayer)]

    def _source(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> QgsProcessingFeatureSource:
        source = self.parameterAsSource(parameters, "INPUT", context)
        if source is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, "INPUT"))
        return source


_Reviewed = tuple[AnswerRow, QgsGeometry, QgsCoordinateReferenceSystem]


def _reviewed(source: QgsProcessingFeatureSource) -> list[_Reviewed]:
    """The rows that were accepted or corrected, with what they are about.

    A question of a conversation is left out: it does not stand alone.

    Raises:
        QgsProcessingException: There are none.
    """
    form = _form(source)
    unchecked = QgsProcessingFeatureSource.Flag.FlagSkipGeometryValidityChecks
    read = (
        (form.read(feature), feature.geometry())
        for feature in source.getFeatures(QgsFeatureRequest(), unchecked)
    )
    reviewed = [
        (row, *row.place(shape, source.sourceCrs()))
        for row, shape in read
        if row is not None and row.is_done and not row.is_follow_up
    ]
    if not reviewed:
        raise QgsProcessingException(
            translate(
                "Processing",
                "No answer of this table was accepted or corrected; do so in the panel Review "
                "answers first.",
            )
        )
    return reviewed


def _form(source: QgsProcessingFeatureSource) -> Form:
    """Where a table has its answers.

    Raises:
        QgsProcessingException: It has none.
    """
    form = Form.of(source.fields())
    if form is None:
        raise QgsProcessingException(
            translate(
                "Processing",
                "{table} has no answers of UniRS; choose a table that one of its algorithms has "
                "written.",
            ).format(table=source.sourceName())
        )
    return form
