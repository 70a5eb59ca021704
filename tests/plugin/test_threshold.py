"""The threshold of a change map: the slider in the layer tree, the preview, and the polygons."""

from __future__ import annotations

import gc

import pytest
from qgis.core import (
    NULL,
    QgsApplication,
    QgsExpression,
    QgsExpressionContext,
    QgsFeature,
    QgsGeometry,
    QgsLayerTreeModel,
    QgsProject,
    QgsRectangle,
    QgsSingleBandGrayRenderer,
    QgsVectorLayer,
)
from qgis.gui import QgsGui, QgsLayerTreeView
from qtpy.QtWidgets import QSlider

from tests.plugin.test_change_map import CELL, LEFT, TIMEOUT, TOP, shown, write_map
from unirs_qgis.history.written_copy import write_copy
from unirs_qgis.map.change_polygons import places_of
from unirs_qgis.map.threshold import (
    SLIDER,
    ThresholdSlider,
    register_sliders,
    remove_sliders,
    show_from,
)

CELLS = {(2, 2): 60, (3, 2): 80, (8, 8): 40, (10, 10): 255}


@pytest.fixture
def warnings():
    sentences = []
    register_sliders(sentences.append)
    yield sentences
    remove_sliders()


@pytest.fixture
def layers(qtbot, qgis_new_project, tmp_path):
    """The polygons and the raster of a change map."""
    return shown(qtbot, write_map(tmp_path / "map.tif", CELLS))


