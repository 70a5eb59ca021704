"""Which layers there are to ask about, and which of them the map shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProject,
    QgsRasterLayer,
    QgsReferencedRectangle,
    QgsVectorLayer,
)
from qtpy.QtGui import QPainter

from unirs_qgis.inputs.layer_tree import (
    is_output,
    layers_by_relevance,
    outputs,
    raster_layers,
    visibility_note,
)


@pytest.fixture
def project(qgis_new_project) -> QgsProject:
    return QgsProject.instance()


@pytest.fixture
def add(project, raster, tmp_path):
    """Adds a raster layer on top of the layer tree."""

    def add_layer(name: str, **facts: object) -> QgsRasterLayer:
        layer = QgsRasterLayer(str(raster(tmp_path / f"{name}.tif", **facts)), name)
        project.addMapLayer(layer, False)
        project.layerTreeRoot().insertLayer(0, layer)
        return layer

    return add_layer


def result(path: Path, raster, what: str) -> Path:
    """A file whose band is called as the runtime calls that of a map of this."""
    dataset = gdal.Open(str(raster(path)), gdal.GA_Update)
    dataset.GetRasterBand(1).SetDescription(f"{what} (percent)")
    dataset = None
    return path


def hide(layer: QgsRasterLayer) -> None:
    root = QgsProject.instance().layerTreeRoot()
    root.findLayer(layer.id()).setItemVisibilityChecked(False)


def extent_of(layer: QgsRasterLayer) -> QgsReferencedRectangle:
    return QgsReferencedRectangle(layer.extent(), layer.crs())


def test_raster_layers_come_in_order_of_the_tree(project, add):
    first, second = add("first"), add("second")
    project.addMapLayers(
        [QgsRasterLayer("nowhere.tif", "broken"), QgsVectorLayer("Point", "vector", "memory")]
    )
    assert raster_layers(project) == [second, first]


@pytest.mark.parametrize("what", ["change", "probability of yes"])
def test_maps_are_results_also_after_the_project_was_saved(project, add, raster, tmp_path, what):
    place = add("place")
    made = QgsRasterLayer(str(result(tmp_path / "map.tif", raster, what)), "a map")
    project.addMapLayer(made)
    assert is_output(made)
    assert not is_output(place)
    assert outputs(project) == [made]
    saved = str(tmp_path / "saved.qgz")
    assert project.write(saved)
    project.clear()
    assert project.read(saved)
    assert [layer.name() for layer in raster_layers(project)] == ["place"]
    assert [layer.name() for layer in outputs(project)] == ["a map"]


def test_visible_layers_come_first_and_the_active_one_before_others(project, add, qgis_canvas):
    low, middle, top = add("low"), add("middle"), add("top")
    seen = lambda: layers_by_relevance(project, qgis_canvas)  # noqa: E731
    assert seen() == [top, middle, low]
    qgis_canvas.setCurrentLayer(low)
    assert seen() == [low, top, middle]
    hide(low)
    assert seen() == [top, middle, low]
    top.setOpacity(0)
    assert seen()[0] == middle


def test_a_hidden_and_a_covered_layer_are_reported(project, add, qgis_canvas):
    low, high = add("low"), add("high")
    why = lambda layer: visibility_note(layer, extent_of(low), project, qgis_canvas)  # noqa: E731
    assert why(high) == ""
    assert why(low).startswith("“high” covers “low”")
    high.setOpacity(0.5)
    assert why(low) == ""
    high.setOpacity(1)
    high.setBlendMode(QPainter.CompositionMode.CompositionMode_Multiply)
    assert why(low) == ""
    high.setBlendMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    hide(high)
    assert why(low) == ""
    assert why(high).startswith("“high” is hidden")


def test_a_layer_covers_another_only_within_the_extent(project, add, qgis_canvas):
    low = add("low")
    add("beside", origin=(500_064.0, 5_400_000.0))  # over the right half
    left = extent_of(low)
    left.setXMaximum(500_060.0)
    right = extent_of(low)
    right.setXMinimum(500_066.0)
    assert visibility_note(low, extent_of(low), project, qgis_canvas) == ""
    assert visibility_note(low, left, project, qgis_canvas) == ""
    assert "covers" in visibility_note(low, right, project, qgis_canvas)


def test_layers_in_another_crs_cover_too(project, add, qgis_canvas):
    low = add("low")
    tiles = QgsRasterLayer("type=xyz&url=http://127.0.0.1:9/{z}/{x}/{y}.png", "tiles", "wms")
    project.addMapLayer(tiles, False)
    project.layerTreeRoot().insertLayer(0, tiles)
    assert visibility_note(low, extent_of(low), project, qgis_canvas).startswith("“tiles” covers")
    plane = QgsReferencedRectangle(low.extent(), QgsCoordinateReferenceSystem())
    assert "covers" in visibility_note(low, plane, project, qgis_canvas)
