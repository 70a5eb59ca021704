"""From one CRS to another."""

from __future__ import annotations

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsProject,
)


def transform_between(
    source: QgsCoordinateReferenceSystem,
    target: QgsCoordinateReferenceSystem,
    context: QgsProject | QgsCoordinateTransformContext,
) -> QgsCoordinateTransform:
    """A transform of which QGIS does not report that it is exact to some metres only.

    Args:
        source: From this CRS.
        target: To this one.
        context: The project, or the transformations that it prefers.
    """
    transform = QgsCoordinateTransform(source, target, context)
    transform.setBallparkTransformsAreAppropriate(True)
    return transform
