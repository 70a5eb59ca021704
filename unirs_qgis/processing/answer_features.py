"""``unirs:answerfeatures``: a question about, or a description of, every polygon of a layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from qgis.core import (
    QgsFeature,
    QgsFeatureRequest,
    QgsFields,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.history.written_copy import FID
from unirs_qgis.processing.algorithm import Texts
from unirs_qgis.processing.extents import FeatureBoxes
from unirs_qgis.processing.imagery_algorithm import question_parameters
from unirs_qgis.processing.outputs import LayerTable
from unirs_qgis.processing.rows import Columns
from unirs_qgis.processing.run import Area, Table
from unirs_qgis.processing.table_algorithm import TableAlgorithm
from unirs_qgis.processing.tables import Schema

translate = QCoreApplication.translate

SOURCE_ID = "source_id"
"""Column of the output that holds the id of the feature in the layer it comes from."""


_LONG = 4096
"""Pixels of the layer along a feature from which on the model misses what is in it."""


class AnswerFeatures(TableAlgorithm):
    """Asks about the bounding box of every feature in the raster's CRS, with a margin around it."""

    NAME = "answerfeatures"

    def texts(self) -> Texts:
        """What the toolbox shows."""
        return Texts(
            title=translate("Processing", "Answer features"),
            summary=translate(
                "Processing",
                "Asks one question about every polygon of a layer, or describes it, as new "
                "attributes of it.",
            ),
            tags=translate(
                "Processing",
                "question,ask,answer,verdict,yes,no,probability,damage,caption,describe,change,"
                "text,features,polygons,buildings,attributes,field,in place,edit,imagery,AI",
            ),
            output=translate("Processing", "Answered features"),
            help=(
                translate(
                    "Processing",
                    "The model gets the bounding box of each polygon, with a margin of context in "
                    "percent of the box's width and height on each side. Of a feature with several "
                    "parts it gets the box around all of them.",
                ),
                translate(
                    "Processing",
                    "With options, such as none,partly,destroyed, the answer is the most likely "
                    "of them, and each has a column with its probability; without them it is "
                    "free text. Two layers are two dates, more are a series. Without a question, "
                    "one layer is described in words, and for two layers the change.",
                ),
                translate(
                    "Processing",
                    "The output has the same features with the answers as new columns; a column "
                    "of the same name is replaced, which a prefix avoids.",
                ),
                translate(
                    "Processing",
                    "Into the layer itself: no output is made. The answers become attributes of "
                    "the layer's own features, at the end of the run or when it is cancelled, as "
                    "one step that can be undone. Its edits are left for you to save.",
                ),
                translate(
                    "Processing",
                    "With a GeoPackage as output every row is saved at once, and another run "
                    "with the same output continues where the last one ended.",
                ),
            ),
        )

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """Polygons, rasters, the question, and where the answers go."""
        question, *options_and_views = question_parameters()
        question.setFlags(question.flags() | QgsProcessingParameterDefinition.Flag.FlagOptional)
        question.setDescription(translate("Processing", "Question (a description if empty)"))
        return [
            QgsProcessingParameterFeatureSource(
                "INPUT",
                translate("Processing", "Polygon layer"),
                [QgsProcessing.SourceType.TypeVectorPolygon],
            ),
            QgsProcessingParameterMultipleLayers(
                "RASTER",
                translate("Processing", "Raster layer, two dates, or layers of a series"),
                QgsProcessing.SourceType.TypeRaster,
            ),
            question,
            *options_and_views,
            QgsProcessingParameterNumber(
                "MARGIN",
                translate("Processing", "Margin around each polygon, in percent of its size"),
                defaultValue=20,
                minValue=0,
                maxValue=1000,
            ),
            QgsProcessingParameterBoolean(
                "IN_PLACE",
                translate("Processing", "Into the polygon layer itself, as one step to undo"),
                False,
            ),
            QgsProcessingParameterString(
                "PREFIX", translate("Processing", "Prefix of new columns"), optional=True
            ),
        ]

    def output(self) -> QgsProcessingParameterDefinition:
        """The same features, with their answers."""
        output = super().output()
        output.setFlags(output.flags() | QgsProcessingParameterDefinition.Flag.FlagOptional)
        output.setCreateByDefault(True)
        return output

    def prepareAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Also start to edit the layer, if the answers go into it."""
        self._in_place: LayerTable | None = None
        if not super().prepareAlgorithm(parameters, context, feedback):
            return False
        if self.parameterAsBool(parameters, "IN_PLACE", context):
            layer = self._layer(parameters, context)
            fields = self.columns(parameters, context).fields()
            self._in_place = LayerTable(layer, fields, SOURCE_ID, self.displayName())
        return True

    def rasters(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> list[QgsRasterLayer]:
        """The layers of ``RASTER`` in order of time."""
        return self.series(parameters, context, "RASTER")

    def method(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        """``ask``; without a question, ``caption`` of one layer and ``change`` of two dates.

        Raises:
            QgsProcessingException: A series or options have no question.
        """
        if self.parameterAsString(parameters, "QUESTION", context).strip():
            return "ask"
        if len(self.snapshots) > 2 or self.options(parameters, context):
            raise QgsProcessingException(
                translate(
                    "Processing", "A question is needed for options and for a series; enter one."
                )
            )
        return "caption" if len(self.snapshots) == 1 else "change"

    def question(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[str, dict[str, Any]]:
        """``QUESTION`` with ``OPTIONS``, if there is one, and ``VIEWS`` where they are averaged."""
        method = self.method(parameters, context)
        if method == "ask":
            return self.free_or_scored(parameters, context)
        views = self.parameterAsInt(parameters, "VIEWS", context)
        return "", {"views": views} if method == "change" else {}

    def columns(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Columns:
        """Those of the question, with the margin and the user's prefix."""
        method = self.method(parameters, context)
        return Columns(
            asks=method == "ask",
            is_pair=method == "change",
            options=self.options(parameters, context),
            prefix=self.parameterAsString(parameters, "PREFIX", context).strip(),
            margin=self._margin(parameters, context),
        )

    def schema(
        self, parameters: dict[str, Any], context: QgsProcessingContext, columns: Columns
    ) -> Schema:
        """The feature's id in its layer, its attributes, then the answers."""
        source = self._source(parameters, context)
        own = _kept(source.fields(), columns.fields())
        return Schema((SOURCE_ID,), own, columns, source.wkbType(), source.sourceCrs())

    def areas(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> Sequence[Area]:
        """The features."""
        source = self._source(parameters, context)
        kept = _kept(source.fields(), self.columns(parameters, context).fields()).names()
        box_of = FeatureBoxes(
            self.snapshots[0].extent, self.crs, source.sourceCrs(), context.transformContext()
        )
        margin = self._margin(parameters, context)
        # The shape of a polygon does not matter here, nor whether it crosses itself.
        unchecked = QgsProcessingFeatureSource.Flag.FlagSkipGeometryValidityChecks
        areas = [
            _area(feature, kept, box_of(feature.geometry(), margin))
            for feature in source.getFeatures(QgsFeatureRequest(), unchecked)
        ]
        feedback.pushInfo(translate("Processing", "Features: {count}.").format(count=len(areas)))
        self._warn_of_long_ones(areas, feedback)
        return areas

    @contextmanager
    def opened_table(
        self, parameters: dict[str, Any], context: QgsProcessingContext, schema: Schema
    ) -> Iterator[tuple[Table, str]]:
        """The layer itself, or ``OUTPUT``."""
        if self._in_place:
            with closing(self._in_place) as table:
                yield table, ""
            return
        if not parameters.get("OUTPUT"):
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "The answers have no output; choose one, or the layer itself.",
                )
            )
        with super().opened_table(parameters, context, schema) as opened:
            yield opened

    def _margin(self, parameters: dict[str, Any], context: QgsProcessingContext) -> int:
        return self.parameterAsInt(parameters, "MARGIN", context)

    def _warn_of_long_ones(self, areas: Sequence[Area], feedback: QgsProcessingFeedback) -> None:
        """State how many features are so large that the model misses what is in them."""
        if self.pixel is None:
            return
        width, height = (_LONG * side for side in self.pixel)
        boxes = [area.extent for area in areas if area.extent is not None]
        long = sum(box.width() > width or box.height() > height for box in boxes)
        if long:
            feedback.pushWarning(
                translate(
                    "Processing",
                    "Features longer than {pixels} pixels of the layer: {count}. The model gets "
                    "them at a far coarser resolution; use Answer tiles with them as clip "
                    "polygons.",
                ).format(count=long, pixels=_LONG)
            )

    def _layer(self, parameters: dict[str, Any], context: QgsProcessingContext) -> QgsVectorLayer:
        """The layer of ``INPUT``, also for its selected features."""
        value = parameters["INPUT"]
        if isinstance(value, QgsProcessingFeatureSourceDefinition):
            value = value.source.valueAsString(context.expressionContext(), "")[0]
        layer = self.parameterAsVectorLayer({"INPUT": value}, "INPUT", context)
        if layer is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, "INPUT"))
        return layer

    def _source(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> QgsProcessingFeatureSource:
        source = self.parameterAsSource(parameters, "INPUT", context)
        if source is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, "INPUT"))
        return source


def _kept(fields: QgsFields, answers: QgsFields) -> QgsFields:
    """The fields of a layer that its answered copy keeps."""
    dropped = {SOURCE_ID, FID, *(name.lower() for name in answers.names())}
    kept = QgsFields()
    for field in fields:
        if field.name().lower() not in dropped:
            kept.append(field)
    return kept


def _area(feature: QgsFeature, names: list[str], extent: QgsRectangle | None) -> Area:
    return Area(
        name=translate("Processing", "Feature {id}").format(id=feature.id()),
        values={SOURCE_ID: feature.id(), **{name: feature[name] for name in names}},
        geometry=feature.geometry(),
        extent=extent,
    )
