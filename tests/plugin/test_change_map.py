"""Change maps in the project: a styled raster, and polygons of what changed enough."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qtpy.QtCore import QSize
from qtpy.QtGui import QColor, QImage

from unirs_qgis.map.change_map import ChangeMap
from unirs_qgis.map.change_polygons import ChangeMapError

TIMEOUT = 60_000
LEFT, TOP, CELL = 500_000.0, 5_400_000.0, 32.0
SIDE = 16


def write_map(path: Path, cells: dict[tuple[int, int], int], crs: str = "EPSG:32632") -> Path:
    """A map as the worker writes it: percent at (column, row), 4 elsewhere, 255 for nodata."""
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), SIDE, SIDE, 1, gdal.GDT_Byte)
    dataset.SetGeoTransform((LEFT, CELL, 0, TOP, 0, -CELL))
    if crs:
        dataset.SetProjection(QgsCoordinateReferenceSystem(crs).toWkt())
    values = bytearray([4]) * (SIDE * SIDE)
    for (column, row), value in cells.items():
        values[row * SIDE + column] = value
    dataset.GetRasterBand(1).SetNoDataValue(255)
    dataset.WriteRaster(0, 0, SIDE, SIDE, bytes(values))
    dataset = None
    return path


def shown(
    qtbot: object, path: Path, title: str = "2012 → 2020", notes: list[str] | None = None
) -> list[object]:
    """The layers of the new group, the topmost first."""
    project = QgsProject.instance()
    change_map = ChangeMap(path, title, project)
    if notes is not None:
        change_map.empty.connect(notes.append)
    with qtbot.waitSignal(change_map.finished, timeout=TIMEOUT):
        pass
    group = project.layerTreeRoot().children()[0]
    assert group.name() == title
    return [node.layer() for node in group.children()]


def test_changed_areas_get_polygons_with_area_and_mean(qtbot, qgis_new_project, tmp_path):
    cells = {(2, 2): 60, (3, 2): 80, (3, 3): 70, (4, 4): 50, (8, 8): 49, (10, 10): 255}
    polygons, raster = shown(qtbot, write_map(tmp_path / "map.tif", cells))
    assert isinstance(raster, QgsRasterLayer)
    assert isinstance(polygons, QgsVectorLayer)
    assert polygons.isValid()
    assert polygons.crs().authid() == "EPSG:32632"
    large, small = polygons.getFeatures()
    assert large["area_m2"] == pytest.approx(3 * CELL**2, rel=2e-3)  # on the ellipsoid
    assert large["probability"] == 0.7
    assert large.geometry().boundingBox() == QgsRectangle(
        LEFT + 2 * CELL, TOP - 4 * CELL, LEFT + 4 * CELL, TOP - 2 * CELL
    )
    assert large.geometry().area() == pytest.approx(3 * CELL**2)
    assert small["probability"] == 0.5
    assert small["area_m2"] == pytest.approx(CELL**2, rel=2e-3)


def test_an_area_with_a_hole_is_one_polygon(qtbot, qgis_new_project, tmp_path):
    ring = {(c, r): 90 for c in (5, 6, 7) for r in (5, 6, 7) if (c, r) != (6, 6)}
    polygons, _ = shown(qtbot, write_map(tmp_path / "ring.tif", ring))
    (feature,) = polygons.getFeatures()
    assert feature.geometry().area() == pytest.approx(8 * CELL**2)


def test_opposite_edges_of_the_map_are_not_adjacent(qtbot, qgis_new_project, tmp_path):
    polygons, _ = shown(qtbot, write_map(tmp_path / "sides.tif", {(15, 3): 90, (0, 4): 90}))
    assert polygons.featureCount() == 2


def test_without_change_there_is_only_the_raster(qtbot, qgis_new_project, tmp_path):
    notes = []
    (raster,) = shown(qtbot, write_map(tmp_path / "same.tif", {}), notes=notes)
    assert isinstance(raster, QgsRasterLayer)
    assert notes[0].startswith("The map reaches 50 % nowhere")


def test_much_change_is_red_and_little_is_transparent(qtbot, qgis_new_project, tmp_path):
    cells = {(c, r): 95 for c in range(8) for r in range(16)}
    _, raster = shown(qtbot, write_map(tmp_path / "half.tif", cells))
    settings = QgsMapSettings()
    settings.setLayers([raster])
    settings.setExtent(raster.extent())
    settings.setDestinationCrs(raster.crs())
    settings.setOutputSize(QSize(160, 160))
    settings.setBackgroundColor(QColor(0, 0, 0, 0))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage().convertToFormat(QImage.Format.Format_ARGB32)
    assert image.pixelColor(140, 80).alpha() == 0
    red = image.pixelColor(20, 80)
    assert 120 < red.alpha() < 200  # the imagery below stays visible
    assert red.red() > 2 * max(red.green(), red.blue())


def test_a_saved_project_finds_it_in_an_unusual_path(qtbot, qgis_new_project, tmp_path):
    folder = tmp_path / "Müller & Söhne, größe 10 µm" / "変化"
    path = write_map(folder / "karte é.tif", {(2, 2): 60})
    shown(qtbot, path, "<b>vorher</b> → nachher")
    project = QgsProject.instance()
    assert project.write(str(folder / "projekt ü.qgz"))
    project.clear()
    assert project.read(str(folder / "projekt ü.qgz"))
    assert [layer.isValid() for layer in project.mapLayers().values()] == [True, True]
    assert project.layerTreeRoot().children()[0].name() == "<b>vorher</b> → nachher"


def test_polygons_are_reused_when_it_is_shown_twice(qtbot, qgis_new_project, tmp_path):
    path = write_map(tmp_path / "map.tif", {(2, 2): 60})
    shown(qtbot, path)
    written = path.with_suffix(".gpkg").stat().st_mtime_ns
    polygons, _ = shown(qtbot, path)
    assert polygons.featureCount() == 1
    assert path.with_suffix(".gpkg").stat().st_mtime_ns == written


def test_without_a_crs_it_works_too(qtbot, qgis_new_project, tmp_path):
    polygons, raster = shown(qtbot, write_map(tmp_path / "plane.tif", {(2, 2): 60}, crs=""))
    assert not raster.crs().isValid()
    (feature,) = polygons.getFeatures()
    assert feature["area_m2"] == pytest.approx(CELL**2)


def test_a_missing_map_is_reported(qgis_new_project, tmp_path):
    with pytest.raises(ChangeMapError, match=r"gone\.tif cannot be opened"):
        ChangeMap(tmp_path / "gone.tif", "gone", QgsProject.instance())
    assert not QgsProject.instance().layerTreeRoot().children()


def test_no_polygon_lies_on_ground_without_imagery(qtbot, qgis_new_project, tmp_path):
    """A patch at the edge of the imagery, whose eastern half is nodata on the grid of pixels."""
    cells = {(c, r): 255 if c >= 8 else 90 for c in range(16) for r in range(16)}
    polygons, raster = shown(qtbot, write_map(tmp_path / "edge.tif", cells))
    (feature,) = polygons.getFeatures()
    assert feature.geometry().boundingBox().xMaximum() == LEFT + 8 * CELL
    assert feature["probability"] == 0.9
    value, known = raster.dataProvider().sample(QgsPointXY(LEFT + 9 * CELL, TOP - CELL), 1)
    assert not known, value


def test_polygons_that_cannot_be_written_are_reported(
    qtbot, qgis_new_project, tmp_path, monkeypatch
):
    def fail(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = write_map(tmp_path / "map.tif", {(2, 2): 60})
    monkeypatch.setattr("unirs_qgis.history.written_copy._move", fail)
    change_map = ChangeMap(path, "map", QgsProject.instance())
    with qtbot.waitSignal(change_map.failed, timeout=TIMEOUT) as told:
        pass
    assert "cannot be written" in told.args[0]
    (group,) = QgsProject.instance().layerTreeRoot().children()
    assert [node.layer().isValid() for node in group.children()] == [True]
    assert not path.with_suffix(".gpkg").exists()


def test_a_project_closed_meanwhile_gets_nothing(qtbot, qgis_new_project, tmp_path):
    project = QgsProject.instance()
    ChangeMap(write_map(tmp_path / "map.tif", {(2, 2): 60}), "map", project)
    project.clear()
    qtbot.wait(1000)
    assert not project.mapLayers()
    assert not project.layerTreeRoot().children()
