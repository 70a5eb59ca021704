"""What is looked at, as the project and the layer tree change."""

from __future__ import annotations

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsDataProvider,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsReferencedRectangle,
)
from qtpy.QtWidgets import QCheckBox, QLabel, QToolButton

from unirs_qgis.dock import DockState
from unirs_qgis.dock.parts.notice import Notice
from unirs_qgis.inputs.controller import InputError


@pytest.fixture
def inputs(window, qgis_canvas, monkeypatch, worker_python):
    window._status.check_runtime()
    return window.inputs


@pytest.fixture
def add(raster, tmp_path, qgis_canvas):
    """Adds a raster layer on top of the layer tree, and shows its extent."""

    def add_layer(name: str, band: str = "") -> QgsRasterLayer:
        path = raster(tmp_path / f"{name}.tif")
        if band:
            dataset = gdal.Open(str(path), gdal.GA_Update)
            dataset.GetRasterBand(1).SetDescription(band)
            dataset = None
        layer = QgsRasterLayer(str(path), name)
        QgsProject.instance().addMapLayer(layer)  # announced before the tree has it
        qgis_canvas.setDestinationCrs(layer.crs())
        qgis_canvas.setExtent(layer.extent())
        return layer

    return add_layer


@pytest.fixture
def selects(qtbot, inputs):
    """Waits until the layers of these names are looked at."""

    def wait(*names: str) -> None:
        qtbot.waitUntil(lambda: tuple(x.name() for x in inputs.layers()) == names)

    return wait


@pytest.fixture
def problem(monkeypatch, window):
    """The last sentence that the dock was given on what is unfit."""
    told = [""]
    show = window.dock.show_problem
    monkeypatch.setattr(window.dock, "show_problem", lambda text: (told.append(text), show(text)))
    return lambda: told[-1]


def test_the_first_layer_can_be_asked_about(qtbot, window, inputs, add):
    assert window.dock.state is DockState.NO_LAYER
    add("place-2019-06-15")
    qtbot.waitUntil(lambda: window.dock.state is DockState.READY)
    assert inputs.selection().records[0].date == "2019-06-15"


def test_the_panel_follows_a_project_that_is_opened_and_closed(
    qtbot, window, inputs, add, selects, tmp_path
):
    add("a-2009")
    add("b-2020")
    selects("b-2020")
    saved = str(tmp_path / "saved.qgz")
    assert QgsProject.instance().write(saved)
    QgsProject.instance().clear()
    qtbot.waitUntil(lambda: window.dock.state is DockState.NO_LAYER)
    assert QgsProject.instance().read(saved)
    selects("b-2020")
    assert window.dock.state is DockState.READY


def test_the_active_layer_is_followed_until_the_user_chooses(
    window, inputs, add, selects, qgis_canvas
):
    low = add("low")
    add("high")
    selects("high")
    qgis_canvas.setCurrentLayer(low)
    selects("low")
    window.inputs._before.show_layer(low)
    window.inputs._before.chosen.emit()
    add("highest")
    selects("low")
    QgsProject.instance().removeMapLayer(low.id())
    selects("highest")


def test_a_visible_layer_replaces_a_hidden_one(add, selects, inputs):
    add("low")
    high = add("high")
    selects("high")
    QgsProject.instance().layerTreeRoot().findLayer(high.id()).setItemVisibilityChecked(False)
    selects("low")


def test_change_maps_are_not_offered(qtbot, window, inputs, add, selects):
    add("change", band="change (percent)")
    qtbot.wait(50)
    assert window.dock.state is DockState.NO_LAYER
    add("place")
    selects("place")
    add("other change", band="change (percent)")
    qtbot.wait(50)
    selects("place")
    chooser = inputs._before
    assert [chooser.layer(row).name() for row in range(chooser.count())] == ["place"]
    inputs._add_to_series("visible")
    assert [item.name for item in window.dock.series] == ["place"]


def kind(window, name: str) -> None:
    window.dock.findChild(QToolButton, f"kind{name}Button").click()


def test_an_unsuitable_input_is_reported_before_the_click(window, inputs, add, selects, problem):
    add("first-2009")
    selects("first-2009")
    assert problem() == ""
    kind(window, "Pair")
    assert "choose a second layer" in problem()
    with pytest.raises(InputError, match="choose a second layer"):
        inputs.selection()
    add("second-2020")
    selects("first-2009", "second-2020")
    assert problem() == ""
    kind(window, "Series")
    assert "three layers or more" in problem()
    inputs._add_to_series("visible")
    assert "three layers or more" in problem()


def test_a_series_begins_with_the_visible_layers_that_have_a_date(window, inputs, add, selects):
    names = ("c-2020-06-15", "background", "a-2009-06-15", "b-2012-06-15", "hidden-2015-06-15")
    layers = {name: add(name) for name in names}
    selects("hidden-2015-06-15")
    root = QgsProject.instance().layerTreeRoot()
    root.findLayer(layers["hidden-2015-06-15"].id()).setItemVisibilityChecked(False)
    kind(window, "Series")
    assert [item.name for item in window.dock.series] == [names[2], names[3], names[0]]


