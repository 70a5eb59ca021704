"""Indexes of tiles among the layers of a project."""

from __future__ import annotations

from qgis.core import QgsProject, QgsVectorLayer

_FIELDS = {"caption", "crop", "sentence_model"}
"""Columns by which the layer of an index is known; see ``unirs.index.table``."""


def index_file(layer: QgsVectorLayer) -> str:
    """The GeoPackage of an index; empty if the layer is something else."""
    provider = layer.dataProvider()
    if provider is None or provider.storageType() != "GPKG":
        return ""
    names = {field.name() for field in layer.fields()}
    return layer.source().partition("|")[0] if names >= _FIELDS else ""


def project_indexes() -> list[str]:
    """The GeoPackages of all indexes in the project."""
    layers = QgsProject.instance().mapLayers().values()
    files = [index_file(layer) for layer in layers if isinstance(layer, QgsVectorLayer)]
    return list(dict.fromkeys(file for file in files if file))
