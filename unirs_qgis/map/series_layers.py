"""The layer of one date of a series on the map, in place of those of its other dates."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.core import QgsProject, QgsRasterLayer


def show_date(shown: QgsRasterLayer, others: Iterable[QgsRasterLayer], project: QgsProject) -> None:
    """Check a layer, with the groups that it is in, and uncheck others.

    Args:
        shown: The layer to show.
        others: Those that would cover it; they may include it.
        project: Has the layers.
    """
    root = project.layerTreeRoot()
    for layer in others:
        node = root.findLayer(layer.id())
        if node is not None and layer != shown:
            node.setItemVisibilityChecked(False)
    node = root.findLayer(shown.id())
    if node is not None:
        node.setItemVisibilityCheckedParentRecursive(True)