def test_the_same_layer_twice_is_no_pair(window, inputs, add, selects, problem):
    layer = add("first-2009")
    add("second-2020")
    kind(window, "Pair")
    selects("first-2009", "second-2020")
    inputs._after.show_layer(layer)
    inputs._after.chosen.emit()
    assert "choose a second layer" in problem()


def test_an_extent_outside_the_layer_is_reported_before_the_click(
    qtbot, window, add, selects, problem
):
    layer = add("place")
    selects("place")
    left, top = layer.extent().xMinimum(), layer.extent().yMaximum()
    away = QgsRectangle(left + 10_000, top - 100, left + 10_100, top)
    window._chooser.set_extent(QgsReferencedRectangle(away, layer.crs()))
    qtbot.waitUntil(lambda: "outside the layer place" in problem())
    window._chooser.set_extent(QgsReferencedRectangle(layer.extent(), layer.crs()))
    assert problem() == ""


def test_a_year_stays_a_year_and_the_users_date_takes_precedence(window, inputs, add, selects):
    add("orthophoto_1985")
    selects("orthophoto_1985")
    assert inputs.selection().records[0].date == "1985"
    assert window.dock.dates() == ("1985",)
    window.dock.show_dates(("1985-07",))
    window.dock.dates_edited.emit()
    assert inputs.selection().records[0].date == "1985-07"


def test_layers_are_ordered_by_the_users_dates(inputs, add, window):
    first, second = add("a-2009"), add("b-2020")
    inputs.choose([first, second])
    window.dock.show_dates(("2021", "2020"))
    window.dock.dates_edited.emit()
    inputs.choose([first, second])
    assert [record.date for record in inputs.selection().records] == ["2020", "2021"]


def test_lost_layers_are_reported_until_one_is_repaired(
    qtbot, window, inputs, add, raster, tmp_path, qgis_canvas
):
    lost = QgsRasterLayer(str(tmp_path / "lost.tif"), "lost")
    QgsProject.instance().addMapLayer(lost)
    status = window.dock.findChild(QLabel, "statusLabel")
    qtbot.waitUntil(lambda: "can be read" in status.text())
    assert window.dock.state is DockState.NO_LAYER
    found = raster(tmp_path / "found.tif")
    lost.setDataSource(str(found), "lost", "gdal", QgsDataProvider.ProviderOptions())
    qgis_canvas.mapCanvasRefreshed.emit()  # as QGIS does when it has drawn the layer
    qtbot.waitUntil(lambda: window.dock.state is DockState.READY)


def test_two_dates_are_compared_before_they_are_asked_about(
    qtbot, window, inputs, selects, tmp_path, qgis_canvas
):
    for name, right in (("a-2019-06-15", 0), ("b-2021-12-15", 6)):
        write_town(tmp_path / f"{name}.tif", right)
        layer = QgsRasterLayer(str(tmp_path / f"{name}.tif"), name)
        QgsProject.instance().addMapLayer(layer)
    qgis_canvas.setDestinationCrs(layer.crs())
    qgis_canvas.setExtent(layer.extent())
    window._chooser.use_footprint(layer.extent().asWktPolygon(), "EPSG:32632")
    window._show_dock(True)
    window.dock.set_kind("pair")
    window.dock.kind_changed.emit("pair")
    selects("a-2019-06-15", "b-2021-12-15")
    notice = window.dock.findChild(Notice, "pairWarningLabel")
    qtbot.waitUntil(lambda: bool(notice.text), timeout=10_000)
    apart, seasons = (
        "The dates lie 3 m apart; Align corrects that.",
        "The seasons are 6 months apart.",
    )
    assert notice.text == f"{apart} {seasons}"
    window.dock.findChild(QCheckBox, "alignBox").setChecked(True)
    assert notice.text == seasons
    window.dock.findChild(QToolButton, "kindSingleButton").click()
    assert not notice.text


def write_town(path, right: int) -> None:
    """Half a metre a pixel, with its content so far to the right."""
    picture = (
        np.random.default_rng(3).integers(60, 190, (38, 38), np.uint8).repeat(8, 0).repeat(8, 1)
    )
    shown = np.roll(picture, right, axis=1)[:256, 24:280]
    raster = gdal.GetDriverByName("GTiff").Create(str(path), 256, 256, 3, gdal.GDT_Byte)
    raster.SetGeoTransform((500_000.0, 0.5, 0, 5_400_000.0, 0, -0.5))
    raster.SetProjection(QgsCoordinateReferenceSystem("EPSG:32632").toWkt())
    for band in (1, 2, 3):
        raster.GetRasterBand(band).WriteArray(shown)
    raster.FlushCache()
