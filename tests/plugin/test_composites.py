"""Layers shown as a composite, and what the worker learns of it."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    QgsFeedback,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
)
from qtpy.QtCore import QItemSelectionModel

from tests.plugin.conftest import ROOT
from tests.plugin.processing_fixtures import register_provider
from unirs_qgis.composites import composites, show_as, shown_by
from unirs_qgis.crops.renderer import render_crop
from unirs_qgis.inputs.layers import acquisition_date

SelectionFlag = QItemSelectionModel.SelectionFlag


@pytest.fixture
def write_layer(tmp_path, qgis_new_project):
    """Writes bands of one value each as a layer."""

    def write(name: str, bands: dict[str, int], kind: int = gdal.GDT_Byte) -> QgsRasterLayer:
        path = tmp_path / f"{name}.tif"
        dataset = gdal.GetDriverByName("GTiff").Create(str(path), 50, 50, len(bands), kind)
        dataset.SetGeoTransform((500_000, 10, 0, 5_000_000, 0, -10))
        for number, (shows, value) in enumerate(bands.items(), start=1):
            dataset.GetRasterBand(number).SetDescription(shows)
            dataset.GetRasterBand(number).Fill(value)
            dataset.GetRasterBand(number).WriteRaster(0, 0, 1, 1, b"\0", buf_type=1)
        dataset = None
        layer = QgsRasterLayer(str(path), name)
        QgsProject.instance().addMapLayer(layer)
        return layer

    return write


LANDSAT = {"blue": 10, "green": 20, "red": 30, "nir": 40, "lwir11": 50}


def drawn(layer, folder):
    crop = render_crop(layer, layer.extent(), layer.crs(), 50, folder, "crop", QgsFeedback())
    dataset = gdal.Open(str(crop.path))
    colours = dataset.ReadAsArray()[:3, 60, 60]
    names = [dataset.GetRasterBand(number).GetDescription() for number in (1, 2, 3)]
    return [int(value) for value in colours], names


def test_the_model_reads_the_composite_that_is_shown_and_its_bands(write_layer, tmp_path):
    layer = write_layer("scene", LANDSAT)
    assert composites([layer]) == ("true-colour", "false-colour", "thermal")
    show_as(layer, "false-colour")
    assert drawn(layer, tmp_path) == ([40, 30, 20], ["nir", "red", "green"])
    show_as(layer, "thermal")
    assert drawn(layer, tmp_path) == ([50, 50, 50], ["thermal"] * 3)


def test_natural_colours_in_any_order_stay_as_they_are_shown(write_layer, tmp_path):
    layer = write_layer("scene", LANDSAT)
    layer.renderer().setRedBand(1)
    layer.renderer().setGreenBand(2)
    layer.renderer().setBlueBand(3)
    assert drawn(layer, tmp_path) == ([10, 20, 30], ["", "", ""])


def test_deep_values_are_stretched(write_layer, tmp_path):
    bands = {name: 100 * value for name, value in LANDSAT.items()}
    layer = write_layer("deep", bands, gdal.GDT_UInt16)
    show_as(layer, "true-colour")
    assert drawn(layer, tmp_path)[0] == [255, 255, 255]


def test_layers_are_shown_as_what_all_of_them_have(write_layer):
    scene, photograph = write_layer("scene", LANDSAT), write_layer("photograph", {"": 1})
    assert composites([scene, photograph]) == ()
    assert shown_by(photograph) == ()
    assert composites([]) == ()


def test_a_service_has_no_known_bands(qgis_new_project):
    layer = QgsRasterLayer("type=xyz&url=https://example.org/{z}/{x}/{y}.png", "tiles", "wms")
    assert composites([layer]) == ()
    assert shown_by(layer) == ()


def test_the_menu_shows_the_selected_layers_in_one_click(window, tree, write_layer):
    layers = [write_layer(f"scene {year}", LANDSAT) for year in (2010, 2020)]
    for layer in layers:
        node = QgsProject.instance().layerTreeRoot().findLayer(layer.id())
        tree.selectionModel().select(tree.node2index(node), SelectionFlag.Select)
    window._menu._composites.aboutToShow.emit()
    actions = {action.text(): action for action in window._menu._composites.actions()}
    enabled = [action.isEnabled() for action in actions.values()]
    assert enabled == [True, True, False, False, False, True]
    actions["Thermal"].trigger()
    assert [shown_by(layer) for layer in layers] == [("thermal",) * 3] * 2


def test_radar_becomes_a_picture_block_by_block(
    write_layer, window, tree, tmp_path, qgis_processing, monkeypatch
):
    import processing

    register_provider()
    layer = write_layer("radar", {"VH": 0, "VV": 0}, gdal.GDT_Float32)
    power = np.random.default_rng(0).gamma(4, 0.25, (2, 50, 50)).astype(np.float32)
    power[1, :, 25:] *= 10
    power[:, :5] = 0  # the margin of a scene
    gdal.Open(layer.source(), gdal.GA_Update).WriteArray(power)
    opened = []
    monkeypatch.setattr(
        processing, "execAlgorithmDialog", lambda *dialog: opened.append(dialog), raising=False
    )
    node = QgsProject.instance().layerTreeRoot().findLayer(layer.id())
    tree.selectionModel().select(tree.node2index(node), SelectionFlag.Select)
    window._menu._composites.aboutToShow.emit()
    window._menu._composites.actions()[-1].trigger()
    ((algorithm, parameters),) = opened

    def picture(side):
        monkeypatch.setattr("unirs_qgis.processing.radar_picture._BLOCK", side)
        output = str(tmp_path / f"{side}.tif")
        processing.run(algorithm, {**parameters, "OUTPUT": output})
        return QgsRasterLayer(output, "picture"), gdal.Open(output).ReadAsArray()

    made, whole = picture(1024)
    assert np.array_equal(picture(16)[1], whole, equal_nan=True)
    vv, vh, ratio = whole[:, 8:]
    assert np.isnan(whole[:, :3]).all()
    assert 8 < np.median(vv[:, 28:]) - np.median(vv[:, :22]) < 12
    assert vv[:, :22].std() < 0.6 * (10 * np.log10(power[1, 8:, :22])).std()
    assert np.allclose(ratio, vv - vh, atol=1e-4)
    assert shown_by(made) == ("vv", "vh", "vv")


def test_the_bands_of_a_sentinel_2_product_are_known(tmp_path, worker_python, qgis_new_project):
    write = "from tests.imagery.sentinel2 import *; import sys; write_product(Path(sys.argv[1]))"
    subprocess.run([worker_python, "-c", write, tmp_path], cwd=ROOT, check=True)
    (metadata,) = tmp_path.glob("*.SAFE/MTD_MSIL2A.xml")
    bands = gdal.Open(str(metadata)).GetSubDatasets()[0][0]  # as QGIS adds it
    layer = QgsRasterLayer(bands, "sentinel")
    assert composites([layer]) == ("true-colour", "false-colour")
    date, _ = acquisition_date(layer)
    assert date.isoformat() == "2020-08-18"


def test_a_raster_without_radar_is_refused(write_layer, qgis_processing, tmp_path):
    import processing

    register_provider()
    parameters = {"INPUT": write_layer("scene", LANDSAT), "OUTPUT": str(tmp_path / "o.tif")}
    feedback = QgsProcessingFeedback()
    with pytest.raises(QgsProcessingException):
        processing.run("unirs:radarpicture", parameters, feedback=feedback)
    assert "name a band VV" in feedback.textLog()
