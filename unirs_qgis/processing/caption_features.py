"""``unirs:captionfeatures``: a caption of what lies under every feature of a polygon layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeature,
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
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsRectangle,
    QgsVectorLayer,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.history.written_copy import FID
from unirs_qgis.processing.algorithm import Texts
from unirs_qgis.processing.extents import shown_within
from unirs_qgis.processing.outputs import LayerTable
from unirs_qgis.processing.rows import Columns
from unirs_qgis.processing.run import Area, Table
from unirs_qgis.processing.table_algorithm import TableAlgorithm
from unirs_qgis.processing.tables import Schema

translate = QCoreApplication.translate

SOURCE_ID = "source_id"
"""Column of the output that holds the id of the feature in the layer it comes from."""


class CaptionFeatures(TableAlgorithm):
    """Captions the bounding box of every feature in the raster's CRS."""

    NAME, METHOD = "captionfeatures", "caption"
    LAYERS = ("RASTER",)

    def texts(self) -> Texts:
        """What the toolbox shows."""
        return Texts(
            title=translate("Processing", "Caption features"),
            summary=translate(
                "Processing",
                "Describes what a raster layer shows at every polygon, as new attributes of it.",
            ),
            tags=translate(
                "Processing",
                "caption,describe,text,features,polygons,attributes,field,in place,edit,imagery,AI",
            ),
            output=translate("Processing", "Captioned features"),
            help=(
                translate(
                    "Processing",
                    "The model sees the bounding box of each polygon. The output has the same "
                    "features with the answers as new columns; a column of the same name is "
                    "replaced, which a prefix avoids.",
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
        """Polygons, raster, and where the answers go."""
        return [
            QgsProcessingParameterFeatureSource(
                "INPUT",
                translate("Processing", "Polygon layer"),
                [QgsProcessing.SourceType.TypeVectorPolygon],
            ),
            QgsProcessingParameterRasterLayer("RASTER", translate("Processing", "Raster layer")),
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
        """The same features, captioned."""
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

    def columns(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Columns:
        """Those of captions, with the user's prefix."""
        return Columns(prefix=self.parameterAsString(parameters, "PREFIX", context).strip())

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
        areas = [
            _area(feature, kept, self._extent(feature, source.sourceCrs(), context))
            for feature in source.getFeatures()
        ]
        feedback.pushInfo(translate("Processing", "Features: {count}.").format(count=len(areas)))
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
                    "The captions have no output; choose one, or the layer itself.",
                )
            )
        with super().opened_table(parameters, context, schema) as opened:
            yield opened

    def _extent(
        self, feature: QgsFeature, crs: QgsCoordinateReferenceSystem, context: QgsProcessingContext
    ) -> QgsRectangle | None:
        """Extent of a feature; of one across 180 degrees, its larger part."""
        box = feature.geometry().boundingBox()
        if box.isEmpty() or not box.isFinite():
            return None
        how, raster = context.transformContext(), self.snapshots[0].extent
        try:
            boxes = shown_within(raster, self.crs, box, crs, how)
            if not boxes:  # outside the raster, which becomes the error of its row
                return QgsCoordinateTransform(crs, self.crs, how).transformBoundingBox(box)
        except QgsCsException:
            return None
        if len(boxes) == 1:
            return boxes[0]
        return max((box.intersect(raster) for box in boxes), key=lambda part: part.area())

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
    """The fields of a layer that its captioned copy keeps."""
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
