"""Raster layers in the layer tree and on the map: which there are, which are visible."""

from __future__ import annotations

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCsException,
    QgsMapLayer,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsReferencedRectangle,
)
from qgis.gui import QgsMapCanvas
from qtpy.QtCore import QCoreApplication
from qtpy.QtGui import QPainter

from unirs_qgis.transforms import transform_between

_RESULTS = ("change (percent)", "probability of yes (percent)")
"""Names of the bands of change maps and maps of places."""

_NEARLY_ALL = 0.9
"""Share of the area from which on a layer covers another: two dates seldom have the same edges."""


def is_output(layer: QgsMapLayer) -> bool:
    """Whether a layer is a result of UniRS, which cannot be asked about.

    Its file decides, however it was added to the project: by the dock, in an earlier session, or
    by hand.
    """
    return isinstance(layer, QgsRasterLayer) and layer.bandName(1).endswith(_RESULTS)


def can_be_asked_about(layer: QgsMapLayer) -> bool:
    """Whether a layer is a raster that can be opened, and no result of UniRS."""
    return isinstance(layer, QgsRasterLayer) and layer.isValid() and not is_output(layer)


def raster_layers(project: QgsProject) -> list[QgsRasterLayer]:
    """Raster layers of the layer tree that can be asked about, the topmost first.

    A layer that was just added to the project is not yet in the tree while the project's
    `layersAdded` is emitted.
    """
    return [layer for layer in project.layerTreeRoot().layerOrder() if can_be_asked_about(layer)]


def outputs(project: QgsProject) -> list[QgsMapLayer]:
    """The layers of a project that show results of UniRS."""
    return [layer for layer in project.mapLayers().values() if is_output(layer)]


def is_visible(layer: QgsRasterLayer, project: QgsProject, canvas: QgsMapCanvas) -> bool:
    """Whether the map shows a layer: it is checked, in its range of scales, and not transparent."""
    node = project.layerTreeRoot().findLayer(layer.id())
    checked = node is not None and node.isVisible()
    return checked and layer.isInScaleRange(canvas.scale()) and layer.opacity() > 0


def layers_by_relevance(project: QgsProject, canvas: QgsMapCanvas) -> list[QgsRasterLayer]:
    """The raster layers of a project, those that the analyst most likely means first.

    The visible ones come first, among them the active one, the others from top to bottom. A hidden
    layer is not preferred for being active: QGIS activates one in any project that it opens.
    """
    active = canvas.currentLayer()
    return sorted(
        raster_layers(project),
        key=lambda layer: (not is_visible(layer, project, canvas), layer != active),
    )


def visibility_note(
    layer: QgsRasterLayer,
    extent: QgsReferencedRectangle,
    project: QgsProject,
    canvas: QgsMapCanvas,
) -> str:
    """One sentence if the map does not show a layer that the model reads, else an empty text.

    Args:
        layer: The layer.
        extent: The part of it that the model reads.
        project: The project that the layer belongs to.
        canvas: The map.
    """
    if not is_visible(layer, project, canvas):
        return QCoreApplication.translate(
            "Layers", "“{layer}” is hidden on the map; the model still reads it."
        ).format(layer=layer.name())
    cover = _cover(layer, extent, project, canvas)
    if cover is not None:
        return QCoreApplication.translate(
            "Layers", "“{cover}” covers “{layer}” on the map; the model reads “{layer}”."
        ).format(cover=cover.name(), layer=layer.name())
    return ""


def _cover(
    layer: QgsRasterLayer,
    extent: QgsReferencedRectangle,
    project: QgsProject,
    canvas: QgsMapCanvas,
) -> QgsRasterLayer | None:
    """The topmost opaque layer that covers this part of a layer, if there is one."""
    seen = _in_crs(extent, extent.crs(), layer.crs(), project).intersect(layer.extent())
    for other in raster_layers(project):
        if other == layer:
            return None
        box = _in_crs(seen, layer.crs(), other.crs(), project)
        nearly_all = _area(box.intersect(other.extent())) > _NEARLY_ALL * _area(box)
        if nearly_all and _is_opaque(other) and is_visible(other, project, canvas):
            return other
    return None


def _area(box: QgsRectangle) -> float:
    """Area of a box; newer versions of QGIS give one without an area infinite sides."""
    return 0.0 if box.isEmpty() else box.width() * box.height()


def _is_opaque(layer: QgsRasterLayer) -> bool:
    plain = layer.blendMode() == QPainter.CompositionMode.CompositionMode_SourceOver
    return plain and layer.opacity() == 1


def _in_crs(
    box: QgsRectangle,
    source: QgsCoordinateReferenceSystem,
    target: QgsCoordinateReferenceSystem,
    project: QgsProject,
) -> QgsRectangle:
    """A box in another CRS; empty where that does not reach, unchanged where a CRS is missing."""
    if not (source.isValid() and target.isValid()):
        return box
    try:
        return transform_between(source, target, project).transformBoundingBox(box)
    except QgsCsException:
        return QgsRectangle()
