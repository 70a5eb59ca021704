"""Extents across the 180th meridian, on maps that are cut there and on maps that are not."""

from __future__ import annotations

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsGeometry,
    QgsProcessingException,
    QgsRectangle,
    QgsVectorLayer,
)

from tests.plugin.processing_fixtures import (
    Feedback,
    StandIn,
    register_provider,
    rows_of,
    write_tiles,
)
from unirs_qgis.processing.extents import boxes_within

WORLD = QgsRectangle(-180, -90, 180, 90)
MERCATOR = QgsRectangle(-20037508.34, -20048966.1, 20037508.34, 20048966.1)
FIJI_IN_UTM = QgsRectangle(700_000, 7_900_000, 1_000_000, 8_100_000)
"""In zone 60 south; 180 degrees lie at about 817,000 m."""


def boxes(limits, limits_crs, extent, crs):
    found = boxes_within(
        limits,
        QgsCoordinateReferenceSystem(limits_crs),
        extent,
        QgsCoordinateReferenceSystem(crs),
        QgsCoordinateTransformContext(),
    )
    return [(box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()) for box in found]


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857"])
def test_a_map_cut_at_180_degrees_shows_two_parts(qgis_app, crs):
    limits = WORLD if crs == "EPSG:4326" else MERCATOR
    west, east = boxes(limits, crs, FIJI_IN_UTM, "EPSG:32760")
    assert west[2] == pytest.approx(limits.xMaximum())
    assert east[0] == pytest.approx(limits.xMinimum())
    assert west[2] - west[0] + east[2] - east[0] < limits.width() / 100
    assert west[1::2] == east[1::2]


def test_a_map_from_0_to_360_degrees_shows_one(qgis_app):
    limits = QgsRectangle(0, -90, 360, 90)
    ((west, _, east, _),) = boxes(limits, "EPSG:4326", FIJI_IN_UTM, "EPSG:32760")
    assert 178 < west < 180 < east < 182
    assert boxes(limits, "EPSG:4326", QgsRectangle(-120, 30, -100, 40), "EPSG:4326") == [
        (240, 30, 260, 40)
    ]


def test_a_map_that_continues_beyond_180_degrees_has_one_box(qgis_app):
    limits = QgsRectangle(0, 7_000_000, 2_000_000, 9_000_000)
    ((west, _, east, _),) = boxes(
        limits, "EPSG:32760", QgsRectangle(178, -18, 182, -17), "EPSG:4326"
    )
    assert 600_000 < west < 817_000 < east < 1_100_000


@pytest.mark.parametrize(
    ("limits", "crs", "extent", "wanted", "expected"),
    [
        (WORLD, "EPSG:4326", QgsRectangle(9, 48, 10, 49), "EPSG:4326", [(9, 48, 10, 49)]),
        (WORLD, "EPSG:4326", WORLD, "EPSG:4326", [(-180, -90, 180, 90)]),
        (WORLD, "EPSG:4326", MERCATOR, "EPSG:3857", [(-180, -85.06, 180, 85.06)]),
        (QgsRectangle(0, 0, 9, 9), "EPSG:4326", QgsRectangle(20, 0, 30, 9), "EPSG:4326", []),
        (QgsRectangle(0, 0, 9, 9), "", QgsRectangle(5, 5, 30, 9), "", [(5, 5, 9, 9)]),
    ],
)
def test_other_extents_are_unchanged(qgis_app, limits, crs, extent, wanted, expected):
    found = boxes(limits, crs, extent, wanted)
    assert len(found) == len(expected)
    for box, other in zip(found, expected, strict=True):
        assert box == pytest.approx(other, abs=0.01)


@pytest.fixture
def run(tmp_path, monkeypatch, qgis_processing, qgis_new_project):
    import processing

    register_provider()
    worker = StandIn(tmp_path / "worker", monkeypatch)
    colours = [[36 * row + column + 1 for column in range(36)] for row in range(4)]
    raster = write_tiles(
        tmp_path / "world.tif", colours, origin=(-180, 20), pixel=1, crs="EPSG:4326", tile=10
    )

    def run(name="captiontiles", **parameters):
        layers = {"INPUT": str(raster), "TILE_SIZE": 10} if name == "captiontiles" else {}
        parameters = {**layers, "OUTPUT": str(tmp_path / "out.gpkg"), **parameters}
        return processing.run(f"unirs:{name}", parameters, feedback=Feedback())["OUTPUT"]

    run.worker, run.raster = worker, str(raster)
    return run


@pytest.mark.parametrize(
    "extent",
    [
        "170,-170,-20,0 [EPSG:4326]",
        "170,190,-20,0 [EPSG:4326]",
        "170,-170,-20,0",
        "-190,-170,-20,0",
        "18924313.44,21150703.25,-2273030.92,0 [EPSG:3857]",
    ],
)
def test_an_extent_across_180_degrees_is_tiled_on_both_sides_of_it(run, extent):
    rows = rows_of(run(EXTENT=extent))
    texts = {place: row["text"] for place, row in rows.items()}
    assert texts == {
        (0, 0): f"colour {36 * 2 + 36}",
        (1, 0): f"colour {36 * 3 + 36}",
        (0, 1): f"colour {36 * 2 + 1}",
        (1, 1): f"colour {36 * 3 + 1}",
    }
    boxes = {place: row.geometry().boundingBox().xMinimum() for place, row in rows.items()}
    assert boxes[0, 0] == pytest.approx(170)
    assert boxes[0, 1] == pytest.approx(-180)


def test_no_tile_reaches_beyond_180_degrees_where_none_could_be_drawn(run):
    rows = rows_of(run(EXTENT="173,-173,-20,0 [EPSG:4326]", TILE_SIZE=4))
    assert {row["status"] for row in rows.values()} == {"answered"}
    boxes = [row.geometry().boundingBox() for row in rows.values()]
    assert min(box.xMinimum() for box in boxes if box.xMinimum() > 0) == pytest.approx(172)
    assert max(box.xMaximum() for box in boxes) == 180
    world = rows_of(run(TILE_SIZE=25, EXTENT="100,180,-20,0 [EPSG:4326]", RESUME=False))
    assert {row["status"] for row in world.values()} == {"answered"}


def test_a_feature_across_180_degrees_is_no_caption_of_the_world(run):
    layer = QgsVectorLayer("Polygon?crs=EPSG:32760", "fiji", "memory")
    feature = QgsFeature(layer.fields())
    feature.setGeometry(QgsGeometry.fromRect(FIJI_IN_UTM))
    layer.dataProvider().addFeature(feature)
    output = run("answerfeatures", INPUT=layer, RASTER=run.raster)
    (row,) = QgsVectorLayer(output, "rows", "ogr").getFeatures()
    assert row["text"] in (f"colour {36 * 3 + 36}", f"colour {36 * 3 + 1}")


def test_an_extent_elsewhere_is_refused(run):
    with pytest.raises(QgsProcessingException, match="do not overlap"):
        run(EXTENT="170,-170,40,50 [EPSG:4326]")
    assert not run.worker.log
