"""The dialog of ``unirs:captiontiles``, filled in by the dock."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsRasterLayer, QgsReferencedRectangle


def tiles_dialog_parameters(
    layer: QgsRasterLayer, extent: QgsReferencedRectangle | None = None
) -> dict[str, Any]:
    """Parameters for ``processing.execAlgorithmDialog("unirs:captiontiles", …)``.

    Args:
        layer: What to caption.
        extent: Which part of it; all of it if ``None``.
    """
    parameters: dict[str, Any] = {"INPUT": layer.id()}
    if extent is not None:
        limits = (extent.xMinimum(), extent.xMaximum(), extent.yMinimum(), extent.yMaximum())
        numbers = ",".join(f"{limit:.17g}" for limit in limits)
        # A CRS without a code cannot be written into an extent: then it is that of the layer.
        crs = extent.crs().authid()
        parameters["EXTENT"] = f"{numbers} [{crs}]" if crs else numbers
    return parameters
