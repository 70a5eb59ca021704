"""Algorithms on tiles: the raster's extent, or a part of it, in equal squares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCsException,
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
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsRasterLayer,
    QgsRectangle,
    QgsWkbTypes,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.processing.algorithm import UniRSAlgorithm, polygons_output
from unirs_qgis.processing.extents import across_180, boxes_within, ends_at_180, names_its_crs
from unirs_qgis.processing.rows import Columns
from unirs_qgis.processing.run import Area
from unirs_qgis.processing.tables import Schema
from unirs_qgis.settings import VIEWS, read_settings
from unirs_qgis.shared.tiles import Box, Tile, TilingError, lay_grid, side_by_side

translate = QCoreApplication.translate

PIXELS, MAP_UNITS = range(2)
"""Values of ``UNIT``."""

DEFAULT_TILE_PIXELS = 256


class TileAlgorithm(UniRSAlgorithm):
    """Asks about every tile of some layers.

    Attributes:
        LAYERS: Names of the parameters that hold a raster layer each, in order of time.
    """

    LAYERS: tuple[str, ...] = ("INPUT",)

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """Layers, question, tiling."""
        return [*self.layer_parameters(), *self.question_parameters(), *_tiling_parameters()]

    def output(self) -> QgsProcessingParameterDefinition:
        """One polygon for each tile."""
        return polygons_output(self.texts().output)

    def layer_parameters(self) -> list[QgsProcessingParameterDefinition]:
        """The parameters that hold the layers."""
        labels = {
            "INPUT": translate("Processing", "Raster layer"),
            "BEFORE": translate("Processing", "Raster layer before"),
            "AFTER": translate("Processing", "Raster layer after"),
        }
        return [QgsProcessingParameterRasterLayer(name, labels[name]) for name in self.LAYERS]

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

    def rasters(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> list[QgsRasterLayer]:
        """The layers of ``LAYERS``."""
        layers = []
        for name in self.LAYERS:
            layer = self.parameterAsRasterLayer(parameters, name, context)
            if layer is None:
                raise QgsProcessingException(self.invalidRasterError(parameters, name))
            layers.append(layer)
        return layers

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
        """``EXTENT``, as far as every layer reaches, in the CRS of the first layer."""
        first, *others = self.snapshots
        areas = [(layer.extent, layer.crs, layer.name) for layer in others]
        if parameters.get("EXTENT"):
            areas.append(self._extent(parameters, context))
        boxes = [first.extent]
        for extent, crs, name in areas:
            boxes = self._within(boxes, extent, crs, name, context)
        boxes = [box for box in boxes if not box.isEmpty()]
        if not boxes:
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "The extent and the layers ({layers}) do not overlap; choose another extent.",
                ).format(layers=", ".join(layer.name for layer in self.snapshots))
            )
        return [Box(b.xMinimum(), b.yMinimum(), b.xMaximum(), b.yMaximum()) for b in boxes]

    def _extent(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[QgsRectangle, QgsCoordinateReferenceSystem, str]:
        """``EXTENT`` with its CRS and its name in messages."""
        value = parameters["EXTENT"]
        crs = self.parameterAsExtentCrs(parameters, "EXTENT", context)
        text = value if isinstance(value, str) else ""
        if type(value) is QgsRectangle or not names_its_crs(text) or not crs.isValid():
            crs = self.crs
        extent = across_180(text, crs) or self.parameterAsExtent(parameters, "EXTENT", context)
        return extent, crs, translate("Processing", "Extent")

    def _within(
        self,
        boxes: Iterable[QgsRectangle],
        extent: QgsRectangle,
        crs: QgsCoordinateReferenceSystem,
        name: str,
        context: QgsProcessingContext,
    ) -> list[QgsRectangle]:
        """The parts of boxes that lie in an extent."""
        first = self.snapshots[0]
        if crs.isValid() != first.crs.isValid():
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "One of the layers {first} and {second} has no CRS, so that their extents "
                    "cannot be compared; set it in the layer's properties.",
                ).format(first=first.name, second=name)
            )
        try:
            return [
                part
                for box in boxes
                for part in boxes_within(box, first.crs, extent, crs, context.transformContext())
            ]
        except QgsCsException as error:
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "The layer {layer} cannot be transformed to the CRS {crs}; choose another "
                    "layer.",
                ).format(layer=name, crs=first.crs.userFriendlyIdentifier())
            ) from error

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


def parse_options(line: str) -> tuple[str, ...]:
    """The options in a comma-separated list; none if it is empty.

    Raises:
        QgsProcessingException: There is only one option, or one occurs twice.
    """
    options = tuple(option.strip() for option in line.split(",") if option.strip())
    if len(options) == 1 or len(set(options)) < len(options):
        raise QgsProcessingException(
            translate(
                "Processing", "The options {options} leave no choice; name at least two, each once."
            ).format(options=", ".join(options))
        )
    return options


def views_parameter() -> QgsProcessingParameterDefinition:
    """The parameter ``VIEWS``."""
    return QgsProcessingParameterNumber(
        "VIEWS",
        translate("Processing", "Number of views of each tile"),
        defaultValue=read_settings().views,
        minValue=VIEWS.start,
        maxValue=VIEWS.stop - 1,
    )


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
        QgsProcessingParameterExtent(
            "EXTENT", translate("Processing", "Extent (all of the layer if empty)"), optional=True
        ),
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
            "There would be more than a million tiles; choose larger tiles or a smaller extent. "
            "Check the unit of the tile size.",
        ),
    }
    return sentences[error.code]
