"""Algorithms on tiles: the raster's extent, or a part of it, in equal squares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from qgis.core import (
    QgsFeatureRequest,
    QgsFeatureSource,
    QgsFields,
    QgsGeometry,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterNumber,
    QgsRectangle,
    QgsWkbTypes,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.processing.extents import ends_at_180
from unirs_qgis.processing.imagery_algorithm import extent_parameter
from unirs_qgis.processing.rows import Columns
from unirs_qgis.processing.run import Area
from unirs_qgis.processing.table_algorithm import TableAlgorithm
from unirs_qgis.processing.tables import Schema
from unirs_qgis.shared.tiles import Box, Tile, TilingError, lay_grid, side_by_side

translate = QCoreApplication.translate

PIXELS, MAP_UNITS = range(2)
"""Values of ``UNIT``."""

DEFAULT_TILE_PIXELS = 256


class TileAlgorithm(TableAlgorithm):
    """Asks about every tile of some layers."""

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """Layers, question, tiling."""
        return [*self.layer_parameters(), *self.question_parameters(), *_tiling_parameters()]

    def question_parameters(self) -> list[QgsProcessingParameterDefinition]:
        """The parameters of the question; none for captions."""
        return []

    @staticmethod
    def help_on_tiles() -> tuple[str, ...]:
        """Paragraphs of the help that all of these algorithms share."""
        return (
            translate(
                "Processing",
                "The extent is covered by whole tiles of one size, row by row from its upper "
                "left corner. The model gets what the map shows: bands, stretch and transparency "
                "of the layer. Tiles with less than 5 % of data are skipped: their status is "
                "nodata. A tile that fails has the status failed and its error in the row.",
            ),
            translate(
                "Processing",
                "With a GeoPackage as output every row is saved at once; run again with the same "
                "output to continue where a run ended. Existing rows stay, failed ones are "
                "repeated. A file of another format is written when the run ends or is cancelled.",
            ),
        )

    def schema(
        self,
        parameters: dict[str, Any],  # noqa: ARG002
        context: QgsProcessingContext,  # noqa: ARG002
        columns: Columns,
    ) -> Schema:
        """Row and column of the tile, then the answers."""
        own, polygon = QgsFields(), QgsWkbTypes.Type.Polygon
        return Schema(("row", "col"), own, columns, polygon, self.crs)

    def areas(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> Sequence[Area]:
        """The tiles that touch the polygons of ``CLIP``, or all."""
        tiles: Iterable[Tile] = self._tiles(parameters, context)
        clip = self.parameterAsSource(parameters, "CLIP", context)
        if clip is not None:
            tiles = self._touching(tiles, clip, context, feedback)
        areas = [_area(tile) for tile in tiles]
        if not areas and not feedback.isCanceled():
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "The clip polygons do not touch the extent; choose others, or leave them out.",
                )
            )
        feedback.pushInfo(translate("Processing", "Tiles: {count}.").format(count=len(areas)))
        return areas

    def _tiles(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Iterable[Tile]:
        """All tiles; where the extent lies across 180 degrees, those to the west come first."""
        size = self.parameterAsDouble(parameters, "TILE_SIZE", context)
        overlap = self.parameterAsDouble(parameters, "OVERLAP", context)
        unit_x, unit_y = self._unit(self.parameterAsEnum(parameters, "UNIT", context))
        sizes = size * unit_x, size * unit_y, overlap * unit_x, overlap * unit_y
        try:
            grids = [
                # Beyond 180 degrees a tile could not be drawn: the grid is moved to the west.
                grid.ending_at(box.x_max) if ends_at_180(box, self.crs) else grid
                for box in self._boxes(parameters, context)
                for grid in [lay_grid(box, *sizes)]
            ]
            return side_by_side(grids)
        except TilingError as error:
            raise QgsProcessingException(_message(error)) from error

    def _unit(self, unit: int) -> tuple[float, float]:
        """Map units of one unit of ``TILE_SIZE``, along x and y."""
        if unit == MAP_UNITS:
            return 1, 1
        if self.pixel is None:  # a service that draws at every scale
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "The layer {layer} has no pixels of its own; give the tile size in map units.",
                ).format(layer=self.snapshots[0].name)
            )
        return self.pixel

    def _boxes(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[Box]:
        boxes = self.boxes(parameters, context)
        return [Box(b.xMinimum(), b.yMinimum(), b.xMaximum(), b.yMaximum()) for b in boxes]

    def _touching(
        self,
        tiles: Iterable[Tile],
        clip: QgsFeatureSource,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> Iterable[Tile]:
        """The tiles that overlap polygons."""
        request = QgsFeatureRequest().setNoAttributes()
        request.setDestinationCrs(self.crs, context.transformContext())
        polygons = QgsGeometry.unaryUnion(
            [feature.geometry() for feature in clip.getFeatures(request)]
        )
        engine = QgsGeometry.createGeometryEngine(polygons.constGet())
        engine.prepareGeometry()
        for tile in tiles:
            if feedback.isCanceled():
                return
            square = _polygon(tile)  # keeps the geometry of constGet alive
            if engine.relatePattern(square.constGet(), "T********"):
                yield tile


def _tiling_parameters() -> list[QgsProcessingParameterDefinition]:
    number = QgsProcessingParameterNumber.Type.Double
    return [
        QgsProcessingParameterNumber(
            "TILE_SIZE",
            translate("Processing", "Tile size"),
            number,
            DEFAULT_TILE_PIXELS,
            minValue=0,
        ),
        QgsProcessingParameterEnum(
            "UNIT",
            translate("Processing", "Unit of tile size and overlap"),
            [
                translate("Processing", "pixels of the layer"),
                translate("Processing", "map units of the layer"),
            ],
            defaultValue=PIXELS,
        ),
        QgsProcessingParameterNumber(
            "OVERLAP", translate("Processing", "Overlap of neighbours"), number, 0, minValue=0
        ),
        extent_parameter(),
        QgsProcessingParameterFeatureSource(
            "CLIP",
            translate("Processing", "Only tiles that touch these polygons"),
            [QgsProcessing.SourceType.TypeVectorPolygon],
            optional=True,
        ),
    ]


def _area(tile: Tile) -> Area:
    return Area(
        name=translate("Processing", "Tile {row}/{column}").format(
            row=tile.row, column=tile.column
        ),
        values={"row": tile.row, "col": tile.column},
        geometry=_polygon(tile),
        extent=QgsRectangle(*tile.box),
    )


def _polygon(tile: Tile) -> QgsGeometry:
    return QgsGeometry.fromRect(QgsRectangle(*tile.box))


def _message(error: TilingError) -> str:
    sentences = {
        "size": translate("Processing", "The tile size must be greater than 0."),
        "overlap": translate(
            "Processing", "The overlap must be less than the tile size, and not negative."
        ),
        "extent": translate("Processing", "The extent is empty; choose another one."),
        "count": translate(
            "Processing",
            "There would be more than a million tiles; choose larger tiles or a smaller extent, "
            "and check the unit of the tile size.",
        ),
    }
    return sentences[error.code]
