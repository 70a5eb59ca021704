"""``unirs:exportreview``: the reviewed answers of a table as data that a model is trained with."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from qgis.core import (
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
from unirs_qgis.processing.algorithm import Texts, UniRSAlgorithm
from unirs_qgis.processing.training_data import SeenPictures, TrainingWriter
from unirs_qgis.review.answers import AnswerRow, Form, ReviewError
from unirs_qgis.review.imagery import layers_named

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
                    "The table is one that an algorithm of UniRS has written, with the columns "
                    "review and correction of the panel Review answers. What the model read is "
                    "drawn again from the layers that the table names, into a folder beside the "
                    "file.",
                ),
                translate(
                    "Processing",
                    "The file has one line for each answer, as unirs train joint --preset small "
                    "--data takes it. After a cancel it has the lines so far.",
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
        source = self._source(parameters, context)
        rasters = self._rasters(parameters, context)
        column = source.fields().lookupField(f"{_form(source).prefix}layers")
        self._snapshots: dict[str, list[LayerSnapshot]] = {}
        self._missing: dict[str, str] = {}
        for names in map(str, source.uniqueValues(column)):
            try:
                layers = layers_named(names, rasters)
                self._snapshots[names] = [LayerSnapshot.of(layer) for layer in layers]
            except (ReviewError, CropError) as error:
                self._missing[names] = str(error)
        return True

    def processAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Write a line, and its images, for each reviewed answer."""
        source = self._source(parameters, context)
        reviewed = self._reviewed(source)
        path = Path(self.parameterAsFileOutput(parameters, "OUTPUT", context))
        if path.suffix.lower() != ".jsonl":
            path = path.with_name(f"{path.name}.jsonl")
        size = self.parameterAsInt(parameters, "SIZE", context)
        pictures = SeenPictures(
            self._snapshots, source.sourceCrs(), context.transformContext(), size, feedback
        )
        try:
            with closing(pictures), closing(TrainingWriter(path)) as writer:
                self._write(reviewed, pictures, writer, feedback)
        except OSError as error:
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "{file} cannot be written ({reason}); free some space or choose another file.",
                ).format(file=path, reason=error.strerror)
            ) from error
        feedback.pushInfo(
            translate("Processing", "Answers written: {count} of {total}.").format(
                count=writer.count, total=len(reviewed)
            )
        )
        return {"OUTPUT": str(path), "COUNT": writer.count}

    @staticmethod
    def _write(
        reviewed: Sequence[tuple[AnswerRow, QgsGeometry]],
        pictures: SeenPictures,
        writer: TrainingWriter,
        feedback: QgsProcessingFeedback,
    ) -> None:
        for number, (row, polygon) in enumerate(reviewed, start=1):
            if feedback.isCanceled():
                return
            try:
                writer.add(row, pictures.of(row, polygon))
            except CropCancelled:
                return
            except CropError as error:
                feedback.pushWarning(f"{row.id}: {error}")
            feedback.setProgress(100 * number / len(reviewed))

    def _reviewed(self, source: QgsProcessingFeatureSource) -> list[tuple[AnswerRow, QgsGeometry]]:
        """The rows that were accepted or corrected, with their polygons.

        Raises:
            QgsProcessingException: There are none, or the layers of one are missing.
        """
        unchecked = QgsProcessingFeatureSource.Flag.FlagSkipGeometryValidityChecks
        read = [
            (_form(source).read(feature), feature.geometry())
            for feature in source.getFeatures(QgsFeatureRequest(), unchecked)
        ]
        reviewed = [(row, polygon) for row, polygon in read if row is not None and row.is_done]
        if not reviewed:
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "No answer of this table was accepted or corrected; do so in the panel Review "
                    "answers first.",
                )
            )
        for row, _ in reviewed:
            if row.layers in self._missing:
                raise QgsProcessingException(self._missing[row.layers])
        return reviewed

    def _rasters(
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
