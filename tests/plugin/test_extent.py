"""The extent chooser and the footprints on a real map canvas."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsReferencedRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas, QgsMapToolPan, QgsRubberBand
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QComboBox, QToolButton, QVBoxLayout, QWidget

from unirs_qgis.map.crop_note import CropNote
from unirs_qgis.map.extent import DRAWN, LAYER, SELECTION, VIEW, ExtentChooser, Footprints

UTM = QgsCoordinateReferenceSystem("EPSG:32633")
WGS84 = QgsCoordinateReferenceSystem("EPSG:4326")
LEFT, TOP = 500_000.0, 5_000_000.0


@pytest.fixture
def canvas(qtbot: object, qgis_new_project: None) -> Iterator[QgsMapCanvas]:
    canvas = QgsMapCanvas()
    canvas.resize(400, 200)
    canvas.setDestinationCrs(UTM)
    canvas.setExtent(QgsRectangle(LEFT, TOP - 500, LEFT + 1000, TOP))
    tool = QgsMapToolPan(canvas)  # the canvas does not own its tool
    canvas.setMapTool(tool)
    canvas.show()
    yield canvas
    canvas.unsetMapTool(tool)
    canvas.deleteLater()


@pytest.fixture
def chooser(qtbot: object, canvas: QgsMapCanvas) -> Iterator[ExtentChooser]:
    chooser = ExtentChooser(canvas)
    qtbot.addWidget(chooser)
    chooser.show()
    chooser.show_on_map(True)
    yield chooser
    chooser.close_tools()


def raster(folder: Path, name: str, left: float = LEFT, pixel: float = 10.0) -> QgsRasterLayer:
    """100 × 100 pixels, north-west at `left`, TOP."""
    path = folder / f"{name}.tif"
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), 100, 100, 1, gdal.GDT_Byte)
    dataset.SetGeoTransform((left, pixel, 0, TOP, 0, -pixel))
    dataset.SetProjection(UTM.toWkt())
    dataset = None
    return QgsRasterLayer(str(path), name)


def choose(chooser: ExtentChooser, source: str) -> None:
    combo = chooser.findChild(QComboBox, "extentCombo")
    combo.setCurrentIndex(combo.findData(source))


def corners(extent: QgsRectangle) -> tuple[float, float, float, float]:
    return extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()


def drag(canvas: QgsMapCanvas, start: QPoint, end: QPoint) -> None:
    target = canvas.viewport()
    QTest.mousePress(target, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(target, (start + end) / 2)
    QTest.mouseMove(target, end)
    QTest.mouseRelease(target, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)


def bands(canvas: QgsMapCanvas) -> list[QgsRubberBand]:
    return [item for item in canvas.scene().items() if isinstance(item, QgsRubberBand)]


def test_the_map_view_is_followed(qtbot, canvas, chooser):
    assert chooser.source == VIEW
    with qtbot.waitSignal(chooser.changed):
        canvas.setExtent(QgsRectangle(LEFT, TOP - 100, LEFT + 200, TOP))
    assert corners(chooser.extent()) == pytest.approx(corners(canvas.extent()))
    assert chooser.extent().crs() == UTM
    canvas.setDestinationCrs(WGS84)
    assert chooser.extent().crs() == WGS84


def test_of_the_map_view_only_what_all_layers_cover_is_read(canvas, chooser, tmp_path):
    first, second = raster(tmp_path, "first"), raster(tmp_path, "second", LEFT + 100)
    canvas.setExtent(first.extent().buffered(1000))
    chooser.set_layers([first])
    assert corners(chooser.extent()) == pytest.approx(corners(first.extent()))
    chooser.set_layers([first, second])
    common = first.extent().intersect(second.extent())
    assert corners(chooser.extent()) == pytest.approx(corners(common))
    canvas.setDestinationCrs(WGS84)
    there = QgsCoordinateTransform(UTM, WGS84, QgsProject.instance())
    assert corners(chooser.extent()) == pytest.approx(
        corners(there.transformBoundingBox(common)), abs=1e-3
    )
    canvas.setExtent(QgsRectangle(-60, 0, -50, 10))  # none of them is there: a refusal follows
    assert corners(chooser.extent()) == corners(canvas.extent())
    assert chooser.note(224).refusal


def test_a_rectangle_is_drawn_and_the_previous_tool_restored(qtbot, canvas, chooser):
    before = canvas.mapTool()
    assert before is not None
    button = chooser.findChild(QToolButton, "drawExtentButton")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert canvas.mapTool() is not before
    assert button.isChecked()
    with qtbot.waitSignal(chooser.changed):
        drag(canvas, QPoint(100, 50), QPoint(200, 100))
    assert canvas.mapTool() is before
    assert not button.isChecked()
    assert chooser.source == DRAWN
    pixel = canvas.mapUnitsPerPixel()
    assert chooser.extent().width() == pytest.approx(100 * pixel, rel=0.05)
    assert chooser.extent().height() == pytest.approx(50 * pixel, rel=0.05)
    drawn = corners(chooser.extent())
    canvas.setExtent(QgsRectangle(0, 0, 10, 10))
    assert corners(chooser.extent()) == drawn


def test_escape_cancels_drawing(canvas, chooser):
    before = canvas.mapTool()
    assert before is not None
    chooser.start_drawing()
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.mapTool() is before
    assert chooser.source == VIEW
    assert not chooser.findChild(QToolButton, "drawExtentButton").isChecked()


def test_a_click_is_no_rectangle(canvas, chooser):
    chooser.start_drawing()
    tool = canvas.mapTool()
    drag(canvas, QPoint(100, 50), QPoint(100, 50))
    assert canvas.mapTool() is tool
    assert chooser.source == VIEW


def test_another_tool_ends_drawing_and_stays(canvas, chooser):
    chooser.start_drawing()
    other = QgsMapToolPan(canvas)
    canvas.setMapTool(other)
    assert canvas.mapTool() is other
    assert not chooser.findChild(QToolButton, "drawExtentButton").isChecked()


def test_the_extent_of_layers_is_their_intersection(canvas, chooser, tmp_path):
    choose(chooser, LAYER)
    assert chooser.extent() is None
    assert "No layer" in chooser.note(128).refusal
    first, second = raster(tmp_path, "first"), raster(tmp_path, "second", LEFT + 400)
    chooser.set_layers([first])
    assert corners(chooser.extent()) == corners(first.extent())
    chooser.set_layers([first, second])
    assert corners(chooser.extent()) == (LEFT + 400, TOP - 1000, LEFT + 1000, TOP)
    chooser.set_layers([first, raster(tmp_path, "far", LEFT + 5000)])
    assert chooser.extent() is None
    assert "do not overlap" in chooser.note(128).refusal


def test_the_extent_of_the_selected_feature(qtbot, canvas, chooser):
    layer = QgsVectorLayer("Polygon?crs=EPSG:4326", "fields", "memory")
    for left in (10.0, 20.0):
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(left, 45, left + 1, 46)))
        layer.dataProvider().addFeature(feature)
    canvas.setLayers([layer])
    choose(chooser, SELECTION)
    assert chooser.extent() is None
    assert "selected" in chooser.note(128).refusal
    with qtbot.waitSignal(chooser.changed):
        layer.selectByIds([2])
    assert corners(chooser.extent()) == (20, 45, 21, 46)
    assert chooser.extent().crs() == WGS84


def test_the_footprint_is_on_the_map_in_its_crs_while_the_dock_is_open(canvas, chooser):
    extent = QgsReferencedRectangle(QgsRectangle(15, 45.10, 15.01, 45.11), WGS84)
    chooser.set_extent(extent)
    (band,) = [band for band in bands(canvas) if not band.asGeometry().isEmpty()]
    assert band.asGeometry().boundingBox().center().x() == pytest.approx(LEFT + 394, abs=20)
    canvas.setDestinationCrs(WGS84)
    (band,) = [band for band in bands(canvas) if not band.asGeometry().isEmpty()]
    assert corners(band.asGeometry().boundingBox()) == pytest.approx((15, 45.10, 15.01, 45.11))
    chooser.show_on_map(False)
    assert all(band.asGeometry().isEmpty() for band in bands(canvas))


def test_the_footprint_stays_on_the_map_while_the_input_is_folded(qtbot, canvas, chooser):
    fold = QWidget()
    qtbot.addWidget(fold)
    QVBoxLayout(fold).addWidget(chooser)
    fold.show()
    chooser.set_extent(QgsReferencedRectangle(QgsRectangle(15, 45, 16, 46), WGS84))
    fold.hide()
    assert any(not band.asGeometry().isEmpty() for band in bands(canvas))
    chooser.hide()  # the input has no extent
    assert all(band.asGeometry().isEmpty() for band in bands(canvas))
    chooser.setParent(None)  # the fixture closes it


def test_closing_leaves_nothing_on_the_canvas(qtbot, canvas):
    count, tool = len(bands(canvas)), canvas.mapTool()
    chooser, footprints = ExtentChooser(canvas), Footprints(canvas)
    qtbot.addWidget(chooser)
    chooser.show()
    chooser.set_extent(QgsReferencedRectangle(QgsRectangle(15, 45, 16, 46), WGS84))
    footprints.show("Polygon ((15 45, 16 45, 16 46, 15 45))", "EPSG:4326")
    chooser.start_drawing()
    chooser.close_tools()
    footprints.remove()
    chooser.hide()
    assert canvas.mapTool() is tool
    qtbot.waitUntil(lambda: len(bands(canvas)) == count, timeout=10_000)  # QGIS's flash fades
    canvas.setExtent(QgsRectangle(0, 0, 1, 1))


def test_the_summary_has_size_and_warnings(canvas, chooser, tmp_path):
    chooser.set_layers([raster(tmp_path, "ten metres")])
    chooser.set_extent(QgsReferencedRectangle(QgsRectangle(LEFT, TOP - 500, LEFT + 1000, TOP), UTM))
    assert chooser.note(128) == CropNote("1 km × 500 m, 7.82 m per pixel")
    chooser.set_extent(QgsReferencedRectangle(QgsRectangle(LEFT, TOP - 1e5, LEFT + 1e5, TOP), UTM))
    note = chooser.note(128)
    assert "covers 78 × 78 pixels" in note.warning
    assert "smaller than 782 m are lost" in note.warning
    assert note.too_large
    chooser.set_extent(QgsReferencedRectangle(QgsRectangle(LEFT, TOP - 50, LEFT + 50, TOP), UTM))
    assert "only 5 pixels" in chooser.note(128).warning
    assert not chooser.note(128).too_large
    chooser.set_extent(QgsReferencedRectangle(QgsRectangle(0, 0, 50, 50), UTM))
    assert "outside the layer ten metres" in chooser.note(128).refusal


@pytest.mark.parametrize(
    ("pixel", "side", "warned"),
    [
        (0.5, 813, False),  # the whole of the demo: houses are a pixel or two
        (0.1, 1200, False),  # a drone's picture: a pixel of the model is smaller than a house
        (0.1, 1500, True),
        (10, 20_000, False),  # Sentinel-2: a field is some pixels
        (10, 100_000, True),  # a whole tile of it
    ],
)
def test_an_extent_is_too_large_only_where_details_are_lost(
    canvas, chooser, tmp_path, pixel, side, warned
):
    chooser.set_layers([raster(tmp_path, "layer", pixel=pixel)])
    extent = QgsRectangle(LEFT, TOP - side, LEFT + side, TOP)
    chooser.set_extent(QgsReferencedRectangle(extent, UTM))
    assert chooser.note(128).too_large == warned
    assert ("tile by tile" in chooser.note(128).warning) == warned


def test_services_without_pixels_are_measured_on_the_ground(canvas, chooser):
    tiles = QgsRasterLayer("type=xyz&url=http://127.0.0.1:9/{z}/{x}/{y}.png", "tiles", "wms")
    chooser.set_layers([tiles])
    chooser.set_extent(QgsReferencedRectangle(QgsRectangle(0, 40, 10, 50), WGS84))
    assert "tile by tile" in chooser.note(128).warning
    chooser.set_extent(QgsReferencedRectangle(QgsRectangle(10, 45, 10.01, 45.01), WGS84))
    assert chooser.note(128).warning == ""


def test_layers_without_crs_have_units_instead_of_metres(canvas, chooser, tmp_path):
    layer = raster(tmp_path, "plane")
    layer.setCrs(QgsCoordinateReferenceSystem())
    chooser.set_layers([layer])
    choose(chooser, LAYER)
    assert chooser.note(100).summary.endswith("units, 10 units per pixel")


def test_a_date_without_crs_beside_one_with_is_refused(canvas, chooser, tmp_path):
    layers = [raster(tmp_path, "placed"), raster(tmp_path, "unplaced")]
    layers[1].setCrs(QgsCoordinateReferenceSystem())
    chooser.set_layers(layers)
    assert "unplaced has no CRS" in chooser.note(128).refusal


def test_a_footprint_is_shown_zoomed_to_and_cleared(canvas):
    footprints = Footprints(canvas)
    footprints.zoom("Polygon ((15 45, 15.1 45, 15.1 45.1, 15 45.1, 15 45))", "EPSG:4326")
    box = canvas.extent()
    assert box.contains(QgsRectangle(LEFT + 10, 4_984_000, LEFT + 7000, 4_994_000))
    (band,) = [b for b in bands(canvas) if b.asGeometry().area() > 1e7][-1:]
    assert band.asGeometry().boundingBox().width() == pytest.approx(7880, rel=0.02)
    footprints.clear()
    for wkt, crs in (("nonsense", "EPSG:4326"), ("Point (1 2)", "nowhere"), ("", "")):
        with pytest.raises(ValueError, match="no footprint"):
            footprints.show(wkt, crs)
    footprints.remove()


def test_the_view_and_a_footprint_can_be_chosen_from_outside(canvas, chooser):
    chooser.use_footprint("Polygon ((15 45, 16 45, 16 46, 15 46, 15 45))", "EPSG:4326")
    assert chooser.source == DRAWN
    assert corners(chooser.extent()) == (15, 45, 16, 46)
    chooser.use_canvas()
    assert chooser.source == VIEW
    with pytest.raises(ValueError, match="no footprint"):
        chooser.use_footprint("", "EPSG:4326")


def test_the_row_fits_a_narrow_dock(qtbot, chooser):
    chooser.resize(chooser.minimumSizeHint().width(), chooser.sizeHint().height())
    assert chooser.minimumSizeHint().width() <= 240


def test_a_rotated_map_has_the_extent_of_its_bounding_box(canvas, chooser):
    canvas.setRotation(30)
    seen = canvas.mapSettings().visiblePolygon()
    corners_seen = [(point.x(), point.y()) for point in seen]
    extent = chooser.extent()
    assert all(extent.buffered(1).contains(QgsPointXY(x, y)) for x, y in corners_seen)


def test_a_map_that_moves_while_the_project_is_closed_finds_no_deleted_layer(
    chooser, canvas, tmp_path
):
    layer = raster(tmp_path, "a")
    QgsProject.instance().addMapLayer(layer)
    chooser.set_layers([layer])
    QgsProject.instance().clear()
    canvas.setExtent(QgsRectangle(LEFT, TOP - 100, LEFT + 100, TOP))
    assert chooser.extent().width() > 0