def move(qtbot, slider, polygons, percent, count):
    """Move the slider, and wait for the polygons."""
    slider.slider.setValue(percent // 5)
    qtbot.waitUntil(lambda: polygons.featureCount() == count, timeout=TIMEOUT)


def test_polygons_follow_the_slider_and_say_from_which_percentage(qtbot, layers, warnings):
    polygons, raster = layers
    slider = ThresholdSlider(raster, warnings.append)
    qtbot.addWidget(slider)
    assert slider.label.text() == "≥ 50 %"
    slider.resize(600, 20)  # a row of a layer tree with long names, in a narrow panel
    slider.show()
    assert slider.slider.geometry().right() < 200
    move(qtbot, slider, polygons, 40, 2)
    assert polygons.name() == "Changed: 40 % or more"
    move(qtbot, slider, polygons, 70, 1)
    (feature,) = polygons.getFeatures()
    assert feature["probability"] == 0.8
    assert feature["area_m2"] == pytest.approx(CELL**2, rel=2e-3)
    move(qtbot, slider, polygons, 95, 0)
    assert len(QgsProject.instance().mapLayers()) == 2
    assert not warnings


def test_the_map_shows_what_reaches_the_threshold(layers):
    _, raster = layers
    raster.setOpacity(0.5)
    show_from(raster, 40)
    show_from(raster, 70)
    shader = raster.renderer().shader().rasterShaderFunction()
    alphas = {value: shader.shade(value)[4] for value in (10, 60, 69, 70, 80, 100)}
    assert alphas[10] == alphas[60] == alphas[69] == 0
    assert min(alphas[70], alphas[80], alphas[100]) > 100
    assert raster.opacity() == 0.5


def test_another_style_of_the_user_is_left_as_it_is(layers):
    raster = layers[1]
    raster.setRenderer(QgsSingleBandGrayRenderer(raster.dataProvider(), 1))
    show_from(raster, 70)
    assert raster.renderer().type() == "singlebandgray"


def test_qgis_shows_the_slider_below_the_map_also_after_the_project_is_opened_again(
    qtbot, layers, warnings, tmp_path
):
    polygons, raster = layers
    project, file = QgsProject.instance(), str(tmp_path / "project.qgz")
    slider = ThresholdSlider(raster, warnings.append)
    qtbot.addWidget(slider)
    move(qtbot, slider, polygons, 40, 2)
    assert project.write(file)
    project.clear()
    view = QgsLayerTreeView()
    qtbot.addWidget(view)
    model = QgsLayerTreeModel(project.layerTreeRoot())
    flags = QgsLayerTreeModel.Flag  # as in the window of QGIS
    model.setFlags(flags.ShowLegend | flags.UseEmbeddedWidgets)
    view.setModel(model)
    view.show()
    assert project.read(file)
    qtbot.waitUntil(lambda: view.findChild(QSlider) is not None)
    shown_slider = view.findChild(QSlider)
    assert shown_slider.value() == 40 // 5
    gc.collect()
    shown_slider.setValue(70 // 5)
    names = lambda: [each.name() for each in project.mapLayers().values()]  # noqa: E731
    qtbot.waitUntil(lambda: "Changed: 70 % or more" in names())


def test_maps_without_polygons_get_them_once_there_are_some(
    qtbot, qgis_new_project, tmp_path, warnings
):
    (raster,) = shown(qtbot, write_map(tmp_path / "map.tif", {(8, 8): 40}))
    slider = ThresholdSlider(raster, warnings.append)
    qtbot.addWidget(slider)
    slider.slider.setValue(30 // 5)
    qtbot.waitUntil(lambda: len(QgsProject.instance().mapLayers()) == 2, timeout=TIMEOUT)
    names = [each.name() for each in QgsProject.instance().layerTreeRoot().findLayers()]
    assert names == ["Changed: 30 % or more", "Change (percent)"]


def test_polygons_have_the_kinds_of_the_place_they_lie_in(qtbot, qgis_new_project, tmp_path):
    path = write_map(tmp_path / "map.tif", CELLS)
    places = QgsVectorLayer(
        "Polygon?crs=EPSG:32632&field=from_kind:string&field=to_kind:string", "places", "memory"
    )
    feature = QgsFeature(places.fields())
    west, north = LEFT + 2 * CELL, TOP - 2 * CELL
    feature.setGeometry(
        QgsGeometry.fromRect(QgsRectangle(west, north - CELL, west + 2 * CELL, north))
    )
    feature.setAttributes(["forest", None])
    places.dataProvider().addFeature(feature)
    write_copy(places, places_of(path), "GPKG", "places")
    polygons, _ = shown(qtbot, path)
    (found,) = polygons.getFeatures()
    assert (found["from_kind"], found["to_kind"]) == ("forest", NULL)
    label = QgsExpression(polygons.labeling().settings().fieldName)
    context = QgsExpressionContext()
    context.setFeature(found)
    assert label.evaluate(context) == "forest → ?"
    found["from_kind"] = None
    context.setFeature(found)
    assert label.evaluate(context) == ""


def test_a_map_may_be_removed_while_its_polygons_are_made(qtbot, layers, warnings):
    _, raster = layers
    slider = ThresholdSlider(raster, warnings.append)
    qtbot.addWidget(slider)
    tasks = QgsApplication.taskManager()
    with qtbot.waitSignal(tasks.taskAdded, timeout=TIMEOUT):
        slider.slider.setValue(40 // 5)
    QgsProject.instance().clear()
    qtbot.waitUntil(lambda: tasks.countActiveTasks() == 0, timeout=TIMEOUT)
    qtbot.wait(1)  # what was emitted on the way arrives
    assert not QgsProject.instance().mapLayers()
    assert not warnings


def test_a_threshold_that_was_edited_by_hand_is_the_usual_one(qtbot, layers, warnings):
    _, raster = layers
    raster.setCustomProperty("unirs/threshold", "much")
    slider = ThresholdSlider(raster, warnings.append)
    qtbot.addWidget(slider)
    assert slider.percent == 50


def test_other_layers_have_no_slider(layers, warnings):
    polygons, raster = layers
    provider = QgsGui.layerTreeEmbeddedWidgetRegistry().provider(SLIDER)
    assert provider.supportsLayer(raster)
    assert not provider.supportsLayer(polygons)


def test_a_map_that_is_gone_is_one_sentence(qtbot, layers, warnings, tmp_path):
    _, raster = layers
    slider = ThresholdSlider(raster, warnings.append)
    qtbot.addWidget(slider)
    (tmp_path / "map.tif").unlink()
    slider.slider.setValue(30 // 5)
    qtbot.waitUntil(lambda: bool(warnings), timeout=TIMEOUT)
    assert "map.tif" in warnings[0]
